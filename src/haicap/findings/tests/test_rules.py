"""What a difficulty and a visit's record must hold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from haicap.findings.rules import (
    AgreedAction,
    Closing,
    Side,
    closing_gaps,
    differs,
    format_actions,
    is_unanswered,
    matrix,
    next_state,
    parse_actions,
    shape_gaps,
    submit_gaps,
)
from haicap.findings.tests.conftest import draft


def codes(gaps):
    return [(gap.field, gap.code) for gap in gaps]


def test_a_whole_difficulty_may_be_submitted():
    assert submit_gaps(draft=draft()) == []


def test_the_competent_level_is_needed_before_it_is_submitted():
    assert codes(submit_gaps(draft=draft(competent_level=""))) == [("competent_level", "level_missing")]


def test_the_worst_severity_needs_evidence():
    assert codes(submit_gaps(draft=draft(severity=4))) == [("evidence", "evidence_missing")]
    assert submit_gaps(draft=draft(severity=4, evidence="CV 12/UBND-VX")) == []
    assert submit_gaps(draft=draft(severity=3)) == []


@pytest.mark.parametrize(
    "body", ["Sở Nội vụ; Sở Tài chính", "Sở Nội vụ và Sở Tài chính", "Sở Nội vụ, Sở Y tế"]
)
def test_a_proposal_goes_to_one_body(body):
    assert codes(submit_gaps(draft=draft(proposal_body=body))) == [("proposal_body", "body_several")]


def test_a_proposal_has_one_verb_one_text_one_body_and_one_day():
    empty = draft(proposal_verb="", proposal_text=" ", proposal_body="", proposal_due=None)
    assert [code for _field, code in codes(submit_gaps(draft=empty))] == [
        "verb_missing",
        "proposal_missing",
        "body_missing",
        "due_missing",
    ]


def test_unknown_codes_are_not_kept():
    bad = draft(group="x", competent_level="y", severity=5, proposal_verb="z", text=" ")
    assert [code for _field, code in codes(shape_gaps(draft=bad, verbs=["staff"]))] == [
        "text_missing",
        "group_unknown",
        "level_unknown",
        "severity_out_of_range",
        "verb_unknown",
    ]


def test_steps_lead_where_they_should_and_nowhere_else():
    assert next_state(state="draft", step="submit") == "submitted"
    assert next_state(state="returned", step="submit") == "submitted"
    assert next_state(state="submitted", step="accept") == "accepted"
    assert next_state(state="accepted", step="answer") == "resolved"
    assert next_state(state="accepted", step="reclassify") == "accepted"
    assert next_state(state="submitted", step="edit") is None
    assert next_state(state="merged", step="accept") is None
    assert next_state(state="draft", step="accept") is None


def test_the_matrix_adds_up_by_row_and_column():
    rows, totals = matrix(counts={("organisation", "city"): 2, ("other", "central"): 3, ("other", "city"): 1})
    assert [(row.group, row.counts, row.total) for row in rows] == [
        ("organisation", (0, 2, 0), 2),
        ("streamlining", (0, 0, 0), 0),
        ("regime", (0, 0, 0), 0),
        ("other", (0, 1, 3), 4),
    ]
    assert totals == (0, 3, 3, 6)


def test_thirty_days_without_an_answer_are_counted_from_the_submission():
    now = datetime(2025, 9, 30, tzinfo=UTC)
    assert is_unanswered(state="accepted", submitted=now - timedelta(days=31), now=now)
    assert not is_unanswered(state="accepted", submitted=now - timedelta(days=30), now=now)
    assert not is_unanswered(state="resolved", submitted=now - timedelta(days=31), now=now)
    assert not is_unanswered(state="draft", submitted=None, now=now)


def test_a_figure_differs_only_where_a_verified_value_says_something_else():
    five, six = Side(number=Decimal(5), text="5"), Side(number=Decimal(6), text="6")
    assert not differs(reported=five, verified=None)
    assert not differs(reported=five, verified=Side(number=Decimal("5.0"), text="5.0"))
    assert differs(reported=five, verified=six)
    assert differs(reported=None, verified=six)
    assert differs(reported=five, verified=Side(na_reason="không sáp nhập"))
    assert not differs(reported=Side(na_reason="a"), verified=Side(na_reason="b"))
    assert differs(reported=Side(text="yes"), verified=Side(text="no"))


def closing(**changes):
    start = datetime(2025, 8, 5, 1, tzinfo=UTC)
    given: dict[str, Any] = {
        "opened": start,
        "closed": start + timedelta(hours=3),
        "place": "Trụ sở",
        "attendance_team": "A",
        "attendance_unit": "B",
        "actions": [AgreedAction(text="Bổ sung", body="UBND", due=date(2025, 8, 20))],
        "unverified": [],
        "unverified_reason": "",
    }
    return Closing(**(given | changes))


def test_a_whole_visit_may_be_closed():
    assert closing_gaps(closing=closing()) == []


def test_a_visit_with_areas_not_verified_needs_a_stated_reason():
    assert codes(closing_gaps(closing=closing(unverified=["A3"]))) == [
        ("unverified_reason", "areas_unverified")
    ]
    assert closing_gaps(closing=closing(unverified=["A3"], unverified_reason="Chờ hồ sơ")) == []


def test_a_visit_needs_start_end_place_and_both_sides():
    empty = closing(opened=None, closed=None, place=" ", attendance_team="", attendance_unit="")
    assert [field for field, _code in codes(closing_gaps(closing=empty))] == [
        "opened_at",
        "closed_at",
        "place",
        "attendance_team",
        "attendance_unit",
    ]


def test_a_visit_cannot_end_before_it_starts():
    start = datetime(2025, 8, 5, 1, tzinfo=UTC)
    assert codes(closing_gaps(closing=closing(closed=start))) == [("closed_at", "ends_before_start")]


def test_an_agreed_action_needs_its_day():
    actions = [AgreedAction(text="Bổ sung", body="UBND", due=None)]
    assert codes(closing_gaps(closing=closing(actions=actions))) == [("agreed_actions", "action_incomplete")]


def test_agreed_actions_are_read_line_by_line_and_written_back_alike():
    text = "Bổ sung hồ sơ | UBND phường | 20/08/2025\n\nGửi báo cáo | Văn phòng | 1/9/2025"
    found, faulty = parse_actions(text=text)
    assert faulty == []
    assert [action.due for action in found] == [date(2025, 8, 20), date(2025, 9, 1)]
    assert parse_actions(text=format_actions(actions=found))[0] == found


def test_faulty_lines_of_agreed_actions_are_named():
    assert parse_actions(text="a | b\nc | d | 31/02/2025\ne | f | 01/08/2025")[1] == [1, 2]
