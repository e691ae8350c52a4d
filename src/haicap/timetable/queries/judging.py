"""What a unit could do on every half-day that the board shows, for drag and drop."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.periods import Slot
from haicap.register.models import Unit
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import WRITE
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.queries.problem import problem_for
from haicap.timetable.rules.judging import CellJudgement, judge_cells
from haicap.timetable.texts import TERM_TEXTS, joined, violation_text

MOST_CELLS = 2_000
"""half-days judged at once: more than any page of the board shows"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellVerdict:
    """What a move to a half-day of a team would do: a sentence, and the difference in points."""

    key: str
    allowed: bool
    swap: bool
    here: bool
    points: float
    sentence: str


def cells_for(
    *, actor: Actor, calendar: Calendar, unit: str, teams: Sequence[int], slots: Sequence[Slot]
) -> list[CellVerdict]:
    """Judge moving `unit` to each of `teams` on each of `slots` in a draft, in a fixed number of queries."""
    actor.must(WRITE)
    if len(teams) * len(slots) > MOST_CELLS:
        raise Refused("timetable.too_many_cells", _("Too many half-days at once: filter the board."))
    surveyed = surveyed_units_for(actor=actor, campaign=calendar.campaign).filter(code=unit)
    if not calendar.is_draft or not surveyed.exists():
        raise Missing("timetable.unit_missing", _("This unit is not surveyed in this campaign."))
    problem = problem_for(
        actor=actor, campaign=calendar.campaign, pins_from=calendar, changes=calendar.parameters or None
    )
    known = {team.number for team in problem.teams}
    judged = judge_cells(
        problem=problem,
        visits=all_placed(calendar),
        unit=unit,
        teams=[team for team in teams if team in known],
        slots=[slot for slot in slots if slot in set(problem.slots)],
    )
    codes = {code for cell in judged for item in cell.broken for code in (item.unit, item.other) if code}
    rows = Unit.objects.filter(level=Unit.Level.COMMUNE, valid_to=None, code__in=codes)
    names = dict(rows.values_list("code", "name"))
    return [_verdict(cell, names) for cell in judged]


def _verdict(cell: CellJudgement, names: dict[str, str]) -> CellVerdict:
    return CellVerdict(
        key=f"{cell.team} {cell.slot.key}",
        allowed=cell.allowed,
        swap=cell.swap,
        here=cell.here,
        points=cell.cost / 1000,
        sentence=_sentence(cell, names),
    )


def _sentence(cell: CellJudgement, names: dict[str, str]) -> str:
    if cell.here:
        return _("It is here now.")
    if cell.broken:
        rules = [violation_text(item, names) for item in cell.broken]
        return _("Not allowed: %(rules)s.") % {"rules": joined(rules, most=2)}
    parts = [
        f"{TERM_TEXTS.get(name, name)} {value / 1000:+.0f}"
        for name, value in sorted(cell.terms.items(), key=lambda item: -abs(item[1]))
        if abs(value) >= 500
    ]
    detail = f" ({'; '.join(parts)})" if parts else ""
    points = number_format(abs(round(cell.cost / 1000)), use_l10n=True)
    if round(cell.cost / 1000) == 0:
        text = _("Allowed, the cost stays the same%(detail)s.") % {"detail": detail}
    elif cell.cost > 0:
        text = _("Allowed, %(points)s points more%(detail)s.") % {"points": points, "detail": detail}
    else:
        text = _("Allowed, %(points)s points less%(detail)s.") % {"points": points, "detail": detail}
    return text + (" " + _("It changes places with whoever is there.") if cell.swap else "")
