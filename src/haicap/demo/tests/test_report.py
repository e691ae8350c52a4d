"""The consolidated report over three sample reports, figure by figure against sums made here."""

import io
from collections.abc import Iterator
from decimal import Decimal
from random import Random
from types import SimpleNamespace
from typing import Any

import docx
import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse

from haicap.assessment.actions import make_report
from haicap.assessment.queries import changes_for, report_for
from haicap.campaign.queries import current_campaign_for, surveyed_units_for
from haicap.demo.rules.figures import sample_figures
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Missing, NotAllowed
from haicap.kernel.jobs import run_next
from haicap.questionnaire.actions.bulk import NotApplicable, enter_reports_bulk, verify_bulk
from haicap.questionnaire.actions.forms import build_form

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """Make the report once for the whole file; everything is rolled back after its last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield _made(campaign=current_campaign_for(actor=SYSTEM))
        transaction.set_rollback(True)


def _made(*, campaign: Any) -> Any:
    build_form(actor=SYSTEM, campaign=campaign)
    units = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[:3])
    figures: dict[str, dict[str, Any]] = {
        unit.code: dict(
            sample_figures(random=Random(n), weight=1, cutoff=campaign.cutoff, former_district=None)
        )
        for n, unit in enumerate(units)
    }
    unchanged = figures[units[2].code]
    for key in [key for key in unchanged if key.startswith("a7b_01")]:
        unchanged[key] = NotApplicable(reason="Đơn vị giữ nguyên, không tiếp nhận phông.")
    unchanged["a8_04_radio"] = 0
    done = enter_reports_bulk(actor=SYSTEM, campaign=campaign, reports=figures)
    assert done.entered == 3, done.refused
    first = units[0].code
    verify_bulk(
        actor=SYSTEM,
        campaign=campaign,
        differences={first: {"a0_01": (int(figures[first]["a0_01"]) + 5, "Đếm lại")}},
        confirm=[first],
    )
    return SimpleNamespace(
        campaign=campaign,
        units=units,
        figures=figures,
        report=make_report(actor=SYSTEM, campaign=campaign),
    )


def _fields(report: Any) -> Iterator[dict[str, Any]]:
    for area in report.data["areas"]:
        for indicator in area["indicators"]:
            yield from indicator["fields"]


def _field(report: Any, key: str) -> dict[str, Any]:
    return next(field for field in _fields(report) if field["key"] == key)


def test_a_sum_counts_every_report_and_the_verified_side_only_what_was_verified(world):
    field = _field(world.report, "a0_01")
    reported = [int(figures["a0_01"]) for figures in world.figures.values()]
    assert Decimal(field["reported"]["total"]) == sum(reported)
    assert (field["reported"]["counted"], field["verified"]["counted"]) == (3, 1)
    assert Decimal(field["verified"]["total"]) == reported[0] + 5
    assert field["differs"] == 1


def test_blank_is_not_zero_and_not_applicable_is_not_counted(world):
    units = surveyed_units_for(actor=SYSTEM, campaign=world.campaign).count()
    field = _field(world.report, "a7b_01")
    assert (field["reported"]["counted"], field["reported"]["not_applicable"]) == (2, 1)
    assert field["reported"]["blank"] == units - 3
    zero = _field(world.report, "a8_04_radio")["reported"]
    assert zero["counted"] == 3 and Decimal(zero["least"]) == 0


def test_a_rate_is_the_sum_of_parts_not_the_mean_of_rates(world):
    field = _field(world.report, "a0_04_rate")
    above = sum(int(figures["a0_04_n"]) for figures in world.figures.values())
    below = sum(int(figures["a0_04_d"]) for figures in world.figures.values())
    expected = (Decimal(100 * above) / below).quantize(Decimal("0.1"))
    assert abs(Decimal(field["reported"]["share"]) - expected) <= Decimal("0.1")


def test_every_indicator_of_the_plan_stands_in_the_report(world):
    codes = {indicator["code"] for area in world.report.data["areas"] for indicator in area["indicators"]}
    assert len(codes) == 148


def test_the_word_document_leaves_number_and_date_open_and_is_marked_by_the_layout(world):
    document = docx.Document(world.report.docx.path)
    text = "\n".join(
        [p.text for p in document.paragraphs]
        + [c.text for t in document.tables for r in t.rows for c in r.cells]
    )
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text and "Độc lập - Tự do - Hạnh phúc" in text
    assert "/BC-SNV" in text and "tháng      năm" in " ".join(text.split("\n")).replace("\xa0", " ")
    assert "Phụ lục I" in text


def test_the_annexes_add_up_with_live_formulas_over_the_rows_of_the_units(world):
    book = openpyxl.load_workbook(world.report.xlsx.path)
    sheet = book["A0"]
    heading = next(row for row in sheet.iter_rows() if row[0].value == "Mã đơn vị")
    column = next(cell.column for cell in heading if str(cell.value).startswith("a0_01:"))
    letter = openpyxl.utils.get_column_letter(column)
    totals = [
        cell.value for cell in sheet[letter] if isinstance(cell.value, str) and cell.value.startswith("=")
    ]
    assert any(total.startswith("=SUM(") and letter in total for total in totals)
    rows = {row[0].value: row[column - 1].value for row in sheet.iter_rows() if row[0].value}
    for code, figures in world.figures.items():
        assert rows[code] == int(figures["a0_01"])
    blank = next(
        unit for unit in surveyed_units_for(actor=SYSTEM, campaign=world.campaign).order_by("-code")[:1]
    )
    assert rows[blank.code] is None


def test_units_stand_by_code_and_nothing_is_ranked(world):
    codes = [unit["code"] for unit in world.report.data["units"]]
    assert codes == sorted(codes)
    assert "rank" not in str(world.report.data).lower()


def test_a_figure_leads_in_two_clicks_to_person_time_and_evidence(world, client_as):
    leader = client_as(Role.CITY_LEADER)
    area = leader.get(reverse("assessment:area", args=[world.report.number, "A0"])).content.decode()
    first_click = reverse("questionnaire:field", args=["a0_01"])
    assert f'href="{first_click}' in area
    units = leader.get(first_click).content.decode()
    second_click = reverse("questionnaire:figure", args=[world.units[0].code, "a0_01"])
    assert f'href="{second_click}' in units
    figure = leader.get(second_click).content.decode()
    assert "Đếm lại" in figure


def test_a_version_never_changes_and_a_later_one_tells_what_changed(world):
    before = world.report.data
    first = world.units[0].code
    verify_bulk(actor=SYSTEM, campaign=world.campaign, differences={first: {"a0_01": (1, "Xem lại sổ")}})
    later = make_report(actor=SYSTEM, campaign=world.campaign)
    assert later.number == world.report.number + 1
    assert report_for(actor=SYSTEM, campaign=world.campaign, number=1).data == before
    _old, _new, changes = changes_for(actor=SYSTEM, campaign=world.campaign, number=2, earlier=1)
    assert {change.key for change in changes} == {"a0_01"}


def test_only_the_centre_makes_a_report_and_communes_do_not_read_it(world, client_as, actor):
    with pytest.raises(NotAllowed):
        make_report(actor=actor(Role.CITY_LEADER), campaign=world.campaign)
    commune = client_as(Role.COMMUNE_OFFICER)
    assert commune.get(reverse("assessment:report", args=[1])).status_code in (403, 404)
    with pytest.raises(Missing):
        report_for(actor=SYSTEM, campaign=world.campaign, number=99)


def test_the_button_asks_a_job_whose_result_is_the_report(world, client_as):
    secretariat = client_as(Role.SECRETARIAT)
    answer = secretariat.post(reverse("assessment:make"))
    assert answer.status_code == 302 and answer["Location"].startswith("/jobs/")
    assert run_next(actor_of=lambda _: secretariat.actor)
    done = secretariat.get(answer["Location"], headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == reverse("assessment:report", args=[2])
    page = secretariat.get(done["HX-Redirect"])
    assert page.status_code == 200
    files = secretariat.get(reverse("assessment:docx", args=[2]))
    assert docx.Document(io.BytesIO(b"".join(files.streaming_content)))


def test_the_map_and_the_charts_say_what_the_tables_say(world, client_as):
    leader = client_as(Role.CITY_LEADER)
    answer = leader.get(reverse("assessment:map", args=[1]))
    assert answer.status_code == 200 and "data-map=" in answer.content.decode()
    page = leader.get(reverse("assessment:report", args=[1])).content.decode()
    assert "data-chart=" in page and "<table" in page
