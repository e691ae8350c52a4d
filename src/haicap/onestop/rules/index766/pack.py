"""A dated pack of the index: its groups, items, classes and settings, read from the texts of its two files."""

import csv
import io
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

COLUMNS = (
    "pack", "group", "code", "name_vi", "name_en", "points", "numerator", "denominator", "beside",
    "full_from", "source", "mark",
)  # fmt: skip


class Zero(StrEnum):
    """What an item gives when there is nothing to divide by."""

    POINTS = "points"
    NONE = "none"
    NOT_APPLICABLE = "not_applicable"


class PackFault(ValueError):
    """The files of a pack contradict themselves; the text names file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A count with its sign: `-late` is Term(count="late", sign=-1)."""

    count: str
    sign: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An item: R = 100 x numerator / denominator, in percent; its points from R by the rule.

    `full_from` t: full points from R >= t, below it R/t of them; None: R/100 of them. `beside` is a second
    denominator that is shown and gives no points. An item of 0 points informs only.
    """

    group: str
    code: str
    name_vi: str
    name_en: str
    points: Decimal
    numerator: tuple[Term, ...]
    denominator: str
    beside: str = ""
    full_from: Decimal | None = None
    source: str = ""
    mark: str = ""
    zero: Zero = Zero.NOT_APPLICABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group of items and the most it can give."""

    code: str
    name_vi: str
    name_en: str
    points: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """A class of results from `least` points on."""

    code: str
    name_vi: str
    name_en: str
    least: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The index as it is counted for periods that end from `valid_from` until the day before `valid_to`.

    A procedure is made public on time within `publish_days` working days of its decision; `copies` are the codes
    of the procedures that certify copies.
    """

    code: str
    title_vi: str
    title_en: str
    valid_from: date
    valid_to: date | None
    zero: Zero
    publish_days: int
    copies: tuple[str, ...]
    source: str
    mark: str
    groups: tuple[Group, ...]
    items: tuple[Item, ...]
    classes: tuple[Class, ...]

    def holds(self, day: date) -> bool:
        """True where the pack counts periods that end on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def read_packs(*, settings: str, items: str) -> tuple[Pack, ...]:
    """Return the packs of a settings text (TOML) and an items text (CSV); raises PackFault."""
    rows = list(csv.DictReader(io.StringIO(items)))
    if rows and (absent := [name for name in COLUMNS if name not in rows[0]]):
        raise PackFault(f"index766.csv: no column {', '.join(absent)}")
    found = []
    for table in tomllib.loads(settings)["pack"]:
        own = [(line, row) for line, row in enumerate(rows, start=2) if row["pack"] == table["code"]]
        found.append(_pack(table, own))
    unknown = {row["pack"] for row in rows} - {pack.code for pack in found}
    if unknown:
        raise PackFault(f"index766.csv: pack {', '.join(sorted(unknown))} is not in index766.toml")
    return tuple(sorted(found, key=lambda pack: pack.valid_from))


def pack_on(*, packs: Sequence[Pack], day: date) -> Pack | None:
    """Return the pack for a period that ends on `day`: the newest that holds; None where none does."""
    return next((pack for pack in reversed(packs) if pack.holds(day)), None)


def _pack(table: dict[str, Any], rows: list[tuple[int, dict[str, str]]]) -> Pack:
    zero = Zero(table["zero_denominator"])
    overrides = {code: Zero(value) for code, value in table.get("zero_of_item", {}).items()}
    groups = tuple(
        Group(
            code=entry["code"], name_vi=entry["name_vi"], name_en=entry["name_en"],
            points=Decimal(entry["points"]),
        )
        for entry in table["groups"]
    )  # fmt: skip
    items = tuple(_item(line, row, zero, overrides) for line, row in rows)
    for group in groups:
        given = sum((item.points for item in items if item.group == group.code), Decimal(0))
        if given != group.points:
            raise PackFault(f"index766.csv: group {group.code} has {given} points, not {group.points}")
    if strange := {item.group for item in items} - {group.code for group in groups}:
        raise PackFault(f"index766.csv: no group {', '.join(sorted(strange))}")
    if strange := overrides.keys() - {item.code for item in items}:
        raise PackFault(f"index766.toml: no item {', '.join(sorted(strange))}")
    classes = tuple(
        Class(
            code=entry["code"], name_vi=entry["name_vi"], name_en=entry["name_en"],
            least=Decimal(entry["least"]),
        )
        for entry in sorted(table["classes"], key=lambda entry: -Decimal(entry["least"]))
    )  # fmt: skip
    return Pack(
        code=table["code"], title_vi=table["title_vi"], title_en=table["title_en"],
        valid_from=table["valid_from"], valid_to=table.get("valid_to"), zero=zero,
        publish_days=table["publish_days"], copies=tuple(table["copies"]), source=table["source"],
        mark=table["mark"], groups=groups, items=items, classes=classes,
    )  # fmt: skip


def _item(line: int, row: dict[str, str], zero: Zero, overrides: dict[str, Zero]) -> Item:
    return Item(
        group=row["group"], code=row["code"], name_vi=row["name_vi"], name_en=row["name_en"],
        points=_number(line, row["points"]), numerator=_terms(line, row["numerator"]),
        denominator=row["denominator"], beside=row["beside"],
        full_from=_number(line, row["full_from"]) if row["full_from"] else None,
        source=row["source"], mark=row["mark"], zero=overrides.get(row["code"], zero),
    )  # fmt: skip


def _number(line: int, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise PackFault(f"index766.csv, line {line}: {text!r} is no number") from None


def _terms(line: int, text: str) -> tuple[Term, ...]:
    words = text.replace("-", " - ").replace("+", " + ").split()
    terms, sign = [], 1
    for word in words:
        if word in "+-":
            sign = -1 if word == "-" else 1
        elif word.isidentifier():
            terms.append(Term(count=word, sign=sign))
        else:
            raise PackFault(f"index766.csv, line {line}: {text!r} is no sum of counts")
    if not terms:
        raise PackFault(f"index766.csv, line {line}: no numerator")
    return tuple(terms)
