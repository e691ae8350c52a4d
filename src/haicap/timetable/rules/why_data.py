"""Explanations as plain values, to be kept with a version of the calendar and read again."""

from collections.abc import Mapping
from typing import Any

from haicap.kernel.periods import Slot
from haicap.timetable.rules.changes import Change
from haicap.timetable.rules.problem import Mode, PlacedVisit
from haicap.timetable.rules.why import Explanation, Price


def to_data(item: Explanation) -> dict[str, Any]:
    """Return plain values; the plan behind a price is not kept, only what it changes."""
    return {
        "unit": item.unit, "kind": item.kind, "got": _visit(item.got), "slot": item.slot and item.slot.key,
        "mode": item.mode.value, "binding": item.binding, "areas": list(item.areas),
        "holders": list(item.holders), "examined": item.examined, "price": item.price and _price(item.price),
    }  # fmt: skip


def from_data(data: Mapping[str, Any]) -> Explanation:
    """Return what `to_data` was given, but for the plan behind the price."""
    price = data["price"]
    return Explanation(
        unit=data["unit"],
        kind=data["kind"],
        got=_placed(data["got"]),
        slot=Slot.parse(data["slot"]) if data["slot"] else None,
        mode=Mode(data["mode"]),
        binding=data["binding"],
        areas=tuple(data["areas"]),
        holders=tuple(data["holders"]),
        examined=data["examined"],
        price=None if price is None else Price(
            terms=price["terms"], metres=price["metres"], visits=(),
            changes=tuple(
                Change(unit=each["unit"], before=_placed(each["before"]), after=_placed(each["after"]))
                for each in price["changes"]
            ),
        ),
    )  # fmt: skip


def _price(price: Price) -> dict[str, Any]:
    return {
        "terms": dict(price.terms), "metres": price.metres,
        "changes": [
            {"unit": each.unit, "before": _visit(each.before), "after": _visit(each.after)}
            for each in price.changes
        ],
    }  # fmt: skip


def _visit(visit: PlacedVisit | None) -> dict[str, Any] | None:
    if visit is None:
        return None
    return {
        "unit": visit.unit, "team": visit.team, "slot": visit.slot.key, "mode": visit.mode.value,
        "whole_day": visit.whole_day,
    }  # fmt: skip


def _placed(data: Mapping[str, Any] | None) -> PlacedVisit | None:
    if data is None:
        return None
    return PlacedVisit(
        unit=data["unit"], team=data["team"], slot=Slot.parse(data["slot"]), mode=Mode(data["mode"]),
        whole_day=data["whole_day"],
    )  # fmt: skip
