"""Writes of people, roles and notices."""

import secrets
from collections.abc import Iterable, Sequence
from typing import cast

from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.accounts import factor
from haicap.accounts.models import Notice, Person, PersonRole
from haicap.accounts.queries import KNOWN_ROLES, actor_of, own
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed, Refusal, Refused
from haicap.kernel.revision import claim
from haicap.kernel.tables import Fault, Faulty, Row
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


@transaction.atomic
def change_person(
    *,
    actor: Actor,
    person: Person,
    revision: int,
    full_name: str,
    body: Body,
    post: str = "",
    level: str = "",
    phone: str = "",
    email: str = "",
    roles: Iterable[str] | None = None,
    is_active: bool = True,
) -> Person:
    """Change a person; `roles` None leaves them. Raises Conflict, Refused, NotAllowed."""
    _check_place(actor, person.body)
    _check_place(actor, body)
    held = sorted(row.role for row in person.roles.all())
    wanted = held if roles is None else _check_roles(actor, roles)
    if person.pk == actor.person_id and not is_active:
        raise Refused("person.self_off", _("You cannot close your own account."), field="is_active")
    claim(person, revision=revision)
    before = {**audit.snapshot(person), "roles": held}
    person.full_name, person.body, person.is_active = nfc(full_name), body, is_active
    person.post, person.level, person.phone, person.email = nfc(post), nfc(level), phone.strip(), email.strip()
    person.folded = _folded(person.full_name, person.username)
    person.save()
    if wanted != held:
        person.roles.all().delete()
        PersonRole.objects.bulk_create(PersonRole(person=person, role=role) for role in wanted)
    after = {**audit.snapshot(person), "roles": wanted}
    audit.record(actor=actor, action="accounts.person.changed", subject=person, before=before, after=after)
    return person


@transaction.atomic
def change_profile(*, actor: Actor, revision: int, phone: str, email: str) -> None:
    """Change the own telephone and e-mail."""
    person = own(actor=actor)
    claim(person, revision=revision)
    before = audit.snapshot(person, fields=("phone", "email"))
    person.phone, person.email = phone.strip(), email.strip()
    person.save(update_fields=["phone", "email"])
    after = audit.snapshot(person, fields=("phone", "email"))
    audit.record(actor=actor, action="accounts.profile.changed", subject=person, before=before, after=after)


@transaction.atomic
def change_password(*, actor: Actor, current: str, password: str) -> Person:
    """Change the own password; raises Refused where the present one is wrong or the new one weak."""
    person = own(actor=actor)
    if not person.check_password(current):
        raise Refused("password.current_wrong", _("The present password is not right."), field="current")
    _check_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    audit.record(actor=actor, action="accounts.password.changed", subject=person)
    return person


@transaction.atomic
def reset_password(*, actor: Actor, person: Person, password: str | None = None) -> str:
    """Give `person` a new password and take the second factor away; returns the password, kept nowhere."""
    _check_place(actor, person.body)
    if not actor.may("accounts.person:roles") and person.roles.exists():
        raise NotAllowed("password.reset_denied", _("Only the secretariat resets the password of this account."))
    made = password or "-".join(secrets.token_hex(2) for _part in range(4))
    person.set_password(made)
    person.save(update_fields=["password"])
    factor.remove(actor=actor, person=person)
    audit.record(actor=actor, action="accounts.password.reset", subject=person)
    return made


@transaction.atomic
def remove_own_factor(*, actor: Actor, code: str) -> None:
    """Take the own second factor away; raises Refused without a valid code of it."""
    person = own(actor=actor)
    if not factor.is_valid(person=person, code=code):
        raise Refused("factor.code_wrong", _("This code is not right."), field="code")
    factor.remove(actor=actor, person=person)


def check_password(*, request: HttpRequest, username: str, password: str) -> Person:
    """Return the person whose password this is; raises Refused, the same for every wrong pair."""
    person = authenticate(request, username=nfc(username), password=password)
    if person is None:
        raise Refused("signin.wrong", _("The user name or the password is not right. Check both and try again."))
    return cast(Person, person)


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


@transaction.atomic
def note_sign_in(*, person: Person) -> None:
    """Leave the trace of a sign-in."""
    audit.record(actor=actor_of(person=person), action="accounts.signed_in", subject=person)


def add_people(*, actor: Actor, rows: Sequence[Row], name: str) -> int:
    """Add all people of a file, or none; raises Faulty with every fault. Returns how many were added."""
    bodies = {body.code: body for body in Body.objects.filter(code__in={row["body"] for row in rows})}
    faults: list[Fault] = []
    with transaction.atomic():
        for row in rows:
            body = bodies.get(row["body"])
            if body is None:
                sentence = _("there is no body with the code %(code)s") % {"code": row["body"] or "-"}
                faults.append(Fault(file=name, row=row.line, column="body", message=sentence, code="body"))
                continue
            try:
                with transaction.atomic():
                    add_person(
                        actor=actor,
                        username=row["username"],
                        full_name=row["full_name"],
                        body=body,
                        roles=row["roles"].replace(";", " ").replace(",", " ").split(),
                        **{column: row[column] for column in ("post", "level", "phone", "email")},
                    )
            except Refusal as refusal:
                faults.append(
                    Fault(
                        file=name, row=row.line, column=refusal.field, message=refusal.message, code=refusal.code
                    )
                )
        if faults:
            raise Faulty("people.faulty", _("Nothing was added: the file has faults."), faults=faults)
    return len(rows)
