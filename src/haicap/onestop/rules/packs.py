"""Rule packs: forms, code pattern and clock settings by the day of receipt. The packs are dated data."""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from haicap.onestop.rules.clock import ClockRules


class PackError(ValueError):
    """A pack that cannot be used; the text says which and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A statutory form: its number in the circular ("01") and its Vietnamese name."""

    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What holds for dossiers received from `valid_from` on, until a later pack begins.

    `forms`: purpose (receipt, supplement, refusal, apology, stop, control, register) -> form; a purpose that the
    circular of the time did not know is absent. A petition is answered within `petition_days` working days.
    """

    code: str
    title_vi: str
    valid_from: date
    source: str
    mark: str
    code_pattern: str
    clock: ClockRules
    forms: Mapping[str, Form]
    petition_days: int = 15

    def code_of(self, *, agency: str, day: date, number: int) -> str:
        """Return the code of the `number`-th dossier that `agency` received on `day`: H29.01-251123-0001."""
        return self.code_pattern.format(
            agency=agency, yymmdd=f"{day:%y%m%d}", yyyymmdd=f"{day:%Y%m%d}", nnnn=f"{number:04d}"
        )


_PLACES = frozenset({"agency", "yymmdd", "yyyymmdd", "nnnn"})


def read_packs(*, data: Mapping[str, Any]) -> tuple[Pack, ...]:
    """Read the tables `[[pack]]`, oldest first; raises PackError naming the pack and what is wrong."""
    packs = sorted((_pack(row) for row in data.get("pack", [])), key=lambda pack: pack.valid_from)
    if not packs:
        raise PackError("there is no [[pack]]")
    if len({pack.valid_from for pack in packs}) != len(packs):
        raise PackError("two packs begin on one day")
    return tuple(packs)


def _pack(row: Mapping[str, Any]) -> Pack:
    name = str(row.get("code", "?"))
    try:
        pattern = str(row["code_pattern"])
        places = {place for _text, place, _spec, _conv in string.Formatter().parse(pattern) if place}
        if not {"agency", "nnnn"} <= places <= _PLACES or not places & {"yymmdd", "yyyymmdd"}:
            raise PackError(f"pack {name}: code_pattern needs agency, a day and nnnn, and nothing else")
        return Pack(
            code=name,
            title_vi=str(row["title_vi"]),
            valid_from=row["valid_from"],
            source=str(row["source"]),
            mark=str(row["mark"]),
            code_pattern=pattern,
            clock=ClockRules.from_data(row["clock"]),
            forms={purpose: Form(**form) for purpose, form in row["forms"].items()},
            petition_days=int(row.get("petition_days", 15)),
        )
    except (KeyError, TypeError) as error:
        raise PackError(f"pack {name}: {error}") from error
    except ValueError as error:
        raise error if isinstance(error, PackError) else PackError(f"pack {name}: {error}") from error


def pack_of(*, packs: Sequence[Pack], day: date) -> Pack:
    """Return the pack that holds on `day`; the oldest for days before it."""
    return max(_begun(packs, day), key=lambda pack: pack.valid_from, default=packs[0])


def _begun(packs: Iterable[Pack], day: date) -> list[Pack]:
    return [pack for pack in packs if pack.valid_from <= day]
