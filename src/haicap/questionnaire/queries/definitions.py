"""Forms as their authors see them: versions, files, who may do what, and what publishing the draft would change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import (
    Assignment,
    Dataset,
    Form,
    FormMedia,
    FormVersion,
    Submission,
)
from haicap.questionnaire.queries.collect import forms_for, scope_of
from haicap.questionnaire.queries.entities import datasets_for
from haicap.questionnaire.rules.form_diff import FormDiff, diff
from haicap.questionnaire.rules.schema import Field, Schema
from haicap.questionnaire.rules.troubles import Trouble
from haicap.questionnaire.texts.troubles import Said, from_json, said


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """A form in the list: its versions that matter and how much was handed in, None where that is not for the
    reader."""

    form: Form
    published: FormVersion | None
    draft: FormVersion | None
    submissions: int | None
    missing: int  # files that the published version asks for and that are not there


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftState:
    """The draft of a form before it is published."""

    version: FormVersion
    warnings: Sequence[Said]
    missing: Sequence[FormMedia]
    media: Sequence[FormMedia]
    diff: FormDiff | None  # None where nothing was published yet
    suggestion: str  # a version the form did not have yet
    choices: Sequence[Field]  # questions of the published version that the draft no longer has


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One form with everything its page shows."""

    form: Form
    versions: Sequence[FormVersion]
    published: FormVersion | None
    media: Sequence[FormMedia]
    assignments: Sequence[Assignment]
    submissions: int | None

    @property
    def missing(self) -> Sequence[FormMedia]:
        """The files the published version asks for and that are not there."""
        return [one for one in self.media if not is_there(one)]

    @property
    def has_draft(self) -> bool:
        """True where a draft waits to be published."""
        return any(row.state == FormVersion.State.DRAFT for row in self.versions)


def is_there(row: FormMedia) -> bool:
    """Say whether a file can be handed out: brought by somebody, or made from a list."""
    return bool(row.file) or row.dataset_id is not None


def campaign_for_forms(*, actor: Actor) -> Campaign:
    """Return the campaign whose forms the pages show, the open one, else the latest; raises Missing.

    Who reads forms sees it, whether or not they see its plan.
    """
    actor.must("questionnaire.form:read")
    rows = Campaign.objects.exclude(state=Campaign.State.DRAFT).order_by("-window_start", "-pk")
    found = rows.filter(state=Campaign.State.OPEN).first() or rows.first()
    if found is None:
        raise Missing("campaign.none", _("No survey campaign is open."))
    return found


def definitions_for(*, actor: Actor, campaign: Campaign, archived: bool = False) -> list[FormRow]:
    """Return the forms of a campaign that `actor` may know of, the plan's own first; a query each for forms, versions,
    files, and counts."""
    forms = forms_for(actor=actor, campaign=campaign).order_by("-purpose", "title", "form_id")
    if not archived:
        forms = forms.exclude(state=Form.State.ARCHIVED)
    rows = FormVersion.objects.exclude(state=FormVersion.State.SUPERSEDED)
    rows = rows.defer("xform", "schema", "warnings").annotate(
        missing=Count("media", filter=Q(media__file="", media__dataset=None))
    )
    forms = forms.prefetch_related(Prefetch("versions", queryset=rows))
    counts = _counts(actor, forms)
    found = []
    for form in forms:
        by_state = {version.state: version for version in form.versions.all()}
        published = by_state.get(FormVersion.State.PUBLISHED)
        found.append(
            FormRow(
                form=form,
                published=published,
                draft=by_state.get(FormVersion.State.DRAFT),
                submissions=counts.get(form.pk, 0) if counts is not None else None,
                missing=getattr(published, "missing", 0),
            )
        )
    return found


def _counts(actor: Actor, forms: QuerySet[Form]) -> Mapping[int, int] | None:
    """Return how many filled forms there are by form, None where `actor` sees only some of them."""
    if not actor.may("questionnaire.submission:see"):
        return None
    rows = Submission.objects.filter(form__in=forms, deleted_at=None, is_test=False)
    return dict(rows.order_by().values_list("form").annotate(Count("pk")))


def definition_of(*, actor: Actor, pk: int) -> Form:
    """Return a form by its key; raises Missing where it is not there for `actor`, or they may not see how it is
    made."""
    actor.must("questionnaire.form:read")
    form = forms_for(actor=actor).filter(pk=pk).first()
    if form is None:
        raise Missing("form.missing", _("There is no such form, or not for you."))
    return form


def definition_for(*, actor: Actor, form: Form) -> Definition:
    """Return everything a form's page shows."""
    actor.must("questionnaire.form:read")
    versions = list(form.versions.defer("xform", "schema").select_related("created_by").order_by("-number"))
    published = next((row for row in versions if row.state == FormVersion.State.PUBLISHED), None)
    assignments = form.assignments.select_related("person", "key").order_by("verb", "role", "pk")
    count = None
    if actor.may("questionnaire.submission:read"):
        seen = form.submissions.filter(deleted_at=None, is_test=False)
        count = seen.filter(scope_of(actor=actor, form=form)).count()
    return Definition(
        form=form,
        versions=versions,
        published=published,
        media=media_of_version(published) if published is not None else [],
        assignments=list(assignments),
        submissions=count,
    )


def media_of_version(version: FormVersion) -> list[FormMedia]:
    """Return the files a version asks for, there or not."""
    return list(version.media.select_related("dataset").order_by("name"))


def draft_for(*, actor: Actor, form: Form, same_as: Mapping[str, str] | None = None) -> DraftState | None:
    """Return the draft of a form with its warnings and what it would change, None where there is none."""
    actor.must("questionnaire.form:write")
    draft = form.versions.filter(state=FormVersion.State.DRAFT).select_related("created_by").first()
    if draft is None:
        return None
    published = form.versions.filter(state=FormVersion.State.PUBLISHED).first()
    new = Schema.from_json(draft.schema)
    changes = diff(Schema.from_json(published.schema), new, same_as) if published is not None else None
    media = media_of_version(draft)
    return DraftState(
        version=draft,
        warnings=warnings_of(version=draft),
        missing=[one for one in media if not is_there(one)],
        media=media,
        diff=changes,
        suggestion=suggested_version(form=form, wanted=draft.version),
        choices=[one for one in changes.removed if one.kind != "group"] if changes is not None else [],
    )


def warnings_of(*, version: FormVersion) -> list[Said]:
    """Return what is doubtful in a version: what the conversion warned of, and files that are missing."""
    missing = version.media.filter(file="", dataset=None).order_by("name").values_list("name", flat=True)
    troubles = (Trouble(code="media_missing", detail=name) for name in missing)
    return [said(trouble) for trouble in (*from_json(version.warnings), *troubles)]


def suggested_version(*, form: Form, wanted: str) -> str:
    """Return `wanted` where the form had no such version, else the next number free."""
    had = set(form.versions.exclude(state=FormVersion.State.DRAFT).values_list("version", flat=True))
    if wanted not in had and wanted:
        return wanted
    number = max((int(one) for one in had if one.isdecimal() and len(one) < 18), default=len(had)) + 1
    while str(number) in had:
        number += 1
    return str(number)


def version_of(*, actor: Actor, form: Form, number: int) -> FormVersion:
    """Return a version of a form for those who see how it is made; a draft only for those who write forms."""
    actor.must("questionnaire.form:read")
    row = form.versions.filter(number=number).defer("schema", "warnings").first()
    if row is None or (row.state == FormVersion.State.DRAFT and not actor.may("questionnaire.form:write")):
        raise Missing("form.version_missing", _("This form has no such version."))
    return row


def media_file_of(*, actor: Actor, form: Form, number: int, name: str) -> FormMedia:
    """Return a file of a version that is there; raises Missing."""
    version = version_of(actor=actor, form=form, number=number)
    row = version.media.filter(name=name).select_related("dataset").first()
    if row is None or not is_there(row):
        raise Missing("form.media_missing", _("This file is not there yet."))
    return row


def questions_of(*, actor: Actor, form: Form) -> Sequence[Field]:
    """Return what the newest version of a form asks."""
    actor.must("questionnaire.form:read")
    data = form.versions.order_by("-number").values_list("schema", flat=True).first()
    return Schema.from_json(data).fields if data else ()


def lists_for(*, actor: Actor, form: Form) -> QuerySet[Dataset]:
    """Return the lists of the campaign that may serve files of a form."""
    actor.must("questionnaire.form:write")
    return datasets_for(actor=actor, campaign=form.campaign)
