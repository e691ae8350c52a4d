"""Writes of nominations: ask for people, name them, hand the list in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.accounts.actions import add_person, notify
from haicap.accounts.models import Person
from haicap.accounts.queries import people_with, person_for
from haicap.campaign.models import (
    Absence,
    Campaign,
    ContentArea,
    Nomination,
    NominationArea,
    NominationRequest,
)
from haicap.campaign.queries.plan import current_campaign_for, slots_of
from haicap.campaign.queries.teams import areas_led_by, levels_of
from haicap.kernel import audit
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.periods import Slot
from haicap.kernel.revision import claim
from haicap.kernel.text import localized, nfc
from haicap.register.models import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """One person to be named: areas by code, absences by half-day with their reason ("" = none given)."""

    person: Person
    post: str
    level: str
    areas: Sequence[str]
    absences: Mapping[Slot, str] = field(default_factory=dict)


@transaction.atomic
def request_nominations(*, actor: Actor, campaign: Campaign, due: date) -> int:
    """Ask every body that leads an area to name people by `due`, and tell its officers.

    Returns how many bodies were asked. Raises Refused for a day after the visits begin.
    """
    actor.must("campaign.nomination:request")
    if due > campaign.window_start:
        raise Refused(
            "nomination.due_late",
            _("Visits begin on %(day)s. Ask for answers before that day.")
            % {"day": f"{campaign.window_start:%d/%m/%Y}"},
            field="due",
        )
    bodies = list(Body.objects.filter(areas_led__area__campaign=campaign).distinct())
    if not bodies:
        raise Refused("nomination.no_bodies", _("No body leads an area of this plan. Load the plan first."))
    for body in bodies:
        NominationRequest.objects.update_or_create(
            campaign=campaign, body=body, defaults={"requested_at": timezone.now(), "due": due}
        )
    people = people_with(role=Role.DEPARTMENT_OFFICER).filter(body__in=bodies)
    notify(
        actor=actor,
        people=people,
        text_vi=f"Đề nghị cử thành viên đoàn khảo sát, hạn {due:%d/%m/%Y}.",
        text_en=f"Please nominate members of the survey teams by {due:%d/%m/%Y}.",
        url=reverse("campaign:nominations"),
    )
    after = {"due": due, "bodies": sorted(body.code for body in bodies)}
    audit.record(actor=actor, action="campaign.nominations.requested", subject=campaign, after=after)
    return len(bodies)


def _check_body(actor: Actor, body: Body) -> None:
    actor.must("campaign.nomination:write")
    if not actor.is_central and body.pk != actor.body_id:
        raise NotAllowed("nomination.other_body", _("You may only nominate people of your own body."))


def _check(campaign: Campaign, naming: Naming, led: Mapping[str, ContentArea], window: set[Slot]) -> None:
    if not naming.areas:
        raise Refused("nomination.no_area", _("Choose at least one area the person covers."), field="areas")
    if strange := [code for code in naming.areas if code not in led]:
        raise Refused(
            "nomination.area_not_led",
            _("Your body does not lead area %(area)s.") % {"area": strange[0]},
            field="areas",
        )
    if naming.level not in levels_of(campaign=campaign):
        raise Refused("nomination.level_unknown", _("Choose the level of the person."), field="level")
    if outside := sorted(slot for slot in naming.absences if slot not in window):
        raise Refused(
            "nomination.slot_outside",
            _("%(day)s is not a half-day of the survey.") % {"day": f"{outside[0].day:%d/%m/%Y}"},
            field="absences",
        )


def _refuse_twice(campaign: Campaign, person: Person) -> None:
    there = (
        Nomination.objects.filter(campaign=campaign, person=person)
        .select_related("body")
        .prefetch_related("areas__area")
        .first()
    )
    if there:
        raise Refused(
            "nomination.twice",
            _("%(person)s is already nominated by %(body)s for %(areas)s. One person is nominated once.")
            % {
                "person": person.full_name,
                "body": localized(there.body, "name"),
                "areas": ", ".join(named.area.code for named in there.areas.all()),
            },
            field="person",
        )


def _write_details(row: Nomination, naming: Naming, led: Mapping[str, ContentArea]) -> None:
    row.areas.all().delete()
    row.absences.all().delete()
    NominationArea.objects.bulk_create(
        NominationArea(nomination=row, area=led[code]) for code in sorted(set(naming.areas))
    )
    Absence.objects.bulk_create(
        Absence(nomination=row, day=slot.day, half=slot.half.value, reason=nfc(reason))
        for slot, reason in sorted(naming.absences.items())
    )


def _described(naming: Naming) -> dict[str, object]:
    return {
        "person": naming.person.pk,
        "post": nfc(naming.post),
        "level": naming.level,
        "areas": sorted(naming.areas),
        "absences": [slot.key for slot in sorted(naming.absences)],
    }


@transaction.atomic
def nominate(*, actor: Actor, campaign: Campaign, body: Body, naming: Naming) -> Nomination:
    """Name one person; raises Refused for somebody already named, an area not led, a half-day outside."""
    _check_body(actor, body)
    led = {area.code: area for area in areas_led_by(campaign=campaign, body_id=body.pk)}
    _check(campaign, naming, led, set(slots_of(campaign=campaign)))
    if naming.person.body_id != body.pk:
        raise Refused(
            "nomination.person_elsewhere", _("This person belongs to another body."), field="person"
        )
    _refuse_twice(campaign, naming.person)
    row = Nomination.objects.create(
        campaign=campaign, body=body, person=naming.person, post=nfc(naming.post), level=naming.level
    )
    _write_details(row, naming, led)
    audit.record(actor=actor, action="campaign.nominated", subject=row, after=_described(naming))
    return row


@transaction.atomic
def change_nomination(*, actor: Actor, row: Nomination, revision: int, naming: Naming) -> Nomination:
    """Change post, level, areas and availability of somebody named; raises Conflict, Refused."""
    _check_body(actor, row.body)
    led = {area.code: area for area in areas_led_by(campaign=row.campaign, body_id=row.body_id)}
    _check(row.campaign, naming, led, set(slots_of(campaign=row.campaign)))
    claim(row, revision=revision)
    before = audit.snapshot(row)
    row.post, row.level = nfc(naming.post), naming.level
    row.save(update_fields=["post", "level"])
    _write_details(row, naming, led)
    after = _described(naming)
    audit.record(actor=actor, action="campaign.nomination.changed", subject=row, before=before, after=after)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, row: Nomination, revision: int) -> None:
    """Take a nomination back; raises Refused for a member of a team."""
    _check_body(actor, row.body)
    if hasattr(row, "membership"):
        raise Refused(
            "nomination.in_team",
            _("This person is in team %(team)s. Ask the secretariat to take them out first.")
            % {"team": row.membership.team.number},
        )
    claim(row, revision=revision)
    audit.record(actor=actor, action="campaign.nomination.withdrawn", subject=row, before=audit.snapshot(row))
    row.delete()


@transaction.atomic
def hand_in(*, actor: Actor, campaign: Campaign, body: Body) -> int:
    """Hand the list of a body in; what is still missing does not stop it, it is shown. Returns how many."""
    _check_body(actor, body)
    rows = Nomination.objects.filter(campaign=campaign, body=body, state=Nomination.State.DRAFT)
    count = rows.update(state=Nomination.State.SUBMITTED)
    handed = Nomination.objects.filter(campaign=campaign, body=body, state=Nomination.State.SUBMITTED).count()
    if not handed:
        raise Refused("nomination.nobody", _("Nobody is named yet. Name at least one person."))
    NominationRequest.objects.filter(campaign=campaign, body=body).update(answered_at=timezone.now())
    notify(
        actor=actor,
        people=people_with(role=Role.SECRETARIAT),
        text_vi=f"{body.name_vi} đã cử {handed} thành viên.",
        text_en=f"{body.name_en or body.name_vi} has nominated {handed} members.",
        url=reverse("campaign:nominations"),
    )
    after = {"body": body.code, "handed_in": handed}
    audit.record(actor=actor, action="campaign.nominations.handed_in", subject=campaign, after=after)
    return count


@transaction.atomic
def nominate_bulk(*, actor: Actor, campaign: Campaign, namings: Iterable[Naming]) -> int:
    """Name many people and hand their lists in, all or none; the same rules as one by one."""
    actor.must("campaign.nomination:write")
    led = {area.code: area for area in ContentArea.objects.filter(campaign=campaign)}
    leads = {code: {lead.body_id for lead in area.leads.all()} for code, area in led.items()}
    window = set(slots_of(campaign=campaign))
    bodies: list[int] = []
    for naming in namings:
        _check_body(actor, naming.person.body)
        own = {code: area for code, area in led.items() if naming.person.body_id in leads[code]}
        _check(campaign, naming, own, window)
        _refuse_twice(campaign, naming.person)
        row = Nomination.objects.create(
            campaign=campaign,
            body_id=naming.person.body_id,
            person=naming.person,
            post=nfc(naming.post),
            level=naming.level,
            state=Nomination.State.SUBMITTED,
        )
        _write_details(row, naming, own)
        bodies.append(naming.person.body_id)
    requests = NominationRequest.objects.filter(campaign=campaign, body__in=set(bodies))
    requests.update(answered_at=timezone.now())
    after = {"people": len(bodies)}
    audit.record(actor=actor, action="campaign.nominated_many", subject=campaign, after=after)
    return len(bodies)


def _own_body(actor: Actor) -> Body:
    body = Body.objects.filter(pk=actor.body_id or -1).first()
    if body is None:
        raise Refused("nomination.no_body", _("You belong to no body that could nominate."))
    return body


def _refuse_namesake(body: Body, full_name: str, phone: str) -> None:
    """Refuse a new person who is, by name and telephone, somebody of the body already."""
    same = [
        p for p in Person.objects.filter(body=body) if p.full_name.casefold() == nfc(full_name).casefold()
    ]
    if same and (not phone.strip() or phone.strip() in {person.phone for person in same}):
        raise Refused(
            "nomination.person_known",
            _(
                "%(person)s of your body is in the list already: choose them there. "
                "If this is somebody else of the same name, write their telephone."
            )
            % {"person": same[0].full_name},
            field="new_name",
        )


@transaction.atomic
def nominate_or_add(*, actor: Actor, campaign: Campaign, typed: Mapping[str, Any]) -> Nomination:
    """Name the person typed into the form, adding them to the actor's body first where they are new.

    Raises Refused, besides what `nominate` refuses, for a new person who is in the body's list already.
    """
    body = _own_body(actor)
    person = typed.get("person")
    if person is None:
        _refuse_namesake(body, typed["new_name"], typed["new_phone"])
        person = add_person(
            actor=actor,
            username=f"{body.code.lower()}-{uuid4().hex[:8]}",
            full_name=typed["new_name"],
            body=body,
            post=typed["post"],
            level=typed["level"],
            phone=typed["new_phone"],
        )
    return nominate(actor=actor, campaign=campaign, body=body, naming=naming_of(typed, person))


def naming_of(typed: Mapping[str, Any], person: Person) -> Naming:
    """Return what was typed into the form; one reason holds for all half-days ticked as not available."""
    return Naming(
        person=person,
        post=typed["post"],
        level=typed["level"],
        areas=typed["areas"],
        absences=dict.fromkeys(typed["absences"], typed["absence_reason"]),
    )


def nominate_by_id(*, actor: Actor, person_id: int, typed: Mapping[str, Any]) -> Nomination:
    """Nominate a visible person of the actor's body in the open campaign; raises Missing, Refused."""
    person = person_for(actor=actor, person_id=person_id)
    return nominate(
        actor=actor,
        campaign=current_campaign_for(actor=actor),
        body=_own_body(actor),
        naming=naming_of(typed, person),
    )


def hand_in_own(*, actor: Actor, campaign: Campaign) -> int:
    """Hand in the list of the actor's own body."""
    return hand_in(actor=actor, campaign=campaign, body=_own_body(actor))
