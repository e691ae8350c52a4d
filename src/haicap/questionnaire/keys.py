"""Secrets of devices and drafts, derived from the house's secret key and stored nowhere; and who stands behind them.

A device has a token for addresses (/v1/key/<token>/...) and, for clients that ask for a user name, a user name and a
password. All follow from the key's row and its nonce; a revoked key opens nothing.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from haicap.accounts.models import Person, PersonRole
from haicap.accounts.queries import KNOWN_ROLES
from haicap.kernel.access import Actor, Role, catalogue
from haicap.questionnaire import statements
from haicap.questionnaire.models import FieldKey, FormVersion
from haicap.questionnaire.statements import first_of_request

NOTED_EVERY = timedelta(minutes=5)  # how exactly the last use of a key is kept
_SEAL = 24  # bytes: 192 bits, beyond guessing
_MOST_SEEN = 4096
_seen: "dict[str, Holder]" = {}
_NUMBER = 6  # bytes of the row's key in a token
_DEVICE_ONLY = frozenset({"questionnaire.submission:fill", "questionnaire.submission:read"})
_DEVICE_MAY = _DEVICE_ONLY | {
    "questionnaire.form:read", "questionnaire.form:write", "questionnaire.report:own", "questionnaire.report:read",
    "questionnaire.report:write", "questionnaire.dataset:read",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A key that opens, the actor it acts as, and the language of its person."""

    key: FieldKey
    actor: Actor
    language: str


def _seal(purpose: str, value: str) -> bytes:
    return salted_hmac(f"questionnaire.keys.{purpose}", value, algorithm="sha256").digest()[:_SEAL]


def _token(purpose: str, number: int, value: str) -> str:
    raw = number.to_bytes(_NUMBER, "big") + _seal(purpose, f"{number}:{value}")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _number(token: str) -> int | None:
    """Return the row a token says it is of; None where it is no token."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(raw[:_NUMBER], "big") if len(raw) == _NUMBER + _SEAL else None


def token_of(key: FieldKey) -> str:
    """Return the token of a key: 40 characters for an address."""
    return _token("device", key.pk, key.nonce)


def username_of(key: FieldKey) -> str:
    """Return the user name of a key, for clients that ask for one."""
    return f"may-{key.pk}"


def password_of(key: FieldKey) -> str:
    """Return the password of a key: 24 characters without those people mix up."""
    return base64.b32encode(_seal("password", f"{key.pk}:{key.nonce}")[:15]).decode().lower()


def holder_of(*, token: str) -> Holder | None:
    """Return the key behind a token and its actor, None where it opens nothing (one query)."""
    number = _number(token)
    found = _holder(number) if number is not None else None
    if found is None or not constant_time_compare(token_of(found.key), token):
        _seen.pop(token, None)
        return None
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    _seen[token] = found
    return found


def remembered(*, token: str) -> Holder | None:
    """Return what this process last knew of a token; whoever acts on it must see with `still_holds` that it is so."""
    return _seen.get(token)


def still_holds(holder: Holder) -> tuple[str, list[Any]]:
    """Return the condition in SQL, and its values, that a key still opens and its person still holds their roles."""
    key, actor = holder.key, holder.actor
    roles = sorted(role.value for role in actor.roles)
    values: dict[str, Any] = {
        "key": key.pk, "nonce": key.nonce, "person": key.person_id, "unit": actor.unit_id, "equals": len(roles),
        **{f"role {n}": role for n, role in enumerate(roles)},
    }  # fmt: skip
    is_bound = actor.unit_id is not None
    opens, given = statements.condition(
        shape=("key still opens", key.person_id is None, is_bound),
        build=lambda: _key_still_opens(has_person=key.person_id is not None, has_unit=is_bound), values=values,
    )  # fmt: skip
    if not roles:
        return opens, given
    held, more = statements.condition(
        shape=("roles are held", len(roles)),
        build=lambda: _roles_are_held(len(roles)),
        values=values,
        equals=True,
    )
    return f"{opens} AND {held}", [*given, *more]


def _key_still_opens(*, has_person: bool, has_unit: bool) -> "tuple[QuerySet[FieldKey, Any], dict[Any, str]]":
    marks: dict[Any, str] = {_MARK: "key", _MARK - 1: "person", _MARK - 2: "unit", "@nonce": "nonce"}
    rows = FieldKey.objects.filter(pk=_MARK, nonce="@nonce", revoked_at=None)
    if not has_person:
        return rows.filter(person=None).order_by().values_list("pk"), marks
    unit = Q(person__body__unit_id=_MARK - 2) if has_unit else Q(person__body__unit=None)
    rows = rows.filter(unit, person_id=_MARK - 1, person__is_active=True)
    return rows.order_by().values_list("pk"), marks


def _roles_are_held(count: int) -> "tuple[QuerySet[PersonRole, Any], dict[Any, str]]":
    roles = [f"@role {n}" for n in range(count)]
    rows = PersonRole.objects.filter(person_id=_MARK - 1, role__in=roles).order_by()
    marks: dict[Any, str] = {_MARK - 1: "person", **{role: role[1:] for role in roles}}
    return rows.values("person_id").annotate(held=Count("pk")).values_list("held"), marks


def holder_named(*, username: str) -> Holder | None:
    """Return the key with this user name and its actor; whoever asks must still see the password."""
    prefix, _dash, number = username.partition("-")
    if prefix != "may" or not number.isascii() or not number.isdecimal() or len(number) > 15:
        return None
    return _holder(int(number))


def key_of(token: str) -> FieldKey | None:
    """Return the key behind a token, None where it opens nothing."""
    found = holder_of(token=token)
    return found.key if found else None


def actor_of_key(key: FieldKey) -> Actor | None:
    """Return the actor a key acts as, None where it opens nothing (any more)."""
    found = _holder(key.pk)
    return found.actor if found else None


_MARK = -9_000_000_000_001
_NAMES = tuple(field.attname for field in FieldKey._meta.concrete_fields)


def _rows_of_key() -> "tuple[QuerySet[FieldKey, Any], dict[Any, str]]":
    rows = FieldKey.objects.filter(Q(person=None) | Q(person__is_active=True), pk=_MARK, revoked_at=None)
    behind = ("full_name", "language", "body_id", "body__unit_id", "roles__role")
    return rows.order_by().values_list(*_NAMES, *(f"person__{name}" for name in behind)), {_MARK: "key"}


def _holder(number: int) -> Holder | None:
    """Return a key with its person and their roles (one query, one row for each role)."""
    rows = first_of_request(lambda: statements.rows(shape="key", build=_rows_of_key, values={"key": number}))
    if not rows:
        return None
    key = FieldKey.from_db("default", _NAMES, rows[0][: len(_NAMES)])
    full_name, language, body_id, unit_id, _role = rows[0][len(_NAMES) :]
    roles = frozenset(Role(row[-1]) for row in rows if row[-1] in KNOWN_ROLES)
    actor = Actor(
        person_id=key.person_id, name=full_name or key.name, roles=roles, permissions=_held_by(key, roles),
        body_id=body_id, unit_id=unit_id, key_id=key.pk,
    )  # fmt: skip
    return Holder(key=key, actor=actor, language=language or settings.LANGUAGE_CODE)


def _held_by(key: FieldKey, roles: frozenset[Role]) -> frozenset[str]:
    return _DEVICE_ONLY if key.person_id is None else _of_roles(roles)


@lru_cache(maxsize=256)
def _of_roles(roles: frozenset[Role]) -> frozenset[str]:
    return catalogue().of(roles) & _DEVICE_MAY


def note_use(key: FieldKey, *, now: datetime | None = None) -> None:
    """Keep when a key was last used, at most every few minutes."""
    now = now or timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        FieldKey.objects.filter(pk=key.pk).update(last_used_at=now)
        key.last_used_at = now


def draft_token_of(version: FormVersion) -> str:
    """Return the token that opens a draft to whoever tests it; it ends when the draft is published or replaced."""
    return _token("draft", version.pk, f"{version.form_id}:{version.created_at.timestamp()}")


def draft_of(*, token: str) -> FormVersion | None:
    """Return the draft behind a token, with its form; None where it opens nothing."""
    number = _number(token)
    rows = FormVersion.objects.filter(state=FormVersion.State.DRAFT, form__deleted_at=None)
    version = rows.filter(pk=number or -1).select_related("form__campaign").first()
    return version if version is not None and constant_time_compare(draft_token_of(version), token) else None


def person_of_session(*, token: str) -> Person | None:
    """Return the person signed in with a session of this key; None where it ended or the password was changed."""
    if not 8 <= len(token) <= 40 or not token.isascii() or not token.isalnum():
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(token)
    number, seal = session.get(SESSION_KEY), session.get(HASH_SESSION_KEY)
    if not number or not seal:
        return None
    person = Person.objects.filter(pk=number, is_active=True).first()
    if person is None or not constant_time_compare(person.get_session_auth_hash(), seal):
        return None
    return person
