"""Writes of minutes: drafted from what the visit confirmed, closed once, then only supplemented."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, TeamMember
from haicap.findings import permissions, rules
from haicap.findings.actions.common import refuse_gaps
from haicap.findings.models import Minutes
from haicap.findings.queries.minutes import findings_of_visit, team_ids_of
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.revision import claim
from haicap.kernel.text import nfc
from haicap.register.models import Unit
from haicap.timetable.models import Visit
from haicap.timetable.queries import visit_for

ROLE_NAMES = {
    "head": "Trưởng đoàn",
    "deputy": "Phó Trưởng đoàn",
    "secretary": "Thư ký",
    "member": "Thành viên",
}
_ROLE_ORDER = list(ROLE_NAMES)


@dataclass(frozen=True, slots=True, kw_only=True)
class MinutesText:
    """What people write into minutes; the figures come from the visit itself."""

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    place: str = ""
    attendance_team: str = ""
    attendance_unit: str = ""
    opinions: str = ""
    agreed_actions: Sequence[rules.AgreedAction] = ()
    unverified_reason: str = ""
    copies: int = 3


def _must_be_of_team(actor: Actor, campaign: Campaign, team_id: int, permission: str) -> None:
    actor.must(permission)
    if not actor.is_system and team_id not in team_ids_of(actor=actor, campaign=campaign):
        raise NotAllowed("minutes.other_team", _("Only the team of this visit writes its minutes."))


def _attendance(visit: Visit) -> str:
    members = TeamMember.objects.filter(team=visit.team).select_related(
        "nomination__person", "nomination__body"
    )
    ordered = sorted(members, key=lambda m: (_ROLE_ORDER.index(m.role), m.nomination.person.folded))
    lines = []
    for member in ordered:
        named = member.nomination
        parts = [named.person.full_name, named.post or named.person.post, named.body.name_vi]
        lines.append(", ".join(part for part in parts if part) + f" - {ROLE_NAMES[member.role]}")
    return "\n".join(lines)


@transaction.atomic
def draft_minutes(*, actor: Actor, campaign: Campaign, unit: Unit) -> Minutes:
    """Draft the minutes of the visit to `unit` from the figures confirmed so far; one draft per visit.

    Raises Missing where no visit is published, NotAllowed outside the visit's team.
    """
    actor.must(permissions.MINUTES_WRITE)
    visit = visit_for(actor=actor, campaign=campaign, unit=unit)
    if visit is None:
        raise Missing(
            "minutes.no_visit", _("No visit to this unit is in the published calendar, or not yours.")
        )
    _must_be_of_team(actor, campaign, visit.team_id, permissions.MINUTES_WRITE)
    if (known := Minutes.objects.filter(campaign=campaign, unit=unit, number=0).first()) is not None:
        return known
    row = Minutes(
        campaign=campaign,
        unit=unit,
        team=visit.team,
        visit=visit,
        place=visit.place,
        attendance_team=_attendance(visit),
        figures=findings_of_visit(actor=actor, campaign=campaign, unit=unit),
        drafted_by_id=actor.person_id,
    )
    row.save()
    audit.record(actor=actor, action="findings.minutes.drafted", subject=row, after=audit.snapshot(row))
    return row


def _must_be_open(row: Minutes) -> None:
    if row.is_closed:
        raise Refused(
            "minutes.closed",
            _("These minutes are closed and stay as they are. Write supplementary minutes for a change."),
        )


def _fill(row: Minutes, text: MinutesText) -> None:
    row.opened_at, row.closed_at, row.place = text.opened_at, text.closed_at, nfc(text.place)
    row.attendance_team, row.attendance_unit = nfc(text.attendance_team), nfc(text.attendance_unit)
    row.opinions, row.unverified_reason = nfc(text.opinions), nfc(text.unverified_reason)
    row.copies = text.copies
    row.agreed_actions = [
        asdict(action) | {"due": action.due.isoformat() if action.due else None}
        for action in text.agreed_actions
    ]


def actions_of(*, minutes: Minutes) -> list[rules.AgreedAction]:
    """Return the agreed actions of stored minutes."""
    return [
        rules.AgreedAction(
            text=entry["text"],
            body=entry["body"],
            due=date.fromisoformat(entry["due"]) if entry["due"] else None,
        )
        for entry in minutes.agreed_actions
    ]


def _save(row: Minutes, *, actor: Actor, action: str, before: dict[str, Any]) -> Minutes:
    row.save()
    audit.record(
        actor=actor,
        action=f"findings.minutes.{action}",
        subject=row,
        before=before,
        after=audit.snapshot(row),
    )
    return row


@transaction.atomic
def write_minutes(*, actor: Actor, minutes: Minutes, text: MinutesText, revision: int) -> Minutes:
    """Keep what was typed into draft minutes; raises Conflict where somebody else was first."""
    _must_be_of_team(actor, minutes.campaign, minutes.team_id, permissions.MINUTES_WRITE)
    _must_be_open(minutes)
    before = audit.snapshot(minutes)
    claim(minutes, revision=revision)
    _fill(minutes, text)
    return _save(minutes, actor=actor, action="written", before=before)


@transaction.atomic
def refresh_figures(*, actor: Actor, minutes: Minutes, revision: int) -> Minutes:
    """Take the figures confirmed by now into draft minutes."""
    _must_be_of_team(actor, minutes.campaign, minutes.team_id, permissions.MINUTES_WRITE)
    _must_be_open(minutes)
    before = audit.snapshot(minutes, fields=["figures"])
    claim(minutes, revision=revision)
    minutes.figures = findings_of_visit(actor=actor, campaign=minutes.campaign, unit=minutes.unit)
    return _save(minutes, actor=actor, action="refreshed", before=before)


def closing_of(*, minutes: Minutes) -> rules.Closing:
    """Return what the rules need to judge whether the visit may be closed."""
    areas = minutes.figures.get("areas", []) if minutes.number == 0 else []
    return rules.Closing(
        opened=minutes.opened_at,
        closed=minutes.closed_at,
        place=minutes.place,
        attendance_team=minutes.attendance_team,
        attendance_unit=minutes.attendance_unit,
        actions=actions_of(minutes=minutes),
        unverified=[area["code"] for area in areas if not area["verified"]],
        unverified_reason=minutes.unverified_reason,
    )


@transaction.atomic
def close_visit(*, actor: Actor, minutes: Minutes, revision: int, text: MinutesText | None = None) -> Minutes:
    """Close the visit: its figures are taken a last time, and the minutes are locked.

    Raises Refused while something is missing; areas not verified need a stated reason.
    """
    _must_be_of_team(actor, minutes.campaign, minutes.team_id, permissions.MINUTES_CLOSE)
    _must_be_open(minutes)
    before = audit.snapshot(minutes)
    claim(minutes, revision=revision)
    if text is not None:
        _fill(minutes, text)
    if minutes.number == 0:
        minutes.figures = findings_of_visit(actor=actor, campaign=minutes.campaign, unit=minutes.unit)
    refuse_gaps(code="minutes", gaps=rules.closing_gaps(closing=closing_of(minutes=minutes)))
    minutes.state = Minutes.State.CLOSED
    minutes.locked_by_id, minutes.locked_at = actor.person_id, timezone.now()
    return _save(minutes, actor=actor, action="closed", before=before)


@transaction.atomic
def supplement_minutes(*, actor: Actor, minutes: Minutes) -> Minutes:
    """Open supplementary minutes to a closed record; one open supplement at a time."""
    campaign, unit = minutes.campaign, minutes.unit
    _must_be_of_team(actor, campaign, minutes.team_id, permissions.MINUTES_WRITE)
    rows = Minutes.objects.filter(campaign=campaign, unit=unit)
    if (known := rows.filter(state=Minutes.State.DRAFT).first()) is not None:
        return known
    last = rows.aggregate(last=Max("number"))["last"] or 0
    row = Minutes(
        campaign=campaign,
        unit=unit,
        team=minutes.team,
        visit=minutes.visit,
        number=last + 1,
        place=minutes.place,
        attendance_team=minutes.attendance_team,
        attendance_unit=minutes.attendance_unit,
        drafted_by_id=actor.person_id,
    )
    row.save()
    audit.record(actor=actor, action="findings.minutes.supplemented", subject=row, after=audit.snapshot(row))
    return row
