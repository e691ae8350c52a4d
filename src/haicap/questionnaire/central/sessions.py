"""Sessions and who one is."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from haicap.accounts.actions import note_sign_out
from haicap.accounts.models import Person
from haicap.accounts.queries import own
from haicap.kernel.http import Request
from haicap.questionnaire.central import auth
from haicap.questionnaire.central.errors import Problem, not_found
from haicap.questionnaire.central.shapes import (
    answer,
    body_of,
    is_extended,
    key_shape,
    moment,
    person_shape,
    success,
    text_in,
)
from haicap.questionnaire.models import FieldKey


def begin(request: Request) -> HttpResponse:
    """Begin a session. Public: this is the way in. `email` may be a user name."""
    body = body_of(request)
    name, password = text_in(body, "email"), text_in(body, "password")
    if not name.strip() or not password:
        raise Problem(
            400.3, _("Give a user name (email) and a password."), expected=["email", "password"],
            got=[field for field in ("email", "password") if body.get(field)],
        )  # fmt: skip
    made = auth.begin(request=request, name=name, password=password)
    return answer(
        {
            "token": made.token, "csrf": None, "createdAt": moment(made.created_at),
            "expiresAt": moment(made.expires_at),
        }
    )  # fmt: skip


def _own_token(request: Request) -> str:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise not_found()
    return token.strip()


def end_current(request: Request) -> HttpResponse:
    """End the session that calls."""
    auth.end(token=_own_token(request))
    note_sign_out(actor=request.actor)
    return success()


def end(request: Request, token: str) -> HttpResponse:
    """End a session by its token: whoever knows it may."""
    auth.end(token=token)
    note_sign_out(actor=request.actor)
    return success()


def current(request: Request) -> HttpResponse:
    """Return who calls."""
    if request.actor.person_id is None:
        return answer(key_shape(FieldKey.objects.get(pk=request.actor.key_id or 0)))
    person: Person = own(actor=request.actor)
    found = person_shape(person)
    if is_extended(request):
        found["verbs"] = sorted(request.actor.permissions)
        found["preferences"] = {"site": {}, "projects": {}}
    return answer(found)
