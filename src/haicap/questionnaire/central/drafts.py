"""Drafts of forms: saved, thrown away, published; the files they need; who fills in what."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from haicap.accounts.queries import people_for
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.http import Request
from haicap.questionnaire.actions.forms import (
    assign,
    attach_media,
    discard_draft,
    link_dataset,
    publish_draft,
    remove_media,
    save_draft_version,
    unassign,
)
from haicap.questionnaire.actions.forms.media import MAX_MEDIA
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.bodies import raw_body
from haicap.questionnaire.central.errors import Problem, not_allowed, not_found
from haicap.questionnaire.central.form_shapes import media_shape
from haicap.questionnaire.central.forms import definition
from haicap.questionnaire.central.shapes import Json, actor_id, actor_shape, answer, body_of, flag, success
from haicap.questionnaire.models import Assignment, FieldKey, Form, FormVersion
from haicap.questionnaire.queries.entities import dataset_of
from haicap.questionnaire.queries.odata import KEY_BASE

_WRITE = "questionnaire.form:write"
ROLES = (
    (1, "Administrator", "admin"), (2, "App User", "app-user"), (5, "Project Manager", "manager"),
    (6, "Project Viewer", "viewer"), (8, "Data Collector", "formfill"),
)  # fmt: skip  # ids and names are Central's; clients have them built in
_VERBS = {"app-user": "fill", "formfill": "fill", "viewer": "read", "manager": "review"}


def save(request: Request, project: int, form: str) -> HttpResponse:
    """Save a definition as the draft; without a body the published version becomes the draft."""
    found = lookups.form(request.actor, project, form)
    request.actor.must(_WRITE)
    raw, name, _fallback = definition(request)
    accept = flag(request, "ignoreWarnings") or name.endswith(".xml")
    save_draft_version(
        actor=request.actor, form=found, raw=raw or None, name=name if raw else "", accept_warnings=accept
    )
    return success()


def discard(request: Request, project: int, form: str) -> HttpResponse:
    """Throw the draft away; a form that was never published has nothing else: 409.7."""
    found = lookups.form(request.actor, project, form)
    lookups.draft(request.actor, found)
    discard_draft(actor=request.actor, form=found)
    return success()


def publish(request: Request, project: int, form: str) -> HttpResponse:
    """Publish the draft, with another version name on request."""
    found = lookups.form(request.actor, project, form)
    draft = lookups.draft(request.actor, found)
    wanted = request.GET.get("version", "").strip() or draft.version
    if found.versions.exclude(state=FormVersion.State.DRAFT).filter(version=wanted).exists():
        raise Problem(
            409.6, _("This form had the version “%(version)s” before.") % {"version": wanted},
            xmlFormId=found.form_id, version=wanted,
        )  # fmt: skip
    publish_draft(actor=request.actor, form=found, version=request.GET.get("version", ""))
    return success()


def put_file(request: Request, project: int, form: str, name: str) -> HttpResponse:
    """Take a file that the draft needs."""
    found = lookups.form(request.actor, project, form)
    lookups.draft(request.actor, found)
    raw = raw_body(request, most=MAX_MEDIA)
    try:
        return answer(media_shape(attach_media(actor=request.actor, form=found, name=name, raw=raw)))
    except Missing as missing:
        raise not_found() from missing


def remove_file(request: Request, project: int, form: str, name: str) -> HttpResponse:
    """Take a file away from the draft."""
    found = lookups.form(request.actor, project, form)
    lookups.draft(request.actor, found)
    try:
        remove_media(actor=request.actor, form=found, name=name)
    except Missing as missing:
        raise not_found() from missing
    return success()


def link_file(request: Request, project: int, form: str, name: str) -> HttpResponse:
    """Let the list of the same name serve a file of the draft, or end that."""
    found = lookups.form(request.actor, project, form)
    lookups.draft(request.actor, found)
    try:
        if not body_of(request).get("dataset"):
            return answer(media_shape(remove_media(actor=request.actor, form=found, name=name)))
        dataset = dataset_of(actor=request.actor, campaign=found.campaign, name=name.removesuffix(".csv"))
        return answer(media_shape(link_dataset(actor=request.actor, form=found, name=name, dataset=dataset)))
    except Missing as missing:
        raise not_found() from missing
    except Refused as refused:
        if refused.code == "form.media_not_csv":
            raise Problem(400.26, refused.message) from refused
        raise


def roles(request: Request) -> HttpResponse:
    """Return the roles that can be given on a form."""
    del request
    return answer([_role(one) for one in ROLES])


def role(request: Request, role: str) -> HttpResponse:
    """Return one role by its number or name."""
    del request
    return answer(_role(_known(role)))


def _role(one: tuple[int, str, str]) -> Json:
    return {
        "id": one[0], "name": one[1], "system": one[2], "verbs": [], "createdAt": None, "updatedAt": None,
    }  # fmt: skip


def _known(text: str) -> tuple[int, str, str]:
    found = next((one for one in ROLES if text in (str(one[0]), one[2])), None)
    if found is None:
        raise not_found()
    return found


def _role_of(row: Assignment) -> int:
    if row.verb == Assignment.Verb.FILL:
        return 2 if row.key_id is not None else 8
    return 5 if row.verb == Assignment.Verb.REVIEW else 6


def _assignments(request: Request, project: int, form: str) -> list[Assignment]:
    found = lookups.form(request.actor, project, form)
    request.actor.must(_WRITE)
    rows = Assignment.objects.filter(form=found, role="").select_related("person", "key")
    return list(rows)


def assignments(request: Request, project: int, form: str) -> HttpResponse:
    """Return who holds which role on a form; what whole roles of the house hold is not told here."""
    rows = _assignments(request, project, form)
    return answer(
        [
            {"actorId": actor_id(person_id=row.person_id, key_id=row.key_id), "roleId": _role_of(row)}
            for row in rows
        ]
    )


def assigned(request: Request, project: int, form: str, role: str) -> HttpResponse:
    """Return those who hold a role on a form."""
    wanted = _known(role)[0]
    rows = _assignments(request, project, form)
    return answer([actor_shape(row.person, row.key) for row in rows if _role_of(row) == wanted])


def _holder(actor: Actor, form: Form, user: int) -> dict[str, object]:
    """Return the person or device of an actor's id."""
    if user >= KEY_BASE:
        key = FieldKey.objects.filter(pk=user - KEY_BASE, campaign=form.campaign_id, revoked_at=None).first()
        if key is None:
            raise not_found()
        return {"key": key}
    person = people_for(actor=actor).filter(pk=user, is_active=True).first()
    if person is None:
        raise not_found()
    return {"person": person}


def give_role(request: Request, project: int, form: str, role: str, user: int) -> HttpResponse:
    """Give a person or a device a role on a form."""
    found = lookups.form(request.actor, project, form)
    request.actor.must(_WRITE)
    verb = _VERBS.get(_known(role)[2])
    holder = _holder(request.actor, found, user)
    if verb is None:  # roles of the whole house are given on their own page
        raise not_allowed()
    assign(actor=request.actor, form=found, verb=verb, **holder)  # type: ignore[arg-type]
    return success()


def take_role(request: Request, project: int, form: str, role: str, user: int) -> HttpResponse:
    """Take a role on a form back."""
    found = lookups.form(request.actor, project, form)
    request.actor.must(_WRITE)
    verb, holder = _VERBS.get(_known(role)[2]), _holder(request.actor, found, user)
    row = Assignment.objects.filter(form=found, verb=verb or "", **holder).first()
    if row is None:
        raise not_found()
    unassign(actor=request.actor, form=found, assignment_id=row.pk)
    return success()
