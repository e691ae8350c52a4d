"""Bad input, line by line: where each kind is tried.

A plan with a duplicate indicator code
    src/haicap/campaign/tests/test_plan_files.py::test_a_duplicate_indicator_code_is_named_with_both_rows
A plan with a rule that names an unknown indicator
    src/haicap/campaign/tests/test_plan_files.py::test_a_rule_that_names_an_unknown_indicator_is_named_with_file_row_and_column
A plan with a cycle
    src/haicap/campaign/tests/test_plan_files.py::test_a_cycle_of_calculations_is_named_from_end_to_end
An attributes file with unknown codes
    src/haicap/register/tests/test_attributes.py::test_what_matches_is_kept_and_what_does_not_is_reported_by_row
An attributes file with swapped columns
    src/haicap/register/tests/test_attributes.py::test_swapped_columns_are_seen
An attributes file in another encoding
    src/haicap/register/tests/test_attributes.py::test_other_unicode_encodings_are_read
    src/haicap/register/tests/test_attributes.py::test_a_windows_file_is_read_and_its_encoding_is_named
An attributes file of 200,000 rows
    src/haicap/register/tests/test_attributes.py::test_200000_rows_are_read_within_bounds_and_the_report_stays_small
    src/haicap/register/tests/test_attributes.py::test_more_rows_than_that_are_refused_with_the_limit
An attributes file with formulas that start with =
    src/haicap/register/tests/test_attributes.py::test_cells_that_start_like_a_formula_are_not_stored
Boundaries in the wrong projection
    src/haicap/register/tests/test_boundaries.py::test_metres_of_vn_2000_are_refused_by_name
    src/haicap/register/tests/test_boundaries.py::test_swapped_axes_are_refused_by_name
    src/haicap/register/tests/test_boundaries.py::test_another_projection_named_in_the_file_is_refused
Text in NFD
    src/haicap/campaign/tests/test_plan_files.py::test_text_in_nfd_is_read_as_nfc
    src/haicap/register/tests/test_attributes.py::test_names_in_nfd_match_and_addresses_are_stored_in_nfc
    src/haicap/accounts/tests/test_people.py::test_a_name_in_decomposed_letters_is_kept_composed
    src/haicap/questionnaire/tests/test_report.py::test_text_in_nfd_is_kept_in_nfc
    tests/test_bad_input.py::test_no_row_of_any_table_keeps_decomposed_letters
    tests/test_bad_input.py::test_a_search_in_decomposed_letters_finds_what_a_composed_one_finds
Thanh An for Thạnh An
    src/haicap/register/tests/test_attributes.py::test_thanh_an_for_the_code_of_thạnh_an_is_reported_and_never_merged
    src/haicap/register/tests/test_boundaries.py::test_the_name_of_thanh_an_on_the_code_of_thạnh_an_is_reported
    src/haicap/register/tests/test_succession.py::test_thanh_an_and_thạnh_an_each_keep_their_own_predecessors
A nomination of one person twice
    src/haicap/campaign/tests/test_nominations.py::test_naming_one_person_twice_is_refused_by_name_and_place
A slot outside the window
    src/haicap/campaign/tests/test_registration.py::test_a_half_day_outside_the_window_is_refused
    src/haicap/campaign/tests/test_nominations.py::test_the_page_refuses_a_half_day_outside_the_window
    src/haicap/timetable/tests/test_actions.py::test_a_move_out_of_the_window_is_refused
A submission with a value out of bounds
    src/haicap/questionnaire/tests/test_report.py::test_a_value_out_of_bounds_is_refused_by_field_and_the_draft_kept
A submission with a sum that does not add
    src/haicap/questionnaire/tests/test_report.py::test_a_sum_that_does_not_add_is_refused_and_named
A submission with a 200 MB file
    src/haicap/questionnaire/tests/test_evidence.py::test_a_file_of_200_mb_is_refused_unread_with_a_sentence
    tests/test_bad_input.py::test_200_mb_are_refused_over_the_wire_before_they_are_sent
    tests/test_bad_input.py::test_a_body_that_hides_its_length_is_not_taken_either
A submission with a .exe renamed .pdf
    src/haicap/questionnaire/tests/test_evidence.py::test_an_exe_renamed_pdf_is_refused_by_its_content
Two people editing one record
    tests/test_bad_input.py::test_each_record_people_edit_has_a_test_of_two_people_at_once
    src/haicap/accounts/tests/test_people.py::test_two_people_changing_one_person_conflict
    src/haicap/campaign/tests/test_plan_pages.py::test_two_people_changing_the_settings_do_not_overwrite_each_other
    src/haicap/campaign/tests/test_nominations.py::test_the_second_of_two_people_who_edit_one_nomination_is_told
    src/haicap/campaign/tests/test_registration.py::test_the_second_of_two_people_who_edit_one_registration_is_told
    src/haicap/timetable/tests/test_actions.py::test_two_people_moving_at_once_conflict
    src/haicap/questionnaire/tests/test_report.py::test_two_people_on_one_report_are_told_and_both_versions_are_there
    src/haicap/questionnaire/tests/test_review.py::test_a_second_verification_keeps_the_first
    src/haicap/findings/tests/test_difficulties.py::test_two_people_editing_one_record_the_second_is_told
    src/haicap/findings/tests/test_practices.py::test_two_people_deciding_at_once_the_second_is_told
    src/haicap/findings/tests/test_minutes.py::test_two_people_writing_at_once_the_second_is_told
    src/haicap/onestop/tests/test_queue.py::test_the_second_of_two_people_who_change_a_centre_or_a_counter_is_told
    src/haicap/onestop/tests/test_signing.py::test_the_second_of_two_people_who_write_one_draft_is_told
    src/haicap/onestop/tests/test_hooks.py::test_a_paused_webhook_is_told_afterwards
    src/haicap/onestop/tests/test_catalogue.py::test_what_dossiers_were_received_under_is_not_rewritten
    src/haicap/questionnaire/tests/test_definitions.py::test_two_authors_do_not_write_over_each_other
    src/haicap/questionnaire/tests/test_drafts_uploads.py::test_a_save_over_another_device_is_told_with_what_stands_there
Two counters issuing codes at the same moment
    tests/test_ledger_under_load.py::test_ten_thousand_codes_taken_by_eight_counters_at_once_have_no_gap_and_no_twin
The server killed at any event of a dossier
    tests/test_ledger_under_load.py::test_processes_killed_at_any_event_lose_nothing_and_leave_nothing_half_done
A forged signature, an altered PDF, an expired certificate
    src/haicap/documents/tests/test_signature.py::test_a_forged_signature_is_named
    src/haicap/documents/tests/test_signature.py::test_signed_bytes_that_differ_are_named_altered
    src/haicap/documents/tests/test_signature.py::test_an_expired_certificate_signs_nothing_and_is_named_where_it_did
A due date across Tết and a swapped Saturday
    src/haicap/onestop/tests/test_calendar.py::test_tet_and_a_swapped_saturday_are_counted_as_the_notice_says
A procedure withdrawn while dossiers run
    src/haicap/onestop/tests/test_catalogue.py::test_nothing_is_received_for_a_withdrawn_procedure_but_what_runs_goes_on
The server killed in the middle of a submission
    tests/test_killed_server.py::test_a_server_killed_again_and_again_loses_nothing_it_acknowledged
    src/haicap/questionnaire/tests/test_report.py::test_a_failure_while_submitting_leaves_no_half_written_edition
Every refusal of the contract of field clients
    src/haicap/questionnaire/tests/openrosa/test_openrosa.py::test_every_refusal_of_the_contract_has_its_number_and_a_sentence
    src/haicap/questionnaire/tests/openrosa/test_openrosa_doors.py::test_an_unknown_or_revoked_key_is_403_and_never_asks_for_a_password
A truncated multipart
    src/haicap/questionnaire/tests/openrosa/test_openrosa_bodies.py::test_a_body_cut_anywhere_is_refused_and_leaves_nothing
A part name with path separators
    src/haicap/questionnaire/tests/openrosa/test_openrosa_bodies.py::test_names_of_files_are_made_harmless_and_found_again
A zip bomb as XLSX
    src/haicap/questionnaire/tests/test_convert.py::test_a_zip_bomb_is_refused_before_it_is_unpacked
    src/haicap/questionnaire/tests/test_convert.py::test_a_zip_that_lies_about_its_sizes_is_refused
Billion-laughs and external entities in XML
    src/haicap/questionnaire/tests/test_convert.py::test_entities_inside_a_workbook_are_refused
    src/haicap/questionnaire/tests/openrosa/test_openrosa_bodies.py::test_xml_that_is_no_filled_form_is_refused_and_leaves_nothing
A form with 10,000 questions
    src/haicap/questionnaire/tests/test_convert.py::test_a_form_of_ten_thousand_questions_is_converted_apart
A 1,000-row repeat
    src/haicap/questionnaire/tests/openrosa/test_openrosa_bodies.py::test_a_repeat_of_a_thousand_rows_is_taken
One instanceID posted by 50 threads at once with the same and with different bytes
    tests/test_receiving_at_once.py::test_one_identity_is_one_submission
The server killed during each step of a submission with attachments
    tests/test_killed_collection.py::test_a_server_killed_while_forms_come_in_loses_nothing_it_acknowledged
Random interleavings of submit, retry, edit, review and delete
    src/haicap/questionnaire/tests/test_receive_stories.py::test_any_story_ends_as_the_model_says
An unknown role on every URL
    tests/test_sweep.py::test_every_address_answers_each_visitor_as_the_table_says
    tests/test_sweep.py::test_a_role_nobody_knows_opens_nothing_but_home_and_the_own_account
Spreadsheet exports safe from formula injection
    tests/test_bad_input.py::test_every_address_that_gives_a_spreadsheet_is_known
    tests/test_bad_input.py::test_no_export_holds_a_formula_somebody_typed
    tests/test_bad_input.py::test_the_report_of_an_import_holds_no_formula_somebody_typed
    src/haicap/questionnaire/tests/test_form.py::test_a_text_that_starts_with_an_equals_sign_is_no_formula_in_the_workbook
    src/haicap/questionnaire/tests/export/test_export.py::test_no_cell_is_a_formula_and_numbers_stay_numbers
    src/haicap/questionnaire/tests/test_dataset_pages.py::test_a_download_holds_no_formula
"""

import csv
import http.client
import io
import re
import socket
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from haicap.accounts.actions import add_person, notify
from haicap.accounts.actions.people import change_person
from haicap.assessment.actions import make_report
from haicap.campaign.actions.nominations import Naming, nominate
from haicap.campaign.actions.registration import register_slots
from haicap.campaign.models import Campaign, Field, Indicator, Question
from haicap.campaign.queries import slots_of, surveyed_units_for
from haicap.campaign.queries.teams import area_rules
from haicap.campaign.rules.registration import Wish
from haicap.demo.rules.figures import sample_figures
from haicap.findings.actions.difficulties import record_difficulty
from haicap.findings.actions.practices import propose_practice
from haicap.findings.rules import Draft
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.models import Revised
from haicap.onestop.actions.dossiers import Person, register
from haicap.onestop.models import Centre, Procedure, ProcedureVersion
from haicap.questionnaire.actions import build_form, verify_value
from haicap.questionnaire.actions.bulk import enter_reports_bulk
from haicap.register.actions import ensure_body
from haicap.register.models import Body, Unit
from haicap.timetable.models import Scenario
from haicap.timetable.rules.scenarios.outcome import measured
from haicap.timetable.rules.solver import solve
from haicap.timetable.tests.samples import problem

ROOT = Path(__file__).resolve().parents[1]
LINE = re.compile(r"^    (\S+\.py)::(test_\w+)$", re.MULTILINE)
POISON = ('=HYPERLINK("http://x";"POISON")', "+POISON", "-POISON", "@POISON", "\tPOISON", "=1+1|POISON")
STARTS = ("=", "+", "-", "@", "\t", "\r")
EXPORTS = {
    "findings:difficulties-export", "assessment:xlsx", "questionnaire:workbook", "timetable:scenarios-xlsx",
    "onestop:procedures-export", "onestop:evidence-export", "onestop:work-export", "assessment:ledger-export",
}  # fmt: skip
EMPTY = {"onestop:procedures-template"}  # holds only its headings
ELSEWHERE = {  # forms, submissions and lists: tried by tests of their own
    "questionnaire:export": "test_no_cell_is_a_formula_and_numbers_stay_numbers",
    "questionnaire:export-ready": "test_no_cell_is_a_formula_and_numbers_stay_numbers",
    "questionnaire:export-file": "test_no_cell_is_a_formula_and_numbers_stay_numbers",
    "central-csv": "test_no_cell_is_a_formula_and_numbers_stay_numbers",
    "central-csv-zip": "test_no_cell_is_a_formula_and_numbers_stay_numbers",
    "questionnaire:dataset-csv": "test_a_download_holds_no_formula",
}
FOR_PROGRAMS = {  # an author's own workbook as it was brought; a list as field clients read it
    "central-draft-xlsx", "central-form-xlsx", "central-form-version-xlsx", "central-entities-csv",
}  # fmt: skip
WITH_TOTALS = {"assessment:xlsx", "onestop:evidence-export", "assessment:ledger-export"}
NFD = unicodedata.normalize("NFD", "Nguyễn Thị Ưởng ở xã Thạnh An, đường Đồng Khởi")
EDITED = {
    "accounts.Person": "test_two_people_changing_one_person_conflict",
    "campaign.Campaign": "test_two_people_changing_the_settings_do_not_overwrite_each_other",
    "campaign.Nomination": "test_the_second_of_two_people_who_edit_one_nomination_is_told",
    "campaign.SlotRegistration": "test_the_second_of_two_people_who_edit_one_registration_is_told",
    "timetable.Calendar": "test_two_people_moving_at_once_conflict",
    "questionnaire.UnitReport": "test_two_people_on_one_report_are_told_and_both_versions_are_there",
    "questionnaire.Form": "test_two_authors_do_not_write_over_each_other",
    "questionnaire.Draft": "test_a_save_over_another_device_is_told_with_what_stands_there",
    "questionnaire.Submission": "test_every_refusal_of_the_contract_has_its_number_and_a_sentence",
    "findings.Difficulty": "test_two_people_editing_one_record_the_second_is_told",
    "findings.GoodPractice": "test_two_people_deciding_at_once_the_second_is_told",
    "findings.Minutes": "test_two_people_writing_at_once_the_second_is_told",
    "onestop.Centre": "test_the_second_of_two_people_who_change_a_centre_or_a_counter_is_told",
    "onestop.Counter": "test_the_second_of_two_people_who_change_a_centre_or_a_counter_is_told",
    "onestop.ResultDraft": "test_the_second_of_two_people_who_write_one_draft_is_told",
    "onestop.Subscription": "test_a_paused_webhook_is_told_afterwards",
    "onestop.ProcedureVersion": "test_what_dossiers_were_received_under_is_not_rewritten",  # only workbooks change it
    "register.Unit": "test_what_matches_is_kept_and_what_does_not_is_reported_by_row",  # only files change it
}


def listed() -> list[tuple[str, str]]:
    """Return the tests the table above names: file and name."""
    return LINE.findall(__doc__ or "")


def test_every_test_of_the_table_exists() -> None:
    assert len(listed()) > 40
    missing = [
        f"{file}::{name}"
        for file, name in listed()
        if f"def {name}(" not in (ROOT / file).read_text(encoding="utf-8")
    ]
    assert not missing


def test_each_record_people_edit_has_a_test_of_two_people_at_once() -> None:
    revised = {model._meta.label for model in apps.get_models() if issubclass(model, Revised)}
    assert revised == EDITED.keys(), "say here which test shows two people at one such record"
    assert set(EDITED.values()) <= {name for _file, name in listed()}


# Spreadsheets


def test_every_address_that_gives_a_spreadsheet_is_known() -> None:
    from django.urls import get_resolver

    from tests.sweep_targets import patterns

    found = {
        name
        for name, pattern, _wanted in patterns(get_resolver())
        if re.search(r"xlsx|csv|ods|tsv|export", f"{name} {pattern.pattern}")
    }
    assert set(ELSEWHERE.values()) <= {name for _file, name in listed()}
    assert found == EXPORTS | EMPTY | ELSEWHERE.keys() | FOR_PROGRAMS, (
        "a new export: put it through test_no_export_holds_a_formula_somebody_typed"
    )


def _poison(campaign: Campaign, unit: Unit) -> None:
    """Put texts that spreadsheets would run wherever somebody may type or a plan may say something."""
    texts = iter(POISON * 400)
    Unit.objects.filter(pk=unit.pk).update(full_name=next(texts), name=next(texts))
    for area in campaign.areas.all():
        area.name_vi = area.name_en = next(texts)
        area.save()
    for item in Indicator.objects.filter(campaign=campaign)[:6]:
        item.name_vi = item.name_en = item.evidence = item.verification = next(texts)
        item.save()
    for field in Field.objects.filter(campaign=campaign)[:6]:
        field.label_vi = field.label_en = next(texts)
        field.save()
    Campaign.objects.filter(pk=campaign.pk).update(title_vi=next(texts), title_en=next(texts))
    build_form(actor=SYSTEM, campaign=campaign)
    figures = sample_figures(random=Random(3), weight=1.0, cutoff=campaign.cutoff, former_district=None)
    free = Field.objects.filter(campaign=campaign, type="text", calculation="").exclude(key="a8_05_link")
    for key in free.values_list("key", flat=True):
        figures[key] = next(texts)
    for key in Question.objects.filter(area__campaign=campaign).values_list("key", flat=True):
        figures[key] = next(texts)
    done = enter_reports_bulk(actor=SYSTEM, campaign=campaign, reports={unit.code: figures})
    assert done.entered == 1, done.refused
    for number in range(len(POISON)):
        draft = Draft(
            group="other", area=campaign.areas.order_by("order")[0].code, text=POISON[number],
            legal_provision=next(texts), competent_level="city", severity=2, evidence=next(texts),
            proposal_verb="staff", proposal_text=next(texts), proposal_body="Sở Nội vụ",
            proposal_due=campaign.window_end + timedelta(days=40),
        )  # fmt: skip
        row = record_difficulty(actor=SYSTEM, campaign=campaign, unit=unit, draft=draft, submit=True)
        type(row).objects.filter(pk=row.pk).update(state="accepted")
        code = campaign.areas.order_by("order")[0].code
        propose_practice(
            actor=SYSTEM, campaign=campaign, unit=unit, area=code, text=next(texts), proof=next(texts)
        )
    small = problem(units=2)
    outcome = measured(problem=small, plan=solve(problem=small, seed=1, max_iterations=5)).as_data()
    for name in POISON:
        Scenario.objects.create(
            campaign=campaign, name=name, changes={"teams": 1}, result={"outcome": outcome}
        )
    campaign.refresh_from_db()
    make_report(actor=SYSTEM, campaign=campaign)


def _poison_service(unit: Unit) -> Body:
    """Put such texts into a centre, a procedure and a dossier; return the body of the centre."""
    name = '=HYPERLINK("http://x";"POISON")'
    body = ensure_body(actor=SYSTEM, kind=Body.Kind.CENTRE, code="TTHCC-POISON", name_vi="Trung tâm mẫu")
    Body.objects.filter(pk=body.pk).update(name_vi=name)
    Body.objects.filter(code=f"UBND-{unit.code}").update(name_vi=name)
    body.refresh_from_db()
    centre = Centre.objects.create(
        code="TTHCC-POISON",
        kind="city",
        name_vi=name,
        folded="x",
        body=body,
        agency="H29.X",
        opened_on=date(2025, 7, 1),
    )
    version = ProcedureVersion.objects.create(
        procedure=Procedure.objects.create(code="9.000009"), valid_from=date(2025, 7, 1), name_vi=name, name_en=name,
        folded="x", field=name, level="commune", competent="address", limit_value=5, limit_unit="working_days",
    )  # fmt: skip
    register(actor=SYSTEM, version=version, person=Person(full_name=name, unit=unit), centre=centre)
    return body


def _content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_no_export_holds_a_formula_somebody_typed(
    campaign: Campaign, client_as: Callable[..., Client]
) -> None:
    unit = surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[0]
    _poison(campaign, unit)
    client, seen = client_as(Role.SECRETARIAT), dict[str, int]()
    arguments: dict[str, dict[str, int]] = {
        "assessment:xlsx": {"number": 1},
        "questionnaire:workbook": {"version": 1},
    }
    counter = client_as(Role.COUNTER_OFFICER, body=_poison_service(unit))
    for name in EXPORTS:
        asker = counter if name == "onestop:work-export" else client
        answer = asker.get(reverse(name, kwargs=arguments.get(name)))
        assert answer.status_code == 200, name
        book = load_workbook(io.BytesIO(_content(answer)))
        for sheet in book:
            for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
                value = str(cell.value)
                if "POISON" in value:
                    seen[name] = seen.get(name, 0) + 1
                    assert cell.data_type == "s", f"{name} {sheet.title}!{cell.coordinate} is {value!r}"
                    assert cell.hyperlink is None
                elif cell.data_type == "f":
                    assert name in WITH_TOTALS, f"a formula in {name}"
                assert "POISON" not in sheet.title
    assert seen.keys() == EXPORTS, f"the texts did not reach every export: {seen}"


def test_the_report_of_an_import_holds_no_formula_somebody_typed(campaign: Campaign, tmp_path: Path) -> None:
    source, told = tmp_path / "attributes.csv", tmp_path / "report.csv"
    with source.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["code", "name", "population", "seat_address"])
        for text in POISON:
            writer.writerow([text, text, text, text])
    call_command("register", "import-attributes", str(source), "--report", str(told), stdout=io.StringIO())
    with told.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(POISON) + 1
    assert not [cell for row in rows for cell in row if cell.startswith(STARTS)]


# Text in NFD


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _decomposed() -> set[str]:
    """Return the columns of the house that hold text not in NFC."""
    found = set()
    for model in apps.get_models():
        if not model.__module__.startswith("haicap."):
            continue
        names = [
            field.attname
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField | models.JSONField | models.FileField)
        ]
        for row in model._default_manager.values_list(*names) if names else ():
            for name, value in zip(names, row, strict=True):
                if any(not unicodedata.is_normalized("NFC", text) for text in _texts(value)):
                    found.add(f"{model._meta.label}.{name}")
    return found


def _fill_in_nfd(campaign: Campaign, unit: Unit) -> None:
    """Enter decomposed letters through every action that takes text."""
    slot = slots_of(campaign=campaign)[0]
    rule = area_rules(campaign=campaign)[0]
    body = Body.objects.get(code=rule.bodies[0])
    ensure_body(actor=SYSTEM, kind="department", code="THU", name_vi=NFD, name_en=NFD)
    person = add_person(
        actor=SYSTEM, username="nguoi.thu", full_name=NFD, body=body, roles=[], post=NFD, level=NFD[:20],
        phone="0900",
    )  # fmt: skip
    change_person(
        actor=SYSTEM, person=person, revision=person.revision, full_name=NFD, post=NFD, level="", body=body,
        roles=[], email="", phone="", is_active=True,
    )  # fmt: skip
    notify(actor=SYSTEM, people=[person], text_vi=NFD, text_en=NFD, url="/")
    naming = Naming(
        person=person, post=NFD, level=campaign.setting("levels")[1], areas=[rule.code], absences={slot: NFD}
    )
    nominate(actor=SYSTEM, campaign=campaign, body=body, naming=naming)
    wish = Wish(
        preferences=(slot,), blocks={slots_of(campaign=campaign)[3]: NFD}, place_kind="other", place=NFD,
        mode="online", online_reason=NFD, contact_name=NFD, contact_phone="0900000000", contact_post=NFD,
    )  # fmt: skip
    register_slots(actor=SYSTEM, campaign=campaign, unit=unit, wish=wish)
    build_form(actor=SYSTEM, campaign=campaign)
    figures = sample_figures(random=Random(3), weight=1.0, cutoff=campaign.cutoff, former_district=None)
    for key in Question.objects.filter(area__campaign=campaign).values_list("key", flat=True):
        figures[key] = NFD
    enter_reports_bulk(actor=SYSTEM, campaign=campaign, reports={unit.code: figures})
    verify_value(actor=SYSTEM, campaign=campaign, unit=unit, field="a0_01", text="11", reason=NFD)
    draft = Draft(
        group="other", area="A0", text=NFD, legal_provision=NFD, competent_level="city", severity=2,
        evidence=NFD, proposal_verb="staff", proposal_text=NFD, proposal_body=unicodedata.normalize("NFD", "Sở Nội vụ"),
        proposal_due=date(2025, 12, 1),
    )  # fmt: skip
    record_difficulty(actor=SYSTEM, campaign=campaign, unit=unit, draft=draft, submit=True)
    propose_practice(actor=SYSTEM, campaign=campaign, unit=unit, area="A0", text=NFD, proof=NFD)


def test_no_row_of_any_table_keeps_decomposed_letters(campaign: Campaign) -> None:
    assert not unicodedata.is_normalized("NFC", NFD)
    unit = surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[0]
    _fill_in_nfd(campaign, unit)
    assert _decomposed() <= {"register.Unit.spelling"}  # a key for comparing names, never shown


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("register:units", "q"),
        ("questionnaire:board", "q"),
        ("campaign:registrations", "text"),
        ("accounts:people", "q"),
    ],
)
def test_a_search_in_decomposed_letters_finds_what_a_composed_one_finds(
    name: str, parameter: str, campaign: Campaign, client_as: Callable[..., Client]
) -> None:
    unit = Unit.objects.get(level="commune", valid_to=None, full_name="Xã Thạnh An")
    client = client_as(Role.SECRETARIAT)
    client_as(Role.COMMUNE_OFFICER, unit=unit)
    shown = []
    for form in ("NFC", "NFD"):
        answer = client.get(reverse(name), {parameter: unicodedata.normalize(form, "Thạnh An")})
        assert answer.status_code == 200
        text = answer.content.decode()
        shown.append([line for line in text.splitlines() if "Thạnh An" in line and "value=" not in line])
    assert shown[0] == shown[1]
    assert shown[0] or name == "accounts:people"


# 200 MB over the wire


@pytest.fixture(scope="module")
def wire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Serve an empty data folder; the value is the port."""
    from tests.conftest import serving

    with serving(tmp_path_factory.mktemp("wire"), {}, HAICAP_DATABASE_URL="") as site:
        yield int(site.url.rsplit(":", 1)[1])


@pytest.mark.browser
def test_200_mb_are_refused_over_the_wire_before_they_are_sent(wire: int) -> None:
    with socket.create_connection(("127.0.0.1", wire), timeout=20) as sock:
        size = 200 * 1024 * 1024
        sock.sendall(
            f"POST /api/questionnaire/reports/26740/evidence HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        answer = http.client.HTTPResponse(sock, method="POST")
        answer.begin()  # nothing of the body was sent: the answer needs none of it
        assert answer.status == 413
        assert "64 MB" in answer.read().decode()


@pytest.mark.browser
def test_a_body_that_hides_its_length_is_not_taken_either(wire: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", wire, timeout=60)
    chunks = (b"x" * 1024 * 1024 for _ in range(80))
    try:
        connection.request(
            "POST", "/signin/", body=chunks, encode_chunked=True,
            headers={"Transfer-Encoding": "chunked", "Content-Type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
        status = connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        status = 413
    finally:
        connection.close()
    assert 400 <= status < 500
    with socket.create_connection(("127.0.0.1", wire), timeout=20):
        pass  # the server is still there
