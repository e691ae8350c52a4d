"""The statutory forms of a dossier as official documents. Each follows from the ledger, so it prints alike at any time.

Which number and name a form has is data (plans/onestop/rule_packs.toml), by the day of receipt. The words are those of
official documents, in Vietnamese whatever the language of the page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from haicap.documents.decree30 import Block, Column, Document, Paragraph, QrCode, Signer, Table
from haicap.onestop.models import Applicant, Dossier, Event
from haicap.onestop.papers.result import issuer_of, place_of
from haicap.onestop.rules.lifecycle import Kind, Life
from haicap.onestop.rules.masking import mask_address, mask_name, mask_number
from haicap.onestop.rules.packs import Form
from haicap.register.models import Body

UNITS = {"working_hours": "giờ làm việc", "working_days": "ngày làm việc", "days": "ngày"}
DELIVERIES = {"post": "qua dịch vụ bưu chính công ích", "online": "bản điện tử, trực tuyến"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a form is made of, as it stood at `event`, the last of `events`; `address` is where its QR code leads
    ("": none), `competent` the name of the body that was competent then."""

    form: Form
    dossier: Dossier
    life: Life
    applicant: Applicant
    events: Sequence[Event]
    event: Event
    body: Body
    returned_at: str
    competent: str = ""
    person: str = ""
    address: str = ""


def moment(value: datetime | None) -> str:
    """Return a time as official documents write it."""
    if value is None:
        return "…… giờ ……, ngày …… tháng …… năm ……"
    local = timezone.localtime(value)
    month = f"{local.month:02d}" if local.month < 3 else str(local.month)
    return f"{local:%H} giờ {local:%M}, ngày {local.day:02d} tháng {month} năm {local.year}"


def form_document(*, purpose: str, given: Given) -> Document:
    """Return the form of a purpose: receipt, supplement, refusal, apology, stop or control."""
    day = timezone.localtime(given.event.at).date()
    blocks = list(_BLOCKS[purpose](given))
    if given.address and purpose != "control":
        blocks.append(QrCode(text=given.address, caption=f"Tra cứu hồ sơ {given.dossier}", side=2.0))
    return Document(
        issuer=issuer_of(given.body),
        symbol="",
        number_text=f"Mã hồ sơ: {given.dossier}",
        place=place_of(given.body),
        year=day.year,
        day=day,
        type_name=given.form.name,
        summary=f"(Mẫu số {given.form.number})",
        blocks=tuple(blocks),
        signers=_signers(purpose, given),
        recipients=() if purpose in ("receipt", "control") else ("Người nộp hồ sơ", "Lưu: hồ sơ"),
        sample=given.dossier.is_sample,
    )


def _signers(purpose: str, given: Given) -> tuple[Signer, ...]:
    note = "(Ký, ghi rõ họ tên)"
    if purpose == "receipt":
        applicant = Signer(heading="Người nộp hồ sơ", note=note, name=given.applicant.full_name)
        return applicant, Signer(heading="Người tiếp nhận hồ sơ", note=note, name=given.person)
    if purpose == "control":
        return ()
    return (
        Signer(
            heading="Người lập phiếu" if purpose in ("supplement", "refusal") else "Thủ trưởng đơn vị",
            note=note,
        ),
    )


def _who(given: Given, *, masked: bool = False) -> list[Block]:
    """Return who handed in what; `masked` where the form goes other ways than over the counter to the applicant."""
    person = given.applicant
    address, phone = person.address, person.phone
    if masked:
        address, phone = mask_address(address), mask_number(phone)
    rows = [
        Paragraph(lead="Người nộp hồ sơ:", text=person.full_name),
        Paragraph(lead="Số định danh:", text=mask_number(person.id_number) if person.id_number else "……"),
        Paragraph(lead="Địa chỉ:", text=address or "……"),
        Paragraph(lead="Số điện thoại:", text=phone or "……"),
    ]
    if person.proxy_name:
        rows.append(Paragraph(lead="Người được ủy quyền:", text=person.proxy_name))
    version = given.dossier.version
    rows.append(Paragraph(lead="Thủ tục:", text=f"{version.name_vi} (mã {version.procedure.code})"))
    return list(rows)


def _limit(life: Life) -> str:
    if life.terms is None:
        return "……"
    if life.terms.same_day:
        return "trong ngày làm việc"
    return f"{life.terms.value} {UNITS[life.terms.unit]}"


def _receipt(given: Given) -> list[Block]:
    there = set(_texts(given.event.payload.get("papers")))
    papers = given.dossier.version.papers
    table = Table(
        caption="Thành phần hồ sơ",
        columns=(
            Column(label="STT", share=0.7),
            Column(label="Tên giấy tờ", share=4),
            Column(label="Số lượng", share=1, align="centre"),
            Column(label="Đã nộp", share=1, align="centre"),
        ),
        rows=tuple(
            (
                str(number),
                str(row["name_vi"]),
                str(row.get("copies", 1)),
                "x" if not there or row["code"] in there else "",
            )
            for number, row in enumerate(papers, start=1)
        ),
    )
    return [
        *_who(given),
        *([table] if papers else []),
        Paragraph(lead="Thời hạn giải quyết theo quy định:", text=f"{_limit(given.life)}."),
        Paragraph(lead="Thời gian nhận hồ sơ:", text=f"{moment(given.life.received_at)}."),
        Paragraph(lead="Thời gian trả kết quả:", text=f"{moment(given.dossier.appointment_at)}."),
        Paragraph(lead="Cơ quan có thẩm quyền giải quyết:", text=f"{given.competent or '……'}."),
        Paragraph(lead="Đăng ký nhận kết quả:", text=f"{given.returned_at}."),
        Paragraph(lead="Phí, lệ phí:", text=f"{given.life.fee:,} đồng.".replace(",", ".")),
    ]


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _reason(given: Given) -> str:
    return str(given.event.payload.get("reason") or "……")


def _lines(text: str) -> list[Block]:
    return [Paragraph(text=line.strip()) for line in text.splitlines() if line.strip()]


def _supplement(given: Given) -> list[Block]:
    return [
        *_who(given),
        Paragraph(text="Đề nghị bổ sung, hoàn thiện các nội dung sau, đầy đủ trong một lần:", lead=""),
        *_lines(_reason(given)),
        Paragraph(
            text="Có thể nộp bổ sung tại Trung tâm Phục vụ hành chính công bất kỳ của Thành phố hoặc trực tuyến. "
            "Thời hạn giải quyết tạm dừng từ khi có yêu cầu này đến khi nộp đủ."
        ),
    ]


def _refusal(given: Given) -> list[Block]:
    return [*_who(given), Paragraph(lead="Lý do không tiếp nhận hồ sơ:", text=""), *_lines(_reason(given))]


def _apology(given: Given) -> list[Block]:
    until = given.life.extension.until if given.life.extension else None
    return [
        *_who(given, masked=True),
        Paragraph(lead="Đã hẹn trả kết quả:", text=f"{moment(given.dossier.appointment_at)}."),
        Paragraph(lead="Lý do chưa trả được kết quả đúng hẹn:", text=""),
        *_lines(_reason(given)),
        Paragraph(lead="Hẹn trả kết quả:", text=f"{moment(until)}."),
        Paragraph(
            text="Sự chậm trễ này gây phiền hà, tốn kém cho Ông/Bà. Cơ quan xin lỗi và mong được thông cảm."
        ),
    ]


def _stop(given: Given) -> list[Block]:
    return [
        *_who(given, masked=True),
        Paragraph(text="Thông báo dừng giải quyết hồ sơ nêu trên.", lead=""),
        Paragraph(lead="Lý do:", text=""),
        *_lines(_reason(given)),
    ]


_HANDS = frozenset(
    {
        Kind.RECEIVED,
        Kind.FORWARDED,
        Kind.ASSIGNED,
        Kind.CONSULTED,
        Kind.CONSULT_ANSWERED,
        Kind.SUPPLEMENT_ASKED,
        Kind.SUPPLEMENT_GIVEN,
        Kind.DRAFTED,
        Kind.APPROVED,
        Kind.SENT_BACK,
        Kind.SIGNED,
        Kind.NUMBERED,
        Kind.ISSUED,
        Kind.RETURNED,
        Kind.REROUTED,
        Kind.PAPER_SENT,
        Kind.PAPER_RECEIVED,
        Kind.EXTENDED,
        Kind.STOPPED,
    }
)
_DONE = {
    Kind.RECEIVED: "Tiếp nhận",
    Kind.FORWARDED: "Chuyển xử lý",
    Kind.ASSIGNED: "Phân công",
    Kind.CONSULTED: "Lấy ý kiến",
    Kind.CONSULT_ANSWERED: "Trả lời ý kiến",
    Kind.SUPPLEMENT_ASKED: "Yêu cầu bổ sung",
    Kind.SUPPLEMENT_GIVEN: "Đã bổ sung",
    Kind.DRAFTED: "Dự thảo",
    Kind.APPROVED: "Duyệt",
    Kind.SENT_BACK: "Trả lại dự thảo",
    Kind.SIGNED: "Ký",
    Kind.NUMBERED: "Cấp số",
    Kind.ISSUED: "Phát hành",
    Kind.RETURNED: "Trả kết quả",
    Kind.REROUTED: "Chuyển thẩm quyền",
    Kind.PAPER_SENT: "Giao hồ sơ giấy",
    Kind.PAPER_RECEIVED: "Nhận hồ sơ giấy",
    Kind.EXTENDED: "Xin lỗi, hẹn lại",
    Kind.STOPPED: "Dừng giải quyết",
}


def _control(given: Given) -> list[Block]:
    rows = [event for event in given.events if event.kind in _HANDS]
    table = Table(
        caption="Quá trình giải quyết",
        columns=(
            Column(label="STT", share=0.7),
            Column(label="Công việc", share=2),
            Column(label="Cơ quan, người thực hiện", share=2.6),
            Column(label="Thời điểm", share=1.8),
            Column(label="Hạn", share=1.4),
        ),
        rows=tuple(
            (
                str(number),
                _DONE[Kind(event.kind)],
                _hand(event),
                f"{timezone.localtime(event.at):%H:%M %d/%m/%Y}",
                _in_time(given.dossier, event),
            )
            for number, event in enumerate(rows, start=1)
        ),
    )
    return [
        Paragraph(lead="Người nộp hồ sơ:", text=mask_name(given.applicant.full_name)),
        Paragraph(lead="Thủ tục:", text=given.dossier.version.name_vi),
        Paragraph(lead="Hẹn trả kết quả:", text=f"{moment(given.dossier.appointment_at)}."),
        table,
    ]


def _hand(event: Event) -> str:
    body = event.body.name_vi if event.body else "Người nộp (trực tuyến)"
    return f"{body}: {event.person.full_name}" if event.person else body


def _in_time(dossier: Dossier, event: Event) -> str:
    promised = dossier.appointment_at
    return "" if promised is None else ("Trong hạn" if event.at <= promised else "Quá hạn")


_BLOCKS = {
    "receipt": _receipt,
    "supplement": _supplement,
    "refusal": _refusal,
    "apology": _apology,
    "stop": _stop,
    "control": _control,
}
