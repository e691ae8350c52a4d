"""The visit calendar as an appendix to an official letter, in the layout of Decree 30/2020/NĐ-CP.

A calendar is no type of document of its own: it goes out as "Phụ lục" with a letter, whose number and date
stay open until the clerk gives them.
"""

from collections.abc import Sequence
from datetime import date, time

from django.utils.translation import override

from haicap.campaign.models import Campaign
from haicap.documents import decree30
from haicap.documents.rules import date_words
from haicap.timetable.models import Visit
from haicap.timetable.queries.appendix import Appendix, AppendixRow

WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
TITLE = "Lịch khảo sát"
_COLUMNS = (
    decree30.Column(label="STT", share=0.8, align="centre"),
    decree30.Column(label="Buổi", share=1.1, align="centre"),
    decree30.Column(label="Đoàn", share=1.1, align="centre"),
    decree30.Column(label="Đơn vị", share=3.0),
    decree30.Column(label="Hình thức", share=1.4),
    decree30.Column(label="Địa điểm, điểm cầu", share=4.0),
    decree30.Column(label="Chủ trì", share=2.6),
)
_PEOPLE = (
    decree30.Column(label="Đoàn", share=1.2, align="centre"),
    decree30.Column(label="Nhiệm vụ", share=1.6),
    decree30.Column(label="Họ và tên", share=3.0),
    decree30.Column(label="Chức vụ", share=3.0),
    decree30.Column(label="Cơ quan, đơn vị", share=4.0),
)


def appendix_docx(*, appendix: Appendix) -> bytes:
    """Return the letter with its appendices as DOCX, in Vietnamese whatever the language of the page."""
    with override("vi"):
        return decree30.build(document=_document(appendix))


def day_heading(day: date) -> str:
    """Return "Thứ Hai, ngày 04 tháng 8 năm 2025"."""
    return f"{WEEKDAYS[day.weekday()]}, {date_words(day=day, year=day.year)}"


def hours_sentence(appendix: Appendix) -> str:
    """Return when half-days begin and end."""
    morning, afternoon = appendix.hours.morning, appendix.hours.afternoon
    return (
        f"Thời gian: buổi sáng từ {_clock(morning[0])} đến {_clock(morning[1])}; "
        f"buổi chiều từ {_clock(afternoon[0])} đến {_clock(afternoon[1])}."
    )


def _clock(moment: time) -> str:
    return f"{moment.hour} giờ {moment.minute:02d}"


def _document(appendix: Appendix) -> decree30.Document:
    calendar, campaign = appendix.calendar, appendix.calendar.campaign
    state = " (dự thảo)" if calendar.is_draft else ""
    annexes = [
        decree30.Annex(title=f"{TITLE}{state}", blocks=tuple(_calendar(appendix)), landscape=True),
    ]
    if any(people for _number, _name, people in appendix.teams):
        annexes.append(
            decree30.Annex(
                title="Người phụ trách các đoàn khảo sát", blocks=(_people(appendix),), landscape=True
            )
        )
    return decree30.Document(
        superior="Ủy ban nhân dân\nThành phố Hồ Chí Minh",
        issuer="Sở Nội vụ",
        symbol="SNV-KS",
        place="Thành phố Hồ Chí Minh",
        year=campaign.window_start.year,
        type_name="",
        summary=f"gửi {TITLE}, phiên bản {calendar.version}{state}",
        addressees=(
            "Các đoàn khảo sát",
            "Ủy ban nhân dân các phường, xã, đặc khu",
            "Các cơ quan phụ trách điểm cầu trực tuyến",
        ),
        blocks=tuple(_letter(appendix, campaign)),
        signers=(decree30.Signer(post="Giám đốc"),),
        recipients=("Như trên", "Ủy ban nhân dân Thành phố (để báo cáo)"),
        kept_by="SNV",
        annexes=tuple(annexes),
        sample=campaign.is_sample,
    )


def _letter(appendix: Appendix, campaign: Campaign) -> list[decree30.Block]:
    number = f" số {campaign.number}" if campaign.number else ""
    issued = (
        f" {date_words(day=campaign.issued_on, year=campaign.issued_on.year)}" if campaign.issued_on else ""
    )
    first, last = campaign.window_start, campaign.window_end
    return [
        decree30.Paragraph(
            text=f"Thực hiện {campaign.title_vi}{number}{issued}, Sở Nội vụ (cơ quan Thư ký Đoàn khảo sát) gửi "
            f"{TITLE} kèm theo công văn này: {appendix.count} đơn vị, từ {date_words(day=first, year=first.year)} "
            f"đến {date_words(day=last, year=last.year)}."
        ),
        decree30.Paragraph(text=hours_sentence(appendix)),
        decree30.Paragraph(
            text="Đề nghị các đoàn khảo sát và các đơn vị chuẩn bị theo lịch. Trường hợp cần thay đổi, đề nghị báo "
            "Sở Nội vụ để điều chỉnh và thông báo cho các bên liên quan."
        ),
    ]


def _calendar(appendix: Appendix) -> list[decree30.Block]:
    blocks: list[decree30.Block] = [decree30.Paragraph(text=hours_sentence(appendix), italic=True)]
    for day, rows in appendix.days:
        blocks.append(
            decree30.Table(
                caption=day_heading(day), columns=_COLUMNS, rows=tuple(_row(appendix, row) for row in rows)
            )
        )
    if not appendix.days:
        blocks.append(decree30.Paragraph(text="Chưa có buổi khảo sát nào."))
    return blocks


def _row(appendix: Appendix, row: AppendixRow) -> tuple[str, ...]:
    visit = row.visit
    return (
        str(row.number),
        "Cả ngày" if visit.whole_day else _half(visit),
        str(visit.team.number),
        visit.unit.full_name,
        str(visit.get_mode_display()),
        place_text(visit),
        row.head,
    )


def _half(visit: Visit) -> str:
    return "Sáng" if visit.half == Visit.Half.MORNING else "Chiều"


def place_text(visit: Visit) -> str:
    """Return the place of a visit, or its bridge point."""
    if visit.mode == Visit.Mode.ONLINE:
        return f"Điểm cầu {visit.bridge}" if visit.bridge else "Điểm cầu tại đơn vị"
    return visit.place or "Trụ sở Ủy ban nhân dân"


def _people(appendix: Appendix) -> decree30.Table:
    rows: Sequence[tuple[str, ...]] = [
        (str(number), person.role, person.name or "–", person.post or "–", person.body)
        for number, _name, people in appendix.teams
        for person in people
    ]
    return decree30.Table(caption="Trưởng đoàn, Phó Trưởng đoàn và Thư ký", columns=_PEOPLE, rows=tuple(rows))
