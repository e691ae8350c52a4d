"""Reads of people, roles and notices."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Notice, Person
from haicap.kernel.access import ANONYMOUS, Actor, Role, catalogue
from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.register.models import Body

KNOWN_ROLES = frozenset(role.value for role in Role)


def actor_of(*, person: Person) -> Actor:
    """Return the actor behind `person`; a role string the house does not know gives nothing."""
    held = {row.role for row in person.roles.all()}
    roles = frozenset(Role(role) for role in held if role in KNOWN_ROLES)
    return Actor(
        person_id=person.pk,
        name=person.full_name,
        roles=roles,
        permissions=catalogue().of(roles),
        body_id=person.body_id,
        unit_id=person.body.unit_id,
    )


def actor_by_id(person_id: int | None) -> Actor:
    """Return the actor of a stored person, for background work; one no longer active may do nothing."""
    person = Person.objects.filter(pk=person_id or -1, is_active=True).first()
    return actor_of(person=person) if person else ANONYMOUS


def people_for(*, actor: Actor) -> QuerySet[Person]:
    """Return the people `actor` may see: all for the centre, else those of the own body."""
    rows = Person.objects.prefetch_related("roles")
    return rows if actor.is_central else rows.filter(body_id=actor.body_id or -1)


def search_people_for(*, actor: Actor, text: str = "", body: str = "", role: str = "") -> QuerySet[Person]:
    """Return the visible people whose name or user name holds `text`, with or without diacritics.

    `body` is the code of a body or a part of its name; `role` a role's value.
    """
    rows = people_for(actor=actor)
    for word in fold(text).split():
        rows = rows.filter(folded__contains=word)
    if body:
        rows = rows.filter(body_id__in=_bodies_named(body))
    if role:
        rows = rows.filter(roles__role=role)
    return rows.order_by("folded", "pk")


def _bodies_named(text: str) -> list[int]:
    """Return the keys of the body with the code `text`, else of those whose name holds it."""
    exact = Body.objects.filter(code__iexact=text).values_list("pk", flat=True)
    if found := list(exact):
        return found
    wanted = fold(text)
    return [pk for pk, name in Body.objects.values_list("pk", "name_vi") if wanted in fold(name)]


def person_for(*, actor: Actor, person_id: int) -> Person:
    """Return one visible person; raises Missing."""
    person = people_for(actor=actor).filter(pk=person_id).first()
    if person is None:
        raise Missing("person.missing", _("There is no such person, or not for you."))
    return person


def people_with(*, role: Role, body: Body | None = None) -> QuerySet[Person]:
    """Return the active people who hold `role`, of one body where given: those a notice goes to."""
    rows = Person.objects.filter(is_active=True, roles__role=role.value)
    return rows.filter(body=body) if body is not None else rows


def notices_for(*, actor: Actor) -> QuerySet[Notice]:
    """Return the notices of `actor`, newest first."""
    return Notice.objects.filter(person_id=actor.person_id or -1)


def notice_for(*, actor: Actor, notice_id: int) -> Notice:
    """Return one of the actor's own notices; raises Missing."""
    notice = notices_for(actor=actor).filter(pk=notice_id).first()
    if notice is None:
        raise Missing("notice.missing", _("There is no such notice, or not for you."))
    return notice


def unread_count_for(*, actor: Actor) -> int:
    """Return how many notices `actor` has not read."""
    return notices_for(actor=actor).filter(read_at=None).count()


def own(*, actor: Actor) -> Person:
    """Return the actor's own person; raises Missing for the command line."""
    person = Person.objects.filter(pk=actor.person_id or -1).first()
    if person is None:
        raise Missing("person.missing", _("There is no such person, or not for you."))
    return person


def bodies_to_keep_for(*, actor: Actor) -> QuerySet[Body]:
    """Return the bodies whose people `actor` may keep."""
    rows = Body.objects.order_by("name_vi")
    return rows if actor.is_central else rows.filter(pk=actor.body_id or -1)
