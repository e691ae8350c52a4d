"""Random lives of dossiers, driven against an independent model of what the law allows."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from haicap.onestop.rules.lifecycle import (
    CLOCK_KINDS,
    ENDED,
    START,
    Happening,
    Kind,
    Life,
    Status,
    Wrong,
    apply,
    digest,
    open_kinds,
    replay,
)

T0 = datetime(2025, 11, 3, 2, tzinfo=UTC)
CENTRES = {"TT-1": "C1", "TT-2": "C2"}  # body -> centre
UNITS = ("U1", "U2")
CONSULTED = "SXD"
TERMS = {"procedure": "1.000001", "version": 1, "value": 5, "unit": "working_days"}
PAYLOADS: dict[Kind, dict[str, Any]] = {
    Kind.REGISTERED: {"channel": "direct", "received": "TT-1"},
    Kind.RECEIVED: {"code": "H29.1-251103-0001", "competent": "U1", "terms": TERMS},
    Kind.NOT_RECEIVED: {"reason": "Không thuộc phạm vi"},
    Kind.STEP_DONE: {"step": "check"},
    Kind.SUPPLEMENT_ASKED: {"reason": "Thiếu giấy tờ"},
    Kind.PAYMENT_ASKED: {"amount": 20_000},
    Kind.EXTENDED: {"reason": "Quá tải", "until": (T0 + timedelta(days=400)).isoformat()},
    Kind.CONSULTED: {"to": CONSULTED, "due_at": (T0 + timedelta(days=400)).isoformat()},
    Kind.CONSULT_ANSWERED: {"opinion": "Thống nhất"},
    Kind.WITHDRAW_DECLINED: {"reason": "Đã trình ký"},
    Kind.STOPPED: {"reason": "Theo đề nghị"},
    Kind.DRAFTED: {"result": "granted"},
    Kind.SENT_BACK: {"reason": "Sai họ tên"},
    Kind.NUMBERED: {"number": "12"},
    Kind.POSTED: {"proof": "EB123456789VN"},
    Kind.RETURNED: {"proof": "Ký nhận"},
    Kind.REROUTED: {"to": "U2", "reason": "Sáp nhập"},
    Kind.PAPER_SENT: {"to": "U1", "slip": "P1"},
    Kind.PAPER_RECEIVED: {"slip": "P1"},
}


def happening(kind: Kind, *, body: str, at: datetime, **more: Any) -> Happening:
    payload = {**PAYLOADS.get(kind, {}), **more}
    if body in CENTRES:
        payload["centre"] = CENTRES[body]
    return Happening(kind=kind, at=at, body=body, person=1 if body else None, payload=payload)


@dataclass
class Model:
    """What the tables of the domain file say, told another way: flags and counts, no states."""

    registered: bool = False
    code: bool = False
    over: bool = False
    at_unit: bool = False
    waiting: str = ""  # "", supplement, finance, withdrawal
    result: list[str] = field(default_factory=list)
    supplements: int = 0
    extended: bool = False
    owed: bool = False
    asked: bool = False
    issued: bool = False
    posted: bool = False
    returned: bool = False
    competent: str = ""
    received: str = ""
    steps: set[str] = field(default_factory=set)
    paper: str = ""
    reused_wait: bool = False

    def allows(self, kind: Kind, body: str) -> bool:
        """Say whether the event may happen now."""
        centre, unit, citizen = body in CENTRES, body == self.competent and bool(body), body == ""
        live = self.registered and not self.over and not self.issued
        working = live and self.at_unit and not self.waiting
        if not self.registered:
            return kind is Kind.REGISTERED and (centre or citizen)
        match kind:
            case Kind.REGISTERED:
                return False
            case Kind.RECEIVED:
                return centre and live and not self.code and not self.waiting
            case Kind.NOT_RECEIVED:
                return centre and live and not self.code
            case Kind.SCANNED:
                return (centre or unit or citizen) and (not self.over or self.returned)
            case Kind.FORWARDED:
                return live and self.code and not self.at_unit and body == self.received
            case Kind.ASSIGNED:
                return live and self.code and (unit or body == self.received)
            case Kind.STEP_DONE:
                return working and unit and "check" not in self.steps
            case Kind.SUPPLEMENT_ASKED:
                if not self.code:
                    return centre and live and not self.waiting
                return working and unit and not self.supplements and not self.result
            case Kind.SUPPLEMENT_GIVEN:
                return live and self.waiting == "supplement" and (centre or unit or citizen)
            case Kind.PAYMENT_ASKED:
                return working and unit
            case Kind.PAID:
                return self.owed and self.code and not self.over and (centre or unit or citizen)
            case Kind.CONSULTED:
                return working and unit and not self.asked
            case Kind.CONSULT_ANSWERED:
                return live and self.at_unit and self.asked and body == CONSULTED
            case Kind.EXTENDED:
                return live and self.at_unit and self.waiting != "withdrawal" and unit and not self.extended
            case Kind.WITHDRAW_ASKED:
                return (
                    live and self.at_unit and self.waiting != "withdrawal"
                    and (centre or citizen) and "signed" not in self.result
                )  # fmt: skip
            case Kind.WITHDRAW_DECLINED:
                return live and self.waiting == "withdrawal" and unit
            case Kind.STOPPED:
                return live and self.at_unit and unit and "signed" not in self.result
            case Kind.DRAFTED:
                return working and unit and "signed" not in self.result and not self.asked
            case Kind.APPROVED:
                return working and unit and self.result == ["drafted"]
            case Kind.SENT_BACK:
                return working and unit and bool(self.result) and "signed" not in self.result
            case Kind.SIGNED:
                return working and unit and self.result == ["drafted", "approved"] and not self.asked
            case Kind.NUMBERED:
                return working and unit and self.result == ["drafted", "approved", "signed"]
            case Kind.ISSUED:
                return working and unit and self.result[-1:] == ["numbered"]
            case Kind.POSTED:
                return (
                    self.issued
                    and not self.returned
                    and not self.posted
                    and not self.owed
                    and (centre or unit)
                )
            case Kind.RETURNED:
                return self.issued and not self.returned and not self.owed and (centre or unit or citizen)
            case Kind.SYNCHRONISED:
                return centre or unit
            case Kind.REROUTED:
                return (
                    live and self.code and (unit or body == self.received)
                    and self.competent != "U2" and "signed" not in self.result
                )  # fmt: skip
            case Kind.PAPER_SENT:
                return self.code and body != "" and body == self.paper and body != "U1"
            case Kind.PAPER_RECEIVED:
                return self.paper == "way" and body == "U1"
        raise AssertionError(kind)

    def take(self, kind: Kind, body: str) -> None:
        """Note that it happened."""
        match kind:
            case Kind.REGISTERED:
                self.registered, self.received, self.paper = True, "TT-1", "TT-1"
            case Kind.RECEIVED:
                self.code, self.received, self.competent, self.owed = True, body, "U1", True
                self.paper = body
            case Kind.NOT_RECEIVED | Kind.STOPPED:
                self.over, self.waiting = True, ""
            case Kind.FORWARDED:
                self.at_unit = True
            case Kind.STEP_DONE:
                self.steps.add("check")
            case Kind.SUPPLEMENT_ASKED:
                self.waiting = "supplement"
                self.supplements += 1 if self.code else 0
            case Kind.SUPPLEMENT_GIVEN | Kind.WITHDRAW_DECLINED:
                self.waiting = ""
            case Kind.PAYMENT_ASKED:
                self.waiting, self.owed = "finance", True
            case Kind.PAID:
                self.owed = False
                self.waiting = "" if self.waiting == "finance" else self.waiting
            case Kind.CONSULTED:
                self.asked = True
            case Kind.CONSULT_ANSWERED:
                self.asked = False
            case Kind.EXTENDED:
                self.extended = True
            case Kind.WITHDRAW_ASKED:
                self.waiting = "withdrawal"
            case Kind.DRAFTED:
                self.result = ["drafted"]
            case Kind.APPROVED | Kind.SIGNED | Kind.NUMBERED:
                self.result.append(kind.value)
            case Kind.SENT_BACK:
                self.result = []
            case Kind.ISSUED:
                self.issued = True
            case Kind.POSTED:
                self.posted = True
            case Kind.RETURNED:
                self.returned = self.over = True
            case Kind.REROUTED:
                self.competent, self.result = "U2", []
            case Kind.PAPER_SENT:
                self.paper = "way"
            case Kind.PAPER_RECEIVED:
                self.paper = body


class Lives(RuleBasedStateMachine):
    """Draws events, mostly possible ones, and holds the state machine to the model and to its own history."""

    @initialize()
    def begin(self) -> None:
        self.life, self.model, self.now = Life(), Model(), T0
        self.history: list[Happening] = []

    @rule(
        kind=st.sampled_from(list(Kind)),
        body=st.sampled_from([*CENTRES, *UNITS, CONSULTED, ""]),
        minutes=st.integers(0, 600),
    )
    def anything(self, kind: Kind, body: str, minutes: int) -> None:
        self._try(kind, body, minutes)

    @rule(data=st.data(), minutes=st.integers(0, 600))
    def something_open(self, data: st.DataObject, minutes: int) -> None:
        open_now = [
            (kind, body)
            for body in (*CENTRES, *UNITS, CONSULTED, "")
            for kind in Kind
            if self.model.allows(kind, body)
        ]
        if open_now:
            self._try(*data.draw(st.sampled_from(open_now)), minutes)

    def _try(self, kind: Kind, body: str, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        fee = {"fee": 8_000} if kind is Kind.RECEIVED else {}
        event = happening(kind, body=body, at=self.now, **fee)
        expected = self.model.allows(kind, body)
        try:
            after = apply(life=self.life, event=event)
        except Wrong as wrong:
            assert not expected, f"{kind} by {body or 'the applicant'} was refused: {wrong.code}"
            return
        assert expected, f"{kind} by {body or 'the applicant'} happened in {self.life}"
        clocks = [(one.received_at, one.suspensions, one.extension) for one in (self.life, after)]
        assert clocks[0] == clocks[1] or kind in CLOCK_KINDS or after.status in ENDED
        self.model.take(kind, body)
        self.life, self.history = after, [*self.history, event]

    @precondition(lambda self: self.history)
    @rule(hours=st.integers(1, 99))
    def an_event_out_of_order_is_refused(self, hours: int) -> None:
        early = happening(Kind.SYNCHRONISED, body="TT-1", at=self.now - timedelta(hours=hours))
        if self.life.last_at is not None and early.at < self.life.last_at:
            with pytest.raises(Wrong) as caught:
                apply(life=self.life, event=early)
            assert caught.value.code == "event.earlier"

    @invariant()
    def any_history_replays_to_the_same_state(self) -> None:
        assert replay(events=self.history) == self.life

    @invariant()
    def a_state_survives_its_json(self) -> None:
        assert Life.from_json(self.life.to_json()) == self.life

    @invariant()
    def three_bodies_and_the_code_are_kept(self) -> None:
        life = self.life
        assert (life.received_at is not None) == bool(life.code)
        assert bool(life.returned) == (life.status == Status.RETURNED)
        if life.competent:
            assert life.competent in UNITS and life.received in CENTRES

    @invariant()
    def the_clock_stands_still_only_while_somebody_is_waited_for(self) -> None:
        life = self.life
        waiting = life.status in (Status.SUPPLEMENT, Status.FINANCIAL) and life.received_at is not None
        assert bool(life.waiting_for) == waiting
        assert sum(row.ended is None for row in life.suspensions) <= 1
        assert life.supplements <= 1

    @invariant()
    def what_is_offered_is_what_is_allowed(self) -> None:
        for body, centre in (("TT-1", "C1"), ("U1", ""), (CONSULTED, "")):
            allowed = {kind for kind in Kind if self.model.allows(kind, body)}
            assert allowed <= open_kinds(life=self.life, body=body, centre=centre)


Lives.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
test_random_lives = Lives.TestCase


def story(*steps: tuple[Kind, str] | tuple[Kind, str, dict[str, Any]]) -> Life:
    """Return the dossier that these steps make, an hour apart."""
    events = [
        happening(step[0], body=step[1], at=T0 + timedelta(hours=n), **(step[2] if len(step) > 2 else {}))
        for n, step in enumerate(steps)
    ]
    return replay(events=events)


BEGUN = ((Kind.REGISTERED, "TT-1"), (Kind.RECEIVED, "TT-1"), (Kind.FORWARDED, "TT-1"))
SIGNED = ((Kind.DRAFTED, "U1"), (Kind.APPROVED, "U1"), (Kind.SIGNED, "U1"))
ISSUED = (*BEGUN, *SIGNED, (Kind.NUMBERED, "U1"), (Kind.ISSUED, "U1"))


def test_one_centre_receives_another_body_decides_a_third_centre_returns() -> None:
    life = story(*ISSUED, (Kind.RETURNED, "TT-2"))
    assert (life.received, life.competent, life.returned) == ("TT-1", "U1", "TT-2")
    assert life.status == Status.RETURNED and life.is_over


def test_a_result_waits_where_the_applicant_asked_for_it() -> None:
    begun = (BEGUN[0], (Kind.RECEIVED, "TT-1", {"return_at": "TT-2"}), BEGUN[2])
    issued = story(*begun, *SIGNED, (Kind.NUMBERED, "U1"), (Kind.ISSUED, "U1"))
    assert issued.holder == "TT-2"


def test_a_fee_that_is_owed_keeps_the_result() -> None:
    owing = (BEGUN[0], (Kind.RECEIVED, "TT-1", {"fee": 8_000}), BEGUN[2], *SIGNED)
    with pytest.raises(Wrong, match=r"event\.unpaid"):
        story(*owing, (Kind.NUMBERED, "U1"), (Kind.ISSUED, "U1"), (Kind.RETURNED, "TT-1"))


def test_silence_of_a_consulted_body_is_not_consent() -> None:
    with pytest.raises(Wrong, match=r"event\.consultation_open"):
        story(*BEGUN, (Kind.CONSULTED, "U1"), (Kind.DRAFTED, "U1"))


def test_a_second_supplement_is_refused() -> None:
    asked = (Kind.SUPPLEMENT_ASKED, "U1")
    with pytest.raises(Wrong, match=r"event\.supplement_once"):
        story(*BEGUN, asked, (Kind.SUPPLEMENT_GIVEN, "TT-2"), asked)


def test_a_merged_unit_hands_the_dossier_on_and_the_code_stays() -> None:
    life = story(*BEGUN, (Kind.REROUTED, "U1"))
    assert (life.competent, life.holder, life.code) == ("U2", "U2", "H29.1-251103-0001")


@pytest.mark.parametrize("kind", [kind for kind, demanded in PAYLOADS.items() if kind is not Kind.SCANNED])
def test_an_event_without_what_it_must_tell_is_refused(kind: Kind) -> None:
    life = replace(story(*BEGUN), paper="U1")
    for candidate in (life, story(BEGUN[0]), story(*ISSUED)):
        for body in (*CENTRES, *UNITS, CONSULTED):
            event = replace(happening(kind, body=body, at=T0 + timedelta(days=9)), payload={})
            if body in CENTRES:
                event = replace(event, payload={"centre": CENTRES[body]})
            with pytest.raises(Wrong):
                apply(life=candidate, event=event)


@given(st.integers(0, 7), st.text(max_size=5))
def test_the_seal_covers_every_part_of_an_event(part: int, text: str) -> None:
    event: dict[str, Any] = {
        "reference": "AB", "sequence": 1, "at": T0, "kind": "received", "body": "TT-1", "person": 7,
        "payload": {"code": "1"}, "previous": START,
    }  # fmt: skip
    name = list(event)[part]
    other: dict[str, Any] = {
        "reference": "AB" + text + "x", "sequence": 2, "at": T0 + timedelta(microseconds=1), "kind": "x" + text,
        "body": "U" + text, "person": None, "payload": {"code": "2" + text}, "previous": "1" * 64,
    }  # fmt: skip
    assert digest(**event) != digest(**{**event, name: other[name]})
