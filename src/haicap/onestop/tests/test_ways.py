"""Why a reported figure differs: only a reading that gives exactly what was reported is told."""

from decimal import Decimal

import pytest

from haicap.onestop.rules.figures import Counts, Petitions, explain
from haicap.onestop.rules.figures.ways import Books, ways
from haicap.onestop.texts.evidence_ways import WAYS

COUNTS = Counts(
    handled=130, carried_over=30, received=100, received_direct=60, received_online=37, received_post=3,
    resolved=80, resolved_on_time=73, resolved_late=7, resolved_on_time_portal=71, running=45,
    running_in_time=33, running_overdue=12, closed=5, refused=2, withdrawn=1, stopped=2, turned_away=9,
    late=19, apologised=4, across=21, online_possible=64, digitised=58, charged=48, paid_online=22,
)  # fmt: skip
OTHER = Counts(received=88, received_direct=51)
BOOKS = Books(
    competent=COUNTS, received=OTHER, petitions=Petitions(received=6, answered=5, answered_on_time=4)
)
YEAR = Books(competent=Counts(received=611), received=Counts())


def told(key, reported):
    """Return the codes of what explains a reported value."""
    found = explain(
        computed=BOOKS.value(key),
        reported=Decimal(str(reported)),
        alternatives=ways(key=key, books=BOOKS, periods={"year": YEAR}),
    )
    return found.kind, [way.code for way in found.ways]


@pytest.mark.parametrize(
    ("key", "reported", "codes"),
    [
        ("a4a_04_total", 130, ["carried_over"]),
        ("a4a_04_total", 109, ["turned_away"]),
        ("a4a_04_total", 139, ["carried_and_turned"]),
        ("a4a_04_total", 88, ["by_receipt"]),
        ("a4a_04_total", 611, ["year"]),
        ("a4a_04_in_person", 63, ["post_too"]),
        ("a4a_05_on_time", 71, ["portal_rule"]),
        ("a4a_05_late", 19, ["overdue_too"]),
        ("a4a_06_in_time", 45, ["overdue_too"]),
        ("a4a_07", 14, ["turned_away"]),
        ("a4a_08", 73, ["over_received"]),
        ("a4a_08", 91, ["rounded", "cut"]),
        ("a4a_08_portal", "91.3", ["over_resolved"]),
        ("a4a_09_online_d", 100, ["all_received", "rounded"]),
        ("a4a_11", 19, ["each_late"]),
        ("a4a_12_answered", 5, ["answered_late_too"]),
    ],
)
def test_a_reading_that_gives_the_reported_figure_is_named(key, reported, codes):
    kind, found = told(key, reported)
    assert kind == "explained" and set(codes[:1]) <= set(found)
    assert all(code in WAYS for code in found)


def test_what_no_reading_gives_stays_unexplained_and_the_same_is_the_same():
    assert told("a4a_04_total", 101) == ("unexplained", [])
    assert told("a4a_04_total", 100) == ("same", [])
    assert told("a4a_10_by_others", 88) == ("unexplained", [])


def test_every_way_has_a_sentence():
    keys = [f"a4a_{name}" for name in ("03", "04_total", "04_in_person", "05_on_time", "05_late", "06_in_time",
            "06_overdue", "07", "08", "08_portal", "09_online_d", "09_online_rate", "09_digitised_d", "09_paid_d",
            "09_paid_rate", "11", "12_answered")]  # fmt: skip
    found = {
        way.code for key in keys for way in ways(key=key, books=BOOKS, periods={"year": YEAR, "today": YEAR})
    }
    assert found == set(WAYS)
