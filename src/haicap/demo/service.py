"""Opens the 38 centres with sample people, counters and a month of sample dossiers."""

from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from haicap.accounts.actions import add_person, reset_password
from haicap.accounts.models import Person
from haicap.accounts.queries import actor_of
from haicap.demo.rules.dossiers import (
    SampleEvent,
    SampleLife,
    SampleProcedure,
    WorkingTime,
    sample_lives,
    sample_ticket,
)
from haicap.documents.signature.sample import sample_authority
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.calendar import working_calendar
from haicap.kernel.errors import Text
from haicap.onestop.actions.bulk import History, Step, enter_histories
from haicap.onestop.actions.dossiers import Person as Applicant
from haicap.onestop.actions.dossiers import act
from haicap.onestop.actions.signing import (
    draft_result,
    issue_result,
    number_result,
    register_certificate,
    sign_result,
)
from haicap.onestop.actions.slips import send_papers
from haicap.onestop.models import Centre, Counter, Dossier, ProcedureVersion, Ticket
from haicap.onestop.queries import signing
from haicap.onestop.queries.papers import outgoing_for
from haicap.onestop.rules.lifecycle import Kind, Life
from haicap.register.models import Body, Unit

OnProgress = Callable[[int, Text], None]
COUNTERS = 4
OFFICES = (
    ("cv", Role.SPECIALIST, "Chuyên viên"),
    ("lp", Role.SIGNER, "Phó Chủ tịch UBND"),
    ("vt", Role.CLERK, "Văn thư"),
)
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """Sample people by centre (first counter officer) and by commune and role."""

    officers: Mapping[int, int]
    offices: Mapping[tuple[int, Role], int]


def _add(username: str, name: str, body: Body, role: Role, post: str) -> Person:
    return add_person(
        actor=SYSTEM, username=username, full_name=name, body=body, roles=[role], post=post, is_sample=True
    )


@transaction.atomic
def open_centres(*, on: date) -> list[Centre]:
    """Mark the centres of the City as sample and open since `on`, each with its counters."""
    centres = list(Centre.objects.filter(kind=Centre.Kind.CITY).select_related("body").order_by("code"))
    for centre in centres:
        centre.opened_on, centre.is_sample = on, True
    Centre.objects.bulk_update(centres, ["opened_on", "is_sample"])
    Counter.objects.bulk_create(
        Counter(
            centre=centre,
            number=number,
            name_vi="Quầy ưu tiên" if number == 1 else f"Quầy {number}",
            name_en="Priority counter" if number == 1 else f"Counter {number}",
            is_priority=number == 1,
        )
        for centre in centres
        for number in range(1, COUNTERS + 1)
    )
    return centres


@transaction.atomic
def enter_staff(*, centres: Sequence[Centre], units: Sequence[Unit], on_progress: OnProgress) -> Staff:
    """Add a manager and two counter officers to each centre; specialist, signer and clerk to each commune."""
    officers, offices = {}, {}
    for number, centre in enumerate(centres, start=1):
        code = centre.code.rpartition("-")[2]
        name = f"Cán bộ mẫu Trung tâm {code}"
        _add(f"ql{code}", f"{name} (quản lý)", centre.body, Role.CENTRE_MANAGER, "Giám đốc Trung tâm")
        first, _second = (
            _add(
                f"mc{code}.{place}", f"{name} (một cửa {place})", centre.body, Role.COUNTER_OFFICER, "Cán bộ"
            )
            for place in (1, 2)
        )
        officers[centre.pk] = first.pk
        on_progress(20 * number // len(centres), centre.code)
    bodies = {body.code: body for body in Body.objects.filter(kind=Body.Kind.COMMUNE_COMMITTEE)}
    for number, unit in enumerate(units, start=1):
        body = bodies[f"UBND-{unit.code}"]
        for prefix, role, post in OFFICES:
            name = f"Cán bộ mẫu {unit.code} ({post})"
            offices[body.pk, role] = _add(f"{prefix}{unit.code}", name, body, role, post).pk
        if number % 20 == 0:
            on_progress(20 + 80 * number // len(units), unit.code)
    return Staff(officers=officers, offices=offices)


def _hours(version: ProcedureVersion) -> float:
    if version.same_day:
        return 4.0
    factor = {"working_hours": 1.0, "working_days": 8.0, "days": 8.0 * 5 / 7}[version.limit_unit]
    return version.limit_value * factor


def _fee(version: ProcedureVersion) -> int:
    amounts = [int(row["amount"]) for row in version.fees if row.get("amount")]
    return min(amounts, default=0)


def _drawn_from(version: ProcedureVersion) -> SampleProcedure:
    return SampleProcedure(
        hours=_hours(version),
        fee=_fee(version),
        online=version.online != ProcedureVersion.Online.NONE,
        same_day=version.same_day,
        steps=tuple(str(step["code"]) for step in version.steps),
        by_land=version.competent == ProcedureVersion.Competent.LAND,
    )


class _Scene:
    """The real bodies behind the places that a sample life names."""

    def __init__(self, centres: Sequence[Centre], units: Sequence[Unit], staff: Staff, on: date) -> None:
        self.centres, self.units, self.staff = centres, units, staff
        self.committees = {body.code: body for body in Body.objects.filter(code__startswith="UBND-")}
        self.departments = list(Body.objects.filter(kind=Body.Kind.DEPARTMENT).order_by("code"))
        rows = ProcedureVersion.objects.filter(valid_from__lte=on).exclude(valid_to__lte=on)
        self.versions = list(
            rows.select_related("procedure", "competent_body").order_by("procedure__code", "-valid_from")
        )
        self.numbers: Tally[str] = Tally()

    def history(self, life: SampleLife) -> History:
        """Return the sample life with real bodies, people and payloads."""
        version = self.versions[life.procedure]
        unit = self.units[life.unit]
        competent = version.competent_body or self.committees[f"UBND-{unit.code}"]
        steps = [self._step(event, life, version, competent) for event in life.events]
        return History(
            version=version,
            person=Applicant(
                full_name=f"Người nộp mẫu {life.number:05d}",
                id_number=f"000{life.number:09d}",
                phone=f"0000 {life.number:06d}",
                address=f"Địa chỉ mẫu {life.number}, {unit.full_name}",
                unit=unit,
                land_unit=unit if version.competent == ProcedureVersion.Competent.LAND else None,
            ),
            channel=life.channel,
            steps=steps,
        )

    def _step(self, event: SampleEvent, life: SampleLife, version: ProcedureVersion, competent: Body) -> Step:
        kind, payload = Kind(event.kind), dict(event.payload)
        body, person, centre = self._who(event.who, life, competent)
        asked = self._asked(life, competent)
        extra: dict[str, Any] = {}
        match kind:
            case Kind.REGISTERED:
                extra = {
                    "channel": life.channel, "received": self.centres[life.centre].body.code,
                    "procedure": version.procedure.code, "version": version.number,
                }  # fmt: skip
            case Kind.RECEIVED:
                back = self.centres[life.back].body.code
                extra = {"competent": competent.code, "return_at": back}
            case Kind.ASSIGNED:
                extra = {"person": self.staff.offices.get((competent.pk, Role.SPECIALIST))}
            case Kind.CONSULTED:
                extra = {"to": asked.code, "due_at": payload["due_at"].isoformat()}
            case Kind.EXTENDED:
                extra = {"until": payload["until"].isoformat()}
            case Kind.NUMBERED:
                self.numbers[competent.code] += 1
                extra = {"number": f"{self.numbers[competent.code]:02d}/GXN-UBND"}
        if event.who == "machine":
            extra["machine"] = True
        return Step(
            kind=kind, at=event.at, body=body, person_id=person, centre=centre, payload=payload | extra
        )

    def _asked(self, life: SampleLife, competent: Body) -> Body:
        asked = self.departments[life.asked % len(self.departments)]
        return asked if asked.pk != competent.pk else self.departments[life.asked - 1]

    def _who(
        self, who: str, life: SampleLife, competent: Body
    ) -> tuple[Body | None, int | None, Centre | None]:
        if who in ("citizen", "machine"):
            return None, None, None
        if who in ("centre", "back"):
            centre = self.centres[life.centre if who == "centre" else life.back]
            return centre.body, self.staff.officers.get(centre.pk), centre
        if who == "consulted":
            return self._asked(life, competent), None, None
        role = {"approver": Role.SIGNER, "clerk": Role.CLERK}.get(who, Role.SPECIALIST)
        return competent, self.staff.offices.get((competent.pk, role)), None


def enter_dossiers(
    *,
    centres: Sequence[Centre],
    units: Sequence[Unit],
    staff: Staff,
    random: Random,
    start: date,
    last: date,
    now: datetime,
    count: int,
) -> int:
    """Enter `count` sample dossiers registered from `start` to `last`, as they stand at `now`; return their events."""
    calendar = working_calendar()
    today = timezone.localtime(now).date()
    days = calendar.days(start, last)
    clock = WorkingTime(calendar.days(start, today + timedelta(days=120)), timezone.get_current_timezone())
    scene = _Scene(centres, units, staff, last)
    places = {unit.pk: place for place, unit in enumerate(units)}
    districts = [
        [places[unit.pk] for unit in units if unit.former_district_id == centre.former_district_id]
        for centre in centres
    ]
    lives = sample_lives(
        random=random,
        count=count,
        days=days,
        clock=clock,
        procedures=[_drawn_from(version) for version in scene.versions],
        districts=districts,
        bodies=len(scene.departments),
        now=now,
    )
    return enter_histories(actor=SYSTEM, histories=[scene.history(life) for life in lives if life.events])


def open_accounts(*, centres: Sequence[Centre], unit: Unit, password: str) -> dict[str, str]:
    """Give one sample account per role a password, and two counter officers elsewhere; returns role -> name."""
    own = next((row for row in centres if row.former_district_id == unit.former_district_id), centres[0])
    code = own.code.rpartition("-")[2]
    chosen = {Role.CENTRE_MANAGER.value: f"ql{code}", Role.COUNTER_OFFICER.value: f"mc{code}.1"}
    chosen |= {role.value: f"{prefix}{unit.code}" for prefix, role, _post in OFFICES}
    away = [row.code.rpartition("-")[2] for row in centres if row.pk != own.pk]
    chosen |= {"counter_officer_away": f"mc{away[0]}.1", "counter_officer_third": f"mc{away[1]}.1"}
    for username in chosen.values():
        reset_password(actor=SYSTEM, person=Person.objects.get(username=username), password=password)
    return chosen


def certify(*, bodies: Sequence[Body]) -> int:
    """Make a sample authority, trusted here, and give bodies and their signers keys; return how many certificates."""
    authority = sample_authority()
    signing.trust_folder().mkdir(parents=True, exist_ok=True)
    (signing.trust_folder() / "mau.pem").write_bytes(authority.pem)
    count = 0
    for body in bodies:
        signers = Person.objects.filter(body=body, roles__role=Role.SIGNER)
        owners: list[Person | None] = [None, *signers]
        for person in owners:
            alias = f"{body.code}-{person.pk if person else 'dau'}".lower()
            pem = authority.put(
                folder=signing.token_folder(), alias=alias, passphrase=signing.passphrase(),
                common_name=person.full_name if person else body.name_vi, organisation=body.name_vi,
            )  # fmt: skip
            register_certificate(actor=SYSTEM, pem=pem, body=body, person=person, alias=alias, sample=True)
            count += 1
    return count


def sign_results(*, body: Body, most: int, address: str) -> int:
    """Let the sample people of a body draft, approve, sign, number and issue results of dossiers that run there."""
    people = {
        role: actor_of(person=person)
        for role in (Role.SPECIALIST, Role.SIGNER, Role.CLERK)
        if (person := Person.objects.filter(body=body, roles__role=role).first())
    }
    if len(people) < 3:
        return 0
    rows = Dossier.objects.filter(holder=body, status=Dossier.Status.PROCESSING, life__result__isnull=True)
    count = 0
    for row in rows.select_related("version")[:most]:
        if any(one.answered_at is None for one in Life.from_json(row.life).consultations):
            continue
        name = row.version.name_vi
        drafted = draft_result(
            actor=people[Role.SPECIALIST], dossier=row, granted=True, type_name="Giấy xác nhận", symbol="GXN-UBND",
            summary=f"Kết quả thủ tục “{name}” (mẫu)", text=f"Nội dung mẫu của kết quả hồ sơ {row}.",
        )  # fmt: skip
        act(actor=people[Role.SIGNER], dossier=drafted, kind=Kind.APPROVED)
        sign_result(actor=people[Role.SIGNER], dossier=row, address=address)
        number_result(actor=people[Role.CLERK], dossier=row)
        issue_result(actor=people[Role.CLERK], dossier=row)
        count += 1
    return count


@transaction.atomic
def enter_tickets(*, centres: Sequence[Centre], random: Random, start: date, until: date) -> int:
    """Enter the tickets of past days at every centre; return how many."""
    zone, rows = timezone.get_current_timezone(), []
    for day in working_calendar().days(start, until):
        for centre in centres:
            for number in range(1, random.randint(8, 20)):
                ticket = sample_ticket(random=random, day=day, number=number, zone=zone)
                rows.append(
                    Ticket(
                        centre=centre, day=day, number=number, key=f"mau-{centre.pk}-{day:%y%m%d}-{number}",
                        priority="elderly" if ticket.priority else "none", state=Ticket.State.DONE,
                        taken_at=ticket.taken, place_at=ticket.taken, foretold=ticket.foretold, called_at=ticket.called,
                        announced_at=ticket.called, calls=1, served_at=ticket.called, ended_at=ticket.ended,
                    )
                )  # fmt: skip
    Ticket.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


def hand_over(*, centres: Sequence[Centre], most: int = 8) -> int:
    """Let counter officers send papers that lie at their centres on with slips; return how many slips."""
    count = 0
    for centre in centres:
        officer = Person.objects.filter(body=centre.body, roles__role=Role.COUNTER_OFFICER).first()
        if officer is None:
            continue
        actor = actor_of(person=officer)
        for group in outgoing_for(actor=actor)[:1]:
            rows = list(group.dossiers)[:most]
            send_papers(actor=actor, dossiers=rows, receiver=group.receiver, carrier="Bưu chính (mẫu)")
            count += 1
    return count
