"""What may follow in review, what differs between two editions, and one edition made from another."""

import pytest

from haicap.questionnaire.rules import review
from haicap.questionnaire.rules.schema import Reader, Schema
from haicap.questionnaire.tests.collected import XFORM, filled

SCHEMA = Schema.of(XFORM)


def test_a_decision_may_follow_any_state_but_nothing_becomes_received_again():
    for before in review.STATES:
        assert all(review.may_follow(before=before, after=after) for after in review.DECISIONS)
        assert not review.may_follow(before=before, after="received")
    assert not review.may_follow(before="received", after="lost")


def test_nobody_approves_their_own_but_the_centre():
    assert not review.may_decide(state="approved", is_own=True, is_central=False)
    assert review.may_decide(state="approved", is_own=True, is_central=True)
    assert review.may_decide(state="has_issues", is_own=True, is_central=False)


def changes(**more):
    before = filled(identity="uuid:a", staff=(("An", "30"), ("Bình", "41")))
    return review.diff(
        before=before, after=filled(identity="uuid:b", deprecated="uuid:a", **more), schema=SCHEMA
    )


def test_equal_answers_differ_in_nothing_but_their_identity():
    assert changes(staff=(("An", "30"), ("Bình", "41"))) == []


def test_a_changed_answer_is_named_with_both_texts():
    (change,) = changes(count="15", staff=(("An", "30"), ("Bình", "41")))
    assert (change.place, change.before, change.after) == ("/about/count", "12", "15")


def test_an_answer_in_a_row_is_named_by_its_position():
    (change,) = changes(staff=(("An", "30"), ("Bình", "42")))
    assert (change.place, change.before, change.after) == ("/staff[2]/age", "41", "42")


def test_rows_more_and_less_are_told_with_their_answers():
    (added,) = changes(staff=(("An", "30"), ("Bình", "41"), ("Chi", "25")))
    assert (added.kind, added.place) == ("row_added", "/staff[3]")
    assert [text for _field, text in added.answers] == ["Chi", "25"]
    (removed,) = changes(staff=(("An", "30"),))
    assert (removed.kind, removed.place) == ("row_removed", "/staff[2]")


def test_a_renamed_question_is_the_same_question():
    renamed = XFORM.replace("/about/count", "/about/dossiers").replace("<count/>", "<dossiers/>")
    new = Schema.of(renamed).with_columns({"/about/dossiers": "/about/count"})
    after = filled(identity="uuid:b").replace("count>", "dossiers>")
    assert review.diff(before=filled(identity="uuid:a"), after=after, schema=new, old=SCHEMA) == []


def edit(xml, **values):
    return review.edited(
        xml=xml, values={key.replace("__", "/"): text for key, text in values.items()}, instance_id="uuid:new",
        deprecated_id="uuid:old",
    )  # fmt: skip


def test_an_edition_keeps_everything_but_what_was_changed():
    before = filled(identity="uuid:old", staff=(("An", "30"), ("Bình", "41")))
    after = review.edited(
        xml=before, values={"/staff[2]/age": "42", "/about/centre": "Trụ sở <mới> & cũ"}, instance_id="uuid:new",
        deprecated_id="uuid:old",
    )  # fmt: skip
    assert [change.place for change in review.diff(before=before, after=after, schema=SCHEMA)] == [
        "/about/centre", "/staff[2]/age",
    ]  # fmt: skip
    assert Reader(SCHEMA).rows(after)[0]["/about/centre"] == "Trụ sở <mới> & cũ"
    assert "<deprecatedID>uuid:old</deprecatedID>" in after
    assert Reader(SCHEMA).rows(after)[0]["__id"] == "uuid:new"


def test_a_second_edition_has_one_identity_and_one_forerunner():
    once = edit(filled(identity="uuid:old"), about__count="1")
    twice = review.edited(xml=once, values={}, instance_id="uuid:third", deprecated_id="uuid:new")
    assert twice.count("<deprecatedID>uuid:new</deprecatedID>") == 1
    assert twice.count("deprecatedID>") == 2
    assert "uuid:old" not in twice


def test_a_question_left_out_by_the_device_gets_its_node():
    bare = '<data id="kiem_tra" version="1"><meta><instanceID>uuid:a</instanceID></meta></data>'
    assert Reader(SCHEMA).rows(edit(bare, about__count="7"))[0]["/about/count"] == "7"


@pytest.mark.parametrize("place", ["/staff[3]/age", "/about", "/about/count[x]", "/staff[0]/age"])
def test_a_place_that_is_not_there_is_refused(place):
    with pytest.raises(review.NoPlace):
        review.edited(
            xml=filled(identity="uuid:a", staff=(("An", "30"),)),
            values={place: "1"},
            instance_id="b",
            deprecated_id="a",
        )
