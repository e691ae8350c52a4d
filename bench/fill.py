"""Fills every list and board of a database in bulk, for any number of units: for benches and query counts."""

from datetime import timedelta
from itertools import cycle, islice
from random import Random
from typing import TYPE_CHECKING

from django.utils import timezone

from haicap.demo.rules.figures import sample_figures
from haicap.kernel import audit
from haicap.kernel.access import SYSTEM, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from haicap.campaign.models import Campaign
    from haicap.register.models import Unit

BATCH = 500


def whole_country(campaign: "Campaign") -> None:
    """Load all provinces and let the campaign survey every unit of them."""
    from haicap.register.actions import load_all

    load_all(actor=SYSTEM)
    campaign.settings["province"] = {"value": "*"}
    campaign.save(update_fields=["settings"])


def fill(*, campaign: "Campaign") -> "list[Unit]":
    """Give each surveyed unit people, wishes, a visit, a report, findings and minutes; returns the units.

    The first unit has a whole report, the others a few figures each.
    """
    from haicap.campaign.queries import surveyed_units_for
    from haicap.questionnaire.actions import build_form

    units = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code"))
    _people(units)
    _wishes(campaign, units)
    _visits(campaign, units)
    build_form(actor=SYSTEM, campaign=campaign)
    _reports(campaign, units)
    _findings(campaign, units)
    for number in range(120):
        audit.record(actor=SYSTEM, action="kernel.sample.noted", subject=f"sample {number}")
    return units


def _people(units: "Sequence[Unit]") -> None:
    from haicap.accounts.models import Person, PersonRole
    from haicap.register.models import Body

    bodies = dict(Body.objects.exclude(unit=None).values_list("unit_id", "pk"))
    people = [
        Person(
            username=f"{prefix}{unit.code}",
            full_name=f"Cán bộ mẫu {unit.code}",
            folded=f"can bo mau {unit.code}",
            body_id=bodies[unit.pk],
            password="!",
        )
        for unit in units
        for prefix in ("xa", "ct")
    ]
    Person.objects.bulk_create(people, batch_size=BATCH)
    roles = cycle((Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIR))
    rows = [PersonRole(person=person, role=role) for person, role in zip(people, roles, strict=False)]
    PersonRole.objects.bulk_create(rows, batch_size=BATCH)


def _wishes(campaign: "Campaign", units: "Sequence[Unit]") -> None:
    from haicap.campaign.models import SlotBlock, SlotPreference, SlotRegistration
    from haicap.campaign.queries import slots_of

    slots = slots_of(campaign=campaign)
    rows = [
        SlotRegistration(
            campaign=campaign,
            unit=unit,
            contact_name="Cán bộ mẫu",
            contact_phone="0900000000",
            state="registered",
            registered_at=timezone.now(),
        )
        for unit in units
    ]
    SlotRegistration.objects.bulk_create(rows, batch_size=BATCH)
    wishes, blocks = [], []
    for number, row in enumerate(rows):
        for rank in (1, 2):
            slot = slots[(number + rank) % len(slots)]
            wishes.append(SlotPreference(registration=row, day=slot.day, half=slot.half, rank=rank))
        slot = slots[(number + 5) % len(slots)]
        blocks.append(SlotBlock(registration=row, day=slot.day, half=slot.half, reason="Bận họp (mẫu)"))
    SlotPreference.objects.bulk_create(wishes, batch_size=BATCH)
    SlotBlock.objects.bulk_create(blocks, batch_size=BATCH)


def _teams(campaign: "Campaign", count: int) -> None:
    """Make `count` teams of two nominated people each."""
    from haicap.accounts.models import Person
    from haicap.campaign.models import ContentArea, Nomination, NominationArea, Team, TeamMember
    from haicap.register.models import Body

    body, areas = Body.objects.get(code="SNV"), list(ContentArea.objects.filter(campaign=campaign))
    people = [
        Person(
            username=f"doan.{number}",
            full_name=f"Cán bộ mẫu đoàn {number}",
            folded=f"can bo mau doan {number}",
            body=body,
            password="!",
        )
        for number in range(2 * count)
    ]
    Person.objects.bulk_create(people, batch_size=BATCH)
    level = campaign.setting("levels")[1]
    named = [
        Nomination(
            campaign=campaign, body=body, person=p, post="Trưởng phòng", level=level, state="submitted"
        )
        for p in people
    ]
    Nomination.objects.bulk_create(named, batch_size=BATCH)
    covered = [
        NominationArea(nomination=row, area=area) for row, area in zip(named, cycle(areas), strict=False)
    ]
    NominationArea.objects.bulk_create(covered, batch_size=BATCH)
    teams = [Team(campaign=campaign, number=number) for number in range(1, count + 1)]
    Team.objects.bulk_create(teams, batch_size=BATCH)
    members = [
        TeamMember(team=teams[number // 2], nomination=row, role="member" if number % 2 else "head")
        for number, row in enumerate(named)
    ]
    TeamMember.objects.bulk_create(members, batch_size=BATCH)
    campaign.team_count = count
    campaign.save(update_fields=["team_count"])


def _visits(campaign: "Campaign", units: "Sequence[Unit]") -> None:
    """Publish a calendar with a visit of each unit, two versions so that the list of versions has content."""
    from haicap.campaign.models import Team
    from haicap.campaign.queries import slots_of
    from haicap.timetable.models import Calendar, Visit

    slots = slots_of(campaign=campaign)
    count = max(campaign.team_count, -(-len(units) // len(slots)))
    _teams(campaign, count)
    teams = list(Team.objects.filter(campaign=campaign).order_by("number"))
    for version, state in ((1, "superseded"), (2, "published")):
        calendar = Calendar.objects.create(
            campaign=campaign,
            version=version,
            state=state,
            verdict={"feasible": True, "violations": []},
            published_at=timezone.now(),
        )
        visits = [
            Visit(
                calendar=calendar,
                unit=unit,
                team=teams[number // len(slots)],
                day=slots[number % len(slots)].day,
                half=slots[number % len(slots)].half,
            )
            for number, unit in enumerate(units)
        ]
        Visit.objects.bulk_create(visits, batch_size=BATCH)


def _reports(campaign: "Campaign", units: "Sequence[Unit]") -> None:
    from haicap.campaign.models import ContentArea, Field
    from haicap.questionnaire.actions.bulk import enter_reports_bulk
    from haicap.questionnaire.models import FormVersion, ReportedValue, Section, UnitReport, VerifiedValue

    figures = sample_figures(random=Random(1), weight=1.0, cutoff=campaign.cutoff, former_district=None)
    enter_reports_bulk(actor=SYSTEM, campaign=campaign, reports={units[0].code: figures})
    form, now, rest = FormVersion.objects.get(form__campaign=campaign), timezone.now(), units[1:]
    areas = list(ContentArea.objects.filter(campaign=campaign).order_by("order"))
    reports = [
        UnitReport(
            campaign=campaign, unit=unit, version=form, xml="<data/>", xml_sha256="0" * 64, state="signed",
            edition=1, saved_at=now, submitted_at=now, signed_at=now,
        )
        for unit in rest
    ]  # fmt: skip
    UnitReport.objects.bulk_create(reports, batch_size=BATCH)
    states = cycle([state for state in Section.State.values if state != "not_started"])
    sections = [
        Section(report=row, area=area, state=state, answered=3, wanted=5, submitted_at=now)
        for row in reports
        for area, state in zip(areas, states, strict=False)
    ]
    Section.objects.bulk_create(sections, batch_size=BATCH)
    fields = list(islice(Field.objects.filter(campaign=campaign, type="integer").order_by("order"), 3))
    values = [
        ReportedValue(report=row, field=field, text="12", number=12, at=now, current=True)
        for row in reports
        for field in fields
    ]
    ReportedValue.objects.bulk_create(values, batch_size=BATCH)
    checked = [
        VerifiedValue(
            campaign=campaign, unit=unit, field=fields[0], text="11", number=11, reason="Đếm lại (mẫu)",
            at=now, current=True,
        )
        for unit in units
    ]  # fmt: skip
    VerifiedValue.objects.bulk_create(checked, batch_size=BATCH)


def _findings(campaign: "Campaign", units: "Sequence[Unit]") -> None:
    from haicap.campaign.models import ContentArea
    from haicap.findings.models import Difficulty, GoodPractice, Minutes
    from haicap.timetable.models import Visit

    areas, now = list(ContentArea.objects.filter(campaign=campaign)), timezone.now()
    groups, levels = Difficulty.Group.values, Difficulty.Level.values
    problems = [
        Difficulty(
            campaign=campaign,
            number=number,
            unit=unit,
            group=groups[number % len(groups)],
            area=areas[number % len(areas)],
            text="Thiếu cán bộ (mẫu)",
            folded="thieu can bo (mau)",
            competent_level=levels[number % len(levels)],
            state="accepted",
            proposal_verb="bo_sung",
            proposal_text="Bổ sung (mẫu)",
            proposal_body="Sở Nội vụ",
            proposal_due=timezone.localdate() + timedelta(days=30),
            submitted_at=now,
        )
        for number, unit in enumerate(units, start=1)
    ]
    Difficulty.objects.bulk_create(problems, batch_size=BATCH)
    practices = [
        GoodPractice(campaign=campaign, unit=unit, area=areas[0], text="Làm tốt (mẫu)", proof="Ảnh (mẫu)")
        for unit in units
    ]
    GoodPractice.objects.bulk_create(practices, batch_size=BATCH)
    visits = Visit.objects.filter(calendar__campaign=campaign, calendar__state="published")
    minutes = [
        Minutes(campaign=campaign, unit_id=visit.unit_id, team_id=visit.team_id, visit=visit, opened_at=now)
        for visit in visits
    ]
    Minutes.objects.bulk_create(minutes, batch_size=BATCH)
