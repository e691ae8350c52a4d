"""The calendar as the appendix of an official letter: read back from the DOCX and from the page."""

import io
from typing import Any

import docx
import pytest

from haicap.campaign.models import SlotRegistration, Team
from haicap.campaign.queries import slots_of, surveyed_units_for
from haicap.kernel.access import SYSTEM
from haicap.timetable.models import Calendar, Visit

DOCX = "/timetable/versions/1/appendix.docx"


@pytest.fixture
def calendar(ready: Any) -> Calendar:
    """Return a draft with every unit: by hand, in order of the codes, one online with a bridge point."""
    made = Calendar.objects.create(campaign=ready, version=1)
    slots, teams = slots_of(campaign=ready), list(Team.objects.filter(campaign=ready))
    units = list(surveyed_units_for(actor=SYSTEM, campaign=ready).order_by("code"))
    Visit.objects.bulk_create(
        Visit(
            calendar=made,
            unit=unit,
            team=teams[n % len(teams)],
            day=slots[n // len(teams)].day,
            half=slots[n // len(teams)].half.value,
            mode="online" if n == 3 else "in_person",
            bridge="DC-1" if n == 3 else "",
        )
        for n, unit in enumerate(units)
    )
    return made


def _read(content: bytes) -> tuple[list[str], list[list[list[str]]]]:
    """Return the paragraphs and the cells of the tables of a DOCX."""
    document = docx.Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return [paragraph.text for paragraph in document.paragraphs], tables


def test_the_docx_holds_every_visit_once_in_order(calendar: Calendar, client_as: Any):
    answer = client_as("secretariat").get(DOCX)
    assert answer["Content-Disposition"] == 'attachment; filename="lich-khao-sat-1.docx"'
    _paragraphs, tables = _read(answer.content)
    days = [table for table in tables if table[0][0] == "STT"]
    assert len(days) == 10
    rows = [row for table in days for row in table[1:]]
    assert [row[0] for row in rows] == [str(n) for n in range(1, 169)]
    names = set(Visit.objects.filter(calendar=calendar).values_list("unit__full_name", flat=True))
    assert {row[3] for row in rows} == names
    online = [row for row in rows if row[4] == "Trực tuyến"]
    assert [row[5] for row in online] == ["Điểm cầu DC-1"]
    assert {row[1] for row in rows} == {"Sáng", "Chiều"}


def test_the_letter_follows_the_decree_and_leaves_number_and_day_open(calendar: Calendar, client_as: Any):
    paragraphs, tables = _read(client_as("secretariat").get(DOCX).content)
    head = "\n".join(text for row in tables[0] for text in row)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in head
    assert "Độc lập - Tự do - Hạnh phúc" in head
    assert "/SNV-KS" in head
    assert "Phụ lục I" in paragraphs
    assert "LỊCH KHẢO SÁT (DỰ THẢO)" in paragraphs
    assert "Thứ Hai, ngày 04 tháng 8 năm 2025" in paragraphs


def test_a_published_calendar_is_no_draft_on_paper(calendar: Calendar, client_as: Any):
    Calendar.objects.filter(pk=calendar.pk).update(state="published")
    paragraphs, _tables = _read(client_as("secretariat").get(DOCX).content)
    assert "LỊCH KHẢO SÁT" in paragraphs


def test_people_appear_with_name_post_and_body_and_nothing_else(
    calendar: Calendar, heads: list[Any], client_as: Any
):
    SlotRegistration.objects.update(contact_name="Cán bộ mẫu 777", contact_phone="0909000777")
    content = client_as("secretariat").get(DOCX).content
    paragraphs, tables = _read(content)
    people = tables[-1]
    assert people[0] == ["Đoàn", "Nhiệm vụ", "Họ và tên", "Chức vụ", "Cơ quan, đơn vị"]
    assert {row[2] for row in people[1:]} == {head.full_name for head in heads}
    everything = "\n".join(paragraphs + [cell for table in tables for row in table for cell in row])
    assert "777" not in everything
    assert not any(head.phone and head.phone in everything for head in heads)


def test_a_plan_may_leave_the_names_out(calendar: Calendar, heads: list[Any], client_as: Any):
    campaign = calendar.campaign
    campaign.settings = {**campaign.settings, "timetable_appendix_names": {"value": False}}
    campaign.save()
    _paragraphs, tables = _read(client_as("secretariat").get(DOCX).content)
    cells = {cell for table in tables for row in table for cell in row}
    assert cells.isdisjoint(head.full_name for head in heads)


def test_sample_data_are_marked_on_every_page(calendar: Calendar, client_as: Any):
    campaign = calendar.campaign
    campaign.is_sample = True
    campaign.save()
    document = docx.Document(io.BytesIO(client_as("secretariat").get(DOCX).content))
    marks = [
        any("DỮ LIỆU MẪU" in p.text for p in (*part.header.paragraphs, *part.first_page_header.paragraphs))
        for part in document.sections
    ]
    assert marks
    assert all(marks)


def test_an_empty_calendar_still_makes_a_letter(ready: Any, client_as: Any):
    Calendar.objects.create(campaign=ready, version=1)
    paragraphs, _tables = _read(client_as("secretariat").get(DOCX).content)
    assert "Chưa có buổi khảo sát nào." in paragraphs


def test_the_page_shows_the_same_and_offers_the_file(calendar: Calendar, client_as: Any):
    page = client_as("secretariat").get("/timetable/versions/1/print/").content.decode()
    assert page.count('<th scope="row">') >= 168
    assert DOCX in page
    assert "năm 2025" in page


def test_only_those_who_see_the_whole_calendar_get_the_appendix(calendar: Calendar, client_as: Any):
    Calendar.objects.filter(pk=calendar.pk).update(state="published")
    unit = Visit.objects.filter(calendar=calendar).select_related("unit")[0].unit
    client = client_as("commune_officer", unit=unit)
    assert client.get(DOCX).status_code == 404
    own = client.get("/timetable/versions/1/print/").content.decode()
    assert own.count('<th scope="row">') == 1
    assert client_as("department_officer").get(DOCX).status_code == 200
