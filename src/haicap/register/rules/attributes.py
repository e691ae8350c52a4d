"""Judging the rows of a file of attributes (population, seat address) against the register.

A row is taken whole or not at all. A row's name, where given, must be the name of its code to the last
diacritic: xã Thanh An (25807) and xã Thạnh An (27676) are two communes.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from haicap.register.rules.names import is_same_name

ATTRIBUTES = ("population", "seat_address")
NAME_COLUMNS = ("full_name", "name")
MOST_PEOPLE = 2_000_000
"""No commune-level unit comes near; a larger figure is a slip of the hand or of the column."""
LONGEST_ADDRESS = 300
_CODE = re.compile(r"[0-9]{5}")
_SHORT_CODE = re.compile(r"[0-9]{1,4}")
_WHOLE = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([., \u00a0])[0-9]{3})(?:\1[0-9]{3})*")
_FORMULA = ("=", "+", "@", "\t")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the register holds of a unit."""

    code: str
    name: str
    full_name: str
    population: int | None
    seat_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one row: `status` "changed" or "unchanged" where it was taken, else why not."""

    line: int
    code: str
    status: str
    changes: Mapping[str, int | str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_taken(self) -> bool:
        """True where the row was matched to a unit and kept."""
        return self.status in ("changed", "unchanged")


def judge_rows(
    *, rows: Iterable[tuple[int, Mapping[str, str]]], known: Mapping[str, Known]
) -> Iterator[Outcome]:
    """Yield one outcome per row (line number, cells by column); of two with one code the first counts."""
    seen: dict[str, int] = {}
    for line, cells in rows:
        outcome = _judge(line, cells, known)
        if outcome.is_taken and outcome.code in seen:
            first = str(seen[outcome.code])
            outcome = Outcome(line=line, code=outcome.code, status="code_twice", facts={"first": first})
        elif outcome.is_taken:
            seen[outcome.code] = line
        yield outcome


def _judge(line: int, cells: Mapping[str, str], known: Mapping[str, Known]) -> Outcome:
    code = cells.get("code", "")
    unit = known.get(code)
    if unit is None:
        return Outcome(line=line, code=code[:40], status=_why_unknown(code, cells), facts=_shown(cells))
    if (given := _other_name(cells, unit)) is not None:
        facts = {"given": given[:120], "expected": unit.full_name}
        return Outcome(line=line, code=code, status="name_differs", facts=facts)
    population, address = cells.get("population", ""), cells.get("seat_address", "")
    if any(cell.startswith(_FORMULA) for cell in (population, address)):
        return Outcome(line=line, code=code, status="formula", facts={"given": (address or population)[:60]})
    if not population and not address:
        return Outcome(line=line, code=code, status="nothing_given")
    people = read_whole_number(population) if population else None
    if population and people is None:
        swapped = bool(address) and read_whole_number(address) is not None
        status = "swapped" if swapped else "not_a_number"
        return Outcome(line=line, code=code, status=status, facts={"given": population[:60]})
    if people is not None and not 0 < people <= MOST_PEOPLE:
        return Outcome(line=line, code=code, status="out_of_bounds", facts={"given": population[:60]})
    if len(address) > LONGEST_ADDRESS:
        return Outcome(line=line, code=code, status="too_long", facts={"given": address[:60]})
    return _taken(line, unit, people, address)


def _taken(line: int, unit: Known, people: int | None, address: str) -> Outcome:
    changes: dict[str, int | str] = {}
    if people is not None and people != unit.population:
        changes["population"] = people
    if address and address != unit.seat_address:
        changes["seat_address"] = address
    return Outcome(line=line, code=unit.code, status="changed" if changes else "unchanged", changes=changes)


def _why_unknown(code: str, cells: Mapping[str, str]) -> str:
    if code.startswith(_FORMULA):
        return "formula"
    if _CODE.fullmatch(code):
        return "unknown_code"
    if any(_CODE.fullmatch(cell) for column, cell in cells.items() if column in NAME_COLUMNS):
        return "swapped"
    if _SHORT_CODE.fullmatch(code):
        return "code_zeros"
    return "code_shape"


def _other_name(cells: Mapping[str, str], unit: Known) -> str | None:
    """Return the name the row gives where it is not the unit's; None where it is, or none is given."""
    for column in NAME_COLUMNS:
        given = cells.get(column, "")
        if given and not is_same_name(given=given, full_name=unit.full_name, name=unit.name):
            return given
    return None


def _shown(cells: Mapping[str, str]) -> dict[str, str]:
    return {"given": next((cells[column] for column in NAME_COLUMNS if cells.get(column)), "")[:120]}


def read_whole_number(text: str) -> int | None:
    """Return 65023 for "65023", "65.023", "65,023" and "65 023"; None for anything else."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if (match := _GROUPED.fullmatch(text)) and len(text) <= 16:
        return int(text.replace(match.group(1), ""))
    return None
