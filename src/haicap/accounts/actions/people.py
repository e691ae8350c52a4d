"""Adding and changing people, their roles and passwords."""

import re
import secrets
from collections.abc import Iterable, Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haicap.accounts import factor
from haicap.accounts.models import Person, PersonRole
from haicap.accounts.queries import KNOWN_ROLES
from haicap.kernel import audit
from haicap.kernel.access import CENTRAL_ROLES, Actor, Role
from haicap.kernel.errors import NotAllowed, Refusal, Refused
from haicap.kernel.revision import claim
from haicap.kernel.tables import Fault, Faulty, Row
from haicap.kernel.text import fold, nfc
from haicap.register.models import Body

_USERNAME = re.compile(r"[\w.@+-]+")
_CHANGED = ("full_name", "body", "is_active", "post", "level", "phone", "email", "folded")


def _check_place(actor: Actor, body: Body) -> None:
    """Raise NotAllowed where `actor` may not keep people of `body`."""
    actor.must("accounts.person:write")
    if not actor.is_central and body.pk != actor.body_id:
        raise NotAllowed("person.other_body", _("You may only keep people of your own body."), field="body")


def _check_roles(actor: Actor, roles: Iterable[str]) -> list[str]:
    """Return the roles to give, sorted; raises Refused for an unknown one, NotAllowed out of reach."""
    wanted = sorted({str(role) for role in roles})
    if unknown := [role for role in wanted if role not in KNOWN_ROLES]:
        raise Refused(
            "person.role_unknown",
            _("There is no role %(role)s.") % {"role": unknown[0]},
            field="roles",
        )
    if wanted and not actor.may("accounts.person:roles"):
        raise NotAllowed("person.roles_denied", _("Only the secretariat gives roles."), field="roles")
    if Role.ADMINISTRATOR in wanted and not actor.may("accounts.administrator:write"):
        raise _administrators_only()
    return wanted


def _administrators_only() -> NotAllowed:
    return NotAllowed(
        "person.administrator_only",
        _("Only an administrator makes or changes an administrator."),
        field="roles",
    )


def _check_reach(actor: Actor, held: Iterable[str]) -> None:
    """Raise NotAllowed where the account with the roles `held` stands above `actor`."""
    roles = set(held)
    if Role.ADMINISTRATOR in roles and not actor.may("accounts.administrator:write"):
        raise _administrators_only()
    if roles & CENTRAL_ROLES and not actor.may("accounts.person:roles"):
        raise NotAllowed("person.central", _("Only the secretariat changes this account."))


def check_strength(password: str, person: Person) -> None:
    """Raise Refused with every reason why `password` is too weak for `person`."""
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise Refused("person.password_weak", " ".join(error.messages), field="password") from error


def _folded(full_name: str, username: str) -> str:
    return fold(f"{full_name} {username}")[:300]


def _check_names(username: str, full_name: str) -> None:
    if not full_name:
        raise Refused("person.name_missing", _("Give the full name."), field="full_name")
    if len(username) > 60 or not _USERNAME.fullmatch(username):
        raise Refused(
            "person.username_unfit",
            _("A user name is made of letters, digits and . @ + - _, at most 60 of them."),
            field="username",
        )
    if Person.objects.filter(username=username).exists():
        raise Refused(
            "person.username_taken",
            _("The user name %(username)s is taken. Choose another.") % {"username": username},
            field="username",
        )


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

    The user name is kept in lower case. Raises Refused for a user name that is taken or unfit, a weak
    password or an unknown role; NotAllowed for a body other than the actor's own or a role out of reach.
    """
    _check_place(actor, body)
    wanted = _check_roles(actor, roles)
    username, full_name = nfc(username).lower(), nfc(full_name)
    _check_names(username, full_name)
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
    )
    if password is not None:
        check_strength(password, person)
    person.password = make_password(password)
    person.save()
    PersonRole.objects.bulk_create(PersonRole(person=person, role=role) for role in wanted)
    after = {**audit.snapshot(person), "roles": wanted}
    audit.record(actor=actor, action="accounts.person.added", subject=person, after=after)
    return person


def _check_self(actor: Actor, person: Person, *, held: list[str], wanted: list[str], is_active: bool) -> None:
    """Keep the actor from locking themselves out."""
    if person.pk != actor.person_id:
        return
    if not is_active:
        raise Refused("person.self_off", _("You cannot close your own account."), field="is_active")
    if Role.ADMINISTRATOR in held and Role.ADMINISTRATOR not in wanted:
        raise Refused(
            "person.self_role",
            _("You cannot give up the role of administrator yourself; another administrator can take it."),
            field="roles",
        )


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
    _check_reach(actor, held)
    wanted = held if roles is None else _check_roles(actor, roles)
    if person.is_active and not is_active and held and not actor.may("accounts.person:roles"):
        raise NotAllowed(
            "person.close_denied", _("Only the secretariat closes an account with a role."), field="is_active"
        )
    _check_self(actor, person, held=held, wanted=wanted, is_active=is_active)
    if not nfc(full_name):
        raise Refused("person.name_missing", _("Give the full name."), field="full_name")
    before = {**audit.snapshot(person), "roles": held}
    claim(person, revision=revision)
    person.full_name, person.body, person.is_active = nfc(full_name), body, is_active
    person.post, person.level, person.phone, person.email = (
        nfc(post),
        nfc(level),
        phone.strip(),
        email.strip(),
    )
    person.folded = _folded(person.full_name, person.username)
    person.save(update_fields=_CHANGED)
    if wanted != held:
        PersonRole.objects.filter(person=person).delete()
        PersonRole.objects.bulk_create(PersonRole(person=person, role=role) for role in wanted)
    after = {**audit.snapshot(person), "roles": wanted}
    audit.record(actor=actor, action="accounts.person.changed", subject=person, before=before, after=after)
    return person


@transaction.atomic
def reset_password(*, actor: Actor, person: Person, password: str | None = None) -> str:
    """Give `person` a new password, to be changed at the next sign-in; returns it, it is kept nowhere.

    The second factor is taken away with it: whoever lost the password has often lost the telephone too.
    """
    _check_place(actor, person.body)
    held = [row.role for row in person.roles.all()]
    _check_reach(actor, held)
    if held and not actor.may("accounts.person:roles"):
        raise NotAllowed(
            "password.reset_denied", _("Only the secretariat resets the password of this account.")
        )
    if person.pk == actor.person_id:
        raise Refused("password.reset_own", _("Change your own password on the page of your account."))
    made = password or "-".join(secrets.token_hex(2) for _part in range(4))
    person.set_password(made)
    person.password_is_temporary = password is None
    person.save(update_fields=["password", "password_is_temporary"])
    factor.remove(actor=actor, person=person)
    audit.record(actor=actor, action="accounts.password.reset", subject=person)
    return made


def _fault(name: str, row: Row, column: str | None, refusal: Refusal) -> Fault:
    return Fault(file=name, row=row.line, column=column, message=refusal.message, code=refusal.code)


def add_people(*, actor: Actor, rows: Sequence[Row], name: str) -> int:
    """Add all people of a file, or none; raises Faulty with every fault. Returns how many were added."""
    actor.must("accounts.person:write")
    bodies = {body.code: body for body in Body.objects.filter(code__in={row["body"] for row in rows})}
    faults: list[Fault] = []
    with transaction.atomic():
        for row in rows:
            try:
                _add_row(actor=actor, row=row, body=bodies.get(row["body"]))
            except Refusal as refusal:
                faults.append(_fault(name, row, refusal.field, refusal))
        if faults:
            raise Faulty("people.faulty", _("Nothing was added: the file has faults."), faults=faults)
    return len(rows)


def _add_row(*, actor: Actor, row: Row, body: Body | None) -> None:
    if body is None:
        sentence = _("There is no body with the code %(code)s.") % {"code": row["body"] or "-"}
        raise Refused("person.body_unknown", sentence, field="body")
    for column, most in {"full_name": 200, "post": 200, "level": 40, "phone": 30, "email": 254}.items():
        if len(row[column]) > most:
            sentence = _("This is longer than %(most)s characters.") % {"most": most}
            raise Refused("person.too_long", sentence, field=column)
    with transaction.atomic():
        add_person(
            actor=actor,
            username=row["username"],
            full_name=row["full_name"],
            body=body,
            roles=row["roles"].replace(";", " ").replace(",", " ").split(),
            post=row["post"],
            level=row["level"],
            phone=row["phone"],
            email=row["email"],
        )
