"""Reads of slot registrations."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.accounts.queries import people_with
from haicap.campaign.models import Campaign, SlotPreference, SlotRegistration
from haicap.campaign.queries.plan import slots_of, surveyed_units_for
from haicap.campaign.rules.registration import Terms, Wish, WishFault, faults_of, free_slots
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing
from haicap.kernel.periods import HalfDay, Slot
from haicap.kernel.text import fold, localized
from haicap.register.models import Body, Unit

REGISTERED = SlotRegistration.State.REGISTERED


def registrations_for(*, actor: Actor, campaign: Campaign) -> QuerySet[SlotRegistration]:
    """Return the registrations of the units `actor` may see."""
    actor.must("campaign.registration:read")
    rows = SlotRegistration.objects.filter(campaign=campaign).select_related("unit")
    rows = rows.prefetch_related("preferences", "blocks")
    return rows.filter(unit_id=actor.unit_id or -1) if actor.is_commune and not actor.is_central else rows


def registration_for(*, actor: Actor, campaign: Campaign, unit: Unit) -> SlotRegistration | None:
    """Return the registration of `unit`, None before there is one."""
    return registrations_for(actor=actor, campaign=campaign).filter(unit=unit).first()


def surveyed_unit_for(*, actor: Actor, campaign: Campaign, code: str) -> Unit:
    """Return a surveyed unit visible to `actor`; raises Missing."""
    unit = surveyed_units_for(actor=actor, campaign=campaign).filter(code=code).first()
    if unit is None:
        raise Missing("unit.missing", _("There is no such unit, or not for you."))
    return unit


def own_unit_for(*, actor: Actor, campaign: Campaign) -> Unit:
    """Return the unit the actor works for; raises Missing for everybody else."""
    unit = surveyed_units_for(actor=actor, campaign=campaign).filter(pk=actor.unit_id or -1).first()
    if unit is None:
        raise Missing("unit.none", _("You do not belong to a surveyed unit."))
    return unit


def terms_of(*, campaign: Campaign) -> Terms:
    """Return what may be wished for: as many first choices on a half-day as there are teams."""
    return Terms(
        slots=tuple(slots_of(campaign=campaign)),
        capacity=campaign.team_count,
        choices=int(campaign.setting("registration_choices", 3)),
    )


def firsts_of(*, campaign: Campaign, leaving_out: Sequence[Unit] = ()) -> list[Slot]:
    """Return the first choices registered, without those of the units `leaving_out`."""
    rows = SlotPreference.objects.filter(
        registration__campaign=campaign, registration__state=REGISTERED, rank=1
    )
    if leaving_out:
        rows = rows.exclude(registration__unit__in=leaving_out)
    return [Slot(day, HalfDay(half)) for day, half in rows.values_list("day", "half")]


def whom_to_call_if_closed(*, actor: Actor, campaign: Campaign) -> str | None:
    """Return None while `actor` may register, else whom to call: people of the secretariat, or its body.

    The centre may always register, on behalf of a unit; a sample campaign never closes.
    """
    today = timezone.localdate()
    if actor.is_central or campaign.is_sample or today <= campaign.registration_deadline:
        return None
    people = people_with(role=Role.SECRETARIAT).exclude(phone="").order_by("folded")[:3]
    if named := [f"{person.full_name}, {person.phone}" for person in people]:
        return "; ".join(named)
    body = Body.objects.filter(code=campaign.setting("lead_body", "")).first()
    return localized(body, "name") if body else "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotLoad:
    """One half-day of the window: first choices registered, and how many it holds."""

    slot: Slot
    taken: int
    capacity: int
    rank: int | None = None
    blocked: str | None = None

    @property
    def is_full(self) -> bool:
        """True where no further first choice fits."""
        return self.taken >= self.capacity


def loads_of(
    *, terms: Terms, firsts: Sequence[Slot], ranks: dict[Slot, int], blocks: dict[Slot, str]
) -> list[SlotLoad]:
    """Return the window half-day by half-day with what one unit wishes marked."""
    return [
        SlotLoad(
            slot=slot,
            taken=firsts.count(slot),
            capacity=terms.capacity,
            rank=ranks.get(slot),
            blocked=blocks.get(slot),
        )
        for slot in terms.slots
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WishCheck:
    """What is wrong with a wish before it is handed in, and the half-days free as a first choice."""

    faults: list[WishFault]
    free: list[Slot]
    wish: Wish


def wish_check_for(*, actor: Actor, campaign: Campaign, unit: Unit, wish: Wish) -> WishCheck:
    """Judge a wish as it is being typed; nothing is kept."""
    actor.must("campaign.registration:write")
    terms, firsts = terms_of(campaign=campaign), firsts_of(campaign=campaign, leaving_out=[unit])
    return WishCheck(
        faults=faults_of(wish=wish, terms=terms, firsts=firsts),
        free=free_slots(terms=terms, firsts=firsts),
        wish=wish,
    )


def slot_loads_for(*, actor: Actor, campaign: Campaign) -> list[SlotLoad]:
    """Return the window half-day by half-day with the first choices registered."""
    actor.must("campaign.registration:read")
    return loads_of(
        terms=terms_of(campaign=campaign), firsts=firsts_of(campaign=campaign), ranks={}, blocks={}
    )


def free_for(*, campaign: Campaign, unit: Unit) -> list[Slot]:
    """Return the half-days still free as a first choice for `unit`."""
    return free_slots(
        terms=terms_of(campaign=campaign), firsts=firsts_of(campaign=campaign, leaving_out=[unit])
    )


def units_with_registration_for(
    *, actor: Actor, campaign: Campaign, text: str = "", state: str = ""
) -> QuerySet[Unit]:
    """Return the surveyed units, each with `campaign_registrations` (none or one), filtered by name and by
    state: "registered" or "missing"."""
    own = SlotRegistration.objects.filter(campaign=campaign).prefetch_related("preferences", "blocks")
    rows = surveyed_units_for(actor=actor, campaign=campaign).select_related("former_district")
    for word in fold(text).split():
        rows = rows.filter(folded__contains=word)
    done = SlotRegistration.objects.filter(campaign=campaign, state=REGISTERED).values("unit_id")
    if state == "registered":
        rows = rows.filter(pk__in=done)
    if state == "missing":
        rows = rows.exclude(pk__in=done)
    return rows.order_by("code").prefetch_related(
        Prefetch("registrations", own, to_attr="campaign_registrations")
    )


def registration_counts_for(*, actor: Actor, campaign: Campaign) -> tuple[int, int]:
    """Return (units registered, units surveyed) among those `actor` may see."""
    done = registrations_for(actor=actor, campaign=campaign).filter(state=REGISTERED).count()
    return done, surveyed_units_for(actor=actor, campaign=campaign).count()
