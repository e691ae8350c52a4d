"""Which forms a person sees, fills in and reviews, and which of their submissions: the one place that says so.

Who keeps the forms of a campaign holds `questionnaire.submission:all`, who oversees it `questionnaire.submission:see`;
everybody else has what the assignments of a form give to one of their roles, to themselves, or to the device that
calls. Counts, lists, exports and OData all ask here.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, NotAllowed
from haicap.questionnaire import statements
from haicap.questionnaire.models import Assignment, Form, FormVersion, Submission

_ALL = "questionnaire.submission:all"
_SEE = "questionnaire.submission:see"
_READ = "questionnaire.submission:read"
_REVIEW = "questionnaire.submission:review"
_NOTHING = Q(pk__in=())
_EVERYTHING = ~_NOTHING  # not Q(): an empty condition vanishes where it is joined by "or"


def _held_by(actor: Actor, prefix: str = "") -> Q:
    """Return the condition that an assignment is for `actor`."""
    if actor.key_id is not None and actor.person_id is None:
        return Q(**{f"{prefix}key_id": actor.key_id})
    return Q(**{f"{prefix}role__in": [role.value for role in actor.roles]}) | Q(
        **{f"{prefix}person_id": actor.person_id or -1}
    )


def _reports_in(actor: Actor) -> Q:
    """Return which submissions of the plan's form are visible: a unit's own, or all that were signed."""
    if not actor.may("questionnaire.report:read"):
        return _NOTHING
    return Q(unit_id=actor.unit_id or -1) if actor.is_commune and not actor.is_central else _EVERYTHING


def forms_for(*, actor: Actor, campaign: Campaign | None = None) -> QuerySet[Form]:
    """Return the forms `actor` may know of: all with questionnaire.form:read, else those assigned."""
    rows = Form.objects.filter(deleted_at=None).select_related("campaign")
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    if actor.may("questionnaire.form:read"):
        return rows
    assigned = Q(pk__in=Assignment.objects.filter(_held_by(actor)).values("form"))
    own = Q(purpose=Form.Purpose.REPORT) if actor.may("questionnaire.report:read") else _NOTHING
    return rows.filter(assigned | own)


def form_of(*, actor: Actor, campaign: Campaign | None = None, form_id: str = "", pk: int = 0) -> Form:
    """Return a form by its id in a campaign, or by key; raises Missing where it is not there for `actor`."""
    rows = forms_for(actor=actor, campaign=campaign)
    form = rows.filter(pk=pk).first() if pk else rows.filter(form_id=form_id).first()
    if form is None:
        raise Missing("form.missing", _("There is no such form, or not for you."))
    return form


def fillable_forms_for(*, actor: Actor, campaign: Campaign | None = None) -> QuerySet[Form]:
    """Return the open forms with a published version that `actor` fills in.

    Who writes forms may fill in all; the plan's form is for those who write the report of a unit.
    """
    rows = Form.objects.filter(
        deleted_at=None, state=Form.State.OPEN, versions__state=FormVersion.State.PUBLISHED
    ).select_related("campaign")
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    return rows.filter(_fills(actor))


def _fills(actor: Actor) -> Q:
    report = Q(purpose=Form.Purpose.REPORT) if actor.may("questionnaire.report:write") else _NOTHING
    if actor.may("questionnaire.form:write"):
        return Q(purpose=Form.Purpose.COLLECTION) | report
    if not actor.may("questionnaire.submission:fill"):
        return report
    held = Assignment.objects.filter(_held_by(actor), verb=Assignment.Verb.FILL)
    return Q(pk__in=held.values("form"), purpose=Form.Purpose.COLLECTION) | report


def form_to_fill(*, actor: Actor, campaign: Campaign | None = None, form_id: str = "", pk: int = 0) -> Form:
    """Return a form that `actor` fills in, whatever its state; raises Missing, NotAllowed."""
    rows = Form.objects.filter(deleted_at=None).select_related("campaign")
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    form = rows.filter(pk=pk).first() if pk else rows.filter(form_id=form_id).first()
    if form is None:
        raise Missing("form.missing", _("There is no such form, or not for you."))
    must_fill(actor=actor, form=form)
    return form


def form_to_receive(*, actor: Actor, campaign_id: int, form_id: str) -> Form | None:
    """Return a form by its id with the answer whether `actor` fills it in, in one query; `must_fill` reads it."""
    shape, values = _of_actor(actor, campaign_id, form_id)
    rows = statements.rows(shape=("form", *shape), build=lambda: _form_to_receive(actor), values=values)
    if not rows:
        return None
    form = Form.from_db("default", _FORM, rows[0][:-1])
    form.filled_by = actor if rows[0][-1] else None  # type: ignore[attr-defined]
    return form


def is_still_filled(*, actor: Actor, form: Form) -> tuple[str, list[Any]]:
    """Return the condition in SQL, and its values, that `form` is as it was read and `actor` fills it in."""
    shape, values = _of_actor(actor, form.campaign_id, form.form_id)
    values |= {"pk": form.pk, "state": form.state, "unit question": form.unit_question}

    def build() -> "tuple[QuerySet[Form, Any], dict[Any, str]]":
        marked, of, marks = _marked(actor)
        rows = Form.objects.filter(
            _fills(marked), deleted_at=None, pk=of["pk"], campaign_id=of["campaign"], form_id="@form", state="@state",
            unit_question="@unit question",
        )  # fmt: skip
        return rows.order_by().values_list("pk"), marks

    return statements.condition(shape=("is still filled", *shape), build=build, values=values)


def _of_actor(actor: Actor, campaign_id: int, form_id: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return what the SQL about an actor's forms depends on, and the values it is asked with."""
    roles = sorted(role.value for role in actor.roles)
    values = {
        "campaign": campaign_id, "form": form_id, "person": actor.person_id, "key": actor.key_id,
        "unit": actor.unit_id, "body": actor.body_id, **{f"role {n}": role for n, role in enumerate(roles)},
    }  # fmt: skip
    return (actor.permissions, len(roles), actor.person_id is None, actor.key_id is None), values


_FORM = tuple(field.attname for field in Form._meta.concrete_fields)


def _form_to_receive(like: Actor) -> "tuple[QuerySet[Form, Any], dict[Any, str]]":
    marked, of, marks = _marked(like)
    rows = Form.objects.filter(deleted_at=None, campaign_id=of["campaign"], form_id="@form").order_by()
    filled = Exists(Form.objects.filter(_fills(marked), pk=OuterRef("pk")))
    return rows.annotate(is_filled=filled).values_list(*_FORM, "is_filled"), marks


def _marked(like: Actor) -> tuple[Actor, dict[str, int], dict[Any, str]]:
    """Return an actor like this one with marks in the place of what differs, the marks of numbers, and all marks."""
    names = ("campaign", "person", "key", "unit", "body", "pk")
    marks: dict[Any, str] = {-9_000_000_000_001 - n: name for n, name in enumerate(names)}
    of = {name: mark for mark, name in marks.items()}
    roles = [_RoleMark(f"@role {n}") for n in range(len(like.roles))]
    texts = ("@form", "@state", "@unit question", *(role.value for role in roles))
    marks |= {text: text[1:] for text in texts}
    marked = replace(
        like, person_id=of["person"] if like.person_id is not None else None,
        key_id=of["key"] if like.key_id is not None else None, unit_id=of["unit"], body_id=of["body"],
        roles=frozenset(roles),  # type: ignore[arg-type]  # only their values are asked
    )  # fmt: skip
    return marked, of, marks


@dataclass(frozen=True, slots=True)
class _RoleMark:
    value: str


def must_fill(*, actor: Actor, form: Form) -> None:
    """Raise NotAllowed unless `actor` fills in `form`; no query where `form_to_receive` brought it for them."""
    if actor.is_system or getattr(form, "filled_by", None) is actor:
        return
    if not Form.objects.filter(_fills(actor), pk=form.pk).exists():
        raise NotAllowed("form.not_assigned", _("This form is not assigned to you. Ask the secretariat."))


def published_version(*, form: Form) -> FormVersion:
    """Return the published version; raises Missing where there is none."""
    version = form.versions.filter(state=FormVersion.State.PUBLISHED).first()
    if version is None:
        raise Missing("form.unpublished", _("This form is not published yet."))
    return version


def _scope(assignment: Assignment, actor: Actor) -> Q:
    if assignment.scope == Assignment.Scope.ALL:
        return _EVERYTHING
    if assignment.scope == Assignment.Scope.UNITS:
        return Q(unit__code__in=assignment.units)
    if assignment.scope == Assignment.Scope.UNIT:
        return Q(unit_id=actor.unit_id) if actor.unit_id else _NOTHING
    if assignment.scope == Assignment.Scope.BODY:
        return Q(person__body_id=actor.body_id) if actor.body_id else _NOTHING
    if actor.person_id is None:
        return Q(key_id=actor.key_id or -1)
    return Q(person_id=actor.person_id)


def scope_of(*, actor: Actor, form: Form, verb: str = "") -> Q:
    """Return the condition on the submissions of `form` that `actor` may see, or may do `verb` with.

    What a person handed in they always see. One query at most.
    """
    if actor.may(_ALL) or (actor.may(_SEE) and verb != Assignment.Verb.REVIEW):
        return _EVERYTHING
    if form.purpose == Form.Purpose.REPORT:
        return _reports_in(actor) if verb != Assignment.Verb.REVIEW else _NOTHING
    own = Q(person_id=actor.person_id) if actor.person_id else Q(key_id=actor.key_id or -1)
    needed = _REVIEW if verb == Assignment.Verb.REVIEW else _READ
    if not actor.may(needed):
        return own if verb != Assignment.Verb.REVIEW else _NOTHING
    held = Assignment.objects.filter(_held_by(actor), form=form)
    if verb:
        held = held.filter(verb=verb)
    found = _NOTHING if verb == Assignment.Verb.REVIEW else own
    for assignment in held:
        found |= _scope(assignment, actor)
    return found


def submissions_for(
    *, actor: Actor, form: Form, verb: str = "", is_test: bool = False
) -> QuerySet[Submission]:
    """Return the submissions of `form` that `actor` may see (or do `verb` with), in the order received."""
    rows = Submission.objects.filter(form=form, deleted_at=None, is_test=is_test)
    return rows.filter(scope_of(actor=actor, form=form, verb=verb)).order_by("pk")


def submission_of(
    *, actor: Actor, form: Form, instance_id: str, verb: str = "", is_test: bool = False
) -> Submission:
    """Return one submission by the identity it came with or that of its newest edit; raises Missing."""
    rows = submissions_for(actor=actor, form=form, verb=verb, is_test=is_test).select_related(
        "version", "form"
    )
    row = rows.filter(Q(instance_id=instance_id) | Q(current_id=instance_id)).first()
    if row is None:
        raise Missing("submission.missing", _("There is no such submission, or not for you."))
    return row


def corrected_by(*, actor: Actor, form: Form) -> Q:
    """Return the condition on the submissions of `form` that `actor` corrects when they come back.

    Those they handed in, and those they fill in for: an assignment to fill in over a unit or a body is for all of it.
    """
    own = Q(person_id=actor.person_id) if actor.person_id is not None else Q(key_id=actor.key_id or -1)
    if form.purpose == Form.Purpose.REPORT or not actor.may("questionnaire.submission:fill"):
        return own
    for assignment in Assignment.objects.filter(_held_by(actor), form=form, verb=Assignment.Verb.FILL):
        own |= _fills_for(assignment, actor)
    return own


def _fills_for(assignment: Assignment, actor: Actor) -> Q:
    """Return what an assignment to fill in makes a person's own; over all units nobody corrects for everybody."""
    wide = assignment.scope in (Assignment.Scope.UNITS, Assignment.Scope.ALL)
    return _NOTHING if wide else _scope(assignment, actor)


def returned_for(*, actor: Actor) -> QuerySet[Submission]:
    """Return the submissions of all forms that came back to `actor` for correction (two queries)."""
    if actor.person_id is None:
        return Submission.objects.none()
    mine = Q(person_id=actor.person_id)
    if actor.may("questionnaire.submission:fill"):
        for assignment in Assignment.objects.filter(_held_by(actor), verb=Assignment.Verb.FILL):
            mine |= Q(form=assignment.form_id) & _fills_for(assignment, actor)
    return _living().filter(mine, state=Submission.State.HAS_ISSUES)


def waiting_for(*, actor: Actor) -> QuerySet[Submission]:
    """Return the submissions of all forms that wait for a decision which `actor` may take (two queries)."""
    rows = _living().filter(state__in=(Submission.State.RECEIVED, Submission.State.EDITED))
    if actor.may(_ALL):
        return rows
    if not actor.may(_REVIEW):
        return rows.none()
    scope = _NOTHING
    for assignment in Assignment.objects.filter(_held_by(actor), verb=Assignment.Verb.REVIEW):
        scope |= Q(form=assignment.form_id) & _scope(assignment, actor)
    return rows.filter(scope)


def _living() -> QuerySet[Submission]:
    """Return what counts of all forms for collection: the reports of units have their own ways."""
    return Submission.objects.filter(
        deleted_at=None, is_test=False, form__deleted_at=None, form__purpose=Form.Purpose.COLLECTION
    )
