"""What filled forms make of lists. A submission is applied to a list once, whole or not at all, whatever is resent.

What cannot be applied never stands in the way of the submission: it becomes a note on it, written by nobody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from lxml import etree

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Text
from haicap.questionnaire.actions.entities.book import Book, Changed, New, Source, opened
from haicap.questionnaire.models import Comment, Dataset, Entity, EntityVersion, Submission
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.declared import Declared, declared
from haicap.questionnaire.rules.entities import LABEL, NoBase, Past
from haicap.questionnaire.rules.schema import Schema, read_submission

_FAULTS: dict[str, Text] = {
    "dataset": _("the list %(dataset)s is not the one the form names, or is not there"),
    "action": _("the form does not say that it makes or changes members of this list in this way"),
    "uuid": _("“%(uuid)s” is no identity of an entity"),
    "label": _("the label is blank"),
    "base": _("it does not say which version was changed"),
    "branch": _("it does not say which device changed it"),
    "property": _("the list has no property %(names)s"),
    "exists": _("an entity with the identity %(uuid)s is there already"),
    "missing": _("there is no entity with the identity %(uuid)s"),
    "deleted": _("the entity with the identity %(uuid)s was deleted"),
    "no_base": _("the entity with the identity %(uuid)s never had the version that was changed"),
    "twice": _("the identity %(uuid)s stands twice in the form"),
}
_NOTE = _("List %(dataset)s%(row)s: nothing was written there, because %(fault)s.")
_KEPT = _("List %(dataset)s%(row)s: %(names)s is kept by the register and stayed as it was.")
_ROW = _(", row %(place)s")


@dataclass
class _Plan:
    """What a submission makes of one list, before anything is written."""

    new: list[New] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    notes: list[tuple[Declared, str]] = field(default_factory=list)
    faults: list[tuple[Declared, str]] = field(default_factory=list)


def apply_submission(
    *, actor: Actor, submission: Submission, schema: Schema, root: etree._Element
) -> list[EntityVersion]:
    """Let a received submission make and change entities; returns the versions written.

    `root` is the filled form as it counts now. Lists where approval is required wait until it is approved. Test
    submissions write nothing. A list to which the submission was applied before is left alone. Call it inside the
    transaction that receives (or approves), before its audit entry: it locks the lists, then the audit chain.
    """
    if submission.is_test or submission.deleted_at is not None:
        return []
    groups: dict[str, list[Declared]] = {}
    for one in declared(schema, root):
        groups.setdefault(one.dataset, []).append(one)
    if not groups:
        return []
    rows = Dataset.objects.filter(campaign=submission.form.campaign_id, name__in=groups)
    datasets = {row.name: row for row in rows}
    made: list[EntityVersion] = []
    for name in sorted(groups):
        dataset = datasets.get(name)
        if dataset is None:
            _write_notes(submission, [(one, _sentence(one, "dataset")) for one in groups[name]])
        elif not dataset.approval_required or submission.state == Submission.State.APPROVED:
            made += _apply(actor, submission, dataset, groups[name])
    return made


def apply_again(*, actor: Actor, submission: Submission) -> list[EntityVersion]:
    """Apply a submission as it is stored: call it when one is approved. See `apply_submission`."""
    schema = Schema.from_json(submission.version.schema)
    if not schema.entities:
        return []
    root = read_submission(submission.xml.encode()).root
    return apply_submission(actor=actor, submission=submission, schema=schema, root=root)


def _apply(
    actor: Actor, submission: Submission, dataset: Dataset, wanted: Sequence[Declared]
) -> list[EntityVersion]:
    source = Source(person_id=submission.person_id, submission=submission, agent=submission.agent)
    with opened(dataset, source=source) as book:
        if EntityVersion.objects.filter(submission=submission, entity__dataset=dataset).exists():
            return []
        plan = _plan(book, wanted)
        if plan.faults:
            _write_notes(submission, plan.faults)
            return []
        made, changed = book.create(plan.new), book.change(plan.changed)
        _write_notes(submission, plan.notes)
        if made or changed:
            after = {
                "submission": submission.instance_id,
                "created": [version.entity.uuid for version in made],
                "updated": [version.entity.uuid for version in changed],
            }
            audit.record(actor=actor, action="entity.applied", subject=dataset, after=after)
    return made + changed


def _plan(book: Book, wanted: Sequence[Declared]) -> _Plan:
    identities = {one.identity for one in wanted if one.identity}
    rows = Entity.objects.filter(dataset=book.dataset, uuid__in=identities)
    entities = {row.uuid: row for row in rows}
    pasts = _pasts(wanted, entities)
    plan, seen = _Plan(), set[UUID]()
    for one in wanted:
        fault = one.fault or _unknown(book, one)
        if not fault and one.identity in seen:
            fault = "twice"
        if not fault and one.identity:
            seen.add(one.identity)
            entity = entities.get(one.identity)
            fault = _place(book, plan, one, entity, pasts.get(entity.pk, []) if entity else [])
        if fault:
            plan.faults.append((one, _sentence(one, fault, book.properties)))
    return plan


def _unknown(book: Book, one: Declared) -> str:
    return "property" if any(name not in book.properties for name in one.received if name != LABEL) else ""


def _pasts(wanted: Sequence[Declared], entities: Mapping[UUID, Entity]) -> dict[int, list[Past]]:
    """Return the versions that the changes need, by entity: from the oldest base or trunk on."""
    needed: dict[int, int] = {}
    for one in wanted:
        entity = entities.get(one.identity) if one.identity else None
        if entity is not None:
            needed[entity.pk] = 1 if one.branch or not one.update else one.base or 1
    found: dict[int, list[Past]] = {}
    if needed:
        rows = EntityVersion.objects.filter(entity__in=needed, number__gte=min(needed.values()))
        for row in rows.order_by("entity", "number"):
            found.setdefault(row.entity_id, []).append(past_of(row))
    return found


def past_of(row: EntityVersion) -> Past:
    """Return a version as the rules take it."""
    return Past(
        number=row.number, label=row.label, data=row.data, received=row.received, branch=row.branch,
        branch_base=row.branch_base,
    )  # fmt: skip


def _place(book: Book, plan: _Plan, one: Declared, entity: Entity | None, past: list[Past]) -> str:
    """Put one declaration into the plan; returns what is wrong with it."""
    if entity is None:
        return _place_new(plan, one)
    if entity.deleted_at is not None:
        return "deleted"
    received, kept = _without_kept(book, entity, one.received)
    if kept:
        plan.notes.append((one, _kept_sentence(one, kept)))
    if one.update:
        if one.base is None:
            return "base"
        try:
            outcome = rules.decide(
                past, rules.Change(received=received, base=one.base, branch=one.branch, trunk=one.trunk)
            )
        except NoBase:
            return "no_base"
        base = one.base if one.branch else None
        plan.changed.append(
            Changed(entity=entity, outcome=outcome, received=received, branch=one.branch, branch_base=base)
        )
        return ""
    first = past[0]
    if first.branch_base is None or any(row.branch_base == 0 for row in past):
        return "exists"
    outcome = rules.decide_late_create(past, received)
    plan.changed.append(
        Changed(entity=entity, outcome=outcome, received=received, branch=first.branch, branch_base=0)
    )
    return ""


def _place_new(plan: _Plan, one: Declared) -> str:
    """Make what is not there. An update of a device that made the entity itself may arrive before the creation."""
    ahead = one.update and not one.create and bool(one.branch) and one.trunk is None
    if not one.create and not ahead:
        return "missing"
    label = one.received.get(LABEL, "")
    if not label and not ahead:
        return "label"
    data = {name: value for name, value in one.received.items() if name != LABEL}
    plan.new.append(
        New(
            uuid=one.identity, label=label or str(one.identity), data=data, has_label=bool(label),
            branch=one.branch, branch_base=one.base if ahead else None,
        )
    )  # fmt: skip
    return ""


def _without_kept(
    book: Book, entity: Entity, received: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    kept = book.kept_of(entity)
    present = {**entity.data, LABEL: entity.label}
    refused = sorted(
        name for name, value in received.items() if name in kept and value != present.get(name, "")
    )
    return {name: value for name, value in received.items() if name not in kept}, refused


def _row(one: Declared) -> str:
    return str(_ROW) % {"place": one.place} if one.place else ""


def _sentence(one: Declared, fault: str, properties: Sequence[str] = ()) -> str:
    with override(settings.LANGUAGE_CODE):
        names = ", ".join(name for name in one.received if name != LABEL and name not in properties)
        said = {"dataset": one.dataset, "uuid": one.said_identity, "names": names}
        return str(_NOTE) % {"dataset": one.dataset, "row": _row(one), "fault": str(_FAULTS[fault]) % said}


def _kept_sentence(one: Declared, names: Sequence[str]) -> str:
    with override(settings.LANGUAGE_CODE):
        return str(_KEPT) % {"dataset": one.dataset, "row": _row(one), "names": ", ".join(names)}


def _write_notes(submission: Submission, notes: Sequence[tuple[Declared, str]]) -> None:
    """Keep what could not be done as comments of nobody, each once."""
    if not notes:
        return
    known = set(submission.comments.filter(person=None).values_list("path", "text"))
    fresh = dict.fromkeys((one.path, text) for one, text in notes if (one.path, text) not in known)
    now = timezone.now()
    Comment.objects.bulk_create(
        [Comment(submission=submission, path=path, text=text, at=now) for path, text in fresh]
    )
