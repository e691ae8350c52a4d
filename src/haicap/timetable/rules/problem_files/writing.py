"""From a problem, a plan or a matrix to the text of its file: one thing a line, defaults left out."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from typing import Any

from haicap.kernel.periods import Slot
from haicap.timetable.rules.problem import (
    BridgePoint,
    Limits,
    Member,
    Mode,
    PlacedVisit,
    Plan,
    Point,
    Problem,
    SurveyedUnit,
    SurveyTeam,
    TravelMatrix,
    Weights,
)
from haicap.timetable.rules.problem_files.shapes import HEADER, VERSION

Values = dict[str, Any]


def write_problem(problem: Problem, *, names: Mapping[str, str] | None = None, title: str = "") -> str:
    """Return the text that `read_problem` reads; raises ValueError for a number that is not finite."""
    window = frozenset(problem.slots)
    data = {
        HEADER: VERSION,
        **({"title": title} if title else {}),
        "window": [slot.key for slot in problem.slots],
        **({"today": problem.today.isoformat()} if problem.today else {}),
        "units": [_unit(unit, (names or {}).get(unit.code, "")) for unit in problem.units],
        "teams": [_team(team, window) for team in problem.teams],
        "composition": [{"area": area, "present": present} for area, present in problem.composition],
        "bridges": [_bridge(bridge, window) for bridge in problem.bridges],
        "pins": [_visit(visit) for visit in problem.pins],
        "previous": [_visit(visit) for visit in problem.previous],
        "weights": _differing(problem.weights, Weights()),
        "limits": _differing(problem.limits, Limits()),
    }
    needed = (HEADER, "window", "units", "teams")
    if problem.matrix is not None:
        data["matrix"] = _matrix(problem.matrix)
    return _text({key: value for key, value in data.items() if value or key in needed})


def write_plan(plan: Plan, *, problem: str = "") -> str:
    """Return the text that `read_plan` reads; `problem` is the digest of what it answers."""
    return _text(
        {
            HEADER: VERSION,
            "problem": problem,
            "seed": plan.seed,
            "iterations": plan.iterations,
            "bound": plan.bound,
            "objective": asdict(plan.objective),
            "visits": [_visit(visit) for visit in plan.visits],
            "unserved": [asdict(item) for item in plan.unserved],
        }
    )


def write_visits(visits: Iterable[PlacedVisit], *, problem: str = "") -> str:
    """Return a plan file of visits alone, which `read_plan` reads."""
    return _text({HEADER: VERSION, "problem": problem, "visits": [_visit(visit) for visit in visits]})


def write_matrix(matrix: TravelMatrix) -> str:
    """Return the text that `read_matrix` reads."""
    return _text({HEADER: VERSION, **_matrix(matrix)})


def _text(data: Values) -> str:
    """Return JSON with each thing of a list, and each key of the outermost object, on a line of its own."""
    parts = []
    for key, value in data.items():
        if isinstance(value, dict) and any(isinstance(item, list) for item in value.values()):
            inside = [f"    {_json(name)}: {_rows(item, '    ')}" for name, item in value.items()]
            text = "{\n" + ",\n".join(inside) + "\n  }"
        else:
            text = _rows(value, "  ")
        parts.append(f"  {_json(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _rows(value: Any, indent: str) -> str:
    if not isinstance(value, list) or not any(isinstance(item, dict | list) for item in value):
        return _json(value)
    tight = (",", ":") if all(isinstance(item, list) for item in value) else None
    return "[\n" + ",\n".join(f"{indent}  {_json(item, tight)}" for item in value) + f"\n{indent}]"


def _json(value: Any, separators: tuple[str, str] | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=separators)


def _keys(slots: Iterable[Slot]) -> list[str]:
    return [slot.key for slot in sorted(slots)]


def _point(point: Point | None) -> dict[str, float] | None:
    return {"lat": point.lat, "lon": point.lon} if point else None


def _without(values: Values, usual: Values) -> Values:
    """Return `values` without those that reading would fill in."""
    return {key: value for key, value in values.items() if key not in usual or value != usual[key]}


def _unit(unit: SurveyedUnit, name: str) -> Values:
    values = {
        "code": unit.code,
        "name": name,
        "place": _point(unit.place),
        "modes": [mode.value for mode in unit.modes],
        "preferred": [slot.key for slot in unit.preferred],
        "blocked": _keys(unit.blocked),
        "island": unit.island,
        "minutes": unit.minutes,
        "areas": sorted(unit.areas),
        "group": unit.group,
    }
    usual = {
        "name": "", "place": None, "modes": [Mode.IN_PERSON.value], "preferred": [], "blocked": [],
        "island": False, "minutes": 180, "areas": [], "group": "",
    }  # fmt: skip
    return _without(values, usual)


def _team(team: SurveyTeam, window: frozenset[Slot]) -> Values:
    values = {
        "number": team.number,
        "base": _point(team.base),
        "available": None if team.available == window else _keys(team.available),
        "members": [_member(member) for member in team.members],
        "most_per_day": team.most_per_day,
        "most_days_in_row": team.most_days_in_row,
    }
    return _without(values, {"available": None, "most_per_day": 4, "most_days_in_row": None})


def _member(member: Member) -> Values:
    values = {
        "code": member.code,
        "role": member.role,
        "areas": sorted(member.areas),
        "absent": _keys(member.absent),
    }
    return _without(values, {"role": "member", "areas": [], "absent": []})


def _bridge(bridge: BridgePoint, window: frozenset[Slot]) -> Values:
    values = {
        "code": bridge.code,
        "available": None if bridge.available == window else _keys(bridge.available),
        "rooms": bridge.rooms,
        "technicians": bridge.technicians,
    }
    return _without(values, {"available": None})


def _visit(visit: PlacedVisit) -> Values:
    values = {
        "unit": visit.unit,
        "team": visit.team,
        "slot": visit.slot.key,
        "mode": visit.mode.value,
        "whole_day": visit.whole_day,
        "order": visit.order,
        "bridge": visit.bridge,
    }
    usual = {"mode": Mode.IN_PERSON.value, "whole_day": False, "order": 1, "bridge": ""}
    return _without(values, usual)


def _matrix(matrix: TravelMatrix) -> Values:
    return {
        "places": list(matrix.places),
        "minutes": [
            [int(value) if value == int(value) else value for value in row] for row in matrix.minutes
        ],
        "metres": [list(row) for row in matrix.metres],
    }


def _differing(values: Weights | Limits, usual: Weights | Limits) -> Values:
    """Return the values that are not the usual ones."""
    both = ((item.name, getattr(values, item.name), getattr(usual, item.name)) for item in fields(values))
    return {name: value for name, value, default in both if value != default}
