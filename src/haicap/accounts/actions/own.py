"""What a person does with the own account."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from haicap.accounts import factor
from haicap.accounts.actions.people import check_strength
from haicap.accounts.models import Person
from haicap.accounts.queries import own
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.revision import claim

_PROFILE = ("phone", "email", "language")


@transaction.atomic
def change_profile(*, actor: Actor, revision: int, phone: str, email: str, language: str) -> Person:
    """Change the own telephone, e-mail and language; raises Conflict where the record changed meanwhile."""
    person = own(actor=actor)
    before = audit.snapshot(person, fields=_PROFILE)
    claim(person, revision=revision)
    person.phone, person.email, person.language = phone.strip(), email.strip(), language
    person.save(update_fields=_PROFILE)
    after = audit.snapshot(person, fields=_PROFILE)
    audit.record(actor=actor, action="accounts.profile.changed", subject=person, before=before, after=after)
    return person


@transaction.atomic
def change_password(*, actor: Actor, current: str, password: str) -> Person:
    """Change the own password; raises Refused where the present one is wrong or the new one is weak."""
    person = own(actor=actor)
    if not person.check_password(current):
        raise Refused("password.current_wrong", _("The present password is not right."), field="current")
    if password == current:
        raise Refused(
            "password.same", _("The new password is the present one. Choose another."), field="password"
        )
    check_strength(password, person)
    person.set_password(password)
    person.password_is_temporary = False
    person.save(update_fields=["password", "password_is_temporary"])
    audit.record(actor=actor, action="accounts.password.changed", subject=person)
    return person


def remove_own_factor(*, actor: Actor, code: str) -> None:
    """Take the own second factor away; raises Refused without a valid code of it.

    The code is checked outside the transaction: a wrong one must leave its trace, which slows down guessing.
    """
    person = own(actor=actor)
    if not factor.is_valid(person=person, code=code):
        raise Refused("factor.code_wrong", _("This code is not right."), field="code")
    factor.remove(actor=actor, person=person)
