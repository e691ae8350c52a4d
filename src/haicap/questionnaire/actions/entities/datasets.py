"""Making lists and their properties, by people and by the forms that declare them."""

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Refused, Text
from haicap.questionnaire.models import Dataset, DatasetProperty, FormVersion
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.schema import Schema

WRITE = "questionnaire.dataset:write"
_NAME_FAULTS: dict[str, Text] = {
    "empty": _("Write a name."),
    "long": _("The name is too long: at most 255 characters."),
    "reserved": _("%(name)s is a name that clients use themselves. Choose another."),
    "form": _(
        "%(name)s cannot be a name: a letter or _ first, then letters, digits, - and _ without spaces."
    ),
}


def _check_name(fault: str, name: str, *, field: str) -> None:
    if fault:
        message = (
            str(_NAME_FAULTS[fault]) % {"name": name}
            if fault in ("reserved", "form")
            else _NAME_FAULTS[fault]
        )
        raise Refused(f"{field}.name", message, field="name", details={"number": "400.8", "name": name})


def create_dataset(
    *,
    actor: Actor,
    campaign: Campaign,
    name: str,
    approval_required: bool = False,
    is_personal: bool = False,
) -> Dataset:
    """Make an empty list; raises Refused (name), Conflict where there is one of that name, also in other letters."""
    actor.must(WRITE)
    with transaction.atomic():
        return _create(
            actor=actor,
            campaign=campaign,
            name=name,
            approval_required=approval_required,
            is_personal=is_personal,
        )


def _create(
    *, actor: Actor, campaign: Campaign, name: str, approval_required: bool = False, is_personal: bool = False,
    source: str = "",
) -> Dataset:  # fmt: skip
    _check_name(rules.dataset_fault(name), name, field="dataset")
    names = list(Dataset.objects.filter(campaign=campaign).values_list("name", flat=True))
    if name in names or rules.twin(name, names):
        raise Conflict(
            "dataset.exists", _("There is a list of this name already."), field="name",
            details={"number": "409.3" if name in names else "409.16", "name": name},
        )  # fmt: skip
    now = timezone.now()
    dataset = Dataset.objects.create(
        campaign=campaign, name=name, source=source, approval_required=approval_required, is_personal=is_personal,
        created_by_id=actor.person_id, created_at=now, changed_at=now,
    )  # fmt: skip
    audit.record(actor=actor, action="dataset.created", subject=dataset, after=audit.snapshot(dataset))
    return dataset


def create_from_register(*, actor: Actor, campaign: Campaign, source: str, is_personal: bool) -> Dataset:
    """Return the list that follows the register under the name of its source, made where it is not there."""
    dataset = Dataset.objects.filter(campaign=campaign, name=source).first()
    if dataset is None:
        with transaction.atomic():
            return _create(
                actor=actor, campaign=campaign, name=source, is_personal=is_personal, source=source
            )
    if dataset.source != source:  # a form declared it before the register came to it
        Dataset.objects.filter(pk=dataset.pk).update(
            source=source, is_personal=is_personal or dataset.is_personal
        )
        dataset.refresh_from_db()
    return dataset


def change_dataset(*, actor: Actor, dataset: Dataset, approval_required: bool, is_personal: bool) -> Dataset:
    """Say whether entities wait for approval, and whether the list is about people."""
    actor.must(WRITE)
    with transaction.atomic():
        row = Dataset.objects.select_for_update().get(pk=dataset.pk)
        before = audit.snapshot(row, fields=["approval_required", "is_personal"])
        row.approval_required, row.is_personal = approval_required, is_personal
        row.save(update_fields=["approval_required", "is_personal"])
        audit.record(
            actor=actor, action="dataset.changed", subject=row, before=before,
            after=audit.snapshot(row, fields=["approval_required", "is_personal"]),
        )  # fmt: skip
    return row


def add_property(*, actor: Actor, dataset: Dataset, name: str) -> DatasetProperty:
    """Add a column; raises Refused (name), Conflict where there is one of that name, also in other letters."""
    actor.must(WRITE)
    with transaction.atomic():
        locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
        names = list(locked.properties.values_list("name", flat=True))
        if name in names:
            raise Conflict(
                "property.exists", _("The list has a property of this name already."), field="name",
                details={"number": "409.3", "name": name},
            )  # fmt: skip
        return add_properties(actor=actor, dataset=locked, names=[name])[0]


def add_properties(
    *, actor: Actor, dataset: Dataset, names: Iterable[str], kept: frozenset[str] = frozenset()
) -> list[DatasetProperty]:
    """Add those of `names` that a locked list has not; for the actions of this package. Raises Refused, Conflict."""
    known = {row.name: row for row in dataset.properties.all()}
    new: list[str] = []
    for name in names:
        if name in known or name in new:
            continue
        _check_name(rules.property_fault(name), name, field="property")
        if other := rules.twin(name, [*known, *new]):
            message = _("%(name)s and %(other)s differ in capital letters only. Choose another name.")
            raise Conflict(
                "property.twin", str(message) % {"name": name, "other": other}, field="name",
                details={"number": "409.17", "name": name},
            )  # fmt: skip
        new.append(name)
    rows = DatasetProperty.objects.bulk_create(
        [DatasetProperty(dataset=dataset, name=name, is_kept=name in kept) for name in new]
    )
    if rows:
        dataset.changed_at = timezone.now()
        dataset.save(update_fields=["changed_at"])
        audit.record(actor=actor, action="dataset.properties_added", subject=dataset, after={"names": new})
    return rows


def publish_properties(*, actor: Actor, version: FormVersion) -> list[Text]:
    """Make the lists and properties that a form declares, and let lists serve its files; returns what to know.

    Call it inside the transaction that publishes. A file NAME.csv that nobody brought is served from the list NAME.
    Raises Refused and Conflict for names that cannot be.
    """
    schema = Schema.from_json(version.schema)
    campaign = version.form.campaign
    warnings: list[Text] = []
    wanted: dict[str, dict[str, None]] = {}
    for one in schema.entities:
        wanted.setdefault(one.dataset, {}).update(dict.fromkeys(one.saveto.values()))
    with transaction.atomic():
        for name in sorted(wanted):
            dataset = Dataset.objects.select_for_update().filter(campaign=campaign, name=name).first()
            if dataset is None:
                dataset = _create(actor=actor, campaign=campaign, name=name)
            add_properties(actor=actor, dataset=dataset, names=wanted[name])
            warnings += _kept_warnings(dataset, list(wanted[name]))
        link_media(version=version)
    return warnings


def _kept_warnings(dataset: Dataset, names: Sequence[str]) -> list[Text]:
    kept = dataset.properties.filter(is_kept=True, name__in=names).values_list("name", flat=True)
    text = _(
        "The register keeps %(property)s of the list %(dataset)s: what the form saves there changes only members "
        "that the register does not know."
    )
    return [str(text) % {"property": name, "dataset": dataset.name} for name in kept]


def link_media(*, version: FormVersion) -> None:
    """Let lists serve the files of a version that are named after them and that nobody brought."""
    rows = list(version.media.filter(dataset=None, file="", name__endswith=".csv"))
    names = {row.name.removesuffix(".csv"): row for row in rows}
    for dataset in Dataset.objects.filter(campaign=version.form.campaign, name__in=names):
        row = names[dataset.name]
        row.dataset = dataset
        row.save(update_fields=["dataset"])
