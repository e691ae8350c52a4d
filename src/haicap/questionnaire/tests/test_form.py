"""The form is made from the plan, edited in Excel and loaded again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import NotAllowed
from haicap.kernel.tables import Faulty
from haicap.questionnaire import actions
from haicap.questionnaire.models import FormVersion
from haicap.questionnaire.queries.forms import template_of
from haicap.questionnaire.rules import names, workbook, xlsform


def edited(form, change):
    book = load_workbook(io.BytesIO(form.source.read()))
    change(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def column(sheet, name):
    return next(cell.column for cell in sheet[1] if cell.value == name)


def row_of(sheet, name):
    at = column(sheet, "name")
    return next(row for row in range(2, sheet.max_row + 1) if sheet.cell(row, at).value == name)


def load(campaign, raw):
    return actions.load_form(actor=SYSTEM, campaign=campaign, raw=raw, name="sua.xlsx")


def test_every_field_question_and_indicator_of_the_plan_is_in_the_form(form, plan):
    template = template_of(form=form)
    keys = {ask.key for topic in plan.topics for item in topic.items for ask in item.fields}
    keys |= {question.key for topic in plan.topics for question in topic.questions}
    assert keys <= template.names
    asked = [item.code for topic in plan.topics for item in topic.items if item.is_asked]
    assert {names.not_applicable(code) for code in asked} <= template.names
    assert {names.na_reason(code) for code in asked} <= template.names


def test_the_form_speaks_vietnamese_first_and_english(form):
    assert f'<translation lang="{xlsform.VI}" default="true()">' in form.xform
    assert f'<translation lang="{xlsform.EN}">' in form.xform


def test_building_again_without_a_change_makes_no_new_version(form, campaign):
    assert actions.build_form(actor=SYSTEM, campaign=campaign) == form
    assert FormVersion.objects.count() == 1


def test_an_edited_copy_becomes_the_next_version_and_the_old_one_stays(form, campaign):
    def change(book):
        sheet = book["survey"]
        sheet.cell(
            row_of(sheet, "a0_01"), column(sheet, f"label::{xlsform.VI}")
        ).value = "Số văn bản đã ban hành"

    newer, extra = load(campaign, edited(form, change))
    form.refresh_from_db()
    assert (newer.number, newer.state, form.state) == (2, "published", "superseded")
    assert "Số văn bản đã ban hành" in newer.xform
    assert 'version="2"' in newer.xform
    assert extra == ()


def test_a_question_added_in_excel_is_named_as_unknown_to_the_plan(form, campaign):
    def change(book):
        sheet = book["survey"]
        sheet.append(["text", "ghi_chu", "Ghi chú thêm", "Further note"])

    _, extra = load(campaign, edited(form, change))
    assert extra == ("ghi_chu",)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: s.delete_rows(row_of(s, "a0_01")), ("form.question_missing", None, "name", "a0_01")),
        (
            lambda s: setattr(s.cell(row_of(s, "a0_01"), column(s, "type")), "value", "text"),
            ("form.type_changed", 4, "type", "a0_01: integer"),
        ),
        (lambda s: s.append(["text", "a0_01", "Lần nữa", "Again"]), ("form.twice", None, "name", "a0_01")),
        (
            lambda s: setattr(s.cell(1, column(s, "name")), "value", "ten"),
            ("form.column_missing", 1, "name", ""),
        ),
        (
            lambda s: setattr(s.cell(row_of(s, "a0_01"), column(s, "relevant")), "value", "${khong_co} = 1"),
            ("form.reference_unknown", 4, "relevant", "khong_co"),
        ),
    ],
)
def test_a_fault_in_an_edited_copy_is_named_by_sheet_row_and_column(form, campaign, change, expected):
    code, _row, at, words = expected
    with pytest.raises(Faulty) as caught:
        load(campaign, edited(form, lambda book: change(book["survey"])))
    fault = caught.value.faults[0]
    assert (fault.code, fault.file) == (code, "sua.xlsx:survey")
    assert fault.column == at
    assert words in str(fault.message)
    if code in ("form.type_changed", "form.twice"):
        assert fault.row is not None
    assert FormVersion.objects.count() == 1


def test_what_is_no_workbook_is_refused(form, campaign):
    with pytest.raises(Faulty) as caught:
        load(campaign, b"khong phai excel")
    assert caught.value.faults[0].code == "form.not_workbook"
    book = Workbook()
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(Faulty) as caught:
        load(campaign, target.getvalue())
    assert [fault.code for fault in caught.value.faults] == ["form.sheet_missing"] * 2


def test_a_text_that_starts_with_an_equals_sign_is_no_formula_in_the_workbook():
    raw = workbook.write(
        survey=[{"type": "text", "name": "a", f"label::{xlsform.VI}": '=HYPERLINK("http://x")'}],
        choices=[],
        settings=[],
    )
    cell = load_workbook(io.BytesIO(raw))["survey"]["C2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix


def test_only_the_secretariat_and_the_administrator_publish_forms(form, campaign, actor, units):
    with pytest.raises(NotAllowed):
        actions.build_form(actor=actor(Role.COMMUNE_OFFICER, unit=units[0]), campaign=campaign)


def test_the_page_lists_versions_hands_out_the_workbook_and_takes_it_back(form, client_as):
    client = client_as(Role.SECRETARIAT)
    assert client.get("/questionnaire/forms/").status_code == 200
    raw = b"".join(client.get("/questionnaire/forms/1.xlsx").streaming_content)
    answer = client.post("/questionnaire/forms/", {"file": SimpleUploadedFile("mau.xlsx", raw)})
    assert answer.status_code == 302
    assert FormVersion.objects.get(state="published").number == 2
    answer = client.post("/questionnaire/forms/", {"file": SimpleUploadedFile("mau.xlsx", b"x")})
    assert answer.status_code == 422
    assert "mau.xlsx" in answer.content.decode()
