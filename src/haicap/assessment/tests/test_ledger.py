"""Reported beside computed: by unit and field, explained where another reading fits, in constant queries."""

import io
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haicap.assessment.actions import make_report
from haicap.assessment.queries.ledger import Wanted, comparison_for, period_of
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import SYSTEM, Role
from haicap.onestop.models import Centre, CentreFact, Dossier, Procedure, ProcedureVersion
from haicap.questionnaire.models import Form, FormVersion, ReportedValue, UnitReport
from haicap.register.models import Body, Unit

CITY = ZoneInfo("Asia/Ho_Chi_Minh")


class Survey:
    """Units that reported, and dossiers of July for which the first is competent."""

    def __init__(self, campaign):
        self.campaign = campaign
        self.units = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[:3])
        definition = Form.objects.create(
            campaign=campaign, form_id="F", title="F", purpose="report", created_at=timezone.now()
        )
        form = FormVersion.objects.create(
            form=definition, number=1, version="1", xform="", sha256="0" * 64, created_at=timezone.now()
        )
        self.reports = [
            UnitReport.objects.create(
                campaign=campaign, unit=unit, version=form, xml="<a/>", xml_sha256="", state="signed", edition=1,
                saved_at=timezone.now(), signed_at=timezone.now(),
            )
            for unit in self.units
        ]  # fmt: skip
        self.version = ProcedureVersion.objects.create(
            procedure=Procedure.objects.create(code="9.000009"), valid_from=datetime(2025, 7, 1, tzinfo=CITY).date(),
            name_vi="Thủ tục thử", folded="thu tuc thu", field="Hộ tịch", level="commune", competent="address",
            limit_value=5, limit_unit="working_days",
        )  # fmt: skip
        self.made = 0

    def report(self, key, text, index=0):
        number = Decimal(text) if text.replace(".", "").isdecimal() and key != "a11_01" else None
        ReportedValue.objects.create(
            report=self.reports[index], field=self.campaign.fields.get(key=key), text=text, number=number,
            na_reason="", at=timezone.now(), current=True,
        )  # fmt: skip

    def dossiers(self, count, *, day=10, month=7, unit=0, **values):
        body = Body.objects.get(code=f"UBND-{self.units[unit].code}")
        received = datetime(2025, month, day, 9, tzinfo=CITY)
        rows = []
        for _number in range(count):
            self.made += 1
            rows.append(
                Dossier(
                    reference=f"R{self.made}", code=f"C{self.made}", version=self.version, channel="direct",
                    received_body=body, competent_body=body, registered_at=received, received_at=received, status=4,
                    **values,
                )
            )  # fmt: skip
        Dossier.objects.bulk_create(rows)


@pytest.fixture
def survey(campaign):
    found = Survey(campaign)
    found.dossiers(4)
    found.dossiers(3, month=6)
    return found


def _one(survey, key, *, unit=0, area="A4a"):
    wanted = Wanted(area=area, field=key, unit=survey.units[unit].code)
    return comparison_for(actor=SYSTEM, campaign=survey.campaign, wanted=wanted).rows[0]


def test_the_period_is_the_month_of_the_cut_off(campaign):
    period = period_of(campaign=campaign)
    assert (period.start.isoformat(), period.end.isoformat()) == ("2025-07-01", "2025-07-31")


def test_a_figure_that_another_reading_gives_is_explained(survey):
    survey.report("a4a_04_total", "7")
    row = _one(survey, "a4a_04_total")
    assert (row.computed.number, row.difference.by, row.size) == (4, 3, Decimal("75.0"))
    assert row.difference.kind == "explained"
    assert {way.code for way in row.difference.ways} == {"carried_over", "year"}


def test_same_unexplained_not_reported_and_not_recorded_are_told_apart(survey):
    survey.report("a4a_04_total", "4")
    assert _one(survey, "a4a_04_total").difference.kind == "same"
    survey.report("a4a_03", "9")
    assert _one(survey, "a4a_03").difference.kind == "unexplained"
    assert _one(survey, "a4a_07").difference.kind == "not_reported"
    survey.report("a4c_03", "300")
    assert _one(survey, "a4c_03", area="A4c").difference.kind == "not_recorded"
    survey.report("a4a_08", "95")
    assert _one(survey, "a4a_08").difference.kind == "not_recorded"


def test_a_unit_is_set_beside_the_centre_that_stands_in_it(survey):
    district = Unit.objects.filter(level="district").order_by("code")[0]
    body = Body.objects.create(kind="centre", code="TTHCC-T1", name_vi="Trung tâm thử")
    centre = Centre.objects.create(
        code="TTHCC-T1", kind="city", name_vi="Trung tâm thử", folded="", body=body, agency="H29.T1",
        former_district=district, opened_on=datetime(2025, 7, 1, tzinfo=CITY).date(),
    )  # fmt: skip
    CentreFact.objects.create(
        centre=centre,
        key="a11_02_area",
        value="400",
        as_of=datetime(2025, 7, 5, tzinfo=CITY).date(),
        source="BB",
    )
    survey.report("a11_01", district.code)
    survey.report("a11_02_area", "450")
    survey.report("a11_02_area", "450", index=1)
    area = _one(survey, "a11_02_area", area="A11")
    assert (area.computed.number, area.difference.by) == (400, 50)
    assert _one(survey, "a11_01", area="A11").difference.kind == "same"
    assert _one(survey, "a11_02_area", unit=1, area="A11").difference.kind == "not_recorded"


def test_the_size_filter_keeps_large_differences_only(survey):
    survey.report("a4a_04_total", "5")
    survey.report("a4a_03", "3")
    found = comparison_for(
        actor=SYSTEM, campaign=survey.campaign, wanted=Wanted(area="A4a", least=Decimal(10))
    )
    assert [row.field.key for row in found.rows] == ["a4a_04_total"]
    assert found.tally["same"] == 1 and sum(found.tally.values()) > 168 * 25


def test_any_number_of_units_costs_the_same_few_queries(survey, client_as):
    client = client_as(Role.SECRETARIAT)
    url = reverse("assessment:ledger")
    client.get(url)
    with CaptureQueriesContext(connection) as few:
        assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as one:
        assert client.get(f"{url}?unit={survey.units[0].code}").status_code == 200
    survey.dossiers(5, unit=1)
    survey.report("a4a_04_total", "4", index=2)
    with CaptureQueriesContext(connection) as more:
        client.get(url)
    assert len(few) == len(more) and abs(len(few) - len(one)) <= 1 and len(few) < 70


def test_the_page_shows_all_three_values_and_leads_to_both_sources(survey, client_as):
    survey.report("a4a_04_total", "7")
    client = client_as(Role.SECRETARIAT)
    page = client.get(reverse("assessment:ledger") + f"?unit={survey.units[0].code}&field=a4a_04_total")
    (line,) = page.context["page"].object_list
    assert (line["reported"], line["computed"]) == ("7", "4")
    assert client.get(line["figure"]).status_code == 200 and client.get(line["body"]).status_code == 200
    assert client.get(reverse("assessment:ledger") + "?least=x").status_code == 422
    book = client.get(reverse("assessment:ledger-export") + "?field=a4a_04_total")
    cells = [
        cell.value
        for row in openpyxl.load_workbook(io.BytesIO(book.content)).active.iter_rows()
        for cell in row
    ]
    assert survey.units[0].full_name in cells and 7 in cells and 4 in cells


def test_a_commune_compares_its_own_figures_and_no_others(survey, client_as):
    survey.report("a4a_04_total", "7")
    url = reverse("assessment:ledger")
    page = client_as(Role.COMMUNE_CHAIR, unit=survey.units[0]).get(url)
    assert {line["row"].unit for line in page.context["page"].object_list} == {survey.units[0]}
    other = client_as(Role.COMMUNE_CHAIR, unit=survey.units[1]).get(f"{url}?unit={survey.units[0].code}")
    assert other.context["page"].paginator.count == 0
    assert client_as(Role.TEAM_MEMBER).get(url).status_code == 403


def test_the_area_of_a_report_leads_to_the_comparison_where_the_ledger_can_speak(survey, client_as):
    number = make_report(actor=SYSTEM, campaign=survey.campaign).number
    client = client_as(Role.SECRETARIAT)
    link = f"{reverse('assessment:ledger')}?area="
    assert f"{link}A4a" in client.get(reverse("assessment:area", args=[number, "A4"])).content.decode()
    assert link not in client.get(reverse("assessment:area", args=[number, "A1"])).content.decode()
    officer = client_as(Role.DEPARTMENT_OFFICER)
    assert link not in officer.get(reverse("assessment:area", args=[number, "A4"])).content.decode()
