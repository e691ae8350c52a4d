"""The catalogue: versions by day, import with faults by place, routing by rule, publications."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.tables import Faulty
from haicap.onestop.actions import catalogue as actions
from haicap.onestop.actions import publications
from haicap.onestop.actions.dossiers import Receipt, receive
from haicap.onestop.actions.workbooks import tables_of
from haicap.onestop.models import Dossier, Procedure, ProcedureVersion, Publication
from haicap.onestop.papers.catalogue import workbook
from haicap.onestop.queries.catalogue import bodies_without, in_force, versions_for
from haicap.onestop.queries.routing import competent_body
from haicap.onestop.rules.catalogue import Line, read
from haicap.onestop.rules.routing import Question, route
from haicap.onestop.tests.conftest import Service, at
from haicap.register.models import Body, Succession, Unit

pytestmark = pytest.mark.django_db
SHIPPED: Path = settings.HAICAP_PLANS / "onestop" / "procedures.csv"


@pytest.fixture
def shipped(db: None) -> int:
    """Load the procedures that ship with the software."""
    return actions.load_procedures(actor=SYSTEM, path=SHIPPED)


def test_the_ten_worked_procedures_ship_with_papers_fees_steps_and_sources(shipped: int) -> None:
    assert shipped == 10
    for version in ProcedureVersion.objects.all():
        assert version.papers and version.fees and version.steps and version.source and version.mark
    assert actions.load_procedures(actor=SYSTEM, path=SHIPPED) == 10  # again changes nothing
    assert set(ProcedureVersion.objects.values_list("revision", flat=True)) == {1}


def test_what_is_exported_can_be_imported_again(shipped: int) -> None:
    content = workbook(versions=ProcedureVersion.objects.select_related("procedure", "competent_body"))
    assert actions.import_workbook(actor=SYSTEM, file=io.BytesIO(content)) == 10
    assert set(ProcedureVersion.objects.values_list("revision", flat=True)) == {1}


def _changed(**cells: Any) -> io.BytesIO:
    """Return the exported workbook with cells of its second row changed, by column."""
    content = workbook(versions=ProcedureVersion.objects.select_related("procedure", "competent_body"))
    book = load_workbook(io.BytesIO(content))
    sheet = book["procedures"]
    heads = [cell.value for cell in sheet[1]]
    for column, value in cells.items():
        sheet.cell(row=2, column=heads.index(column) + 1, value=value)
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return buffer


@pytest.mark.parametrize(
    ("cells", "column", "code"),
    [
        ({"limit_value": "năm ngày"}, "limit_value", "catalogue.number"),
        ({"limit_unit": "weeks"}, "limit_unit", "catalogue.choice"),
        ({"valid_from": "01/07/2025"}, "valid_from", "catalogue.date"),
        ({"valid_to": "2025-06-01"}, "valid_to", "catalogue.backwards"),
        ({"competent": "department"}, "competent_body", "catalogue.body"),
        ({"competent": "department", "competent_body": "KHONGCO"}, "competent_body", "catalogue.unknown_body"),
        ({"name_vi": ""}, "name_vi", "catalogue.empty"),
        ({"code": "abc"}, "code", "catalogue.code"),
    ],
)  # fmt: skip
def test_a_fault_in_a_workbook_is_named_by_sheet_row_and_column_and_changes_nothing(
    shipped: int, cells: dict[str, Any], column: str, code: str
) -> None:
    before = list(ProcedureVersion.objects.order_by("pk").values())
    with pytest.raises(Faulty) as caught:
        actions.import_workbook(actor=SYSTEM, file=_changed(**cells))
    places = {(fault.file, fault.row, fault.column, fault.code) for fault in caught.value.faults}
    assert ("procedures", 2, column, code) in places
    assert list(ProcedureVersion.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_refused(db: None, content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        actions.import_workbook(actor=SYSTEM, file=io.BytesIO(content))
    assert caught.value.field == "file"


def test_a_workbook_without_a_sheet_says_which(shipped: int) -> None:
    book = load_workbook(_changed())
    del book["procedure_fees"]
    buffer = io.BytesIO()
    book.save(buffer)
    with pytest.raises(Faulty) as caught:
        tables_of(content=buffer.getvalue())
    assert [fault.file for fault in caught.value.faults] == ["procedure_fees"]


def test_a_later_version_closes_the_former_and_a_dossier_keeps_that_of_its_day(service: Service) -> None:
    old = service.begun(at=at(4))
    cells = {
        "code": "9.000001", "valid_from": "2025-11-10", "name_vi": "Thủ tục thử, mới", "field": "Hộ tịch",
        "level": "commune", "competent": "address", "limit_value": "3", "limit_unit": "working_days", "online": "none",
    }  # fmt: skip
    actions.enter(actor=SYSTEM, tables={"procedures": [Line(2, cells)]})
    first, second = ProcedureVersion.objects.filter(procedure__code="9.000001").order_by("number")
    assert (first.valid_to, second.number) == (date(2025, 11, 10), 2)
    new = service.receive(at=at(10))
    assert (old.version_id, new.version_id) == (first.pk, second.pk)
    assert new.life["terms"]["value"] == 3
    on_the_eve = in_force(day=date(2025, 11, 9)).get(procedure__code="9.000001")
    assert on_the_eve == first


def test_what_dossiers_were_received_under_is_not_rewritten(service: Service) -> None:
    service.receive(at=at(4))
    cells = {
        "code": "9.000001", "valid_from": "2025-07-01", "name_vi": "Tên khác", "field": "Hộ tịch", "level": "commune",
        "competent": "address", "limit_value": "9", "limit_unit": "days", "online": "none",
    }  # fmt: skip
    with pytest.raises(Faulty) as caught:
        actions.enter(actor=SYSTEM, tables={"procedures": [Line(2, cells)]})
    assert [fault.code for fault in caught.value.faults] == ["catalogue.used"]


def test_nothing_is_received_for_a_withdrawn_procedure_but_what_runs_goes_on(service: Service) -> None:
    running = service.begun(at=at(4))
    waiting = service.register(at=at(4))
    actions.withdraw_procedure(actor=SYSTEM, procedure=service.version.procedure, day=date(2025, 11, 5))
    with pytest.raises(Refused) as caught:
        receipt = Receipt(competent=service.committee)
        receive(actor=SYSTEM, dossier=waiting, receipt=receipt, centre=service.first, at=at(5))
    assert caught.value.code == "procedure.withdrawn"
    assert service.act(running, _kind("drafted"), payload={"result": "granted"}, at=at(6)).status == 4


def _kind(name: str) -> Any:
    from haicap.onestop.rules.lifecycle import Kind

    return Kind(name)


def test_two_versions_valid_on_one_day_are_a_fault() -> None:
    row = {
        "code": "1.000001", "name_vi": "A", "field": "F", "level": "commune", "competent": "address",
        "limit_value": "1", "limit_unit": "days", "online": "none",
    }  # fmt: skip
    lines = [Line(2, {**row, "valid_from": "2025-07-01"}), Line(3, {**row, "valid_from": "2025-08-01"})]
    _rows, faults = read(tables={"procedures": lines})
    assert [(fault.row, fault.code) for fault in faults] == [(3, "catalogue.overlap")]


@pytest.mark.parametrize(
    ("question", "body", "fault"),
    [
        ({"rule": "address", "address": "A"}, "UBND-A", ""),
        ({"rule": "address", "land": "B"}, "", "routing.address"),
        ({"rule": "land", "address": "A", "land": "B"}, "UBND-B", ""),
        ({"rule": "land", "address": "A"}, "", "routing.land"),
        ({"rule": "chosen", "address": "A", "chosen": "C"}, "UBND-C", ""),
        ({"rule": "chosen", "address": "A"}, "UBND-A", ""),
        ({"rule": "department", "fixed": "STP", "address": "A"}, "STP", ""),
        ({"rule": "delegated"}, "", "routing.body"),
        ({"rule": "address", "address": "OLD"}, "UBND-NEW", ""),
        ({"rule": "address", "address": "SPLIT"}, "", "routing.divided"),
        ({"rule": "address", "address": "LOST"}, "", "routing.gone"),
        ({"rule": "address", "address": "RING"}, "", "routing.gone"),
    ],
)
def test_the_competent_body_follows_from_the_rule(question: dict[str, str], body: str, fault: str) -> None:
    successors = {"OLD": ["NEW"], "SPLIT": ["A", "B"], "LOST": [], "RING": ["GNIR"], "GNIR": ["RING"]}
    found = route(question=Question(successors=successors, **question))
    assert (found.body, found.fault) == (body, fault)


def test_a_commune_that_was_merged_leads_to_its_successor(service: Service) -> None:
    gone, heir = service.unit, service.other.unit
    assert heir is not None
    Unit.objects.filter(pk=gone.pk).update(valid_to=date(2025, 12, 1))
    gone.refresh_from_db()
    Succession.objects.create(predecessor=gone, successor=heir, extent="whole", effective=date(2025, 12, 1))
    given: dict[str, Any] = {"version": service.version, "unit": gone, "land_unit": None}
    assert competent_body(**given, day=date(2025, 11, 30)) == service.committee
    assert competent_body(**given, day=date(2025, 12, 1)) == service.other


def test_a_commune_whose_successor_carries_on_its_code_leads_to_that_code(service: Service) -> None:
    gone = service.unit
    Unit.objects.filter(pk=gone.pk).update(valid_to=date(2025, 12, 1))
    gone.refresh_from_db()
    heir = Unit.objects.create(
        code=gone.code, level=gone.level, unit_type=gone.unit_type, name="Mới", full_name="Phường Mới", folded="moi",
        province_code=gone.province_code, valid_from=date(2025, 12, 1),
    )  # fmt: skip
    Succession.objects.create(predecessor=gone, successor=heir, extent="whole", effective=date(2025, 12, 1))
    found = competent_body(version=service.version, unit=gone, land_unit=None, day=date(2025, 12, 2))
    assert found == service.committee


def test_a_commune_that_was_divided_asks_which_of_its_successors(service: Service) -> None:
    gone = service.unit
    Unit.objects.filter(pk=gone.pk).update(valid_to=date(2025, 12, 1))
    gone.refresh_from_db()
    heirs = list(Unit.objects.filter(level="commune", valid_to=None).exclude(pk=gone.pk).order_by("code")[:2])
    for heir in heirs:
        Succession.objects.create(
            predecessor=gone, successor=heir, extent="part", effective=date(2025, 12, 1)
        )
    with pytest.raises(Refused) as caught:
        competent_body(version=service.version, unit=gone, land_unit=None, day=date(2025, 12, 2))
    assert (caught.value.code, caught.value.field) == ("routing.divided", "unit")
    assert all(heir.full_name in str(caught.value) for heir in heirs)


def test_a_publication_is_recorded_once_for_each_body_and_only_for_the_own_one(
    service: Service, staff: Callable[[Role, str], Actor]
) -> None:
    procedure = service.version.procedure
    given: dict[str, Any] = {
        "procedures": [procedure], "kind": "posted", "done_on": date(2025, 11, 3), "document": "Bảng niêm yết",
    }  # fmt: skip
    everybody = bodies_without(procedure=procedure, kind="posted", level="commune")
    chair = staff(Role.COMMUNE_CHAIR, "committee")
    assert publications.make_public(actor=chair, bodies=everybody, **given) == 1
    assert Publication.objects.get().body == service.committee
    assert publications.make_public(actor=SYSTEM, bodies=everybody, **given) == 167
    assert (
        publications.make_public(actor=SYSTEM, bodies=Body.objects.filter(kind="commune_committee"), **given)
        == 0
    )
    with pytest.raises(NotAllowed):
        publications.make_public(actor=staff(Role.SPECIALIST, "committee"), bodies=everybody, **given)


def test_procedures_are_found_without_diacritics(shipped: int, staff: Callable[[Role, str], Actor]) -> None:
    reader = staff(Role.SPECIALIST, "committee")
    for text in ("khai sinh", "KHAI SINH", "1.001193", "Đăng ký khai sinh", "dang ky khai sinh"):
        rows = versions_for(actor=reader, day=date(2026, 1, 5), text=text)
        assert "1.001193" in [row.procedure.code for row in rows], text


def test_pages_show_a_procedure_and_its_guide_to_everybody(
    shipped: int, client_as: Callable[..., Client]
) -> None:
    inside = client_as(Role.ADMINISTRATOR)
    assert "1.001193" in inside.get("/onestop/procedures/").content.decode()
    page = inside.get("/onestop/procedures/1.001193/").content.decode()
    assert "Giấy chứng sinh" in page
    visitor = Client()
    assert "Giấy chứng sinh" in visitor.get("/onestop/guide/1.001193/").content.decode()
    assert visitor.get("/onestop/guide/9.999999/").status_code == 404
    assert visitor.get("/onestop/procedures/").status_code == 302
    found = inside.get("/api/onestop/procedures/1.001193").json()
    assert (found["code"], found["limit_unit"], found["competent"]) == ("1.001193", "working_days", "address")


def test_a_faulty_workbook_shows_its_faults_on_the_page(
    shipped: int, client_as: Callable[..., Client]
) -> None:
    answer = client_as(Role.ADMINISTRATOR).post(
        "/onestop/procedures/import/", {"file": _changed(limit_unit="weeks")}
    )
    assert answer.status_code == 422
    assert "limit_unit" in answer.content.decode()
    assert Procedure.objects.count() == 10


def test_tables_can_be_loaded_again_after_a_later_version_was_added(shipped: int) -> None:
    procedure = Procedure.objects.get(code="1.004873")
    actions.add_version(actor=SYSTEM, procedure=procedure, cells=_cells(valid_from="2026-07-01"))
    assert actions.load_procedures(actor=SYSTEM, path=SHIPPED) == 10
    first, second = procedure.versions.order_by("number")
    assert (first.valid_to, second.valid_to) == (date(2026, 7, 1), None)


def _cells(**given: str) -> dict[str, str]:
    return {
        "code": "1.009999", "valid_from": "2025-07-01", "name_vi": "Thủ tục mới", "field": "Hộ tịch",
        "level": "commune", "competent": "address", "limit_value": "2", "limit_unit": "days", "online": "none", **given,
    }  # fmt: skip


def test_a_version_begins_once_on_a_day_and_a_withdrawn_procedure_gets_none(shipped: int) -> None:
    procedure = Procedure.objects.get(code="1.004873")
    with pytest.raises(Refused) as caught:
        actions.add_version(actor=SYSTEM, procedure=procedure, cells=_cells())
    assert (caught.value.code, caught.value.field) == ("catalogue.known_day", "valid_from")
    with pytest.raises(Refused) as caught:
        actions.add_version(actor=SYSTEM, procedure=None, cells=_cells(code="1.004873"))
    assert (caught.value.code, caught.value.field) == ("procedure.known", "code")
    actions.withdraw_procedure(actor=SYSTEM, procedure=procedure, day=date(2026, 1, 1))
    with pytest.raises(Refused) as caught:
        actions.add_version(actor=SYSTEM, procedure=procedure, cells=_cells(valid_from="2026-07-01"))
    assert caught.value.code == "procedure.withdrawn"
    assert not in_force(day=date(2026, 1, 1)).filter(procedure=procedure).exists()
    actions.reinstate_procedure(actor=SYSTEM, procedure=procedure)
    assert in_force(day=date(2026, 1, 1)).filter(procedure=procedure).exists()


def test_the_competent_body_of_a_used_version_is_not_rewritten(service: Service) -> None:
    service.receive(at=at(4))
    row = service.version
    cells = {
        "code": "9.000001", "valid_from": "2025-07-01", "name_vi": row.name_vi, "name_en": row.name_en,
        "level": "commune", "field": row.field, "competent": "delegated", "competent_body": service.other.code,
        "limit_value": "5", "limit_unit": "working_days", "online": "none", "non_territorial": "yes",
    }  # fmt: skip
    with pytest.raises(Faulty) as caught:
        actions.enter(actor=SYSTEM, tables={"procedures": [Line(2, cells)]})
    assert [fault.code for fault in caught.value.faults] == ["catalogue.used"]


@pytest.mark.parametrize(
    ("column", "length"), [("name_vi", 501), ("field", 201), ("source", 301), ("mark", 101)]
)
def test_a_cell_that_is_too_long_is_a_fault(column: str, length: int) -> None:
    _rows, faults = read(tables={"procedures": [Line(2, _cells(**{column: "x" * length}))]})
    assert [(fault.row, fault.column, fault.code) for fault in faults] == [(2, column, "catalogue.long")]


def _posted(**given: str) -> dict[str, str]:
    tables = {"procedure_papers": 2, "procedure_fees": 1, "procedure_steps": 1}
    heads = {
        f"{name}-{key}": str(value)
        for name, rows in tables.items()
        for key, value in (("TOTAL_FORMS", rows), ("INITIAL_FORMS", 0))
    }
    return heads | {
        **_cells(valid_from="2026-07-01"), "non_territorial": "on", "procedure_papers-0-name_vi": "Tờ khai mới",
        "procedure_fees-0-channel": "direct", "procedure_fees-0-amount": "5000",
        "procedure_steps-0-name_vi": "Thẩm định", "procedure_steps-0-hours": "8", **given,
    }  # fmt: skip


def test_a_version_is_added_by_a_form_that_begins_with_the_former_one(
    shipped: int, client_as: Callable[..., Client]
) -> None:
    inside = client_as(Role.ADMINISTRATOR)
    url = "/onestop/procedures/1.001193/version/"
    assert "Giấy chứng sinh" in inside.get(url).content.decode()
    refused = inside.post(url, _posted(limit_value="9", same_day="on"))
    assert refused.status_code == 422
    twice = {"procedure_papers-1-name_vi": "Tờ khai mới"}
    assert "alert-danger" in inside.post(url, _posted(**twice)).content.decode()
    assert ProcedureVersion.objects.count() == 10
    assert inside.post(url, _posted()).status_code == 302
    first, second = ProcedureVersion.objects.filter(procedure__code="1.001193").order_by("number")
    assert first.valid_to == second.valid_from == date(2026, 7, 1)
    assert [(paper["code"], paper["copies"]) for paper in second.papers] == [("to-khai-moi", 1)]
    assert (second.fees[0]["amount"], second.steps[0]["hours"]) == (5000, 8)
    page = inside.get("/onestop/procedures/1.001193/").content.decode()
    assert 'id="beside"' in page
    assert inside.post("/onestop/procedures/new/", _posted()).status_code == 302
    assert Procedure.objects.filter(code="1.009999").exists()
    assert client_as(Role.SPECIALIST).get(url).status_code == 403


def test_a_commune_records_at_once_what_it_posted(
    service: Service, shipped: int, client_as: Callable[..., Client]
) -> None:
    inside = client_as(Role.COMMUNE_CHAIR, body=service.committee)
    url = "/onestop/procedures/publications/?kind=posted"
    assert inside.get(url).content.decode().count('name="procedures"') == 11
    given = {
        "kind": "posted",
        "body": service.committee.code,
        "document": "Bảng niêm yết",
        "done_on": "2025-11-03",
    }
    assert inside.post(url, {**given, "procedures": []}).status_code == 422
    assert inside.post(url, {**given, "procedures": ["1.001193", "1.000656"]}).status_code == 302
    assert set(Publication.objects.values_list("body__code", flat=True)) == {service.committee.code}
    assert inside.get(url).content.decode().count('name="procedures"') == 9
    assert inside.get(f"{url}&body={service.other.code}").status_code == 404
    assert (
        inside.post(url, {**given, "body": service.other.code, "procedures": ["2.000635"]}).status_code == 404
    )


def test_pages_need_no_more_queries_for_more_rows(service: Service, client_as: Callable[..., Client]) -> None:
    inside = client_as(Role.ADMINISTRATOR)
    urls = (
        "/onestop/procedures/",
        "/onestop/guide/",
        "/onestop/procedures/publications/",
        "/api/onestop/procedures",
    )
    inside.get(urls[0])
    few = [_queries(inside, url) for url in urls]
    rows = [Line(number, _cells(code=f"1.{number:06}")) for number in range(100, 140)]
    actions.enter(actor=SYSTEM, tables={"procedures": rows})
    assert [_queries(inside, url) for url in urls] == few
    assert max(few) <= 20


def _queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


def test_the_api_answers_for_a_day(shipped: int, client_as: Callable[..., Client]) -> None:
    inside = client_as(Role.SPECIALIST)
    assert inside.get("/api/onestop/procedures").json()["count"] == 10
    assert inside.get("/api/onestop/procedures?on=2025-06-30").json()["count"] == 0
    assert inside.get("/api/onestop/procedures?level=city").json()["count"] == 0
    assert inside.get("/api/onestop/procedures?q=ket hon").json()["count"] == 1
    assert inside.get("/api/onestop/procedures/1.001193?on=2025-06-30").status_code == 404
    assert Client().get("/api/onestop/procedures").status_code == 401


def test_the_terminal_loads_the_data_that_ships_as_often_as_asked(db: None) -> None:
    for _time in range(2):
        out = io.StringIO()
        call_command("onestop", "load", stdout=out)
        assert out.getvalue().split() == ["centres", "38", "procedures", "10"]


def test_the_terminal_names_a_dossier_that_does_not_follow_from_its_ledger(service: Service) -> None:
    row, out = service.begun(at=at(4)), io.StringIO()
    call_command("onestop", "verify", stdout=out)
    assert "dossiers 1  events 3" in out.getvalue()
    Dossier.objects.filter(pk=row.pk).update(competent_body=service.other)
    with pytest.raises(CommandError):
        call_command("onestop", "verify", stdout=out)
    assert f"{row.reference}: competent_body does not follow from the ledger" in out.getvalue()
