"""Which body is competent for a matter: it follows from the procedure, never from the place of receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

COMMITTEE = "UBND-{unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the routing rule looks at: the rule, the fixed body, codes of the communes ("" where not given).

    `successors`: code of a commune that exists no more -> codes of those that took its territory.
    """

    rule: str
    fixed: str = ""
    address: str = ""
    land: str = ""
    chosen: str = ""
    successors: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`body` is the competent body's code; else `fault` says why not, `field` what to fill in, `choices` from what."""

    body: str = ""
    fault: str = ""
    field: str = ""
    choices: tuple[str, ...] = ()


_FIELDS = {"address": "unit", "land": "land_unit", "chosen": "chosen"}


def route(*, question: Question) -> Route:
    """Return the competent body, or what is missing."""
    if question.rule in ("department", "delegated"):
        return (
            Route(body=question.fixed) if question.fixed else Route(fault="routing.body", field="procedure")
        )
    unit = {"address": question.address, "land": question.land}.get(question.rule)
    if question.rule == "chosen":
        unit = question.chosen or question.address
    field = _FIELDS[question.rule]
    if not unit:
        return Route(fault=f"routing.{question.rule}", field=field)
    seen = {unit}
    while (following := question.successors.get(unit)) is not None:
        if len(following) != 1:
            return Route(
                fault="routing.divided" if following else "routing.gone",
                field=field,
                choices=tuple(following),
            )
        unit = following[0]
        if unit in seen:
            return Route(fault="routing.gone", field=field)
        seen.add(unit)
    return Route(body=COMMITTEE.format(unit=unit))
