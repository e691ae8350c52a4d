"""Whatever a row that was found right says, its events replay; and each more complete row only appends."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given
from hypothesis import strategies as st

from haicap.onestop.rules.imports import STATUSES, Cast, Line, Wrongs, line_of, missing, planned, rehearse
from haicap.onestop.rules.imports.mapping import MOMENTS, Mapping
from haicap.onestop.rules.lifecycle import Kind, Status, Wrong

CITY = ZoneInfo("Asia/Ho_Chi_Minh")
BEGIN = datetime(2025, 7, 1, 8, tzinfo=CITY)
ORDER = (
    "registered_at", "received_at", "supplement_at", "supplemented_at", "extended_at", "paid_at", "ended_at",
    "returned_at", "extended_until",
)  # fmt: skip
FIELDS = ("code", "procedure", "received", "competent", "status", "fee", *MOMENTS)
MAPPING = Mapping(source="x", columns={name: name for name in FIELDS})
ENDS = {
    "new": Status.NEW, "received": Status.RECEIVED, "not_received": Status.NOT_RECEIVED,
    "processing": Status.PROCESSING, "supplement": Status.SUPPLEMENT, "withdrawn": Status.STOPPED,
    "stopped": Status.STOPPED, "processed": Status.PROCESSED, "returned": Status.RETURNED,
}  # fmt: skip


@st.composite
def cells(draw: st.DrawFn) -> dict[str, str]:
    """Draw a row whose dates are mostly in order; some are missing, and the status may say anything."""
    row = {
        "code": "H29-1",
        "procedure": "1",
        "received": "A",
        "competent": "B",
        "fee": draw(st.sampled_from("08")),
    }
    row["status"] = draw(st.sampled_from(["", "", "", *STATUSES]))
    given_names = set(draw(st.sets(st.sampled_from(ORDER)))) | {"received_at"}
    if "supplemented_at" in given_names:
        given_names.add("supplement_at")
    if given_names & {"extended_at", "extended_until"}:
        given_names |= {"extended_at", "extended_until"}
    at = BEGIN
    for name in ORDER:
        at += timedelta(hours=draw(st.integers(0, 100)))
        if name in given_names:
            row[name] = f"{at:%d/%m/%Y %H:%M}"
    return row


def _line(row: dict[str, str]) -> Line:
    try:
        return line_of(cells=row, mapping=MAPPING, zone=CITY, now=BEGIN + timedelta(days=400))
    except Wrongs:
        assume(False)
        raise


CAST = Cast(
    bodies={"received": "A", "competent": "B", "returned": "A"},
    centres={"A": "C"},
    registered={"channel": "direct", "received": "A"},
    receipt={
        "code": "H29-1",
        "competent": "B",
        "terms": {"procedure": "1", "version": 1, "value": 5, "unit": "working_days"},
    },
)


@given(cells())
def test_the_events_of_a_right_row_replay_to_its_status(row: dict[str, str]) -> None:
    line = _line(row)
    cast = replace(CAST, receipt={**CAST.receipt, "fee": line.fee})
    try:
        life = rehearse(line=line, cast=cast)
    except Wrong as wrong:
        # Only what happens while a dossier runs can be out of place; the look before importing tells it.
        assert wrong.details.get("kind") in (Kind.EXTENDED, Kind.PAID, Kind.SUPPLEMENT_ASKED), wrong.details
        return
    if line.state in ENDS:
        assert life.status == ENDS[line.state]
    assert life.received_at == line.received_at and life.returned_at == line.returned_at
    assert life.sequence == len(planned(line=line))


@given(cells())
def test_the_same_row_again_adds_nothing(row: dict[str, str]) -> None:
    rows = planned(line=_line(row))
    assert missing(rows=rows, known=[(str(step.kind), step.at) for step in rows]) == []


@given(cells())
def test_a_changed_date_is_a_difference_and_never_an_append(row: dict[str, str]) -> None:
    line = _line(row)
    assume(line.received_at is not None)
    known = [(str(step.kind), step.at) for step in planned(line=line)]
    moved = replace(line, received_at=(line.received_at or BEGIN) - timedelta(days=40))
    assert missing(rows=planned(line=moved), known=known) is None
