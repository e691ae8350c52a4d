"""How figures of many units become one line of the report. Exact decimals; only percents are rounded.

Blank is not zero and `not applicable` is not counted: both stay out of sums, shares and distributions, and
are told beside them. A percent of the City is sum of numerators over sum of denominators, never a mean.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NUMBERS = frozenset({"integer", "decimal", "percent"})
# Measures that mean nothing when added over units: speeds, distances, durations per case, shares.
NOT_ADDED = frozenset({"%", "Mbps", "km", "ngày", "ngày làm việc"})
_RATE = re.compile(r"(\$\{\w+\}|\([^()]*\))\s*\*\s*\d+\s+div\s+(\$\{\w+\}|\([^()]*\))")
_KEY = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value of one unit: a number, a text (choice, date as 2025-07-01), or not applicable."""

    number: Decimal | None = None
    text: str = ""
    not_applicable: bool = False

    @property
    def is_blank(self) -> bool:
        """True where nothing was said."""
        return self.number is None and not self.text and not self.not_applicable


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What a percent is made of: sums of the fields `above` over sums of the fields `below`."""

    above: tuple[str, ...]
    below: tuple[str, ...]


def rate_of(*, calculation: str) -> Rate | None:
    """Return what `${n} * 1000 div (${a} + ${b})` divides by what; None for a calculation that is no rate."""
    match = _RATE.search(calculation)
    if match is None:
        return None
    above, below = (tuple(_KEY.findall(side)) for side in match.groups())
    for side, keys in zip(match.groups(), (above, below), strict=True):
        rest = _KEY.sub("", side).replace("+", "").strip("() ")
        if rest or not keys:
            return None
    return Rate(above=above, below=below)


def is_added(*, type: str, unit: str) -> bool:
    """True where a sum over units means something."""
    return type in ("integer", "decimal") and unit not in NOT_ADDED and "/" not in unit


def quartiles(*, numbers: Sequence[Decimal]) -> tuple[Decimal, Decimal, Decimal]:
    """Return the quartiles of at least one number, linear between neighbours (as QUARTILE.INC)."""
    ordered = sorted(numbers)
    found = []
    for quarter in (1, 2, 3):
        place, rest = divmod((len(ordered) - 1) * quarter, 4)
        low = ordered[place]
        high = ordered[min(place + 1, len(ordered) - 1)]
        found.append(low + (high - low) * rest / 4)
    return found[0], found[1], found[2]


def percent(*, above: Decimal, below: Decimal) -> Decimal | None:
    """Return 100 x above / below to one decimal, half up; None where there is nothing to divide by."""
    if below == 0:
        return None
    return (100 * above / below).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One field over all units, one side; `counted` + `not_applicable` + `blank` is the number of units.

    `total` is a sum, `share` a percent (of `below`, or of the yes among the counted), `choices` how often
    each answer was given; what makes no sense for the field is None or empty.
    """

    counted: int
    not_applicable: int
    blank: int
    total: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None
    rated: int = 0
    share: Decimal | None = None
    least: Decimal | None = None
    quarter: Decimal | None = None
    median: Decimal | None = None
    three_quarters: Decimal | None = None
    most: Decimal | None = None
    choices: Mapping[str, int] | None = None
    first: str | None = None
    last: str | None = None


def summarise(*, type: str, unit: str, values: Iterable[Value | None]) -> Summary:
    """Return the summary of a field from one value (or None) per unit; a rate is added by `with_rate`."""
    given = list(values)
    na = sum(value is not None and value.not_applicable for value in given)
    said = [value for value in given if value is not None and not value.is_blank and not value.not_applicable]
    if type in NUMBERS:
        numbers = [value.number for value in said if value.number is not None]
        return _of_numbers(numbers, len(given), na, added=is_added(type=type, unit=unit))
    common: dict[str, Any] = {
        "counted": len(said),
        "not_applicable": na,
        "blank": len(given) - na - len(said),
    }
    if type == "yes_no":
        yes = sum(value.text == "yes" for value in said)
        counts = {"yes": yes, "no": len(said) - yes}
        share = percent(above=Decimal(yes), below=Decimal(len(said)))
        return Summary(**common, choices=counts, share=share)
    if type in ("choice", "multi"):
        words = Counter(
            word for value in said for word in (value.text.split() if type == "multi" else [value.text])
        )
        return Summary(**common, choices=dict(sorted(words.items())))
    if type == "date":
        days = sorted(value.text for value in said if _is_day(value.text))
        return Summary(**common, first=days[0] if days else None, last=days[-1] if days else None)
    return Summary(**common)


def _of_numbers(numbers: list[Decimal], units: int, na: int, *, added: bool) -> Summary:
    common: dict[str, Any] = {
        "counted": len(numbers),
        "not_applicable": na,
        "blank": units - na - len(numbers),
    }
    if not numbers:
        return Summary(**common)
    quarter, median, three_quarters = quartiles(numbers=numbers)
    return Summary(
        **common,
        total=sum(numbers, Decimal(0)) if added else None,
        least=min(numbers),
        quarter=quarter,
        median=median,
        three_quarters=three_quarters,
        most=max(numbers),
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def rate_over(
    *, rate: Rate, units: Iterable[str], values: Mapping[tuple[str, str], Value]
) -> tuple[Decimal, Decimal, int]:
    """Return the sums above and below a rate, and how many units have all its parts; others stay out."""
    above = below = Decimal(0)
    rated = 0
    for unit in units:
        parts = {key: values.get((unit, key)) for key in (*rate.above, *rate.below)}
        numbers = {
            key: value.number
            for key, value in parts.items()
            if value is not None and value.number is not None
        }
        if len(numbers) < len(parts):
            continue
        rated += 1
        above += sum((numbers[key] for key in rate.above), Decimal(0))
        below += sum((numbers[key] for key in rate.below), Decimal(0))
    return above, below, rated


def with_rate(*, summary: Summary, above: Decimal, below: Decimal, rated: int) -> Summary:
    """Return `summary` with the percent of the City put in."""
    parts = {name: getattr(summary, name) for name in Summary.__dataclass_fields__}
    return Summary(
        **parts | {"above": above, "below": below, "rated": rated, "share": percent(above=above, below=below)}
    )


def plain(*, summary: Summary) -> dict[str, Any]:
    """Return a summary for JSON: decimals as text, so that nothing is lost; absent measures left out."""
    found: dict[str, Any] = {}
    for name in Summary.__dataclass_fields__:
        value = getattr(summary, name)
        if isinstance(value, Decimal):
            found[name] = as_text(value)
        elif value is not None:
            found[name] = value
    return found


def as_text(number: Decimal) -> str:
    """Return a decimal as plain text without trailing zeros: 12.500000 is 12.5, 1E+2 is 100."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A measure that differs between two versions of the report; None where one of them has none."""

    key: str
    side: str
    measure: str
    before: str | None
    after: str | None


_COMPARED = ("counted", "total", "share", "median")


def compare(
    *, earlier: Mapping[str, Mapping[str, Any]], later: Mapping[str, Mapping[str, Any]]
) -> list[Change]:
    """Return what changed from one version to the next.

    Both map a field key to {"reported": summary, "verified": summary} as `plain` gives them; ordered as the
    later one is.
    """
    changes = []
    for key in [*later, *(key for key in earlier if key not in later)]:
        for side in ("reported", "verified"):
            old, new = earlier.get(key, {}).get(side, {}), later.get(key, {}).get(side, {})
            for measure in _COMPARED:
                before, after = old.get(measure), new.get(measure)
                if before != after:
                    changes.append(
                        Change(
                            key=key,
                            side=side,
                            measure=measure,
                            before=None if before is None else str(before),
                            after=None if after is None else str(after),
                        )
                    )
    return changes
