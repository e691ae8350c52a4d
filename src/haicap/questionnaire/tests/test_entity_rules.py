"""What two changes of one entity come to: who wins, when it is a conflict, and that a device's own order holds."""

import uuid
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.entities import LABEL, Change, NoBase, Past

NAMES = ("a", "b", "c")
values = st.sampled_from(["", "1", "2"])
some = st.dictionaries(st.sampled_from(NAMES), values, max_size=3)
labels = st.sampled_from(["", "Một", "Hai"])
BRANCH = "6f1c1e9e-6a55-4c6e-9f5e-0f3a7f1f3b11"


def received_of(data, label):
    return {**data, LABEL: label} if label else dict(data)


def add(past, outcome, received, **branch):
    """The history with what `outcome` says as its newest version."""
    number = past[-1].number + 1 if past else 1
    return [
        *past,
        Past(number=number, label=outcome.label, data=outcome.data, received=received, **branch),
    ]


@st.composite
def histories(draw):
    """An entity with one to five versions, each made upon the one before."""
    past = [Past(number=1, label="Gốc", data=draw(some))]
    for data, label in draw(st.lists(st.tuples(some, labels), max_size=4)):
        received = received_of(data, label)
        past = add(past, rules.decide(past, Change(received=received, base=past[-1].number)), received)
    return past


@given(histories(), some, labels, st.data())
def test_what_a_change_names_wins_and_the_rest_stays(past, data, label, draw):
    base = draw.draw(st.sampled_from(past)).number
    outcome = rules.decide(past, Change(received=received_of(data, label), base=base))
    assert outcome.label == (label or past[-1].label)
    assert outcome.data == {**past[-1].data, **data}
    assert outcome.base == base


@given(histories(), some, labels, st.data())
def test_a_conflict_is_hard_exactly_where_both_changed_a_property_to_different_values(
    past, data, label, draw
):
    base = draw.draw(st.sampled_from(past))
    received = received_of(data, label)
    outcome = rules.decide(past, Change(received=received, base=base.number))
    then, now = {**base.data, LABEL: base.label}, {**past[-1].data, LABEL: past[-1].label}
    both = [
        name
        for name in (*NAMES, LABEL)
        if name in received
        and then.get(name, "") != now.get(name, "")
        and received[name] != now.get(name, "")
    ]
    assert list(outcome.clashing) == sorted(both)
    expected = "hard" if both else "soft" if base.number < past[-1].number else ""
    assert outcome.conflict == expected


@given(
    st.lists(st.tuples(some, labels), min_size=1, max_size=4),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_changes_of_one_device_come_out_alike_in_whatever_order_they_arrive(made, own_entity, random):
    """One device makes (or changes) an entity several times without a line; its changes arrive in any order."""
    changes = [
        Change(received=received_of(data, label), base=place, branch=BRANCH, trunk=None if own_entity else 1)
        for place, (data, label) in enumerate(made, start=1)
    ]
    created = {"a": "0", LABEL: "Gốc"}

    def run(order):
        past = [] if own_entity else [Past(number=1, label="Gốc", data={"a": "0"}, received=created)]
        for one in order:
            if one is None:
                if past:
                    outcome = rules.decide_late_create(past, created)
                else:
                    outcome = rules.Outcome(label="Gốc", data={"a": "0"}, base=0)
                past = add(past, outcome, created, branch=BRANCH, branch_base=0)
            elif not past:
                data = {name: value for name, value in one.received.items() if name != LABEL}
                outcome = rules.Outcome(label=one.received.get(LABEL, "?"), data=data, base=one.base)
                past = add(past, outcome, one.received, branch=BRANCH, branch_base=one.base)
            else:
                outcome = rules.decide(past, one)
                assert outcome.conflict == ""
                past = add(past, outcome, one.received, branch=BRANCH, branch_base=one.base)
        return past[-1].label, {name: past[-1].data.get(name, "") for name in NAMES}

    steps = [None, *changes] if own_entity else changes
    mixed = list(steps)
    random.shuffle(mixed)
    assert run(mixed) == run(steps)


def test_all_orders_of_three_changes_and_a_creation_end_the_same():
    created = {"a": "0", LABEL: "Gốc"}
    changes = [
        Change(received=received, base=place, branch=BRANCH)
        for place, received in enumerate([{"a": "1", "b": "1"}, {"a": "2"}, {"c": "3"}], start=1)
    ]
    ends = set()
    for order in permutations([None, *changes]):
        past: list[Any] = []
        for one in order:
            received = created if one is None else one.received
            base = 0 if one is None else one.base
            if not past:
                data = {name: value for name, value in received.items() if name != LABEL}
                outcome = rules.Outcome(label=received.get(LABEL, "?"), data=data, base=0)
            else:
                outcome = rules.decide(past, one) if one else rules.decide_late_create(past, created)
            past = add(past, outcome, received, branch=BRANCH, branch_base=base)
        ends.add((past[-1].label, tuple(sorted(past[-1].data.items()))))
    assert ends == {("Gốc", (("a", "2"), ("b", "1"), ("c", "3")))}


def test_somebody_elses_change_within_a_branch_is_a_conflict():
    past = [Past(number=1, label="Cây", data={"height": "1", "state": "good"})]
    past = add(past, rules.decide(past, Change(received={"state": "bad"}, base=1)), {"state": "bad"})
    soft = rules.decide(past, Change(received={"height": "2"}, base=1, branch=BRANCH, trunk=1))
    assert (soft.conflict, soft.clashing, soft.data) == ("soft", (), {"height": "2", "state": "bad"})
    past = add(past, soft, {"height": "2"}, branch=BRANCH, branch_base=1)
    hard = rules.decide(past, Change(received={"state": "fair"}, base=2, branch=BRANCH, trunk=1))
    assert (hard.conflict, hard.clashing, hard.base) == ("hard", ("state",), 3)


def test_a_base_that_never_was_is_refused():
    past = [Past(number=1, label="Cây", data={})]
    with pytest.raises(NoBase):
        rules.decide(past, Change(received={"a": "1"}, base=2))
    with pytest.raises(NoBase):
        rules.decide(past, Change(received={"a": "1"}, base=7, branch=BRANCH, trunk=7))


def test_a_conflict_is_never_played_down():
    assert rules.worse("hard", "soft") == "hard"
    assert rules.worse("", "soft") == "soft"
    assert rules.worse("soft", "") == "soft"


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("height", ""), ("chiều_cao", ""), ("_x", ""), ("a.b-c_1", ""), ("", "empty"), ("name", "reserved"),
        ("Label", "reserved"), ("__version", "reserved"), ("1a", "form"), ("a b", "form"), ("a:b", "form"),
        ("-a", "form"), ("a" * 256, "long"), ("a'", "form"),
    ],
)  # fmt: skip
def test_names_of_properties_are_those_odk_takes(name, fault):
    assert rules.property_fault(name) == fault


@pytest.mark.parametrize(
    ("name", "fault"),
    [("cây_xanh", ""), ("name", ""), ("a.b", "form"), ("__a", "reserved"), ("", "empty"), ("a/b", "form")],
)
def test_names_of_lists_have_no_dot(name, fault):
    assert rules.dataset_fault(name) == fault


def test_names_that_differ_in_capitals_only_are_found():
    assert rules.twin("Height", ["height", "width"]) == "height"
    assert rules.twin("height", ["height"]) == ""


def test_a_uuid_may_have_its_prefix_and_capitals():
    identity = uuid.UUID(BRANCH)
    assert rules.uuid_of(f"uuid:{BRANCH.upper()}") == identity
    assert rules.uuid_of(BRANCH) == identity
    assert rules.uuid_of("") is rules.uuid_of("x" * 36) is rules.uuid_of(BRANCH.replace("-", "")) is None


rows = st.lists(
    st.tuples(st.uuids(), st.sampled_from(["A", "B"]), st.integers(1, 3), some),
    max_size=6,
    unique_by=lambda row: row[0],
)


def digest_of(entities):
    marks = [rules.mark(identity=i, label=text, number=n, data=d) for i, text, n, d in entities]
    return rules.moved_digest("0" * 32, plus=marks)


@given(rows, rows)
def test_lists_have_one_digest_exactly_where_they_hold_the_same(first, second):
    def content(entities):
        return {(i, text, n, tuple(sorted((k, v) for k, v in d.items() if v))) for i, text, n, d in entities}

    assert (digest_of(first) == digest_of(second)) == (content(first) == content(second))
    back = rules.moved_digest(
        digest_of(first),
        minus=[rules.mark(identity=i, label=text, number=n, data=d) for i, text, n, d in first],
    )
    assert back == "0" * 32
