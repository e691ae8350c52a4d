"""Why a unit has not the half-day it asked for: what each one would break or cost, judged by the checker."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from haicap.timetable.management.verbs.telling import MOST_LINES, named, term_text, visit_text
from haicap.timetable.management.verbs.terminal import Names, Terminal, points
from haicap.timetable.rules.judging import CellJudgement, judge_cells
from haicap.timetable.rules.problem import PlacedVisit, Problem, SurveyedUnit
from haicap.timetable.rules.why import explain
from haicap.timetable.texts import RULE_TEXTS, slot_text
from haicap.timetable.texts_why import sentence

MOST_CHOICES = 3


def tell_why(
    terminal: Terminal, problem: Problem, visits: Sequence[PlacedVisit], names: Names, codes: Sequence[str]
) -> None:
    """Tell of every unit without its first choice, or of those named, what the better half-days would take.

    Of those named also what giving the first choice would cost the whole calendar, computed anew.
    """
    units = {unit.code: unit for unit in problem.units}
    if unknown := [code for code in codes if code not in units]:
        raise CommandError(_("There is no unit %(code)s in the problem.") % {"code": ", ".join(unknown)})
    placed = {visit.unit: visit for visit in visits}
    concerned = [units[code] for code in codes] or [
        unit for unit in problem.units if _is_compromise(unit, placed.get(unit.code))
    ]
    if not concerned:
        terminal.say(_("Every unit has a visit, on its first choice where it has one."))
    for unit in concerned[:MOST_LINES]:
        terminal.say(f"{named(unit.code, names)}: {visit_text(placed.get(unit.code))}")
        for item in explain(problem=problem, visits=visits, seed=1, units=[unit.code] if codes else ()):
            terminal.say(f"  {sentence(item, names)}")
        for line in _choices(problem, visits, unit, placed.get(unit.code), names):
            terminal.say(f"  {line}")
    if len(concerned) > MOST_LINES:
        terminal.say(_("and %(count)s more") % {"count": len(concerned) - MOST_LINES})


def _is_compromise(unit: SurveyedUnit, visit: PlacedVisit | None) -> bool:
    return visit is None or bool(unit.preferred and visit.slot != unit.preferred[0])


def _choices(
    problem: Problem,
    visits: Sequence[PlacedVisit],
    unit: SurveyedUnit,
    visit: PlacedVisit | None,
    names: Names,
) -> Iterator[str]:
    """Yield a sentence for each half-day that the unit would rather have; for any, where it asked for none."""
    listed = unit.preferred
    if visit is not None and visit.slot in listed:
        listed = listed[: listed.index(visit.slot)]
    teams = [team.number for team in problem.teams]
    if not listed and visit is None:
        cells = judge_cells(problem=problem, visits=visits, unit=unit.code, teams=teams, slots=problem.slots)
        yield _sentence(_("any half-day"), cells, unit.code, names)
    for slot in listed[:MOST_CHOICES]:
        cells = judge_cells(problem=problem, visits=visits, unit=unit.code, teams=teams, slots=[slot])
        yield _sentence(slot_text(slot), cells, unit.code, names)


def _sentence(when: str, cells: Sequence[CellJudgement], unit: str, names: Names) -> str:
    allowed = [cell for cell in cells if cell.allowed and not cell.here]
    if not allowed:
        return _("%(when)s: no team can, as things are: %(rules)s") % {
            "when": when,
            "rules": _rules(cells, unit, names),
        }
    best = min(allowed, key=lambda cell: (cell.cost, cell.team))
    terms = ", ".join(
        f"{term_text(name)} {'+' if value > 0 else '−'}{points(abs(value))}"
        for name, value in best.terms.items()
    )
    text = (
        _("%(when)s: team %(team)s could, changing places with who is there, for %(cost)s points (%(terms)s)")
        if best.swap
        else _("%(when)s: team %(team)s could, for %(cost)s points (%(terms)s)")
    )
    return text % {"when": when, "team": best.team, "cost": points(best.cost), "terms": terms or "–"}


def _rules(cells: Sequence[CellJudgement], unit: str, names: Names) -> str:
    """Return which rule stands in the way of which teams; another unit that it is about is named."""
    teams: dict[str, list[int]] = defaultdict(list)
    for cell in cells:
        for violation in cell.broken[:1]:
            text = str(RULE_TEXTS.get(violation.rule, violation.rule))
            if violation.unit not in (None, unit):
                text = f"{named(str(violation.unit), names)}: {text}"
            teams[text].append(cell.team)
    parts = [
        _("%(rule)s (teams %(teams)s)") % {"rule": rule, "teams": ", ".join(map(str, sorted(numbers)))}
        for rule, numbers in sorted(teams.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    return "; ".join(parts)
