"""Figures from the database: equal to the reference over facts, the same few queries for all bodies, own rows only."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Missing, NotAllowed
from haicap.onestop.models import Dossier, Event, Feedback, Procedure, ProcedureVersion
from haicap.onestop.queries.evidence import dossiers_behind_for, evidence_for
from haicap.onestop.queries.index import indexes_for
from haicap.onestop.rules import figures
from haicap.onestop.rules.figures import Channel, EndKind, Fact, Measure, Period, Side
from haicap.register.models import Body

JULY = Period(start=date(2025, 7, 1), end=date(2025, 7, 31))
FLAGS = ("paid_online", "digitised", "e_result", "reused", "synchronised")


def version(code="1.001193", **values):
    given = {
        "number": 1, "valid_from": date(2025, 1, 1), "name_vi": "Đăng ký khai sinh", "folded": "dang ky khai sinh",
        "field": "Hộ tịch", "level": "commune", "competent": "address", "limit_value": 1,
        "limit_unit": "working_days", "online": "full",
    }  # fmt: skip
    procedure = Procedure.objects.get_or_create(code=code)[0]
    return ProcedureVersion.objects.create(procedure=procedure, **(given | values))


class Books:
    """Random dossiers stored in the database and kept as facts beside it."""

    def __init__(self, count, seed=766):
        self.chance = random.Random(seed)
        self.bodies = list(Body.objects.filter(kind=Body.Kind.COMMUNE_COMMITTEE).order_by("code")[:3])
        self.bodies.append(
            Body.objects.create(kind=Body.Kind.CENTRE, code="TTHCC-760", name_vi="Trung tâm mẫu")
        )
        self.versions = [version(), version("2.000815", online="none")]
        self.facts = []
        self.withdrawn, self.petitioned = [], []
        Dossier.objects.bulk_create([self._dossier(number) for number in range(count)])
        self._events()

    def _moment(self, likely=0.8):
        if self.chance.random() > likely:
            return None
        return datetime(2025, 6, 1, tzinfo=UTC) + timedelta(minutes=self.chance.randrange(90 * 24 * 60))

    def _dossier(self, number):
        chance = self.chance
        received = self._moment(0.95)
        ended = self._moment(0.7) if received else None
        away = None if received else self._moment(0.5)
        kind = chance.choice(list(EndKind)) if ended else None
        here, there = chance.choice(self.bodies), chance.choice(self.bodies)
        made = chance.choice(self.versions)
        flags: dict[str, Any] = {name: chance.random() < 0.5 for name in FLAGS}
        judged: dict[str, Any] = {
            name: chance.choice([True, False, None]) if ended else None
            for name in ("on_time", "portal_on_time")
        }
        channel = chance.choice(list(Channel))
        fee, apologies, due = chance.choice([0, 8000]), chance.choice([0, 0, 1]), self._moment()
        petitions = 1 if received and chance.random() < 0.1 else 0
        code = f"H29-{number:05d}"
        self.facts.append(
            Fact(
                code=code, received_body=here.code, competent_body=there.code, channel=channel,
                received_at=received, turned_away_at=away, due_at=due, ended_at=ended, end_kind=kind,
                apologies=apologies, petitions=petitions, charged=bool(fee),
                online_possible=made.online != "none", **judged, **flags,
            )
        )  # fmt: skip
        if kind is EndKind.WITHDRAWN:
            self.withdrawn.append(code)
        if petitions:
            self.petitioned.append(code)
        done = {EndKind.RESOLVED: 10, EndKind.REFUSED: 9, EndKind.WITHDRAWN: 8, EndKind.STOPPED: 8}
        return Dossier(
            reference=f"R{number}", code=code, version=made, channel=channel, received_body=here,
            competent_body=there, registered_at=received or datetime(2025, 6, 1, tzinfo=UTC), received_at=received,
            due_at=due, ended_at=ended or away, fee=fee, apologies=apologies,
            status=done[kind] if kind else 3 if away else 4 if received else 1,
            life={"result": {"kind": "refused" if kind is EndKind.REFUSED else "granted"}} if ended else {},
            **judged, **flags,
        )  # fmt: skip

    def _events(self):
        ids = dict(Dossier.objects.values_list("code", "pk"))
        at = datetime(2025, 7, 1, tzinfo=UTC)
        asked = [(code, "withdraw_asked", 1) for code in self.withdrawn]
        stopped = [f.code for f in self.facts if f.end_kind is EndKind.STOPPED]
        for code in stopped[::2]:
            asked += [(code, "withdraw_asked", 1), (code, "withdraw_declined", 2)]
        Event.objects.bulk_create(
            Event(
                dossier_id=ids[code], sequence=sequence, at=at, kind=kind, previous="0" * 64, digest="1" * 64
            )
            for code, kind, sequence in asked
        )
        Feedback.objects.bulk_create(
            Feedback(kind="petition", body=self.bodies[0], dossier_id=ids[code], received_at=at)
            for code in self.petitioned
        )


@pytest.fixture
def books(db):
    return Books(600)


@pytest.mark.parametrize("side", [Side.COMPETENT, Side.RECEIVED])
@pytest.mark.parametrize(
    "period",
    [
        JULY,
        Period(start=date(2025, 7, 15), end=date(2025, 7, 15)),
        Period(start=date(2025, 6, 1), end=date(2025, 12, 31), now=datetime(2025, 8, 3, tzinfo=UTC)),
    ],
)
def test_the_database_counts_what_the_rules_count(books, period, side):
    wanted = figures.count_by_body(facts=books.facts, period=period, side=side)
    rows = evidence_for(actor=SYSTEM, period=period).rows
    found = {row.body.code: row.counts(side) for row in rows if row.counts(side) != figures.Counts()}
    assert found == {code: counts for code, counts in wanted.items() if counts != figures.Counts()}


@pytest.mark.parametrize("measure", list(Measure))
def test_every_count_leads_to_exactly_its_dossiers(books, measure):
    found = dossiers_behind_for(actor=SYSTEM, period=JULY, measure=measure, side=Side.COMPETENT)
    wanted = {fact.code for fact in figures.members(measure=measure, facts=books.facts, period=JULY)}
    assert wanted
    assert {row.code for row in found} == wanted
    body = books.bodies[1]
    own = dossiers_behind_for(actor=SYSTEM, period=JULY, measure=measure, side=Side.RECEIVED, body=body)
    row = evidence_for(actor=SYSTEM, period=JULY, body=body).rows[0]
    assert own.count() == figures.number_of(counts=row.received, measure=measure)


def test_taken_for_others_and_by_others_agree_over_the_city(books):
    found = evidence_for(actor=SYSTEM, period=JULY)
    assert found.is_even and found.competent.across > 0
    assert found.competent.is_balanced and found.received.is_balanced


def test_all_bodies_cost_as_few_queries_as_one(books, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        assert len(evidence_for(actor=SYSTEM, period=JULY).rows) >= 168
    with django_assert_max_num_queries(9):
        assert len(evidence_for(actor=SYSTEM, period=JULY, body=books.bodies[0]).rows) == 1


def test_the_index_of_all_bodies_costs_a_handful_of_queries(books, django_assert_max_num_queries):
    evidence = evidence_for(actor=SYSTEM, period=JULY)
    with django_assert_max_num_queries(8):
        found = indexes_for(actor=SYSTEM, period=JULY, evidence=evidence)
    centre = next(row for row in found if row.evidence.body == books.bodies[3])
    assert centre.side is Side.RECEIVED and centre.result.score is not None
    items = {item.item.code: item for group in centre.result.groups for item in group.items}
    counts = centre.evidence.received
    assert (items["on_time"].numerator, items["on_time"].denominator) == (
        counts.resolved_on_time,
        counts.received,
    )
    assert items["on_time"].beside_of == counts.resolved
    assert items["mean_time"].ratio is not None


def test_a_commune_sees_its_own_figures_and_no_others(books, actor):
    officer = actor(Role.COMMUNE_OFFICER, unit=books.bodies[0].unit)
    assert [row.body for row in evidence_for(actor=officer, period=JULY).rows] == [books.bodies[0]]
    with pytest.raises(Missing):
        evidence_for(actor=officer, period=JULY, body=books.bodies[1])
    for side in (Side.COMPETENT, Side.RECEIVED):
        rows = dossiers_behind_for(actor=officer, period=JULY, measure=Measure.HANDLED, side=side)
        assert {getattr(row, f"{side}_body") for row in rows} == {books.bodies[0]}
    other = dossiers_behind_for(
        actor=officer, period=JULY, measure=Measure.HANDLED, side=Side.COMPETENT, body=books.bodies[1]
    )
    assert not other.exists()


def test_who_may_not_read_figures_is_refused(books, actor):
    with pytest.raises(NotAllowed):
        evidence_for(actor=actor(Role.TEAM_MEMBER), period=JULY)
