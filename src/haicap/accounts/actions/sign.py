"""Signing in and out. Nothing here runs in one transaction: wrong attempts must leave their trace."""

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from haicap.accounts import factor
from haicap.accounts.models import Person
from haicap.accounts.queries import actor_of
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc


def check_password(*, request: HttpRequest, username: str, password: str) -> Person:
    """Return the person whose password this is; raises Refused, the same for every wrong pair.

    User names are lower case, so that writing one in capitals does not open a fresh count of attempts.
    """
    person = authenticate(request, username=nfc(username).lower(), password=password)
    if person is None:
        raise Refused(
            "signin.wrong", _("The user name or the password is not right. Check both and try again.")
        )
    return person


def check_code(*, person_id: int, code: str) -> Person:
    """Return the person whose second factor gave `code`; raises Refused."""
    person = Person.objects.filter(pk=person_id, is_active=True).first()
    if person is None or not factor.is_valid(person=person, code=code):
        raise Refused(
            "factor.code_wrong",
            _("This code is not right. After several wrong codes, wait a little before the next."),
            field="code",
        )
    return person


def note_sign_in(*, person: Person) -> None:
    """Leave the trace of a sign-in."""
    audit.record(actor=actor_of(person=person), action="accounts.signed_in", subject=person)


def note_sign_out(*, actor: Actor) -> None:
    """Leave the trace of a sign-out."""
    audit.record(actor=actor, action="accounts.signed_out", subject=f"accounts.person:{actor.person_id}")
