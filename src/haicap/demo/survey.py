"""Enters the rest of the survey: registrations, reports, verification, findings, minutes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from django.db import transaction

from haicap.campaign.actions.disturbances import put_setting
from haicap.campaign.actions.registration import register_slots_bulk
from haicap.campaign.models import Campaign, TeamMember
from haicap.campaign.queries.registration import terms_of
from haicap.demo.rules.figures import sample_figures
from haicap.demo.rules.findings import sample_difficulty, sample_practice
from haicap.demo.rules.paper import sample_pdf
from haicap.demo.rules.wishes import sample_wishes
from haicap.findings.actions.difficulties import accept, record_difficulty
from haicap.findings.actions.minutes import MinutesText, close_visit, draft_minutes
from haicap.findings.actions.practices import confirm_practice, propose_practice
from haicap.findings.rules import AgreedAction, Draft
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Text
from haicap.questionnaire.actions.bulk import EvidenceFile, enter_reports_bulk, verify_bulk
from haicap.questionnaire.actions.review import return_section
from haicap.register.models import Unit
from haicap.timetable.queries import visits_for

OnProgress = Callable[[int, Text], None]
WITHOUT_REPORT = 8
BRIDGES = (("DC-SG", "Sài Gòn", 2, 2), ("DC-BD", "Bình Dương", 1, 1), ("DC-VT", "Vũng Tàu", 1, 1))
PAPERS = ("A0.02", "A1.01", "A3.05", "A7c.11")


def register_wishes(*, campaign: Campaign, units: Sequence[Unit], random: Random) -> int:
    """Register every unit."""
    terms = terms_of(campaign=campaign)
    islands = frozenset(campaign.setting("timetable_islands", []))
    wishes = sample_wishes(random=random, units=[unit.code for unit in units], terms=terms, islands=islands)
    by_code = {unit.code: unit for unit in units}
    return register_slots_bulk(
        actor=SYSTEM, campaign=campaign, wishes={by_code[code]: wish for code, wish in wishes.items()}
    )


def settle_practice(*, campaign: Campaign, units: Sequence[Unit], random: Random) -> None:
    """Set up sample bridge points, and shorter visits in some units."""
    bridges = [
        {"code": code, "name_vi": f"{name} (mẫu)", "name_en": f"{name} (sample)", "rooms": rooms,
         "technicians": technicians, "away": []}
        for code, name, rooms, technicians in BRIDGES
    ]  # fmt: skip
    put_setting(actor=SYSTEM, campaign=campaign, key="timetable_bridges", value=bridges)
    shorter = {unit.code: random.choice((90, 120, 150)) for unit in units if random.random() < 0.15}
    put_setting(actor=SYSTEM, campaign=campaign, key="timetable_unit_minutes", value=shorter)


def _centres(units: Sequence[Unit]) -> dict[str, str]:
    """Return unit code -> code of the former district whose office it holds: the first unit of each."""
    held: dict[str, str] = {}
    for unit in units:
        if unit.former_district is not None:
            held.setdefault(unit.former_district.code, unit.code)
    return {code: district for district, code in held.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What was entered: the units that have no report, and how many reports, values and files there are."""

    without: tuple[Unit, ...]
    reports: int
    values: int
    files: int
    figures: Mapping[str, Mapping[str, str | int]]


def enter_reports(
    *, campaign: Campaign, units: Sequence[Unit], random: Random, on_progress: OnProgress
) -> Entered:
    """Enter signed reports of all units but a few, each with some evidence."""
    without = tuple(random.sample(list(units), WITHOUT_REPORT))
    centres = _centres(units)
    figures = {
        unit.code: sample_figures(
            random=random,
            weight=random.uniform(0.5, 1.9),
            cutoff=campaign.cutoff,
            former_district=centres.get(unit.code),
        )
        for unit in units
        if unit not in without
    }
    papers = {
        code: [
            EvidenceFile(
                indicator=paper,
                name=f"{code}-{paper}-mau.pdf",
                content=sample_pdf(f"SAMPLE - DU LIEU MAU - {code} {paper}"),
            )
            for paper in PAPERS
        ]
        for code in figures
    }
    at = datetime.combine(campaign.report_deadline - timedelta(days=1), time(9, 30), tzinfo=UTC)
    done = enter_reports_bulk(
        actor=SYSTEM, campaign=campaign, reports=figures, evidence=papers, at=at, on_progress=on_progress
    )
    if done.refused:
        code, sentences = next(iter(done.refused.items()))
        raise AssertionError(f"the sample report of {code} was refused: {sentences[0]}")
    return Entered(
        without=without, reports=done.entered, values=done.values, files=done.files, figures=figures
    )


def verify(*, campaign: Campaign, entered: Entered, random: Random, on_progress: OnProgress) -> int:
    """Verify the units visited in the first three quarters of the window; a few figures differ."""
    visits = [
        visit
        for visit in visits_for(actor=SYSTEM, campaign=campaign)
        .select_related("unit")
        .order_by("day", "unit__code")
        if visit.unit.code in entered.figures
    ]
    done = visits[: len(visits) * 3 // 4]
    heads = dict(
        TeamMember.objects.filter(team__campaign=campaign, role="head").values_list(
            "team_id", "nomination__person_id"
        )
    )
    differences = {}
    for visit in done:
        figures = entered.figures[visit.unit.code]
        changed = {}
        for key in random.sample(["a0_01", "a3_06", "a8_04_news", "a8_04_social", "a7b_10_area"], 2):
            value = max(10, int(float(figures[key])) + random.choice((-3, -2, 2, 5)))
            changed[key] = (value, "Đếm lại tại chỗ (mẫu)")
        differences[visit.unit.code] = changed
    return verify_bulk(
        actor=SYSTEM,
        campaign=campaign,
        differences=differences,
        confirm=[visit.unit.code for visit in done],
        at=datetime.combine(campaign.window_end, time(9, 30), tzinfo=UTC),
        people={visit.unit.code: heads[visit.team_id] for visit in done if visit.team_id in heads},
        on_progress=on_progress,
    )


@transaction.atomic
def return_some(*, campaign: Campaign, entered: Entered) -> int:
    """Send an area of a few reports not verified yet back for correction."""
    visits = visits_for(actor=SYSTEM, campaign=campaign).order_by("-day", "unit__code")
    late = [visit.unit for visit in visits.select_related("unit") if visit.unit.code in entered.figures][:4]
    for unit in late:
        return_section(
            actor=SYSTEM, campaign=campaign, unit=unit, area="A7", reason="Bổ sung danh mục kèm theo (mẫu)."
        )
    return len(late)


@transaction.atomic
def enter_findings(*, campaign: Campaign, units: Sequence[Unit], random: Random) -> tuple[int, int]:
    """Record difficulties and good practice; most are triaged. Returns how many of each."""
    difficulties = practices = 0
    for unit in units:
        for _number in range(random.choice((0, 1, 1, 2))):
            sample = sample_difficulty(random=random, due=campaign.window_end + timedelta(days=45))
            draft = Draft(
                group=sample.group,
                area=sample.area,
                text=sample.text,
                legal_provision="",
                competent_level=sample.level,
                severity=sample.severity,
                evidence="Văn bản số 25/UBND-VP (mẫu)" if sample.severity == 4 else "",
                proposal_verb=sample.verb,
                proposal_text=f"Đề nghị xử lý: {sample.text}",
                proposal_body=sample.body,
                proposal_due=sample.due,
            )
            row = record_difficulty(actor=SYSTEM, campaign=campaign, unit=unit, draft=draft, submit=True)
            difficulties += 1
            if random.random() < 0.8:
                accept(actor=SYSTEM, difficulty=row, revision=row.revision)
        if random.random() < 0.3:
            area, text = sample_practice(random=random)
            good = propose_practice(
                actor=SYSTEM, campaign=campaign, unit=unit, area=area, text=text, proof="Ảnh chụp (mẫu)"
            )
            practices += 1
            if random.random() < 0.7:
                confirm_practice(actor=SYSTEM, practice=good, revision=good.revision)
    return difficulties, practices


@transaction.atomic
def close_visits(*, campaign: Campaign, most: int) -> int:
    """Write and close the minutes of the first visits; returns how many."""
    visits = visits_for(actor=SYSTEM, campaign=campaign).select_related("unit").order_by("day", "unit__code")
    count = 0
    for visit in visits[:most]:
        begun = datetime.combine(visit.day, time(1, 0), tzinfo=UTC)
        minutes = draft_minutes(actor=SYSTEM, campaign=campaign, unit=visit.unit)
        text = MinutesText(
            opened_at=begun,
            closed_at=begun + timedelta(hours=3),
            place=visit.place or visit.unit.full_name,
            attendance_team=minutes.attendance_team or "Đoàn khảo sát (mẫu)",
            attendance_unit="Đại diện UBND (mẫu)",
            opinions="Đơn vị thống nhất với số liệu xác minh (mẫu).",
            agreed_actions=[
                AgreedAction(
                    text="Bổ sung minh chứng còn thiếu (mẫu)",
                    body=visit.unit.full_name,
                    due=visit.day + timedelta(days=14),
                )
            ],
            unverified_reason="Chưa đủ hồ sơ tại thời điểm khảo sát (mẫu)",
        )
        close_visit(actor=SYSTEM, minutes=minutes, revision=minutes.revision, text=text)
        count += 1
    return count
