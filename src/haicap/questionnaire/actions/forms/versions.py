"""Make a form, save and publish its versions, put it away."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Refused
from haicap.questionnaire.actions.entities import link_media, publish_properties
from haicap.questionnaire.actions.forms.contents import convert, fill_media, fill_version, rewrite
from haicap.questionnaire.actions.forms.lock import (
    FORM_WRITE,
    draft_of,
    drop_tests,
    earlier_schemas,
    locked,
    next_number,
    not_new,
    warnings_of,
)
from haicap.questionnaire.actions.forms.media import attach_media
from haicap.questionnaire.models import Form, FormMedia, FormVersion
from haicap.questionnaire.rules import form_diff, names, xform
from haicap.questionnaire.rules.convert import Converted
from haicap.questionnaire.rules.schema import Schema

NOT_SAME: Mapping[str, object] = {
    "new_unknown": _("%(new)s is not a new question of this version."),
    "old_unknown": _("%(old)s is not a question of the version before."),
    "old_still_there": _("%(old)s is still in the form; it cannot be %(new)s as well."),
    "old_twice": _("%(old)s cannot be two questions at once."),
    "other_table": _("%(new)s stands in another repeat than %(old)s; their answers cannot share a column."),
    "other_type": _("%(new)s is of another type than %(old)s; their answers cannot share a column."),
}


def create_form(
    *,
    actor: Actor,
    campaign: Campaign,
    raw: bytes,
    name: str,
    fallback_form_id: str = "",
    accept_warnings: bool = True,
    publish: bool = False,
) -> Form:
    """Make a form of a workbook or XForm, as a draft or published at once.

    `name` is the file's name. Raises FormFaulty (form.faulty, form.warnings) with every fault by sheet, row and
    column, and Conflict form.id_taken.
    """
    actor.must(FORM_WRITE)
    made = convert(raw, name=name, fallback_form_id=fallback_form_id, accept_warnings=accept_warnings)
    with transaction.atomic():
        form = _create(actor, campaign, made)
        _save(actor, form, made, raw=raw, name=name)
        if publish:
            _publish(actor, form, version="", same_as={})
    return form


def _create(actor: Actor, campaign: Campaign, made: Converted) -> Form:
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    known = Form.objects.filter(campaign=campaign, form_id=made.form_id, deleted_at=None).exists()
    if known or made.form_id == names.element(campaign.code):  # the plan's own form, built or not
        text = _(
            "There is a form with the id %(id)s already. Load the workbook on its page, or change form_id."
        )
        raise Conflict(
            "form.id_taken",
            str(text) % {"id": made.form_id},
            field="file",
            details={"form_id": made.form_id},
        )
    form = Form.objects.create(
        campaign=campaign,
        form_id=made.form_id,
        title=made.title[:500],
        created_by_id=actor.person_id,
        created_at=timezone.now(),
    )
    audit.record(actor=actor, action="questionnaire.form.created", subject=form, after=audit.snapshot(form))
    return form


def publish_file(
    *,
    actor: Actor,
    campaign: Campaign,
    raw: bytes,
    name: str,
    fallback_form_id: str = "",
    version: str = "",
    same_as: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
) -> FormVersion:
    """Publish a file as a new form, or as the next version of the form whose id it has.

    `files` are those the form may ask for, by name; others are passed over. Raises what `create_form`, `publish_draft`
    and `attach_media` raise; nothing is kept then.
    """
    actor.must(FORM_WRITE)
    made = convert(raw, name=name, fallback_form_id=fallback_form_id)
    with transaction.atomic():
        form = Form.objects.filter(campaign=campaign, form_id=made.form_id, deleted_at=None).first()
        form = _create(actor, campaign, made) if form is None else locked(form)
        draft = _save(actor, form, made, raw=raw, name=name)
        for wanted in draft.media.filter(name__in=list(files or {})).values_list("name", flat=True):
            attach_media(actor=actor, form=form, name=wanted, raw=(files or {})[wanted])
        return _publish(actor, form, version=version, same_as=same_as or {})


def save_draft_version(
    *,
    actor: Actor,
    form: Form,
    raw: bytes | None = None,
    name: str = "",
    accept_warnings: bool = True,
    revision: int | None = None,
) -> FormVersion:
    """Save a file as the draft of a form, over the draft there was; without a file the published version becomes the
    draft.

    What was filled in to try the draft before goes. Files that the published version has are taken along by name.
    Raises FormFaulty, Refused form.id_differs, Conflict where somebody else changed the form since `revision`.
    """
    actor.must(FORM_WRITE)
    made = None
    if raw is not None:
        made = convert(raw, name=name, fallback_form_id=form.form_id, accept_warnings=accept_warnings)
    with transaction.atomic():
        form = locked(form, revision=revision)
        if made is None or raw is None:
            return _copy(actor, form)
        if made.form_id != form.form_id:
            text = _(
                "The workbook has the id %(found)s, this form %(wanted)s. Correct form_id on the sheet settings."
            )
            raise Refused(
                "form.id_differs",
                str(text) % {"found": made.form_id, "wanted": form.form_id},
                field="file",
                details={"found": made.form_id, "wanted": form.form_id},
            )  # fmt: skip
        return _save(actor, form, made, raw=raw, name=name)


def _save(actor: Actor, form: Form, made: Converted, *, raw: bytes, name: str) -> FormVersion:
    now = timezone.now()
    before = list(form.versions.exclude(state=FormVersion.State.SUPERSEDED).order_by("state"))
    draft = next((row for row in before if row.state == FormVersion.State.DRAFT), None)
    if draft is not None:
        drop_tests(form, draft)
    row = draft or FormVersion(form=form, number=next_number(form), state=FormVersion.State.DRAFT)
    fill_version(row, made, actor=actor, now=now, raw=raw, name=name)
    row.save()
    fill_media(row, made, before=before, now=now)
    link_media(version=row)
    if not form.versions.exclude(state=FormVersion.State.DRAFT).exists():
        Form.objects.filter(pk=form.pk).update(title=made.title[:500])
    audit.record(
        actor=actor,
        action="questionnaire.form.draft_saved",
        subject=row,
        after={"form_id": form.form_id, "sha256": row.sha256, "file": name[:200], **warnings_of(row)},
    )
    return row


def _copy(actor: Actor, form: Form) -> FormVersion:
    source = form.versions.filter(state=FormVersion.State.PUBLISHED).first()
    draft = form.versions.filter(state=FormVersion.State.DRAFT).first()
    if source is None:
        if draft is not None:
            return draft
        raise Refused("form.nothing_to_copy", _("This form has no published version. Load a workbook."))
    if draft is not None:
        drop_tests(form, draft)
        draft.delete()
    row = FormVersion(
        form=form,
        number=next_number(form),
        version=source.version,
        state=FormVersion.State.DRAFT,
        source=source.source.name,
        xform=source.xform,
        sha256=source.sha256,
        md5=source.md5,
        schema=source.schema,
        warnings=source.warnings,
        note=source.note,
        created_by_id=actor.person_id,
        created_at=timezone.now(),
    )
    row.save()
    copies = list(source.media.all())
    for one in copies:
        one.pk, one.version = None, row
    FormMedia.objects.bulk_create(copies)
    audit.record(
        actor=actor,
        action="questionnaire.form.draft_copied",
        subject=row,
        after={"form_id": form.form_id, "from": source.number},
    )
    return row


def publish_draft(
    *,
    actor: Actor,
    form: Form,
    version: str = "",
    same_as: Mapping[str, str] | None = None,
    revision: int | None = None,
) -> FormVersion:
    """Publish the draft; the version before stays readable for its submissions.

    `version` replaces what the workbook says. `same_as` maps paths of new questions to those of the published version
    they stand for: they keep its columns. Raises Missing form.no_draft, Conflict form.version_taken, Refused
    form.not_same.
    """
    actor.must(FORM_WRITE)
    with transaction.atomic():
        form = locked(form, revision=revision)
        return _publish(actor, form, version=version, same_as=same_as or {})


def _publish(actor: Actor, form: Form, *, version: str, same_as: Mapping[str, str]) -> FormVersion:
    draft = draft_of(form)
    wanted = version.strip() or draft.version
    if form.versions.exclude(pk=draft.pk).filter(version=wanted).exists():
        raise not_new(form, wanted)
    text = draft.xform if wanted == draft.version else xform.with_version(draft.xform, wanted)
    schema = Schema.of(text)
    earlier = earlier_schemas(form)
    if earlier:
        _must_be_same(earlier[0], schema, same_as)
    columns = form_diff.columns_of(schema, earlier=earlier, same_as=same_as)
    rewrite(draft, text, schema.with_columns(columns))
    tests = drop_tests(form, draft)
    form.versions.filter(state=FormVersion.State.PUBLISHED).update(state=FormVersion.State.SUPERSEDED)
    draft.state, draft.published_at = FormVersion.State.PUBLISHED, timezone.now()
    draft.save()
    title = (schema.title or form.form_id)[:500]
    Form.objects.filter(pk=form.pk).update(title=title)
    form.title = title
    draft.form = form
    publish_properties(actor=actor, version=draft)
    audit.record(
        actor=actor,
        action="questionnaire.form.published",
        subject=draft,
        after={
            "form_id": form.form_id, "number": draft.number, "version": draft.version, "sha256": draft.sha256,
            "same_as": dict(same_as), "tests_dropped": tests, **warnings_of(draft),
        },
    )  # fmt: skip
    return draft


def _must_be_same(old: Schema, new: Schema, same_as: Mapping[str, str]) -> None:
    _pairs, refused = form_diff.matched(old, new, same_as)
    if refused:
        said = [str(NOT_SAME[one.code]) % {"new": one.new, "old": one.old} for one in refused]
        raise Refused(
            "form.not_same",
            " ".join(said),
            field="same_as",
            details={"same_as": [{"new": one.new, "old": one.old, "code": one.code} for one in refused]},
        )


def discard_draft(*, actor: Actor, form: Form, revision: int | None = None) -> None:
    """Throw the draft of a published form away, with what was filled in to try it.

    Raises Missing form.no_draft; Refused form.never_published: such a form is deleted as a whole.
    """
    actor.must(FORM_WRITE)
    with transaction.atomic():
        form = locked(form, revision=revision)
        draft = draft_of(form)
        if not form.versions.exclude(pk=draft.pk).exists():
            raise Refused(
                "form.never_published", _("This form was never published. Delete the form instead of its draft.")
            )  # fmt: skip
        drop_tests(form, draft)
        audit.record(
            actor=actor,
            action="questionnaire.form.draft_discarded",
            subject=draft,
            before={"form_id": form.form_id, "number": draft.number, "sha256": draft.sha256},
        )
        draft.delete()


def set_state(*, actor: Actor, form: Form, state: str, revision: int | None = None) -> Form:
    """Open, close or archive a form: open, closing (no longer offered, what was begun is taken), closed, archived."""
    actor.must(FORM_WRITE)
    if state not in Form.State.values:
        raise Refused("form.state", _("There is no such state."), field="state")
    with transaction.atomic():
        form = locked(form, revision=revision)
        before, form.state = form.state, state
        form.save(update_fields=["state"])
        audit.record(
            actor=actor,
            action="questionnaire.form.state_set",
            subject=form,
            before={"state": before},
            after={"state": state},
        )
    return form


def change_form(
    *, actor: Actor, form: Form, unit_question: str, due: date | None, revision: int | None = None
) -> Form:
    """Say which question holds the code of a unit ("" for none), and by when the form is to be filled in.

    Raises Refused form.unit_question where the newest version has no such question outside repeats.
    """
    actor.must(FORM_WRITE)
    with transaction.atomic():
        form = locked(form, revision=revision)
        newest = form.versions.order_by("-number").first()
        fields = Schema.from_json(newest.schema).by_path if newest is not None else {}
        field = fields.get(unit_question)
        if unit_question and (field is None or field.kind != "field" or field.table):
            raise Refused(
                "form.unit_question", _("The form has no such question outside its repeats."), field="unit_question"
            )  # fmt: skip
        before = {"unit_question": form.unit_question, "due": form.due}
        form.unit_question, form.due = unit_question, due
        form.save(update_fields=["unit_question", "due"])
        audit.record(
            actor=actor,
            action="questionnaire.form.changed",
            subject=form,
            before=before,
            after={"unit_question": unit_question, "due": due},
        )
    return form


def delete_form(*, actor: Actor, form: Form, revision: int | None = None) -> None:
    """Take a form out of everything; its rows stay, and its id is free again."""
    actor.must(FORM_WRITE)
    with transaction.atomic():
        form = locked(form, revision=revision)
        form.deleted_at = timezone.now()
        form.save(update_fields=["deleted_at"])
        audit.record(
            actor=actor,
            action="questionnaire.form.deleted",
            subject=form,
            before={
                "form_id": form.form_id,
                "title": form.title,
                "submissions": form.submissions.filter(is_test=False).count(),
            },
        )
