"""The consolidated report: figures frozen exactly, its files read back, its pages followed to the value."""

import io
from decimal import Decimal

import docx
import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from haicap.assessment import actions, queries
from haicap.assessment.models import ConsolidatedReport
from haicap.campaign.queries import surveyed_units_for
from haicap.findings.models import Difficulty, GoodPractice
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Missing, NotAllowed
from haicap.kernel.jobs import run_next
from haicap.kernel.models import AuditEntry, Job
from haicap.questionnaire.models import Form, FormVersion, ReportedValue, UnitReport, VerifiedValue


class Survey:
    """Four units that reported, one of which was verified."""

    def __init__(self, campaign):
        self.campaign = campaign
        self.units = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[:4])
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

    def _value(self, value):
        is_number = isinstance(value, int)
        return {
            "text": "" if value is None else str(value),
            "number": value if is_number else None,
            "na_reason": "không sáp nhập" if value is None else "",
            "at": timezone.now(),
            "current": True,
        }

    def report(self, key, *values):
        """Enter one reported value per unit; None is not applicable, "" is left blank."""
        field = self.campaign.fields.get(key=key)
        for report, value in zip(self.reports, values, strict=False):
            if value != "":
                ReportedValue.objects.create(report=report, field=field, **self._value(value))

    def verify(self, key, index, value):
        VerifiedValue.objects.create(
            campaign=self.campaign, unit=self.units[index], field=self.campaign.fields.get(key=key),
            reason="Theo sổ", **self._value(value),
        )  # fmt: skip


@pytest.fixture
def survey(campaign):
    made = Survey(campaign)
    made.report("a0_01", 0, 10, None, "")
    made.verify("a0_01", 1, 8)
    made.report("a0_02", "yes", "yes", "no", None)
    made.report("a0_04_n", 1, 90, 5, "")
    made.report("a0_04_d", 2, 100, "", 7)
    return made


def made(survey):
    return actions.make_report(actor=SYSTEM, campaign=survey.campaign)


def field_of(report, key):
    return queries.sides_of(report=report)[key]


def test_blank_not_applicable_and_zero_stay_apart(survey):
    found = field_of(made(survey), "a0_01")["reported"]
    assert (found["counted"], found["not_applicable"], found["blank"]) == (2, 1, 165)
    assert (found["total"], found["least"], found["most"], found["median"]) == ("10", "0", "10", "5")


def test_reported_and_verified_stand_side_by_side(survey):
    found = field_of(made(survey), "a0_01")
    assert (found["verified"]["total"], found["verified"]["counted"]) == ("8", 1)
    assert found["reported"]["total"] == "10"


def test_the_percent_of_the_city_is_sums_over_sums_of_units_with_both_parts(survey):
    found = field_of(made(survey), "a0_04_rate")["reported"]
    assert (found["above"], found["below"], found["rated"], found["share"]) == ("91", "102", 2, "89.2")


def test_yes_is_counted_among_those_who_answered(survey):
    found = field_of(made(survey), "a0_02")["reported"]
    assert found["choices"] == {"yes": 2, "no": 1}
    assert found["share"] == "66.7"


def test_a_version_never_changes_and_a_new_one_is_compared_with_it(survey):
    first = made(survey)
    survey.verify("a0_01", 0, 3)
    second = made(survey)
    assert [first.number, second.number] == [1, 2]
    first.refresh_from_db()
    assert field_of(first, "a0_01")["verified"]["total"] == "8"
    _old, _new, changes = queries.changes_for(actor=SYSTEM, campaign=survey.campaign, number=2, earlier=1)
    assert ("a0_01", "verified", "total", "8", "11") in [
        (c.key, c.side, c.measure, c.before, c.after) for c in changes
    ]
    assert {c.key for c in changes} == {"a0_01"}


def test_units_stand_in_the_order_of_their_codes_and_nothing_is_ranked(survey):
    codes = [unit["code"] for unit in made(survey).data["units"]]
    assert len(codes) == 168
    assert codes == sorted(codes)


def test_coverage_reaches_all_units(survey):
    coverage = made(survey).data["coverage"]
    assert coverage["units"] == 168
    assert coverage["by_type"] == {"ward": 113, "commune": 54, "special_zone": 1}
    assert coverage["signed"] == 4
    assert all(sum(area["states"].values()) == 168 for area in coverage["areas"])


def test_the_document_has_the_decrees_layout_an_open_number_and_the_figures(survey):
    document = docx.Document(made(survey).docx.open("rb"))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "BÁO CÁO" in texts
    assert "Kính gửi: Ủy ban nhân dân Thành phố" in texts
    head = [p.text for cell in document.tables[0].rows[0].cells for p in cell.paragraphs]
    assert "SỞ NỘI VỤ" in head
    assert f"Số: {chr(0xA0) * 8}/BC-SNV" in head
    assert any("168 đơn vị (113 phường, 54 xã, 1 đặc khu)" in text for text in texts)
    assert any("4/168 đơn vị gửi báo cáo" in text for text in texts)
    rows = [[cell.text for cell in row.cells] for table in document.tables[2:4] for row in table.rows]
    line = next(row for row in rows if row[0].startswith("A0.04 Tỷ lệ"))
    assert line[2:] == ["89,2%", "2", "–", "0"]
    assert [text for text in texts if text.startswith("Phụ lục ")] == [
        "Phụ lục I",
        "Phụ lục II",
        "Phụ lục III",
    ]


def test_the_annexes_have_a_sheet_per_area_with_live_totals(survey):
    workbook = openpyxl.load_workbook(made(survey).xlsx.open("rb"))
    assert [f"A{n}" for n in range(12)] == [name for name in workbook.sheetnames if name[0] == "A"]
    sheet = workbook["A0"]
    columns = {}
    for cell in sheet[3]:
        if cell.value and ":" in str(cell.value):
            columns[str(cell.value).split(":")[0]] = cell.column
    place = columns["a0_01"]
    last = 5 + 168
    assert [sheet.cell(row=4, column=place + side).value for side in (0, 1)] == ["Tự báo cáo", "Xác minh"]
    assert [sheet.cell(row=row, column=place).value for row in range(5, 9)] == [0, 10, "KAD", None]
    letter = sheet.cell(row=last, column=place).column_letter
    assert sheet.cell(row=last, column=place).value == f"=SUM({letter}5:{letter}172)"
    assert sheet.cell(row=last, column=columns["a0_02"]).value.startswith("=COUNTIF(")
    assert "SUMIFS" in sheet.cell(row=last, column=columns["a0_04_rate"]).value


def test_text_of_units_cannot_become_a_formula_in_the_annexes(survey):
    field = survey.campaign.fields.filter(type="text").first()
    survey.report(field.key, '=HYPERLINK("http://x")', "@SUM(A1)", "+84", "-1+1")
    workbook = openpyxl.load_workbook(made(survey).xlsx.open("rb"))
    formulas = [
        str(cell.value)
        for sheet in workbook
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
    ]
    assert formulas
    assert not any("HYPERLINK" in text or "SUM(A1)" in text for text in formulas)


def test_confirmed_good_practice_and_counted_difficulties_are_in_the_report(survey):
    area, unit = survey.campaign.areas.get(code="A2"), survey.units[0]
    common = {"campaign": survey.campaign, "unit": unit, "area": area}
    GoodPractice.objects.create(**common, text="Tổ lưu động", proof="Ảnh", state="confirmed")
    GoodPractice.objects.create(**common, text="Chưa xác nhận", proof="Ảnh", state="proposed")
    words = {"group": "organisation", "competent_level": "city", "proposal_body": "Sở Nội vụ"}
    kept = Difficulty.objects.create(
        **common, **words, number=1, text="Thiếu người", state="accepted", proposal_text="02"
    )
    Difficulty.objects.create(**common, **words, number=2, text="Nháp", state="draft")
    Difficulty.objects.create(**common, **words, number=3, text="Trùng", state="merged", duplicate_of=kept)
    data = made(survey).data
    assert [row["text"] for row in data["practices"]] == ["Tổ lưu động"]
    assert data["difficulties"]["totals"] == [0, 1, 0, 1]
    assert [(row["code"], row["merged"]) for row in data["difficulties"]["records"]] == [("KN-0001", 1)]


def test_sample_data_is_marked_in_both_files(survey):
    survey.campaign.is_sample = True
    survey.campaign.save()
    row = made(survey)
    document = docx.Document(row.docx.open("rb"))
    assert "DỮ LIỆU MẪU" in document.sections[0].first_page_header.paragraphs[0].text
    assert "DỮ LIỆU MẪU" in openpyxl.load_workbook(row.xlsx.open("rb"))["A0"]["A1"].value


def test_only_the_secretariat_makes_it(survey, actor):
    for role in ("city_leader", "department_officer", "team_head", "commune_chair", "administrator"):
        with pytest.raises(NotAllowed):
            actions.make_report(actor=actor(role), campaign=survey.campaign)
    row = actions.make_report(actor=actor("secretariat"), campaign=survey.campaign)
    entry = AuditEntry.objects.get(action="assessment.report.made")
    assert (entry.after or {})["number"] == row.number


def test_communes_and_members_do_not_read_it(survey, client_as):
    made(survey)
    for role in ("commune_officer", "commune_chair", "team_member", "bridge_technician"):
        assert client_as(role).get(reverse("assessment:report", args=[1])).status_code == 403, role
    for role in ("city_leader", "department_officer", "team_head", "administrator", "secretariat"):
        assert client_as(role).get(reverse("assessment:report", args=[1])).status_code == 200, role


def test_a_version_that_is_not_there_is_missing(survey, client_as):
    with pytest.raises(Missing):
        queries.report_for(actor=SYSTEM, campaign=survey.campaign, number=9)
    client = client_as("city_leader")
    made(survey)
    assert client.get(reverse("assessment:area", args=[1, "A99"])).status_code == 404
    assert client.get(reverse("assessment:map", args=[1]), {"key": "nope"}).status_code == 404


def test_every_figure_leads_in_two_clicks_to_person_time_and_evidence(survey, client_as):
    made(survey)
    client = client_as("city_leader")
    page = client.get(reverse("assessment:area", args=[1, "A0"])).content.decode()
    for key in survey.campaign.fields.filter(indicator__area__code="A0").values_list("key", flat=True):
        assert f'href="{reverse("questionnaire:field", args=[key])}"' in page
    units = client.get(reverse("questionnaire:field", args=["a0_01"])).content.decode()
    figure = reverse("questionnaire:figure", args=[survey.units[1].code, "a0_01"])
    assert figure in units
    assert client.get(figure).status_code == 200


def test_the_map_shows_a_blank_as_nothing_and_zero_as_zero(survey, client_as):
    made(survey)
    page = client_as("city_leader").get(reverse("assessment:map", args=[1]), {"key": "a0_01"})
    points = {point["code"]: point["value"] for point in page.context["map"]["points"]}
    codes = [unit.code for unit in survey.units]
    assert [points[code] for code in codes] == [0.0, 10.0, None, None]


def test_the_pages_and_files_open(survey, client_as):
    made(survey)
    made(survey)
    client = client_as("secretariat")
    for url in (
        reverse("assessment:reports"),
        reverse("assessment:report", args=[2]),
        reverse("assessment:compare", args=[2, 1]),
        reverse("assessment:map", args=[2]),
        *(reverse("assessment:area", args=[2, f"A{n}"]) for n in range(12)),
    ):
        assert client.get(url).status_code == 200, url
    paper = b"".join(client.get(reverse("assessment:docx", args=[2])).streaming_content)
    assert docx.Document(io.BytesIO(paper)).paragraphs
    annexes = b"".join(client.get(reverse("assessment:xlsx", args=[2])).streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(annexes)).sheetnames
    assert client.get("/api/assessment/reports").json()["count"] == 2
    assert client.get("/api/assessment/reports/1").json()["data"]["coverage"]["units"] == 168


def test_the_button_asks_for_a_job_that_makes_the_version(survey, client_as):
    client = client_as("secretariat")
    asked = client.post(reverse("assessment:make"))
    assert asked.status_code == 302
    job = Job.objects.get(kind="assessment.report")
    assert run_next(actor_of=lambda _id: client.actor)
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    assert (job.result or {})["url"] == reverse("assessment:report", args=[1])
    assert ConsolidatedReport.objects.count() == 1


def test_the_command_line_prints_where_the_files_lie(survey, tmp_path, capsys):
    call_command("assessment", "report", out=tmp_path)
    printed = capsys.readouterr().out.split()
    assert [path.rsplit(".", 1)[1] for path in printed] == ["docx", "xlsx"]
    assert all(path.startswith(str(tmp_path)) for path in printed)


def test_exactness_survives_many_small_sums(survey):
    survey.report("a5_05", "", "", "", "")
    field = survey.campaign.fields.get(key="a5_05")
    for report in survey.reports[:3]:
        ReportedValue.objects.create(
            report=report,
            field=field,
            text="0.1",
            number=Decimal("0.1"),
            at=timezone.now(),
            current=True,
        )
    assert field_of(made(survey), "a5_05")["reported"]["total"] == "0.3"


def test_the_number_of_queries_does_not_grow_with_the_units(survey, django_assert_max_num_queries):
    with django_assert_max_num_queries(45):
        made(survey)
