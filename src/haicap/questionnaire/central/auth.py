"""Who calls: a session's token (Bearer), a name and password (Basic), or the cookie of somebody signed in.

A session is one of Django's, and its key is the token. With a second factor, or without a password of their own, people
use the token of a device's key as the password: what a program can do without a person at hand must be revocable.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from haicap.accounts import factor
from haicap.accounts.actions import check_password, note_sign_in
from haicap.accounts.models import Person
from haicap.accounts.queries import actor_of
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.questionnaire import keys
from haicap.questionnaire.central.errors import Problem, not_allowed, not_authenticated
from haicap.questionnaire.models import FieldKey

LASTS = timedelta(hours=24)  # a session, as Central's do
KNOWN_FOR = 300  # seconds a pair of name and password is known without hashing it again
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_KEY = "field_key"
_MARK = "central"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A session that was begun."""

    token: str
    created_at: datetime
    expires_at: datetime


def _store(token: str | None = None) -> SessionBase:
    made: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(token)
    return made


def _named(name: str) -> Person | None:
    """Return the active person of a user name, or of an e-mail address that only one has."""
    rows = Person.objects.filter(is_active=True)
    if (person := rows.filter(username=name.strip().lower()).first()) is not None:
        return person
    found = list(rows.filter(email__iexact=name.strip())[:2]) if "@" in name else []
    return found[0] if len(found) == 1 else None


def _holder(name: str, password: str, person: Person | None) -> keys.Holder | None:
    """Return the device's key that is the password: one of this person, or the device's own user name and password."""
    found = keys.holder_of(token=password) if person is not None else None
    if found is not None and person is not None and found.key.person_id == person.pk:
        return found
    own = keys.holder_named(username=name) if person is None else None
    if own is not None and constant_time_compare(keys.password_of(own.key), password):
        return own
    return None


def _check(request: HttpRequest, name: str, password: str) -> tuple[Person | None, keys.Holder | None]:
    """Return whose name and password these are, with the device's key where that was the password.

    Raises Problem 401.2, 403.1 for a temporary password, 429.7 after too many wrong ones.
    """
    person = _named(name)
    if (holder := _holder(name, password, person)) is not None:
        return person, holder
    try:
        person = check_password(
            request=request, username=person.username if person is not None else name, password=password
        )
    except Refused as refusal:
        if getattr(request, "axes_locked_out", False):
            request.axes_locked_out = False  # type: ignore[attr-defined]  # else a page takes the answer's place
            raise Problem(429.7, _("Too many wrong passwords. Wait 15 minutes.")) from refusal
        raise not_authenticated() from refusal
    if person.password_is_temporary:
        raise Problem(403.1, _("Choose your own password first, on your account's page."))
    if factor.is_enrolled(person_id=person.pk):
        raise Problem(
            401.2, _("You have a second factor: programs sign in with the key of a device as the password.")
        )
    return person, None


def begin(*, request: HttpRequest, name: str, password: str) -> Token:
    """Begin a session; raises Problem 401.2, 403.1, 429.7."""
    person, holder = _check(request, name, password)
    session, now = _store(), timezone.now()
    if holder is not None:
        session[_KEY] = holder.key.pk
        keys.note_use(holder.key)
    elif person is not None:
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = _BACKEND
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        note_sign_in(person=person)
    session[_MARK] = now.isoformat()
    session.set_expiry(now + LASTS)
    session.create()
    return Token(token=session.session_key or "", created_at=now, expires_at=now + LASTS)


def end(*, token: str) -> None:
    """End a session of this interface; raises Problem 403.1 where there is none, as for one of somebody else."""
    session = _store(token)
    if _MARK not in session:
        raise not_allowed()
    session.flush()


def _held_by_session(token: str) -> Actor:
    """Return the actor of a session's token; raises Problem 401.2."""
    if (person := keys.person_of_session(token=token)) is not None:
        return actor_of(person=person)
    pk = _store(token).get(_KEY) if token.isascii() and token.isalnum() else None
    key = FieldKey.objects.filter(pk=pk).first() if pk is not None else None
    actor = keys.actor_of_key(key) if key is not None else None
    if actor is None:
        raise not_authenticated()
    return actor


def _held_by_password(request: HttpRequest, encoded: str) -> Actor:
    """Return the actor of Basic credentials; raises Problem 401.2, 401.3."""
    if settings.SECURE_PROXY_SSL_HEADER and not request.is_secure():
        raise Problem(401.3, _("Names and passwords are only taken over HTTPS."))
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise not_authenticated() from error
    if not colon or not password or "\0" in name + password:
        raise not_authenticated()
    person = _named(name)
    known = _known(person, password) if person is not None else ""
    if person is not None and cache.get(known):
        return actor_of(person=person)
    person, holder = _check(request, name, password)
    if holder is not None:
        keys.note_use(holder.key)
        return holder.actor
    if person is None:
        raise not_authenticated()
    cache.set(_known(person, password), 1, KNOWN_FOR)
    return actor_of(person=person)


def _known(person: Person, password: str) -> str:
    """Return a name for a pair that was right: another once the stored password, or what else signs in, changes."""
    text = f"{person.pk}\0{person.password}\0{factor.is_enrolled(person_id=person.pk)}\0{password}"
    return "central-" + hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


class _CsrfCheck(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        del request
        return reason


def _refuse_foreign(request: HttpRequest) -> None:
    """Refuse a request that changes something with a cookie alone and did not come from a page of ours."""
    check = _CsrfCheck(lambda _request: HttpResponse())
    check.process_request(request)
    if check.process_view(request, lambda *_args: HttpResponse(), (), {}):
        raise not_authenticated()


def actor_for(request: Any) -> Actor:
    """Return who calls; raises Problem 401.2 where nobody does."""
    header = request.headers.get("Authorization", "")
    scheme, _space, given = header.partition(" ")
    if scheme.lower() == "bearer":
        return _held_by_session(given.strip())
    if scheme.lower() == "basic":
        return _held_by_password(request, given.strip())
    actor: Actor = request.actor
    if header or not actor.is_signed_in:
        raise not_authenticated()
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        _refuse_foreign(request)
    return actor
