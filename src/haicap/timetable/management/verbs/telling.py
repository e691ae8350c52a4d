"""Plans, verdicts and differences as lines for the terminal."""

from collections.abc import Iterator, Mapping, Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from haicap.timetable.management.verbs.terminal import Names, Terminal, percent, points
from haicap.timetable.rules.changes import Change
from haicap.timetable.rules.checker import Verdict
from haicap.timetable.rules.problem import Mode, Objective, PlacedVisit, Unserved, gap_between
from haicap.timetable.texts import REASON_TEXTS, TERM_TEXTS, slot_text, violation_text

MOST_LINES = 200


def tell_objective(terminal: Terminal, objective: Objective, *, bound: int | None) -> None:
    """Tell what a plan serves and costs, term by term, and how good it is proven to be."""
    total = objective.served + objective.unserved
    terminal.say(
        _("visits %(served)s of %(units)s, left out %(unserved)s, online %(online)s")
        % {
            "served": objective.served,
            "units": total,
            "unserved": objective.unserved,
            "online": objective.online,
        }
    )
    terminal.say(
        _("first choice %(first)s, a choice %(listed)s, none of theirs %(unlisted)s, asked for none %(none)s")
        % {
            "first": objective.first_choice,
            "listed": objective.listed_choice,
            "unlisted": objective.unlisted_choice,
            "none": objective.without_list,
        }
    )
    terminal.say(
        _("%(km)s km by road, %(days)s days of teams, %(least)s to %(most)s half-days a team")
        % {
            "km": number_format(
                round(objective.metres / 1000), decimal_pos=0, use_l10n=True, force_grouping=True
            ),
            "days": objective.team_days,
            "least": objective.lightest,
            "most": objective.heaviest,
        }
    )
    if objective.changed:
        terminal.say(_("%(count)s visits differ from the previous calendar") % {"count": objective.changed})
    terminal.say(_("cost in points"))
    for line in _table([(term_text(name), [cost]) for name, cost in objective.terms.items()]):
        terminal.say(line)
    for line in _table([(_("Together"), [objective.total])]):
        terminal.say(line)
    if bound is not None:
        gap = percent(gap_between(cost=objective.total, bound=bound))
        terminal.say(
            _("proven: no plan costs less than %(bound)s; gap %(gap)s %%")
            % {"bound": points(bound), "gap": gap}
        )


def tell_verdict(terminal: Terminal, verdict: Verdict, names: Names) -> None:
    """Tell every broken rule and whether the plan is feasible."""
    for violation in verdict.violations[:MOST_LINES]:
        terminal.say(f"{violation.rule}: {violation_text(violation, names)}")
    if verdict.feasible:
        terminal.say(_("checker: feasible, no rule broken"))
    else:
        terminal.say(_("checker: NOT feasible, %(count)s rules broken") % {"count": len(verdict.violations)})


def tell_unserved(terminal: Terminal, unserved: Sequence[Unserved], names: Names) -> None:
    """Tell who is left out and why."""
    for item in unserved[:MOST_LINES]:
        reason = REASON_TEXTS.get(item.reason, item.reason)
        terminal.say(
            _("left out: %(unit)s (%(reason)s)") % {"unit": named(item.unit, names), "reason": reason}
            if item.reason
            else _("left out: %(unit)s") % {"unit": named(item.unit, names)}
        )


def tell_changes(terminal: Terminal, changes: Sequence[Change], names: Names) -> None:
    """Tell what differs between two calendars, unit by unit."""
    for change in changes[:MOST_LINES]:
        terminal.say(
            _("%(unit)s: %(before)s -> %(after)s")
            % {
                "unit": named(change.unit, names),
                "before": visit_text(change.before),
                "after": visit_text(change.after),
            }
        )
    if len(changes) > MOST_LINES:
        terminal.say(_("and %(count)s more") % {"count": len(changes) - MOST_LINES})
    terminal.say(_("%(count)s units differ") % {"count": len(changes)})


def tell_terms(terminal: Terminal, plans: Mapping[str, Objective]) -> None:
    """Tell the terms of several plans side by side."""
    objectives = list(plans.values())
    terms = list(dict.fromkeys(name for objective in objectives for name in objective.terms))
    rows = [(term_text(name), [o.terms.get(name, 0) for o in objectives]) for name in terms]
    rows.append((_("Together"), [o.total for o in objectives]))
    terminal.say(_("cost in points"))
    terminal.say(" " * 44 + "".join(f"{name[-18:]:>20}" for name in plans))
    for line in _table(rows):
        terminal.say(line)
    counts = {
        _("Units with a visit"): [o.served for o in objectives],
        _("First choice"): [o.first_choice for o in objectives],
        _("A choice of theirs"): [o.listed_choice for o in objectives],
        _("Kilometres"): [round(o.metres / 1000) for o in objectives],
        _("Days of teams"): [o.team_days for o in objectives],
    }
    for name, values in counts.items():
        terminal.say(f"  {name:<42}" + "".join(f"{value:>20}" for value in values))


def _table(rows: Sequence[tuple[str, Sequence[int]]]) -> Iterator[str]:
    for name, costs in rows:
        yield f"  {name:<42}" + "".join(f"{points(cost):>20}" for cost in costs)


def term_text(name: str) -> str:
    """Return the name of a term of the objective."""
    return str(TERM_TEXTS.get(name, name))


def named(unit: str, names: Names) -> str:
    """Return a unit's code with its name, where known."""
    return f"{unit} {names[unit]}" if names.get(unit) else unit


def visit_text(visit: PlacedVisit | None) -> str:
    """Return where a visit stands, a dash for none."""
    if visit is None:
        return "–"
    place = _("team %(number)s") % {"number": visit.team}
    how = ", " + _("online") if visit.mode is Mode.ONLINE else ""
    return f"{place}, {slot_text(visit.slot)}{how}"
