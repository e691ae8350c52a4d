"""Forms follow from the ledger, by the rule pack of their day; papers travel with slips and are signed off by scan."""

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest
from django.test import Client
from openpyxl import load_workbook

from haicap.documents import decree30, pdf
from haicap.documents.tests.conformance import page_faults
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Missing, Refused
from haicap.onestop.actions import slips
from haicap.onestop.models import Dossier, Event, Slip
from haicap.onestop.papers.slip import slip_document
from haicap.onestop.queries import papers as queries
from haicap.onestop.rules.lifecycle import Kind, Life
from haicap.onestop.tests.conftest import Service, at

pytestmark = pytest.mark.django_db
Staff = Callable[[Role, str], Actor]


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def _form(row: Dossier, purpose: str) -> Any:
    events = list(Event.objects.filter(dossier=row).order_by("sequence"))
    found = next(one for one in queries.printable(dossier=row, events=events) if one.purpose == purpose)
    return queries.form_of(
        dossier=row, purpose=purpose, sequence=found.sequence, address="https://vi.example/track/"
    )


def _all_forms(service: Service) -> dict[str, Dossier]:
    received = service.receive(at=at(4))
    asked = service.act(
        service.begun(at=at(4)), Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu tờ khai"}, at=at(5)
    )
    turned = service.act(
        service.register(at=at(4)), Kind.NOT_RECEIVED, centre=service.first, payload={"reason": "Sai thẩm quyền"},
        at=at(4, 10),
    )  # fmt: skip
    late = service.act(
        service.begun(at=at(4)), Kind.EXTENDED, payload={"reason": "Cần xác minh", "until": at(20)}, at=at(10)
    )
    stopped = service.act(service.begun(at=at(4)), Kind.STOPPED, payload={"reason": "Theo đề nghị"}, at=at(6))
    return {
        "receipt": received, "supplement": asked, "refusal": turned, "apology": late, "stop": stopped,
        "control": service.issued(at=at(4)),
    }  # fmt: skip


def test_each_form_is_made_from_the_ledger_and_opens_as_pdf_and_docx(service: Service) -> None:
    numbers = {
        "receipt": "01",
        "supplement": "02",
        "refusal": "03",
        "apology": "04",
        "stop": "05",
        "control": "06",
    }
    words = {
        "supplement": "Thiếu tờ khai",
        "refusal": "Sai thẩm quyền",
        "apology": "Cần xác minh",
        "stop": "Theo đề nghị",
    }
    for purpose, row in _all_forms(service).items():
        row = Dossier.objects.select_related("version__procedure", "competent_body").get(pk=row.pk)
        document = _form(row, purpose)
        built = pdf.build(document=document, made_at=at(12))
        text = _text(built.content)
        assert f"Mẫu số {numbers[purpose]}" in text, purpose
        assert str(row) in text
        assert words.get(purpose, "") in text
        assert page_faults(built.content) == []
        opened = docx.Document(io.BytesIO(decree30.build(document=document)))
        assert any(numbers[purpose] in paragraph.text for paragraph in opened.paragraphs)


def test_a_form_prints_the_same_after_the_dossier_went_on(service: Service) -> None:
    row = service.begun(at=at(4))
    before = pdf.build(document=_form(row, "receipt"), made_at=at(12)).content
    row = service.act(row, Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu"}, at=at(5))
    assert pdf.build(document=_form(row, "receipt"), made_at=at(12)).content == before


def test_a_receipt_names_the_body_and_the_fee_of_its_day_after_both_changed(service: Service) -> None:
    row = service.begun(at=at(4))
    before = _form(row, "receipt")
    row = service.act(row, Kind.PAYMENT_ASKED, payload={"amount": 50_000}, at=at(5))
    row = service.act(
        row, Kind.REROUTED, payload={"to": service.other.code, "reason": "Sai nơi"}, at=at(5, 10)
    )
    row = Dossier.objects.get(pk=row.pk)
    assert row.competent_body == service.other
    assert _form(row, "receipt") == before


def test_a_control_sheet_of_an_earlier_day_prints_as_it_was(service: Service) -> None:
    row = service.begun(at=at(4))
    before = queries.form_of(dossier=row, purpose="control", sequence=row.sequence)
    later = service.act(row, Kind.SUPPLEMENT_ASKED, payload={"reason": "Thiếu"}, at=at(5))
    later = Dossier.objects.get(pk=later.pk)
    assert queries.form_of(dossier=later, purpose="control", sequence=row.sequence) == before
    with pytest.raises(Missing):
        queries.form_of(dossier=later, purpose="control", sequence=1)


def test_what_is_not_handed_over_the_counter_masks_address_and_telephone(service: Service) -> None:
    rows = _all_forms(service)
    for purpose, row in rows.items():
        text = _text(pdf.build(document=_form(row, purpose), made_at=at(12)).content)
        handed = purpose in ("receipt", "supplement", "refusal")
        assert ("0900000123" in text, "12 Đường mẫu" in text) == (handed, handed), purpose


def test_a_form_printed_twice_is_the_same_file(service: Service, client_as: Callable[..., Client]) -> None:
    row = service.receive(at=at(4))
    client = client_as(Role.COUNTER_OFFICER, body=service.first.body)
    path = f"/onestop/forms/{row.reference}/receipt/2/"
    first, second = client.get(path).content, client.get(path).content
    assert first == second
    made_at = pypdf.PdfReader(io.BytesIO(first)).metadata
    assert made_at is not None and made_at.creation_date == at(4, 0)


def test_a_slip_carries_the_day_of_the_place_and_not_of_greenwich(service: Service, staff: Staff) -> None:
    row = service.begun()
    slip = slips.send_papers(
        actor=staff(Role.COUNTER_OFFICER, "first"), dossiers=[row], receiver=service.committee
    )
    slip.sent_at = at(5, 6, 30).astimezone(UTC)
    assert slip_document(slip=slip, lines=[], address="https://vi.example/").day == at(5).date()


@pytest.mark.parametrize("form", ["{}", " {}\n", "https://vi.example/onestop/track/?code={}"])
def test_a_paper_is_received_by_its_bare_code_and_by_the_code_on_its_form(
    service: Service, staff: Staff, form: str
) -> None:
    row = service.receive()
    _count, [slip] = slips.pass_on(actor=staff(Role.COUNTER_OFFICER, "first"), references=[row.reference])
    specialist = staff(Role.SPECIALIST, "committee")
    line = slips.receive_paper(actor=specialist, slip=slip, code=form.format(row.code))
    assert line.dossier_id == row.pk


def test_the_number_of_a_form_follows_the_rule_pack_of_the_day(service: Service) -> None:
    old = service.receive(at=at(4, month=8))
    new = service.receive(at=at(4))
    for row, forms in ((old, {"receipt": "01", "control": "05"}), (new, {"receipt": "01", "control": "06"})):
        events = list(Event.objects.filter(dossier=row).order_by("sequence"))
        assert {
            one.purpose: one.form.number for one in queries.printable(dossier=row, events=events)
        } == forms


def test_identifiers_are_masked_and_the_control_sheet_masks_the_name(service: Service) -> None:
    row = service.issued(at=at(4))
    receipt = _text(pdf.build(document=_form(row, "receipt"), made_at=at(12)).content)
    control = _text(pdf.build(document=_form(row, "control"), made_at=at(12)).content)
    assert "079190000123" not in receipt + control
    assert service.person().full_name in receipt
    assert service.person().full_name not in control


def test_forms_are_given_to_those_with_a_part_alone(
    service: Service, client_as: Callable[..., Client]
) -> None:
    row = service.receive(at=at(4))
    path = f"/onestop/forms/{row.reference}/receipt/2/"
    assert client_as(Role.COUNTER_OFFICER, body=service.first.body).get(path).content.startswith(b"%PDF")
    assert client_as(Role.SPECIALIST, body=service.committee).get(f"{path}?as=docx").status_code == 200
    assert client_as(Role.SPECIALIST, body=service.other).get(path).status_code in (403, 404)
    assert Client().get(path).status_code in (302, 403)
    missing = client_as(Role.COUNTER_OFFICER, body=service.first.body).get(path.replace("receipt", "stop"))
    assert missing.status_code == 404


def test_papers_travel_with_a_slip_and_are_signed_off_one_by_one(service: Service, staff: Staff) -> None:
    rows = [service.receive() for _ in range(3)]
    officer, specialist = staff(Role.COUNTER_OFFICER, "first"), staff(Role.SPECIALIST, "committee")
    count, made = slips.pass_on(actor=officer, references=[row.reference for row in rows])
    assert (count, len(made)) == (3, 1)
    assert [line.dossier for line in made[0].lines.order_by("pk")] == rows
    slip = queries.slip_for(actor=specialist, number=made[0].number)
    first = rows[0]
    first.refresh_from_db()
    assert Life.from_json(first.life).paper == f"way:{slip.number}:{service.committee.code}"
    slips.receive_paper(actor=specialist, slip=slip, code=first.code or "")
    first.refresh_from_db()
    assert Life.from_json(first.life).paper == service.committee.code
    for code, wanted in (
        (first.code or "", "slip.twice"),
        ("H29.T1-999999-0001", "slip.not_on_it"),
        ("", "slip.not_on_it"),
    ):
        with pytest.raises(Refused) as caught:
            slips.receive_paper(actor=specialist, slip=slip, code=code)
        assert caught.value.code == wanted
    slips.receive_paper(
        actor=specialist, slip=slip, code=f"https://vi.example/onestop/dossiers/{rows[1].reference}/"
    )
    found: Any = queries.slips_for(actor=officer).get(number=slip.number)
    assert (found.count, found.arrived) == (3, 2)


def test_a_slip_of_another_body_does_not_exist_and_is_not_received(service: Service, staff: Staff) -> None:
    row = service.begun()
    officer = staff(Role.COUNTER_OFFICER, "first")
    slip = slips.send_papers(actor=officer, dossiers=[row], receiver=service.committee)
    stranger = staff(Role.SPECIALIST, "other")
    with pytest.raises(Missing):
        queries.slip_for(actor=stranger, number=slip.number)
    with pytest.raises(Refused) as caught:
        slips.receive_paper(actor=stranger, slip=slip, code=row.code or "")
    assert caught.value.code == "slip.other_body"


def test_papers_that_are_not_here_cannot_be_sent_and_then_nothing_is(service: Service, staff: Staff) -> None:
    officer = staff(Role.COUNTER_OFFICER, "first")
    here, away = service.begun(), service.begun()
    slips.send_papers(actor=officer, dossiers=[away], receiver=service.committee)
    with pytest.raises(Refused):
        slips.send_papers(actor=officer, dossiers=[here, away], receiver=service.committee)
    assert Slip.objects.count() == 1
    here.refresh_from_db()
    assert Life.from_json(here.life).paper == service.first.body.code


def test_papers_of_a_dossier_rerouted_meanwhile_are_received_and_sent_on(
    service: Service, staff: Staff
) -> None:
    officer, specialist = staff(Role.COUNTER_OFFICER, "first"), staff(Role.SPECIALIST, "committee")
    row = service.receive()
    _count, made = slips.pass_on(actor=officer, references=[row.reference])
    row.refresh_from_db()
    service.act(row, Kind.REROUTED, payload={"to": service.other.code, "reason": "Sáp nhập"})
    slips.receive_paper(actor=specialist, slip=made[0], code=row.code or "")
    [group] = queries.outgoing_for(actor=specialist)
    assert group.receiver == service.other
    slips.send_papers(actor=specialist, dossiers=group.dossiers, receiver=group.receiver)


def test_the_register_of_a_period_opens_as_pdf_and_workbook(
    service: Service, client_as: Callable[..., Client]
) -> None:
    rows = [service.receive(at=at(day)) for day in (4, 5, 6)]
    client = client_as(Role.COUNTER_OFFICER, body=service.first.body)
    path = "/onestop/register/?from=2025-11-04&to=2025-11-05"
    text = re.sub(r"[\s\u200b]", "", _text(client.get(path).content))  # the column is narrower than a code
    assert str(rows[0]) in text and str(rows[2]) not in text
    book = load_workbook(io.BytesIO(client.get(f"{path}&as=xlsx").content))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert str(rows[0]) in cells and str(rows[2]) not in cells
    assert service.person().full_name not in cells
    assert client.get("/onestop/register/?from=x").status_code == 422


def test_the_pages_pass_on_and_sign_off(service: Service, client_as: Callable[..., Client]) -> None:
    row = service.receive()
    officer = client_as(Role.COUNTER_OFFICER, body=service.first.body)
    assert str(row) in officer.get("/onestop/slips/").content.decode()
    answer = officer.post("/onestop/slips/", {"reference": [row.reference], "carrier": "Bưu chính"})
    slip = Slip.objects.get()
    assert answer["Location"].endswith(f"/onestop/slips/{slip.number}/")
    assert officer.get(f"/onestop/slips/{slip.number}/slip.pdf").content.startswith(b"%PDF")
    wrong = {"reference": [row.reference, "KHONGCO123"], "receiver": service.second.body.code}
    said = officer.post("/onestop/slips/", wrong, follow=True).content.decode()
    assert "KHONGCO123" in said and row.reference not in said and Slip.objects.count() == 1
    again = officer.post("/onestop/slips/", {"reference": [row.reference]}, follow=True).content.decode()
    assert f"{row.reference}. Chưa gửi gì" in again and Slip.objects.count() == 1
    specialist = client_as(Role.SPECIALIST, body=service.committee)
    page = specialist.post(f"/onestop/slips/{slip.number}/", {"code": "nothing"})
    assert page.status_code == 422
    page = specialist.post(f"/onestop/slips/{slip.number}/", {"code": row.code})
    assert page.status_code == 200 and "text-success" in page.content.decode()
    assert (
        client_as(Role.SPECIALIST, body=service.other).get(f"/onestop/slips/{slip.number}/").status_code
        == 404
    )


def test_forms_look_like_paper(service: Service, tmp_path: Path) -> None:
    command = shutil.which("pdftotext")
    if command is None:
        pytest.skip("no pdftotext on this machine (poppler-utils)")
    row = service.receive(at=at(4))
    path = tmp_path / "form.pdf"
    path.write_bytes(pdf.build(document=_form(row, "receipt"), made_at=at(12)).content)
    said = subprocess.run(
        [command, "-layout", str(path), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    assert "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ" in said.upper()
