"""Changing a draft by hand: every broken rule is named, every change tells what it costs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign, Team
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.periods import Slot
from haicap.kernel.revision import claim
from haicap.register.models import Unit
from haicap.timetable.actions.drafts import next_version, place_of, places_of, refused
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.permissions import WRITE
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.changes import Judgement, judge, wanted
from haicap.timetable.rules.checker import Verdict, check
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.problem import Mode, PlacedVisit, Problem, digest
from haicap.timetable.texts import TERM_TEXTS, joined, violation_text

APART = 1000
"""added to the orders of visits on the move, so that two may change places under the unique constraint"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move judged: what it breaks, as sentences, and by how many points each soft term changes."""

    broken: tuple[str, ...]
    rules: tuple[str, ...]
    cost: float
    terms: tuple[tuple[str, float], ...]

    @property
    def allowed(self) -> bool:
        """True when no hard rule is broken."""
        return not self.broken


@contextmanager
def claiming(calendar: Calendar, *, revision: int | None) -> Iterator[None]:
    """Open a transaction on the version as the person saw it; Conflict when somebody changed it since."""
    held = calendar.revision
    try:
        with transaction.atomic():
            claim(calendar, revision=held if revision is None else revision)
            yield
    except BaseException:
        calendar.revision = held  # the claim was rolled back
        raise


def revise(*, actor: Actor, calendar: Calendar) -> Calendar:
    """Copy a version into a new draft, pins included, so that it can be changed and published in its turn."""
    actor.must(WRITE)
    with transaction.atomic():
        draft = Calendar.objects.create(
            campaign=calendar.campaign,
            version=next_version(calendar.campaign),
            seed=calendar.seed,
            parameters=calendar.parameters,
            objective=calendar.objective,
            verdict=calendar.verdict,
            shortfall=calendar.shortfall,
            problem_hash=calendar.problem_hash,
            based_on=calendar,
            created_by_id=actor.person_id,
        )
        rows = list(Visit.objects.filter(calendar=calendar))
        for row in rows:
            row.pk, row.calendar = None, draft
        Visit.objects.bulk_create(rows)
        audit.record(
            actor=actor,
            action="timetable.calendar.copied",
            subject=draft,
            after={"from": calendar.version, "version": draft.version, "visits": len(rows)},
        )
    return draft


def discard(*, actor: Actor, calendar: Calendar) -> None:
    """Delete a draft; a version that was ever published stays."""
    actor.must(WRITE)
    _must_be_draft(calendar)
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="timetable.calendar.discarded",
            subject=calendar,
            before=audit.snapshot(calendar, fields=["campaign", "version", "seed", "objective"]),
        )
        calendar.delete()


def draft_problem(*, actor: Actor, calendar: Calendar) -> Problem:
    """Return the problem a version is judged by: its own parameters and pins, the rest as it is now.

    Raises Refused where a setting of the campaign makes no sense.
    """
    try:
        return problem_for(
            actor=actor, campaign=calendar.campaign, pins_from=calendar, changes=calendar.parameters or None
        )
    except InvalidProblemError as error:
        raise refused(error, units={}) from error


def _must_be_draft(calendar: Calendar) -> None:
    if not calendar.is_draft:
        raise Refused(
            "timetable.not_draft",
            _("A published version does not change. Make a new draft from it, change that, and publish it."),
        )


def _surveyed(actor: Actor, campaign: Campaign, code: str) -> Unit:
    unit = surveyed_units_for(actor=actor, campaign=campaign).filter(code=code).first()
    if unit is None:
        raise Missing("timetable.unit_missing", _("This unit is not surveyed in this campaign."))
    return unit


def move_visit(
    *,
    actor: Actor,
    calendar: Calendar,
    unit: str,
    team: int,
    slot: Slot,
    mode: Mode | None = None,
    swap: bool = False,
    revision: int | None = None,
    dry_run: bool = False,
) -> Move:
    """Put `unit` with `team` on `slot`; with `swap` whoever is there takes the place it leaves.

    A broken hard rule is refused, each named; soft ones come back as a difference in cost. `revision` is the
    calendar's as the person saw it (Conflict when somebody else moved meanwhile). `dry_run` only judges.
    """
    actor.must(WRITE)
    _must_be_draft(calendar)
    _surveyed(actor, calendar.campaign, unit)
    with nullcontext() if dry_run else claiming(calendar, revision=revision):
        problem = draft_problem(actor=actor, calendar=calendar)
        visits = all_placed(calendar)
        old = next((visit for visit in visits if visit.unit == unit), None)
        surveyed = next(item for item in problem.units if item.code == unit)
        move = wanted(unit=surveyed, team=team, slot=slot, mode=mode, old=old)
        judged = judge(problem=problem, visits=visits, move=move, swap=swap)
        report = _report(actor, calendar, judged)
        if dry_run:
            return report
        if report.broken:
            raise Refused(
                "timetable.rules_broken",
                _("This move breaks a rule: %(rules)s.") % {"rules": joined(report.broken)},
                details={"broken": list(report.broken), "rules": list(report.rules)},
            )
        _store(actor, calendar, judged.visits)
        _settle(calendar, problem, judged.visits)
        audit.record(
            actor=actor,
            action="timetable.visit.moved",
            subject=calendar,
            before={"unit": unit, **_where(old)},
            after={"unit": unit, **_where(move), "swap": swap, "cost": report.cost},
        )
    return report


def _where(visit: PlacedVisit | None) -> dict[str, object]:
    if visit is None:
        return {"team": None, "slot": None, "mode": None}
    return {"team": visit.team, "slot": visit.slot.key, "mode": visit.mode.value}


def _report(actor: Actor, calendar: Calendar, judged: Judgement) -> Move:
    codes = {code for item in judged.broken for code in (item.unit, item.other) if code}
    rows = surveyed_units_for(actor=actor, campaign=calendar.campaign).filter(code__in=codes)
    names = {unit.code: unit.full_name for unit in rows} if codes else {}
    differences = [
        (str(TERM_TEXTS[name]), (value - judged.before.terms[name]) / 1000)
        for name, value in judged.after.terms.items()
    ]
    return Move(
        broken=tuple(violation_text(item, names) for item in judged.broken),
        rules=tuple(item.rule for item in judged.broken),
        cost=(judged.after.total - judged.before.total) / 1000,
        terms=tuple((name, value) for name, value in differences if value),
    )


def _store(actor: Actor, calendar: Calendar, visits: Sequence[PlacedVisit]) -> None:
    """Bring the rows of a draft in line with `visits`, touching only those that differ."""
    rows = {
        row.unit.code: row for row in Visit.objects.filter(calendar=calendar).select_related("unit", "team")
    }
    teams = {team.number: team for team in Team.objects.filter(campaign=calendar.campaign)}
    places = places_of(calendar.campaign)
    kept = {visit.unit for visit in visits}
    Visit.objects.filter(pk__in=[row.pk for code, row in rows.items() if code not in kept]).delete()
    changed, added = [], []
    for visit in visits:
        row = rows.get(visit.unit)
        if row is None:
            row = Visit(calendar=calendar, unit=_surveyed(actor, calendar.campaign, visit.unit))
            added.append(row)
        elif (row.team.number, row.slot, row.mode, row.order, row.bridge) == (
            visit.team, visit.slot, visit.mode.value, visit.order, visit.bridge,
        ):  # fmt: skip
            continue
        else:
            changed.append(row)
        row.team, row.day, row.half = teams[visit.team], visit.slot.day, visit.slot.half.value
        row.mode, row.whole_day, row.order = visit.mode.value, visit.whole_day, visit.order
        row.bridge = visit.bridge
        row.place = place_of(visit.mode, row.unit, places)
    moving = Visit.objects.filter(pk__in=[row.pk for row in changed])
    moving.update(order=F("order") + APART)
    fields = ["team", "day", "half", "mode", "whole_day", "order", "place", "bridge"]
    Visit.objects.bulk_update(changed, fields)
    Visit.objects.bulk_create(added)


def _settle(calendar: Calendar, problem: Problem, visits: Sequence[PlacedVisit]) -> Verdict:
    """Write down verdict and objective of a draft as it now stands."""
    verdict = check(problem=problem, visits=visits)
    reasons = calendar.verdict.get("reasons", {})
    calendar.objective = verdict.objective.as_data() | _bound_still(calendar, problem)
    calendar.verdict = verdict.as_data() | {
        "reasons": {u: reasons.get(u, "no_room") for u in verdict.unserved}
    }
    calendar.problem_hash = digest(replace(problem, pins=(), previous=(), today=None))
    calendar.save(update_fields=["objective", "verdict", "problem_hash"])
    return verdict


def _bound_still(calendar: Calendar, problem: Problem) -> dict[str, object]:
    """Return the proven bound of a version while the problem it was proven for is still the problem."""
    proven_for = calendar.objective.get("bound_of")
    if proven_for is None or proven_for != digest(replace(problem, pins=())):
        return {}
    return {"bound": calendar.objective.get("bound"), "bound_of": proven_for}


def remove_visit(*, actor: Actor, calendar: Calendar, unit: str, revision: int | None = None) -> None:
    """Take a unit out of a draft; it then stands among the units without a visit."""
    actor.must(WRITE)
    _must_be_draft(calendar)
    with claiming(calendar, revision=revision):
        row = Visit.objects.filter(calendar=calendar, unit__code=unit).select_related("unit", "team").first()
        if row is None:
            raise Missing("timetable.visit_missing", _("This unit has no visit in this version."))
        if row.pinned:
            raise Refused("timetable.pinned", _("The visit is pinned: unpin it first."))
        before = {"unit": unit, "team": row.team.number, "slot": row.slot.key}
        row.delete()
        _settle(calendar, draft_problem(actor=actor, calendar=calendar), all_placed(calendar))
        audit.record(actor=actor, action="timetable.visit.removed", subject=calendar, before=before)


def pin_visit(
    *, actor: Actor, calendar: Calendar, unit: str, pinned: bool, revision: int | None = None
) -> None:
    """Pin a visit of a draft, so that no computation based on it moves the unit; or let it go again."""
    actor.must(WRITE)
    _must_be_draft(calendar)
    with claiming(calendar, revision=revision):
        if not Visit.objects.filter(calendar=calendar, unit__code=unit).update(pinned=pinned):
            raise Missing("timetable.visit_missing", _("This unit has no visit in this version."))
        if not pinned and "bound" in calendar.objective:  # with fewer pins a better calendar may exist
            calendar.objective = {
                key: value for key, value in calendar.objective.items() if not key.startswith("bound")
            }
            calendar.save(update_fields=["objective"])
        audit.record(
            actor=actor,
            action="timetable.visit.pinned" if pinned else "timetable.visit.unpinned",
            subject=calendar,
            after={"unit": unit, "pinned": pinned},
        )


def recheck(*, actor: Actor, calendar: Calendar) -> Verdict:
    """Check a version against everything as it is now; a draft keeps the verdict."""
    actor.must(WRITE)
    problem = draft_problem(actor=actor, calendar=calendar)
    visits = all_placed(calendar)
    if not calendar.is_draft:
        return check(problem=problem, visits=visits)
    with transaction.atomic():
        verdict = _settle(calendar, problem, visits)
        audit.record(
            actor=actor,
            action="timetable.calendar.checked",
            subject=calendar,
            after={"violations": len(verdict.violations), "unserved": len(verdict.unserved)},
        )
    return verdict
