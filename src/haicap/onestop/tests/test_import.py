"""The import: read by a mapping, looked at first, entered once, appended to and never rewritten."""

import codecs
import io
import tomllib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management.base import CommandError, OutputWrapper
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from haicap.accounts.queries import actor_by_id
from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.models import Job
from haicap.onestop.actions.importing import Report, enter, reference_of
from haicap.onestop.management.verbs.exchange import import_
from haicap.onestop.models import Applicant, Dossier, Event, Part
from haicap.onestop.queries.evidence import evidence_for
from haicap.onestop.queries.importing import check, path_of, read, words
from haicap.onestop.queries.integrity import verify
from haicap.onestop.rules.figures import Period
from haicap.onestop.rules.imports import Line, Mapping, MappingError, guess, planned, read_mapping
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tests.conftest import Service, at

pytestmark = pytest.mark.django_db
HEADINGS = (
    "Mã hồ sơ", "Mã thủ tục", "Đơn vị tiếp nhận", "Đơn vị giải quyết", "Hình thức nộp", "Trạng thái",
    "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày yêu cầu bổ sung", "Ngày bổ sung", "Ngày có kết quả",
    "Ngày trả kết quả", "Lệ phí", "Chủ hồ sơ",
)  # fmt: skip
CITY = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2025, 12, 31, 12, tzinfo=CITY)


class Quiet:
    """Progress that nobody reads."""

    def __init__(self, stop_after: int = 10_000) -> None:
        self.left = stop_after

    def report(self, percent: int, message: Any) -> None:
        """Say nothing."""

    def stopped(self) -> bool:
        """Stop after so many chunks."""
        self.left -= 1
        return self.left < 0


def _row(service: Service, code: str = "H29-1", **given: str) -> dict[str, str]:
    row = dict.fromkeys(HEADINGS, "") | {
        "Mã hồ sơ": code, "Mã thủ tục": "9.000001", "Đơn vị tiếp nhận": service.first.name_vi,
        "Đơn vị giải quyết": service.committee.name_vi, "Hình thức nộp": "Trực tiếp",
        "Ngày tiếp nhận": "03/11/2025 09:00", "Chủ hồ sơ": "Người nộp mẫu 09",
    }  # fmt: skip
    return row | {name.replace("_", " "): value for name, value in given.items()}


def _csv(rows: Sequence[dict[str, str]]) -> str:
    lines = [";".join(HEADINGS)]
    lines += [";".join(f'"{row[name]}"' for name in HEADINGS) for row in rows]
    return "\n".join(lines)


def _mapping(source: str = "he-thong-mau") -> Mapping:
    return guess(source=source, headings=[name.lower() for name in HEADINGS], words=words())


def _enter(rows: Sequence[dict[str, str]], *, content: bytes | None = None, **given: Any) -> Report:
    table = read(source=content or _csv(rows).encode(), name="xuat.csv")
    checked = check(table=table, mapping=_mapping(), now=NOW)
    given = {"actor": SYSTEM, "source": "he-thong-mau", "progress": Quiet(), "message": "", **given}
    return enter(checked=checked, **given)


def _codes(report: Report) -> list[tuple[int | None, str]]:
    return [(fault.row, fault.code) for fault in report.faults]


DONE = {
    "Trạng_thái": "Đã trả kết quả",
    "Ngày_có_kết_quả": "07/11/2025 15:00",
    "Ngày_trả_kết_quả": "10/11/2025",
}


def test_a_mapping_is_guessed_from_the_headings() -> None:
    columns = _mapping().columns
    assert columns["code"] == "mã hồ sơ" and columns["ended_at"] == "ngày có kết quả"
    assert len(columns) == len(HEADINGS)
    longer = guess(source="x", headings=["mã hồ sơ (số biên nhận)", "ngày tiếp nhận hồ sơ"], words=words())
    assert longer.columns == {"code": "mã hồ sơ (số biên nhận)", "received_at": "ngày tiếp nhận hồ sơ"}


def test_the_sample_mapping_is_right() -> None:
    path = configured.HAICAP_PLANS / "onestop" / "mappings" / "mau.toml"
    mapping = read_mapping(data=tomllib.loads(path.read_text(encoding="utf-8")))
    assert mapping.lacking() == [] and read_mapping(data=mapping.to_json()) == mapping


@pytest.mark.parametrize(
    "data",
    [
        {}, {"source": "x", "columns": {"no_such": "a"}}, {"source": "", "columns": {}},
        {"source": "x", "columns": {}, "values": {"status": {"a": "gone"}}}, {"source": "x", "columns": []},
        {"source": "x", "columns": {}, "defaults": {"channel": "fax"}},
    ],
)  # fmt: skip
def test_a_mapping_that_cannot_be_used_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(MappingError):
        read_mapping(data=data)


def test_a_dossier_enters_with_the_events_that_make_its_dates(service: Service) -> None:
    report = _enter([_row(service, **DONE)])
    assert (report.new, report.events, report.faults) == (1, 9, [])
    row = Dossier.objects.get(code="H29-1")
    assert row.is_imported and row.status == Dossier.Status.RETURNED and row.on_time
    assert (row.received_at, row.ended_at) == (at(3), at(7, 15))
    assert row.received_body == service.first.body and row.competent_body == service.committee
    assert row.reference == reference_of(source="he-thong-mau", code="H29-1") and not row.applicant.secret
    kinds = [Kind(kind) for kind in Event.objects.values_list("kind", flat=True)]
    assert kinds[:3] == [Kind.REGISTERED, Kind.RECEIVED, Kind.FORWARDED] and kinds[-1] is Kind.RETURNED
    assert all(event.payload["imported"] and event.person_id is None for event in Event.objects.all())
    assert "Người nộp" not in str(list(Event.objects.values_list("payload", flat=True)))
    assert verify().faults == () and Part.objects.count() == 3


def _each(service: Service) -> list[tuple[dict[str, str], int]]:
    return [
        ({"Trạng_thái": "Đã tiếp nhận"}, 2), ({"Trạng_thái": "Đang xử lý"}, 4), ({}, 4),
        ({"Trạng_thái": "Yêu cầu bổ sung", "Ngày_yêu_cầu_bổ_sung": "04/11/2025"}, 5),
        ({"Ngày_yêu_cầu_bổ_sung": "04/11/2025", "Ngày_bổ_sung": "06/11/2025"}, 4),
        ({"Trạng_thái": "Rút hồ sơ", "Ngày_có_kết_quả": "05/11/2025"}, 8),
        ({"Trạng_thái": "Dừng xử lý", "Ngày_có_kết_quả": "05/11/2025"}, 8),
        ({"Trạng_thái": "Không giải quyết", "Ngày_có_kết_quả": "05/11/2025"}, 9),
        ({"Ngày_có_kết_quả": "05/11/2025"}, 9), (DONE | {"Lệ_phí": "8.000đ"}, 10),
        ({"Trạng_thái": "Mới đăng ký", "Ngày_tiếp_nhận": ""}, 0),
        ({"Trạng_thái": "Từ chối tiếp nhận", "Ngày_tiếp_nhận": "", "Ngày_có_kết_quả": "05/11/2025"}, 3),
    ]  # fmt: skip


def test_every_status_of_an_export_becomes_the_national_one(service: Service) -> None:
    cases = _each(service)
    report = _enter([_row(service, code=f"H29-{n}", **given) for n, (given, _status) in enumerate(cases)])
    assert _codes(report) == [(12, "import.empty")]  # newly registered, but nobody says when
    for number, (_given, status) in enumerate(cases):
        reference = reference_of(source="he-thong-mau", code=f"H29-{number}")
        found = Dossier.objects.filter(reference=reference).first()
        assert (found.status if found else 0) == status, number
    assert verify().faults == ()


def test_the_same_file_again_changes_nothing_and_a_newer_one_only_what_is_new(service: Service) -> None:
    first = [_row(service), _row(service, code="H29-2")]
    _enter(first)
    digest = Dossier.objects.get(code="H29-2").digest
    again = _enter(first)
    assert (again.new, again.changed, again.same, again.events) == (0, 0, 2, 0)
    newer = _enter([_row(service, **DONE), _row(service, code="H29-2"), _row(service, code="H29-3")])
    assert (newer.new, newer.changed, newer.same) == (1, 1, 1)
    assert Dossier.objects.get(code="H29-1").status == Dossier.Status.RETURNED
    assert Dossier.objects.get(code="H29-2").digest == digest
    assert Dossier.objects.count() == 3 and verify().faults == ()
    assert (_enter([_row(service, **DONE)]).same, Event.objects.filter(dossier__code="H29-1").count()) == (
        1,
        9,
    )


def test_a_date_that_was_changed_afterwards_is_told_and_rewrites_nothing(service: Service) -> None:
    _enter([_row(service, **DONE)])
    before = list(Event.objects.values_list("digest", flat=True))
    report = _enter([_row(service, **DONE | {"Ngày_có_kết_quả": "06/11/2025 10:00"})])
    assert _codes(report) == [(2, "import.differs")] and report.same == 1
    assert list(Event.objects.values_list("digest", flat=True)) == before


def test_what_is_told_late_is_appended_with_its_own_time_kept(service: Service) -> None:
    row = _row(service, Lệ_phí="8000", Ngày_có_kết_quả="07/11/2025 15:00")
    _enter([row])
    paid = row | {"Ngày trả kết quả": "10/11/2025"}
    for _time in range(2):
        report = _enter([paid])
    assert (report.changed, report.same) == (0, 1) and verify().faults == ()
    found = Dossier.objects.get()
    assert found.payment == Dossier.Payment.PAID and found.status == Dossier.Status.RETURNED


def test_a_dossier_that_is_worked_on_here_since_is_left_alone(service: Service) -> None:
    _enter([_row(service)])
    service.act(Dossier.objects.get(), Kind.STEP_DONE, payload={"step": "check"})
    assert _codes(_enter([_row(service, **DONE)])) == [(2, "import.here")]


def test_a_code_of_this_house_is_not_taken_over(service: Service) -> None:
    own = service.begun()
    report = _enter([_row(service, code=own.code or "")])
    assert _codes(report) == [(2, "import.taken")] and Dossier.objects.count() == 1


def test_a_changed_applicant_is_taken_over_and_an_empty_one_is_not(service: Service) -> None:
    _enter([_row(service)])
    assert _enter([_row(service, Chủ_hồ_sơ="Người nộp mẫu 10")]).changed == 1
    assert _enter([_row(service, Chủ_hồ_sơ="")]).same == 1
    assert Applicant.objects.get().full_name == "Người nộp mẫu 10"


FAULTS = [
    ({"Mã_hồ_sơ": ""}, "import.empty"), ({"Mã_hồ_sơ": "x" * 61}, "import.long"),
    ({"Mã_thủ_tục": "0.0"}, "import.procedure"), ({"Đơn_vị_giải_quyết": "UBND phường Không Có"}, "import.body"),
    ({"Trạng_thái": "Bay mất"}, "import.word"), ({"Ngày_tiếp_nhận": "31/02/2025"}, "import.date"),
    ({"Ngày_tiếp_nhận": "03/11/0025"}, "import.date"), ({"Ngày_tiếp_nhận": "01/01/2026"}, "import.future"),
    ({"Ngày_có_kết_quả": "02/11/2025"}, "import.order"), ({"Trạng_thái": "Đã trả kết quả"}, "import.needs"),
    ({"Trạng_thái": "Đang xử lý", "Ngày_trả_kết_quả": "05/11/2025"}, "import.contradiction"),
    ({"Lệ_phí": "tám nghìn"}, "import.number"),
]  # fmt: skip


def test_faults_are_named_by_row_and_column_and_the_other_rows_stand(service: Service) -> None:
    rows = [_row(service, code=f"H29-{n}") | _named(given) for n, (given, _code) in enumerate(FAULTS)]
    rows += [_row(service, code="H29-tốt"), _row(service, code="H29-tốt")]
    table = read(source=_csv(rows).encode(), name="xuat.csv")
    checked = check(table=table, mapping=_mapping(), now=NOW)
    first = {fault.row: fault for fault in reversed(checked.faults)}
    assert [first[n + 2].code for n in range(len(FAULTS))] == [code for _given, code in FAULTS]
    assert first[len(FAULTS) + 3].code == "import.twice"
    assert str(first[7]).startswith("xuat.csv:7:ngày tiếp nhận: ")
    assert [entry.line.code for entry in checked.entries] == ["H29-tốt"] and not Dossier.objects.exists()
    assert checked.unknown["competent"] == ["UBND phường Không Có"] and checked.unknown["status"] == [
        "Bay mất"
    ]


def _named(given: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in given.items()}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1258"])
def test_files_of_vietnamese_systems_are_read_in_their_encoding(service: Service, encoding: str) -> None:
    text = _csv([_row(service, **DONE)])
    content = _cp1258(text) if encoding == "cp1258" else text.encode(encoding)
    report = _enter([], content=content)
    assert (report.new, report.faults) == (1, [])
    assert Applicant.objects.get().full_name == "Người nộp mẫu 09"


def _cp1258(text: str) -> bytes:
    """Write as Windows does: base letters with their marks, tones as signs of their own."""
    import unicodedata

    tones = {0x300, 0x301, 0x303, 0x309, 0x323}
    out = []
    for sign in text:
        apart = unicodedata.normalize("NFD", sign)
        base = unicodedata.normalize("NFC", "".join(one for one in apart if ord(one) not in tones))
        out.append(base + "".join(one for one in apart if ord(one) in tones))
    return codecs.encode("".join(out), "cp1258")


def test_bodies_are_found_by_code_by_name_and_by_the_name_of_their_commune(service: Service) -> None:
    names = [service.committee.code, service.unit.full_name, f"UBND {service.unit.full_name}".upper()]
    rows = [_row(service, code=f"H29-{n}", Đơn_vị_giải_quyết=name) for n, name in enumerate(names)]
    rows.append(_row(service, code="H29-9", Đơn_vị_tiếp_nhận=service.first.agency))
    assert _enter(rows).new == 4
    assert set(Dossier.objects.values_list("competent_body__code", flat=True)) == {service.committee.code}


def test_the_figures_count_imported_dossiers(service: Service) -> None:
    _enter([_row(service, **DONE), _row(service, code="H29-2")])
    period = Period(start=at(1).date(), end=at(30).date(), now=at(30, 18))
    counts = evidence_for(actor=SYSTEM, period=period, body=service.committee).competent
    assert (counts.received, counts.resolved_on_time, counts.running) == (2, 1, 1)


def test_five_thousand_rows_cost_few_queries_each(service: Service) -> None:
    rows = [_row(service, code=f"H29-{n}", **DONE) for n in range(5000)]
    content = _csv(rows).encode()
    with CaptureQueriesContext(connection) as caught:
        report = _enter([], content=content)
    assert report.new == 5000 and len(caught) < 5000 * 0.3
    with CaptureQueriesContext(connection) as caught:
        assert _enter([], content=content).same == 5000
    assert len(caught) < 5000 * 0.05


def test_an_interrupted_import_goes_on_where_it_was(service: Service) -> None:
    rows = [_row(service, code=f"H29-{n}") for n in range(600)]
    assert _enter(rows, progress=Quiet(stop_after=1)).new == 250
    rest = _enter(rows)
    assert (rest.new, rest.same) == (350, 250)


def test_only_who_may_import_imports(service: Service, staff: Callable[[Role, str], Actor]) -> None:
    with pytest.raises(NotAllowed):
        _enter([_row(service)], actor=staff(Role.CENTRE_MANAGER, "first"))


def test_a_file_that_is_too_large_or_too_long_is_refused(service: Service, settings: Any) -> None:
    settings.HAICAP_MAX_IMPORT = 10
    with pytest.raises(Refused):
        read(source=_csv([_row(service)]).encode(), name="x.csv")


def test_planned_events_never_go_back_in_time() -> None:
    line = Line(
        code="1", procedure="p", received="a", competent="b", registered_at=at(3), received_at=at(4), fee=1,
        paid_at=at(3), supplement_at=at(5), supplemented_at=at(6), ended_at=at(6), returned_at=at(6) + timedelta(1),
    )  # fmt: skip
    times = [row.at for row in planned(line=line)]
    assert times == sorted(times)


def test_the_terminal_looks_and_enters(service: Service, tmp_path: Path) -> None:
    export, mapping = tmp_path / "xuat.csv", configured.HAICAP_PLANS / "onestop" / "mappings" / "mau.toml"
    export.write_text(_csv([_row(service), _row(service, code="H29-2", Mã_thủ_tục="0.0")]), encoding="utf-8")
    out = io.StringIO()
    options = {"file": export, "mapping": mapping, "check": True}
    with pytest.raises(CommandError):
        import_(OutputWrapper(out), options)
    assert "xuat.csv:3:mã thủ tục" in out.getvalue() and not Dossier.objects.exists()
    with pytest.raises(CommandError):
        import_(OutputWrapper(out), options | {"check": False})
    assert Dossier.objects.count() == 1
    with pytest.raises(CommandError, match="no such file"):
        import_(OutputWrapper(out), options | {"file": tmp_path / "none.csv"})
    with pytest.raises(CommandError):
        import_(OutputWrapper(out), options | {"mapping": export})


def test_the_pages_lead_from_the_upload_over_the_look_to_the_result(
    service: Service, client_as: Callable[..., Any]
) -> None:
    client, url = client_as(Role.ADMINISTRATOR), reverse("onestop:import")
    rows = [_row(service, **DONE), _row(service, code="H29-2", Trạng_thái="Lạ")]
    file = SimpleUploadedFile("xuat.csv", _csv(rows).encode())
    assert client.post(url, {"source": "mau"}).status_code == 422
    page = client.post(url, {"source": "mau", "file": file}, follow=True)
    check_url, text = page.request["PATH_INFO"], page.content.decode()
    assert "H29-1" in text and "Lạ" in text and not Dossier.objects.exists()
    given = {f"column_{name}": heading for name, heading in _mapping().columns.items()}
    again = client.post(check_url, given | {"word_0": "processing"})
    assert again.status_code == 200 and again.context["seen"].faulty_rows == 0
    answer = client.post(check_url, given | {"go": "1"})
    job = Job.objects.get(kind="onestop.import")
    assert str(job.pk) in answer["Location"]
    token = job.params["token"]
    assert path_of(token=token).exists() and jobs.run_next(actor_of=actor_by_id)
    job.refresh_from_db()
    assert job.state == "done" and (job.result or {})["new"] == 2 and not path_of(token=token).exists()
    assert (job.result or {})["url"] == reverse("onestop:import-result", args=[job.pk])
    assert client.get(reverse("onestop:import-result", args=[job.pk])).status_code == 200
    assert client.get(url).status_code == 200 and client.get(check_url).status_code == 404
    other = client_as(Role.CENTRE_MANAGER, body=service.first.body)
    assert other.get(url).status_code == 403


def test_an_upload_is_open_only_to_the_session_that_made_it(
    service: Service, client_as: Callable[..., Any]
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    file = SimpleUploadedFile("xuat.csv", _csv([_row(service)]).encode())
    answer = client.post(reverse("onestop:import"), {"source": "mau", "file": file})
    assert client_as(Role.ADMINISTRATOR).get(answer["Location"]).status_code == 404
    assert client.get(reverse("onestop:import-check", args=["..secret"])).status_code == 404
