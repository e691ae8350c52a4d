"""Why: each price told is that of a plan that holds and grants the wish."""

from dataclasses import replace
from typing import Any

from django.urls import reverse

from haicap.kernel.access import SYSTEM
from haicap.timetable.actions.why import explain_and_save
from haicap.timetable.models import Calendar
from haicap.timetable.rules.checker import check
from haicap.timetable.rules.problem import Problem
from haicap.timetable.rules.why import explain
from haicap.timetable.tests.samples import problem, slot, unit, visit
from haicap.timetable.texts_why import sentence


def _two_want_monday_morning() -> Problem:
    wish = (slot(0), slot(1))
    return problem((unit("1", preferred=wish), unit("2", preferred=wish)), days=2)


def test_a_wish_that_another_unit_holds_is_priced_by_a_plan_that_grants_it() -> None:
    tight = _two_want_monday_morning()
    visits = (visit("1", slot(0)), visit("2", slot(1)))
    (item,) = explain(problem=tight, visits=visits, seed=1)
    assert (item.unit, item.kind, item.binding, item.holders) == ("2", "not_first", "taken", ("1",))
    assert item.price is not None
    assert check(problem=tight, visits=item.price.visits).violations == ()
    assert next(v.slot for v in item.price.visits if v.unit == "2") == slot(0)
    assert {change.unit for change in item.price.changes} == {"1", "2"}
    assert "Ward One" in sentence(item, {"1": "Ward One", "2": "Ward Two"})


def test_a_blocked_wish_and_what_is_not_examined_are_told_as_such() -> None:
    tight = _two_want_monday_morning()
    blocked = replace(tight.units[1], blocked=frozenset({slot(0)}))
    tight = replace(tight, units=(tight.units[0], blocked))
    visits = (visit("1", slot(0)), visit("2", slot(1)))
    (item,) = explain(problem=tight, visits=visits, seed=1)
    assert (item.binding, item.price) == ("blocked", None)
    (item,) = explain(problem=tight, visits=visits, seed=1, max_units=0)
    assert not item.examined


def test_those_who_see_only_their_own_visit_are_told_how_many_others_move() -> None:
    tight = _two_want_monday_morning()
    (item,) = explain(problem=tight, visits=(visit("1", slot(0)), visit("2", slot(1))), seed=1)
    text = sentence(item, {"1": "Ward One", "2": "Ward Two"}, whole=False)
    assert "Ward One" not in text and "Ward Two" in text


def test_the_page_tells_and_finds_compromises_and_is_kept_from_communes(ready: Any, client_as: Any):
    draft = Calendar.objects.create(campaign=ready, version=1)
    address = reverse("timetable:why", args=[draft.version])
    client = client_as("secretariat")
    assert client.get(address).status_code == 200
    kept = explain_and_save(actor=SYSTEM, calendar=draft, most=0)
    assert not any(item["examined"] for item in kept.why["items"])
    first = kept.why["items"][0]
    found = client.get(address, {"q": first["unit"]}).context["rows"]
    assert [row["unit"].code for row in found] == [first["unit"]]
    unit = found[0]["unit"]
    for text in (unit.full_name, unit.folded):
        assert unit in [row["unit"] for row in client.get(address, {"q": text}).context["rows"]]
    page = client.get(reverse("timetable:visit", args=[draft.version, unit.code]))
    assert page.context["why"] == [found[0]["sentence"]]
    commune = client_as("commune_officer", unit=unit)
    assert commune.get(address).status_code in (403, 404)
    ask = reverse("timetable:why-ask", args=[draft.version])
    assert commune.post(ask).status_code in (403, 404)
