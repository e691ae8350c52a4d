"""What the form page needs of a form: the version to fill in, its files, the own drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Draft, Edit, Form, FormMedia, FormVersion, Submission, Upload
from haicap.questionnaire.queries.collect import fillable_forms_for, form_of
from haicap.questionnaire.queries.entities import dataset_csv, dataset_md5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A version of a form with its files and the checksum of each (md5, "" for a file that is not here)."""

    form: Form
    version: FormVersion
    media: Sequence[tuple[FormMedia, str]]


def offers_for(*, actor: Actor) -> list[Offer]:
    """Return the forms `actor` fills in by this page, with the version to fill in; the plan's form has its own."""
    forms = {form.pk: form for form in fillable_forms_for(actor=actor) if form.purpose != Form.Purpose.REPORT}
    versions = (
        FormVersion.objects.filter(form__in=forms, state=FormVersion.State.PUBLISHED)
        .defer("xform", "schema", "warnings")
        .prefetch_related("media__dataset")
        .order_by("form__title", "form_id")
    )
    return [_offer(forms[version.form_id], version) for version in versions]


def offer_of(*, actor: Actor, form: Form, number: int | None = None, draft: bool = False) -> Offer:
    """Return one version of `form`: the published one, version `number`, or the draft; raises Missing.

    A draft is only for those who write forms.
    """
    rows = form.versions.defer("schema", "warnings").prefetch_related("media__dataset")
    if draft:
        actor.must("questionnaire.form:write")
        row = rows.filter(state=FormVersion.State.DRAFT).first()
    elif number is None:
        row = rows.filter(state=FormVersion.State.PUBLISHED).first()
    else:
        row = rows.filter(number=number).first()
        if row is not None and row.state == FormVersion.State.DRAFT:
            actor.must("questionnaire.form:write")
    if row is None:
        raise Missing("form.unpublished", _("This form is not published yet."))
    return _offer(form, row)


def _offer(form: Form, version: FormVersion) -> Offer:
    media = [(file, _sum(file)) for file in version.media.all()]
    return Offer(form=form, version=version, media=media)


def _sum(file: FormMedia) -> str:
    if file.dataset is not None:
        return dataset_md5(file.dataset)
    return file.md5 if file.file else ""


def dataset_bytes(file: FormMedia) -> bytes:
    """Return a list that is kept as a dataset, as the CSV that forms read; who sees the form reads its lists."""
    return b"".join(dataset_csv(file.dataset)) if file.dataset is not None else b""


def media_of(*, actor: Actor, form: Form, number: int, name: str) -> FormMedia:
    """Return a file of a version of a form; raises Missing."""
    offer = offer_of(actor=actor, form=form, number=number)
    for file, digest in offer.media:
        if file.name == name and digest:
            return file
    raise Missing("form.media", _("There is no such file of this form."))


def _open(actor: Actor) -> "QuerySet[Draft]":
    """Return the own drafts; one that a late save made of what was received meanwhile is none."""
    same = {"form": OuterRef("form"), "instance_id": OuterRef("instance_id")}
    received = Exists(Submission.objects.filter(**same)) | Exists(Edit.objects.filter(**same))
    return Draft.objects.filter(~received, person_id=actor.person_id or -1)


def drafts_for(*, actor: Actor) -> list[Draft]:
    """Return the own drafts, the newest first, without their answers."""
    rows = _open(actor).filter(form__deleted_at=None)
    return list(rows.select_related("form", "version").defer("xml", "version__xform", "version__schema"))


def draft_of(*, actor: Actor, form: Form, instance_id: str) -> Draft:
    """Return an own draft; raises Missing."""
    row = _open(actor).filter(form=form, instance_id=instance_id).select_related("version").first()
    if row is None:
        raise Missing("draft.missing", _("There is no such draft, or not for you."))
    return row


def uploads_for(*, actor: Actor, purpose: str) -> Mapping[str, Upload]:
    """Return the own whole files of `purpose` by name."""
    rows = Upload.objects.filter(person_id=actor.person_id or -1, purpose=purpose, ended_at__isnull=False)
    return {row.name: row for row in rows.order_by("created_at")}


def form_for_page(*, actor: Actor, pk: int) -> Form:
    """Return a collection form the actor may open the page of: to fill in, or to correct what they handed in."""
    fillable = fillable_forms_for(actor=actor).filter(pk=pk, purpose=Form.Purpose.COLLECTION).first()
    if fillable is not None:
        return fillable
    collected = Form.objects.filter(pk=pk, purpose=Form.Purpose.COLLECTION, deleted_at=None)
    form = collected.select_related("campaign").first()
    if form is not None and actor.person_id is not None:
        own = Submission.objects.filter(form=form, person_id=actor.person_id, deleted_at=None).exists()
        if own or Draft.objects.filter(form=form, person_id=actor.person_id).exists():
            return form
    if form is None:  # the plan's form has its own page
        raise Missing("form.missing", _("There is no such form, or not for you."))
    return form_of(actor=actor, pk=pk)
