"""Writes of people, roles and notices."""

from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Notice, Person, PersonRole
from haicap.accounts.queries import KNOWN_ROLES
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.text import fold, nfc
from haicap.register.models import Body


def _check_place(actor: Actor, body: Body) -> None:
    """Raise NotAllowed where `actor` may not keep people of `body`."""
    actor.must("accounts.person:write")
    if not actor.is_central and body.pk != actor.body_id:
        raise NotAllowed("person.other_body", _("You may only keep people of your own body."), field="body")


def _check_roles(actor: Actor, roles: Iterable[str]) -> list[str]:
    wanted = sorted({str(role) for role in roles})
    if unknown := [role for role in wanted if role not in KNOWN_ROLES]:
        raise Refused(
            "person.role_unknown",
            _("There is no role %(role)s.") % {"role": unknown[0]},
            field="roles",
        )
    if wanted and not actor.may("accounts.person:roles"):
        raise NotAllowed("person.roles_denied", _("Only the secretariat gives roles."), field="roles")
    return wanted


def _check_password(password: str, person: Person) -> None:
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("person.password_weak", " ".join(error.messages), field="password") from error


def _folded(full_name: str, username: str) -> str:
    return fold(f"{full_name} {username}")[:300]


@transaction.atomic
def add_person(
    *,
    actor: Actor,
    username: str,
    full_name: str,
    body: Body,
    roles: Iterable[str] = (),
    password: str | None = None,
    post: str = "",
    level: str = "",
    email: str = "",
    phone: str = "",
    is_sample: bool = False,
) -> Person:
    """Add a person; without `password` nobody can sign in as them until one is set.

    Raises Refused for a user name already taken, a weak password or an unknown role, NotAllowed for a body
    other than the actor's own.
    """
    _check_place(actor, body)
    wanted = _check_roles(actor, roles)
    username, full_name = nfc(username), nfc(full_name)
    if not username or not full_name:
        raise Refused("person.name_missing", _("Give a user name and a full name."), field="full_name")
    if Person.objects.filter(username__iexact=username).exists():
        raise Refused(
            "person.username_taken",
            _("The user name %(username)s is taken. Choose another.") % {"username": username},
            field="username",
        )
    person = Person(
        username=username,
        full_name=full_name,
        folded=_folded(full_name, username),
        body=body,
        post=nfc(post),
        level=nfc(level),
        email=email.strip(),
        phone=phone.strip(),
        is_sample=is_sample,
        password=make_password(password),
    )
    if password is not None:
        _check_password(password, person)
    person.save()
    PersonRole.objects.bulk_create(PersonRole(person=person, role=role) for role in wanted)
    after = {**audit.snapshot(person), "roles": wanted}
    audit.record(actor=actor, action="accounts.person.added", subject=person, after=after)
    return person


@transaction.atomic
def notify(*, actor: Actor, people: Iterable[Person], text_vi: str, text_en: str, url: str = "") -> int:
    """Tell each of `people` once; returns how many were told."""
    rows = [
        Notice(person=person, text_vi=nfc(text_vi), text_en=text_en, url=url)
        for person in {person.pk: person for person in people}.values()
    ]
    Notice.objects.bulk_create(rows, batch_size=500)
    if rows:
        audit.record(
            actor=actor,
            action="accounts.notices.sent",
            subject=f"notice:{url}",
            after={"people": [row.person_id for row in rows], "text": text_vi},
        )
    return len(rows)


@transaction.atomic
def mark_read(*, actor: Actor, notice_id: int | None = None) -> int:
    """Mark one of the actor's notices read, or all; returns how many changed."""
    rows = Notice.objects.filter(person_id=actor.person_id or -1, read_at=None)
    if notice_id is not None:
        rows = rows.filter(pk=notice_id)
    count = rows.update(read_at=timezone.now())
    if count:
        audit.record(actor=actor, action="accounts.notices.read", subject=f"notice:{notice_id or 'all'}")
    return count
