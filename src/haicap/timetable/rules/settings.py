"""Reading the weights and limits of a campaign: plain values in, frozen parameters or a named fault out."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace

from haicap.timetable.rules.faults import Fault, InvalidProblemError
from haicap.timetable.rules.problem import Limits, Weights

WEIGHTS = tuple(field.name for field in fields(Weights))
LIMITS = tuple(field.name for field in fields(Limits))
WHOLE = frozenset({*WEIGHTS, "online_per_half_day"})


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
        if isinstance(value, bool) or not isinstance(value, int | float):
            faults.append(Fault(code="setting.not_a_number", fatal=True, setting=name))
        elif name in WHOLE and value != int(value):
            faults.append(Fault(code="setting.not_whole", fatal=True, setting=name))
        else:
            numbers[name] = int(value) if name in WHOLE else float(value)
    if faults:
        raise InvalidProblemError(tuple(sorted(faults, key=lambda fault: str(fault.setting))))
    weights = {name: int(value) for name, value in numbers.items() if name in WEIGHTS}
    limits = {name: value for name, value in numbers.items() if name in LIMITS}
    return replace(Weights(), **weights), replace(Limits(), **limits)  # type: ignore[arg-type]  # names checked


def as_values(weights: Weights, limits: Limits) -> dict[str, float]:
    """Return what `parameters` reads."""
    return {**asdict(weights), **asdict(limits)}
