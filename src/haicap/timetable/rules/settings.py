"""Reading what a campaign settles about its calendar: plain values in, frozen parameters or a named fault out."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from haicap.kernel.periods import Slot
from haicap.timetable.rules.faults import Fault, InvalidProblemError
from haicap.timetable.rules.problem import BridgePoint, Limits, Weights

WEIGHTS = tuple(each.name for each in fields(Weights))
LIMITS = tuple(each.name for each in fields(Limits))
WHOLE = frozenset(
    each.name for each in (*fields(Weights), *fields(Limits)) if isinstance(each.default, int)
)  # fmt: skip
COMPLETE, QUORUM = "complete", "quorum"
MOST_BRIDGES = 200


def parameters(values: Mapping[str, object]) -> tuple[Weights, Limits]:
    """Return weights and limits: the defaults with `values` in place of those they name.

    Raises InvalidProblemError for a name that is unknown or a value that is not a number.
    """
    faults = [
        Fault(code="setting.unknown", fatal=True, setting=name)
        for name in values.keys() - {*WEIGHTS, *LIMITS}
    ]
    numbers: dict[str, float] = {}
    for name, value in values.items():
        if code := _wrong_number(value, whole=name in WHOLE):
            faults.append(Fault(code=code, fatal=True, setting=name))
        else:
            number = float(value)  # type: ignore[arg-type]  # looked at just now
            numbers[name] = int(number) if name in WHOLE else number
    if faults:
        raise InvalidProblemError(tuple(sorted(faults, key=lambda fault: str(fault.setting))))
    weights = {name: int(value) for name, value in numbers.items() if name in WEIGHTS}
    limits = {name: value for name, value in numbers.items() if name in LIMITS}
    return replace(Weights(), **weights), replace(Limits(), **limits)  # type: ignore[arg-type]  # names checked


def as_values(weights: Weights, limits: Limits) -> dict[str, float]:
    """Return what `parameters` reads."""
    return {**asdict(weights), **asdict(limits)}


def _wrong_number(value: object, *, whole: bool) -> str | None:
    """Return the code of what is wrong with a number, None where nothing is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "setting.not_a_number"
    if whole and (not math.isfinite(value) or value != int(value)):
        return "setting.not_whole"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """How the campaign works, besides weights and limits.

    `minutes` is the length of a visit, `minutes_of` that of the units where it differs. `complete` says that
    those present at a visit must cover every area, not only be enough. `replan_change` is what a changed unit
    costs when a calendar in force is planned again.
    """

    minutes: int = 180
    minutes_of: Mapping[str, int] = field(default_factory=dict)
    most_per_day: int = 4
    most_days_in_row: int | None = None
    complete: bool = True
    replan_change: int = 5_000
    bridges: tuple[BridgePoint, ...] = ()


def practice(values: Mapping[str, Any], *, slots: Sequence[Slot]) -> Practice:
    """Return what `values` say; what they do not name keeps its default.

    They are `visit_minutes`, `unit_minutes` (by code), `most_per_day`, `most_days_in_row` (0: no limit),
    `composition` ("complete" or "quorum"), `replan_change`, `bridges` (as in `bridges_of`). Raises
    InvalidProblemError naming every value that makes no sense.
    """
    found = list(_practice_faults(values))
    bridges: tuple[BridgePoint, ...] = ()
    try:
        bridges = bridges_of(values.get("bridges") or (), slots=slots)
    except InvalidProblemError as error:
        found += error.faults
    if found:
        raise InvalidProblemError(tuple(found))
    given = {name: int(values[name]) for name in ("most_per_day", "replan_change") if name in values}
    if "visit_minutes" in values:
        given["minutes"] = int(values["visit_minutes"])
    return Practice(
        **given,
        minutes_of={str(code): int(value) for code, value in (values.get("unit_minutes") or {}).items()},
        most_days_in_row=int(values.get("most_days_in_row") or 0) or None,
        complete=values.get("composition", COMPLETE) == COMPLETE,
        bridges=bridges,
    )


def _practice_faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    least = {"visit_minutes": 1, "most_per_day": 1, "most_days_in_row": 0, "replan_change": 1}
    for name in least.keys() & values.keys():
        code = _wrong_number(values[name], whole=True)
        if code is None and values[name] < least[name]:
            code = "limit.not_positive" if least[name] else "limit.negative"
        if code:
            yield Fault(code=code, fatal=True, setting=name)
    if values.get("composition", COMPLETE) not in (COMPLETE, QUORUM):
        yield Fault(code="setting.composition", fatal=True, setting="composition")
    by_code = values.get("unit_minutes") or {}
    if not isinstance(by_code, Mapping):
        yield Fault(code="setting.not_by_unit", fatal=True, setting="unit_minutes")
        return
    for unit, value in by_code.items():
        if _wrong_number(value, whole=True) or value < 1:
            yield Fault(code="unit.minutes_not_positive", fatal=True, unit=str(unit), setting="unit_minutes")


def bridges_of(value: object, *, slots: Sequence[Slot]) -> tuple[BridgePoint, ...]:
    """Return the bridge points of the window from a list of {code, rooms, technicians, away}.

    `rooms` and `technicians` are 1 where not given, `away` are keys of half-days without the bridge point.
    Raises InvalidProblemError for anything else.
    """
    if not isinstance(value, list | tuple) or len(value) > MOST_BRIDGES:
        raise InvalidProblemError((Fault(code="setting.not_bridges", fatal=True, setting="bridges"),))
    faults: list[Fault] = []
    found = []
    for item in value:
        code = item.get("code") if isinstance(item, Mapping) else None
        if not isinstance(code, str) or not 1 <= len(code) <= 40:
            faults.append(Fault(code="setting.bridge_no_code", fatal=True, setting="bridges"))
            continue
        counts = [item.get(name, 1) for name in ("rooms", "technicians")]
        if any(_wrong_number(count, whole=True) for count in counts):
            faults.append(Fault(code="setting.bridge_not_whole", fatal=True, setting="bridges", bridge=code))
            continue
        try:
            away = frozenset(Slot.parse(key) for key in item.get("away") or ())
        except (ValueError, TypeError, AttributeError):
            faults.append(
                Fault(code="setting.bridge_not_half_days", fatal=True, setting="bridges", bridge=code)
            )
            continue
        rooms, technicians = counts
        found.append(BridgePoint(
            code=code, available=frozenset(slots) - away, rooms=int(rooms), technicians=int(technicians)
        ))  # fmt: skip
    if faults:
        raise InvalidProblemError(tuple(faults))
    return tuple(found)
