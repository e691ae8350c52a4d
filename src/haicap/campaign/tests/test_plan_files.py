"""A plan with faults is refused whole, every fault named by file, row and column."""

import unicodedata

import pytest

from haicap.campaign.tests.plans import faults_of, plan_of, rows_of, shipped, with_rows, with_toml


def places(files):
    return {(fault.file, fault.row, fault.column, fault.code) for fault in faults_of(files)}


def test_the_shipped_plan_has_no_fault():
    plan = plan_of(shipped())
    assert len([area for area in plan.areas if not area.parent]) == 12
    assert len(plan.indicators) == 148
    assert len(plan.questions) == 25


def test_each_indicator_has_a_field_and_only_known_units_of_measure_are_open():
    plan = plan_of(shipped())
    with_fields = {field.indicator for field in plan.fields}
    assert {indicator.code for indicator in plan.indicators} == with_fields


def test_the_shipped_plan_agrees_with_the_reference_by_code(shared):
    import csv

    with (shared / "domain" / "indicators.csv").open(encoding="utf-8") as file:
        reference = {row["code"]: row for row in csv.DictReader(file)}
    with (shared / "domain" / "questions.csv").open(encoding="utf-8") as file:
        questions = [(row["area"], row["question_vi"]) for row in csv.DictReader(file)]
    plan = plan_of(shipped())
    assert [row.code for row in plan.indicators] == list(reference)
    for row in plan.indicators:
        wanted = reference[row.code]
        assert (row.part, row.name_vi, row.name_en, row.legal_basis) == (
            wanted["area"], wanted["name_vi"], wanted["name_en"], wanted["legal_basis"],
        )  # fmt: skip
    assert [(row.part, row.text_vi) for row in plan.questions] == questions


def test_number_and_date_of_the_plan_are_left_open():
    plan = plan_of(shipped())
    assert plan.number == ""
    assert plan.issued_on is None


def test_every_value_the_article_leaves_silent_has_a_source_and_a_mark():
    plan = plan_of(shipped())
    for key, row in plan.settings.items():
        if key in ("stages", "province"):
            continue
        assert row["mark"], key
        assert row["source_vi"], key
        assert row["source_en"], key


def test_a_duplicate_indicator_code_is_named_with_both_rows():
    def change(rows):
        rows[4]["code"] = rows[3]["code"]

    found = [fault for fault in faults_of(with_rows("indicators.csv", change)) if fault.code == "duplicate"]
    assert [(fault.file, fault.row, fault.column) for fault in found] == [("indicators.csv", 6, "code")]
    assert found[0].params == {"value": "A0.04", "first": 5}


def test_a_rule_that_names_an_unknown_indicator_is_named_with_file_row_and_column():
    files = with_rows("rules.csv", lambda rows: rows[9].update(expression="${a0_99} > ${a0_01}"))
    found = faults_of(files)
    assert [(f.file, f.row, f.column, f.code) for f in found] == [
        ("rules.csv", 11, "expression", "field_unknown")
    ]
    assert found[0].params == {"value": "a0_99", "indicator": "A0.99"}


def test_a_rule_of_an_unknown_indicator_is_named():
    files = with_rows("rules.csv", lambda rows: rows[0].update(indicator="A0.99"))
    assert places(files) == {("rules.csv", 2, "indicator", "indicator_unknown")}


def test_a_cycle_of_calculations_is_named_from_end_to_end():
    def change(rows):
        by_key = {row["key"]: row for row in rows}
        by_key["a2_03"]["calculation"] = "${a3_04} + 1"
        by_key["a3_04"]["calculation"] = "${a2_03} + 1"

    found = faults_of(with_rows("fields.csv", change))
    assert [fault.code for fault in found] == ["cycle"]
    assert found[0].params == {"path": "a2_03 -> a3_04 -> a2_03"}
    assert (found[0].file, found[0].column) == ("fields.csv", "calculation")


def test_a_field_computed_from_itself_is_a_cycle():
    files = with_rows("fields.csv", lambda rows: rows[0].update(calculation="${a0_01} + 1"))
    assert [fault.params for fault in faults_of(files)] == [{"path": "a0_01 -> a0_01"}]


def test_all_faults_are_named_at_once_in_the_order_of_the_files():
    files = with_rows("rules.csv", lambda rows: rows[0].update(expression="${nothing} > "))
    files |= {"areas.csv": with_rows("areas.csv", lambda rows: rows[0].update(leads="XYZ"))["areas.csv"]}
    files |= {
        "holidays.csv": with_rows("holidays.csv", lambda r: r[0].update(date="1/1/2025"))["holidays.csv"]
    }
    assert [(fault.file, fault.code) for fault in faults_of(files)] == [
        ("areas.csv", "body_unknown"), ("rules.csv", "expression"), ("holidays.csv", "date_mangled"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "row", "change", "column", "code"),
    [
        ("indicators.csv", 0, {"area": "A99"}, "area", "area_unknown"),
        ("indicators.csv", 0, {"legal_basis": "B1,B99"}, "legal_basis", "not_allowed"),
        ("indicators.csv", 0, {"name_en": ""}, "name_en", "translation_missing"),
        ("indicators.csv", 0, {"direction": "sideways"}, "direction", "not_allowed"),
        ("fields.csv", 0, {"indicator": "A0.77"}, "indicator", "indicator_unknown"),
        ("fields.csv", 0, {"maximum": "2,000"}, "maximum", "bound"),
        ("fields.csv", 0, {"minimum": "5000"}, "maximum", "bounds_crossed"),
        ("fields.csv", 0, {"type": "number"}, "type", "not_allowed"),
        ("fields.csv", 0, {"choices": "disruption"}, "choices", "list_unused"),
        ("rules.csv", 0, {"message_en": ""}, "message_en", "translation_missing"),
        ("rules.csv", 0, {"severity": "fatal"}, "severity", "not_allowed"),
        ("rules.csv", 0, {"expression": "${a0_02} > 3"}, "expression", "expression"),
        ("rules.csv", 0, {"expression": "1 = 1"}, "expression", "expression_without_fields"),
        ("rules.csv", 0, {"expression": "doc('x') = ${a0_01}"}, "expression", "expression"),
        ("questions.csv", 0, {"number": "one"}, "number", "not_whole"),
        ("areas.csv", 0, {"min_members": "0"}, "min_members", "not_whole"),
        ("areas.csv", 0, {"level": "minister"}, "level", "not_allowed"),
        ("departments.csv", 0, {"kind": "ministry"}, "kind", "not_allowed"),
    ],
)
def test_a_wrong_cell_is_named_by_row_and_column(name, row, change, column, code):
    files = with_rows(name, lambda rows: rows[row].update(change))
    assert (name, row + 2, column, code) in places(files)


def test_a_list_of_choices_that_is_missing_is_named():
    def change(rows):
        next(row for row in rows if row["key"] == "a0_07")["choices"] = "moods"

    found = [fault for fault in faults_of(with_rows("fields.csv", change)) if fault.code == "list_unknown"]
    assert found[0].params == {"value": "moods"}


def test_a_window_without_working_days_is_refused():
    files = with_toml(
        "window_start = 2025-08-04\nwindow_end = 2025-08-15",
        "window_start = 2025-08-09\nwindow_end = 2025-08-10",
    )
    assert places(files) == {("plan.toml", None, "schedule.window_start", "window_without_days")}


def test_deadlines_out_of_order_are_refused():
    files = with_toml("registration_deadline = 2025-07-29", "registration_deadline = 2025-08-20")
    assert places(files) == {("plan.toml", None, "schedule.registration_deadline", "out_of_order")}


@pytest.mark.parametrize("mangled", ['"04/08/2025"', '"45873"', '"4-8-25"', '"2025-08-04 00:00:00"'])
def test_a_date_rewritten_by_a_spreadsheet_is_named_as_such(mangled):
    files = with_toml("window_start = 2025-08-04", f"window_start = {mangled}")
    assert places(files) == {("plan.toml", None, "schedule.window_start", "date_mangled")}


def test_a_day_that_does_not_exist_is_refused():
    files = with_rows("holidays.csv", lambda rows: rows[0].update(date="2025-02-30"))
    assert places(files) == {("holidays.csv", 2, "date", "date_impossible")}


def test_a_lead_body_that_is_unknown_is_refused():
    files = with_toml('value = "SNV"', 'value = "SOXYZ"')
    assert places(files) == {("plan.toml", None, "settings.lead_body.value", "body_unknown")}


def test_a_plan_file_that_is_no_toml_is_named_with_its_line():
    files = with_toml("[schedule]", "[schedule")
    assert ("plan.toml", "toml") in {(fault.file, fault.code) for fault in faults_of(files)}


def test_a_missing_file_is_named():
    files = shipped()
    del files["rules.csv"]
    assert places(files) == {("rules.csv", None, None, "file_missing")}


def test_missing_and_extra_columns_are_named():
    files = shipped()
    files["legal.csv"] = files["legal.csv"].replace(b"title_en", b"title_fr", 1)
    assert {
        ("legal.csv", 1, "title_en", "column_missing"),
        ("legal.csv", 1, "title_fr", "column_unknown"),
    } <= places(files)


def test_a_comma_without_quotes_is_named_with_its_row():
    files = shipped()
    files["legal.csv"] += b"B99,one,two,three,four\n"
    row = len(rows_of(files, "legal.csv")) + 1
    assert places(files) == {("legal.csv", row, None, "cells")}


def test_another_encoding_is_named_with_the_line_where_it_breaks():
    files = shipped()
    files["departments.csv"] = "code,kind\nSNV,Sở\n".encode("utf-16-le")
    assert ("departments.csv", "encoding") in {(fault.file, fault.code) for fault in faults_of(files)}


def test_text_in_nfd_is_read_as_nfc():
    files = {name: unicodedata.normalize("NFD", raw.decode()).encode() for name, raw in shipped().items()}
    plan = plan_of(files)
    assert plan.indicators[0].name_vi == unicodedata.normalize("NFC", plan.indicators[0].name_vi)
    assert {code for row in plan.indicators for code in row.reported_by.split(",")} >= {"ĐU"}


def test_semicolons_and_a_byte_order_mark_of_a_spreadsheet_are_read():
    files = shipped()
    text = "code;title_vi;title_en;mark\n" + "\n".join(
        ";".join((row["code"], "Luật", "Law", "GK-H")) for row in rows_of(files, "legal.csv")
    )
    plan = plan_of(files | {"legal.csv": b"\xef\xbb\xbf" + text.encode()})
    assert plan.legal[0].title_en == "Law"


def test_an_enormous_file_is_refused_before_it_is_read():
    files = shipped() | {"rules.csv": b"x" * 5_000_001}
    assert ("rules.csv", None, None, "too_large") in places(files)
