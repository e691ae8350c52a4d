"""The points of the index from counts. Exact fractions; an item's points are rounded once, to 0.01, half up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

from haicap.onestop.rules.index766.pack import Class, Group, Item, Pack, Zero


class State(StrEnum):
    """How an item came to its points."""

    COUNTED = "counted"
    ZERO = "zero"  # nothing to divide by: the setting decides
    NOT_RECORDED = "not_recorded"  # the ledger does not hold what the item needs
    INFORMS = "informs"  # an item without points


class Rule(StrEnum):
    """By which rule R becomes points; its sentence is made in `texts`."""

    FULL_FROM = "full_from"
    LINEAR = "linear"
    INFORMS = "informs"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """An item with everything its points were made of.

    `numerator` and `denominator` are None where a count is not recorded; `ratio` is R in percent to two decimals,
    bounded to 0 and 100, `bounded` where it had to be; of an item that only informs it is the plain quotient.
    `of` is what the item could give: 0 where it does not apply or is not recorded. `behind` and `over` name the
    counts, which lead to the dossiers.
    """

    item: Item
    state: State
    rule: Rule
    numerator: int | None
    denominator: int | None
    ratio: Decimal | None
    bounded: bool
    points: Decimal
    of: Decimal
    behind: tuple[str, ...]
    over: str
    beside: Decimal | None = None
    beside_of: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupResult:
    """A group: the sum of its items, and what they could give."""

    group: Group
    items: tuple[ItemResult, ...]
    points: Decimal
    of: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexResult:
    """The index of a body: points out of `of`, and out of 100 where part of it does not apply.

    `score` is 100 x points / of; it is `points` itself when everything could be counted. None where nothing could.
    """

    pack: Pack
    groups: tuple[GroupResult, ...]
    points: Decimal
    of: Decimal
    score: Decimal | None
    grade: Class | None


def score(*, pack: Pack, counts: Mapping[str, int | None]) -> IndexResult:
    """Return the index from counts by name; a count that is absent or None is not recorded, never zero."""
    results = [score_item(item=item, counts=counts) for item in pack.items]
    groups = []
    for group in pack.groups:
        own = tuple(result for result in results if result.item.group == group.code)
        groups.append(
            GroupResult(
                group=group, items=own, points=_sum(r.points for r in own), of=_sum(r.of for r in own)
            )
        )
    points, of = _sum(g.points for g in groups), _sum(g.of for g in groups)
    total = _round(Fraction(100) * Fraction(points) / Fraction(of)) if of else None
    grade = next((c for c in pack.classes if total is not None and total >= c.least), None)
    return IndexResult(pack=pack, groups=tuple(groups), points=points, of=of, score=total, grade=grade)


def score_item(*, item: Item, counts: Mapping[str, int | None]) -> ItemResult:
    """Return one item of the index."""
    above = [(term.sign, counts.get(term.count)) for term in item.numerator]
    below = counts.get(item.denominator)
    known = [sign * number for sign, number in above if number is not None]
    numerator = sum(known) if len(known) == len(above) else None
    ratio, bounded = _ratio(numerator, below)
    if item.points == 0 and numerator is not None and below:
        ratio, bounded = Fraction(numerator, below), False
    state = _state(item, numerator, below)
    beside_of = counts.get(item.beside) if item.beside else None
    beside, _ = _ratio(numerator, beside_of)
    return ItemResult(
        item=item,
        state=state,
        rule=_rule(item),
        numerator=numerator,
        denominator=below,
        ratio=None if ratio is None else _round(ratio),
        bounded=bounded,
        points=_points(item, state, ratio),
        of=_of(item, state),
        behind=tuple(term.count for term in item.numerator),
        over=item.denominator,
        beside=None if beside is None else _round(beside),
        beside_of=beside_of,
    )


def _state(item: Item, numerator: int | None, denominator: int | None) -> State:
    if item.points == 0:
        return State.INFORMS
    if numerator is None or denominator is None:
        return State.NOT_RECORDED
    return State.COUNTED if denominator > 0 else State.ZERO


def _rule(item: Item) -> Rule:
    if item.points == 0:
        return Rule.INFORMS
    return Rule.LINEAR if item.full_from is None else Rule.FULL_FROM


def _ratio(numerator: int | None, denominator: int | None) -> tuple[Fraction | None, bool]:
    if numerator is None or not denominator:
        return None, False
    exact = Fraction(100 * numerator, denominator)
    held = min(max(exact, Fraction(0)), Fraction(100))
    return held, held != exact


def _points(item: Item, state: State, ratio: Fraction | None) -> Decimal:
    if state is State.ZERO:
        return item.points if item.zero is Zero.POINTS else Decimal(0)
    if state is not State.COUNTED or ratio is None:
        return Decimal(0)
    full_from = Fraction(item.full_from) if item.full_from is not None else Fraction(100)
    share = Fraction(1) if ratio >= full_from else ratio / full_from
    return _round(Fraction(item.points) * share)


def _of(item: Item, state: State) -> Decimal:
    if state in (State.NOT_RECORDED, State.INFORMS):
        return Decimal(0)
    if state is State.ZERO and item.zero is Zero.NOT_APPLICABLE:
        return Decimal(0)
    return item.points


def _round(number: Fraction) -> Decimal:
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    return exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return sum(numbers, Decimal(0))
