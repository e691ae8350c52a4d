"""Figures from facts: every dossier once, the balance by construction, both denominators."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.onestop.rules import figures
from haicap.onestop.rules.figures import Channel, EndKind, Fact, Measure, Period, Side

JULY = Period(start=date(2025, 7, 1), end=date(2025, 7, 31))
BODIES = ["UBND-1", "UBND-2", "TTHCC-1"]


def at(day, hour=2, month=7):
    return datetime(2025, month, day, hour, tzinfo=UTC)


def fact(**values):
    given = {"code": "x", "received_body": "TTHCC-1", "competent_body": "UBND-1", "received_at": at(5)}
    return Fact(**(given | values))


def counted(*facts, period=JULY):
    return figures.count(facts=facts, period=period)


moments = st.integers(0, 150 * 24 * 60).map(lambda n: datetime(2025, 5, 1, tzinfo=UTC) + timedelta(minutes=n))


@st.composite
def facts(draw):
    received = draw(st.none() | moments)
    ended = draw(st.none() | moments) if received else None
    return Fact(
        code=str(draw(st.integers(0, 10**6))),
        received_body=draw(st.sampled_from(BODIES)),
        competent_body=draw(st.sampled_from(BODIES)),
        returned_body=draw(st.sampled_from(["", *BODIES])),
        channel=draw(st.sampled_from(Channel)),
        received_at=received,
        turned_away_at=None if received else draw(st.none() | moments),
        due_at=draw(st.none() | moments),
        ended_at=ended,
        end_kind=draw(st.sampled_from(EndKind)) if ended else None,
        on_time=draw(st.none() | st.booleans()) if ended else None,
        portal_on_time=draw(st.none() | st.booleans()),
        apologies=draw(st.integers(0, 1)),
        petitions=draw(st.integers(0, 1)),
        **{
            name: draw(st.booleans())
            for name in ("online_possible", "charged", "paid_online", "digitised", "e_result", "reused", "synchronised")
        },
    )  # fmt: skip


@given(st.lists(facts(), max_size=30), st.tuples(moments, moments))
def test_the_books_balance_whatever_the_data(given, ends):
    start, end = sorted(moment.date() for moment in ends)
    for body in figures.count_by_body(
        facts=given, period=Period(start=start, end=end), side=Side.COMPETENT
    ).values():
        assert body.is_balanced
        assert body.online_possible >= body.received_online
        assert body.charged >= body.paid_online


@given(st.lists(facts(), max_size=30))
def test_no_dossier_between_two_bodies_is_counted_twice(given):
    whole = figures.count(facts=given, period=JULY)
    for side in Side:
        parts = figures.count_by_body(facts=given, period=JULY, side=side).values()
        assert sum(parts, figures.Counts()) == whole


@given(st.lists(facts(), max_size=30))
def test_taken_for_others_and_taken_by_others_are_equal_over_the_city(given):
    lines: dict[str, Any] = {}
    competent = figures.count_by_body(facts=given, period=JULY, side=Side.COMPETENT)
    received = figures.count_by_body(facts=given, period=JULY, side=Side.RECEIVED)
    for body in BODIES:
        for line in figures.a4a_lines(
            competent=competent.get(body, figures.Counts()), received=received.get(body, figures.Counts())
        ):
            lines[line.key] = lines.get(line.key, 0) + (line.value or 0)
    assert lines["a4a_10_for_others"] == lines["a4a_10_by_others"]


@given(st.lists(facts(), max_size=20))
def test_what_is_carried_out_of_a_period_is_carried_into_the_next(given):
    august = Period(start=date(2025, 8, 1), end=date(2025, 8, 31))
    sound = [f for f in given if not (f.ended_at and f.received_at and f.ended_at < f.received_at)]
    running = figures.members(measure=Measure.RUNNING, facts=sound, period=JULY)
    assert figures.members(measure=Measure.CARRIED_OVER, facts=sound, period=august) == running


def test_both_denominators_stand_side_by_side():
    found = counted(
        fact(ended_at=at(10), end_kind=EndKind.RESOLVED, on_time=True),
        fact(ended_at=at(20), end_kind=EndKind.RESOLVED, on_time=False),
        fact(due_at=at(10, month=8)),
        fact(received_at=at(20, month=6), ended_at=at(3), end_kind=EndKind.RESOLVED, on_time=True),
    )
    assert found.on_time_of_resolved.percent == Decimal("66.7")
    assert found.on_time_of_received.percent == Decimal("66.7")
    assert (found.on_time_of_resolved.denominator, found.on_time_of_received.denominator) == (3, 3)
    assert (found.carried_over, found.running_in_time) == (1, 1)


def test_nothing_received_is_no_rate_and_not_zero():
    lines = {
        line.key: line.value
        for line in figures.a4a_lines(competent=figures.Counts(), received=figures.Counts())
    }
    assert lines["a4a_08"] is None and lines["a4a_08_portal"] is None
    assert lines["a4a_04_total"] == 0


def test_a_day_belongs_to_the_period_by_the_clock_of_the_city():
    late_on_the_last_evening = datetime(2025, 7, 31, 16, 59, 59, tzinfo=UTC)
    after_midnight = datetime(2025, 7, 31, 17, tzinfo=UTC)
    assert counted(fact(received_at=late_on_the_last_evening)).received == 1
    assert counted(fact(received_at=after_midnight)).received == 0


def test_an_unfinished_dossier_is_measured_at_the_close_or_now():
    due = fact(due_at=at(20))
    assert counted(due).running_overdue == 1
    assert counted(due, period=Period(start=JULY.start, end=JULY.end, now=at(15))).running_in_time == 1
    assert (
        counted(fact(due_at=at(20), ended_at=at(2, month=8), end_kind=EndKind.RESOLVED)).running_overdue == 1
    )


def test_while_no_time_runs_nothing_is_overdue():
    assert counted(fact(due_at=None)).running_overdue == 0


def test_a_refusal_at_the_counter_stands_outside_the_balance():
    found = counted(fact(received_at=None, turned_away_at=at(5)))
    assert (found.turned_away, found.handled, found.received) == (1, 0, 0)


def test_a_late_dossier_without_a_letter_of_apology_is_found():
    late = {"ended_at": at(20), "end_kind": EndKind.RESOLVED, "on_time": False}
    found = counted(fact(**late, apologies=1), fact(**late), fact(due_at=at(7)))
    assert (found.late, found.apologised, found.late_unexplained) == (3, 1, 2)


def test_every_count_is_a_set_of_dossiers():
    assert set(figures.Counts.__slots__) == {str(measure) for measure in Measure}
    assert figures.MEMBERS.keys() == set(Measure)


def test_facts_that_contradict_themselves_are_refused():
    with pytest.raises(ValueError, match="time and a kind"):
        fact(ended_at=at(9))
    with pytest.raises(ValueError, match="received"):
        fact(received_at=None, ended_at=at(9), end_kind=EndKind.STOPPED)
    with pytest.raises(ValueError, match="period"):
        Period(start=date(2025, 7, 2), end=date(2025, 7, 1))


@pytest.mark.parametrize(
    ("computed", "reported", "kind"),
    [(5, 5, "same"), (5, None, "not_reported"), (None, 5, "not_recorded"), (5, 9, "explained"), (5, 6, "unexplained")],
)  # fmt: skip
def test_a_difference_is_explained_only_by_a_way_of_counting_that_fits_exactly(computed, reported, kind):
    ways = [
        figures.Alternative(code="received_side", value=Decimal(9)),
        figures.Alternative(code="registered", value=Decimal(8)),
    ]
    found = figures.explain(
        computed=None if computed is None else Decimal(computed),
        reported=None if reported is None else Decimal(reported),
        alternatives=ways,
    )
    assert found.kind == kind
    assert [way.code for way in found.ways] == (["received_side"] if kind == "explained" else [])


def test_the_difference_is_reported_less_computed():
    found = figures.explain(computed=Decimal(5), reported=Decimal(17))
    assert found.by == Decimal(12)
