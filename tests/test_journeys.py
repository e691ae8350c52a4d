"""The campaign clicked through on screen, each role in its turn, on the demonstration."""

import re
import sqlite3
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from urllib.request import urlopen

import icalendar
import pytest
from docx import Document

from haicap.demo.rules.figures import sample_figures
from tests.conftest import Site

pytestmark = pytest.mark.browser
PageAs = Callable[..., Any]
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"

REPORTED = """SELECT r.text, r.number, r.edition FROM questionnaire_reportedvalue r
    JOIN questionnaire_unitreport s ON s.id = r.report_id JOIN register_unit u ON u.id = s.unit_id
    JOIN campaign_field f ON f.id = r.field_id WHERE u.code = ? AND f.key = 'a0_05'"""


def _rows(site: Site, question: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(site.data / "haicap.sqlite3") as database:
        return database.execute(question, values).fetchall()


def _unit(site: Site) -> str:
    return site.accounts["commune_officer"].removeprefix("xa")


def _alert(page: Any) -> str:
    return str(page.locator("main").inner_text())


def _saved(page: Any) -> None:
    page.wait_for_selector("#save-state[data-state=saved]", timeout=20_000)


def test_the_department_names_people_and_is_told_of_one_named_twice(site: Site, page_as: PageAs) -> None:
    page = page_as("department_officer")
    page.goto("/campaign/nominations/new/")
    page.fill("#id_new_name", "Cán bộ mẫu bổ sung")
    page.fill("#id_post", "Trưởng phòng")
    page.select_option("#id_level", "division_head")
    page.check("#id_areas_0")
    page.get_by_text(re.compile("đủ|Đủ|còn thiếu|cần")).first.wait_for()
    page.locator("main form button[type=submit]", has_text="Lưu").click()
    page.wait_for_url("**/campaign/nominations/")
    page.goto("/campaign/nominations/new/")
    page.locator("#id_person").select_option(label="Cán bộ mẫu bổ sung (đã được cử)")
    page.fill("#id_post", "Phó Trưởng phòng")
    page.select_option("#id_level", "division_deputy")
    page.check("#id_areas_0")
    page.locator("main form button[type=submit]", has_text="Lưu").click()
    page.locator("main", has_text=re.compile("Cán bộ mẫu bổ sung.*Sở Tư pháp")).wait_for()
    assert page.input_value("#id_post") == "Phó Trưởng phòng"
    page.goto("/campaign/nominations/")
    page.get_by_role("button", name="Gửi danh sách").click()
    page.wait_for_load_state()
    states = _rows(
        site,
        """SELECT n.state FROM campaign_nomination n JOIN accounts_person p ON p.id = n.person_id
        WHERE p.full_name = 'Cán bộ mẫu bổ sung'""",
    )
    assert states == [("submitted",)]


def test_the_secretariat_moves_a_person_between_teams_by_hand(site: Site, page_as: PageAs) -> None:
    page = page_as("secretariat")
    page.goto("/campaign/teams/")
    spare = _rows(
        site,
        """SELECT n.id FROM campaign_nomination n JOIN accounts_person p ON p.id = n.person_id
        WHERE p.full_name = 'Cán bộ mẫu bổ sung'""",
    )[0][0]
    form = page.locator("form", has=page.locator(f"input[name=nomination][value='{spare}']"))
    form.locator("xpath=ancestor::details[1]").locator("summary").click()
    form.locator("select[name=number]").select_option("2")
    form.locator("button[type=submit]").click()
    page.wait_for_load_state()
    placed = _rows(
        site,
        """SELECT t.number FROM campaign_teammember m JOIN campaign_team t ON t.id = m.team_id
        WHERE m.nomination_id = ?""",
        spare,
    )
    assert placed == [(2,)]


def test_a_commune_is_refused_a_full_half_day_and_shown_the_free_ones(site: Site, page_as: PageAs) -> None:
    page = page_as("commune_officer")
    page.goto("/campaign/registrations/own/")
    firsts = [
        f"{day}.{half}"
        for day, half in _rows(
            site,
            """SELECT p.day, p.half FROM campaign_slotpreference p
            JOIN campaign_slotregistration r ON r.id = p.registration_id
            JOIN register_unit u ON u.id = r.unit_id WHERE p.rank = 1 AND u.code != ?""",
            _unit(site),
        )
    ]
    full = next(slot for slot in sorted(set(firsts)) if firsts.count(slot) >= 9)
    free = next(slot for slot in sorted(set(firsts)) if firsts.count(slot) < 9)
    selects = page.locator("select[name^='wish-']")
    for number in range(selects.count()):
        selects.nth(number).select_option("")
    target = page.locator(f"select[name='wish-{full}']")
    target.evaluate("(select) => [...select.options].forEach((option) => (option.disabled = false))")
    target.select_option("1")
    page.get_by_role("button", name=re.compile("^Đăng ký")).click()
    page.wait_for_load_state()
    assert "đủ" in _alert(page) or "đầy" in _alert(page)
    page.locator(f"select[name='wish-{full}']").select_option("")
    page.locator(f"select[name='wish-{free}']").select_option("1")
    page.get_by_role("button", name=re.compile("^Đăng ký")).click()
    page.wait_for_load_state()
    day, half = free.split(".")
    chosen = _rows(
        site,
        """SELECT p.day, p.half FROM campaign_slotpreference p
        JOIN campaign_slotregistration r ON r.id = p.registration_id
        JOIN register_unit u ON u.id = r.unit_id WHERE p.rank = 1 AND u.code = ?""",
        _unit(site),
    )
    assert chosen == [(day, half)]


def test_the_secretariat_moves_a_visit_with_the_broken_rules_named_and_publishes(
    site: Site, page_as: PageAs
) -> None:
    page = page_as("secretariat")
    page.goto("/timetable/")
    page.locator("form[action$='/revise/'] button").click()
    page.wait_for_url("**/timetable/versions/2/")
    first, second = _rows(
        site,
        """SELECT u.code, t.number, v.day, v.half FROM timetable_visit v JOIN register_unit u ON u.id = v.unit_id
        JOIN campaign_team t ON t.id = v.team_id JOIN timetable_calendar c ON c.id = v.calendar_id
        WHERE c.version = 1 AND v.mode = 'in_person' ORDER BY v.day DESC, t.number LIMIT 2""",
    )
    page.goto(f"/timetable/versions/2/visits/{first[0]}/")
    page.locator("[name=team]").select_option(str(second[1]))
    page.locator("[name=slot]").select_option(f"{second[2]}.{second[3]}")
    page.locator("form[data-guard] button[type=submit]").first.click()
    page.wait_for_load_state()
    refusal = page.locator("[role=alert], .alert-danger, .invalid-feedback").first.inner_text()
    assert "đoàn đã có buổi khảo sát vào buổi này" in refusal
    unit, team, day = _rows(
        site,
        """SELECT u.code, t.number, a.day FROM timetable_visit a
        JOIN timetable_visit b ON b.calendar_id = a.calendar_id AND b.team_id = a.team_id AND b.day = a.day
        JOIN timetable_calendar c ON c.id = a.calendar_id AND c.version = 2
        JOIN campaign_team t ON t.id = a.team_id JOIN register_unit u ON u.id = a.unit_id
        WHERE a.half = 'morning' AND b.half = 'afternoon' AND a.mode = 'in_person' AND b.mode = 'in_person'
        AND NOT EXISTS (SELECT 1 FROM campaign_slotblock k
          JOIN campaign_slotregistration r ON r.id = k.registration_id
          WHERE r.unit_id IN (a.unit_id, b.unit_id) AND k.day = a.day) LIMIT 1""",
    )[0]
    page.goto(f"/timetable/versions/2/visits/{unit}/")
    page.locator("[name=team]").select_option(str(team))
    page.locator("[name=slot]").select_option(f"{day}.afternoon")
    page.locator("[name=swap]").check()
    page.locator("form[data-guard] button[type=submit]").first.click()
    page.wait_for_load_state()
    before = _rows(site, "SELECT count(*) FROM accounts_notice")[0][0]
    page.goto("/timetable/versions/2/publish/")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: not url.endswith("/publish/"))
    states = dict(_rows(site, "SELECT version, state FROM timetable_calendar"))
    assert states == {1: "superseded", 2: "published"}
    told = _rows(site, "SELECT count(*) FROM accounts_notice")[0][0]
    people = _rows(site, "SELECT count(*) FROM accounts_person")[0][0]
    assert before < told < before + people / 4


def test_a_commune_fills_its_report_through_a_lost_line_and_the_chair_signs(
    site: Site, page_as: PageAs
) -> None:
    page = page_as("commune_officer")
    code = _unit(site)
    address = f"/questionnaire/reports/{code}/fill/"
    page.goto(address)
    page.wait_for_selector("html[data-questionnaire=ready]", timeout=30_000)
    page.fill("#q-a0_01", "99999")
    page.locator("#q-a0_01").blur()
    page.locator("#q-a0_01-error", has_text=re.compile(r"\S")).wait_for()
    evidence = page.locator("#evidence-A0_01")
    evidence.set_input_files({"name": "x.pdf", "mimeType": "application/pdf", "buffer": b"MZ" + b"0" * 99})
    refused = page.locator(".evidence .form-text", has_text=re.compile(r"x\.pdf"))
    refused.filter(has_text="không phải").first.wait_for()
    assert _rows(site, "SELECT name FROM questionnaire_evidence WHERE name = 'x.pdf'") == []
    evidence.set_input_files({"name": "quyet-dinh.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.locator(".evidence-files", has_text="quyet-dinh.pdf").first.wait_for()
    page.fill("#q-a0_01", "12")
    page.locator("#q-a0_01").blur()
    _saved(page)
    page.context.set_offline(True)
    page.fill("#q-a0_01", "14")
    page.locator("#q-a0_01").blur()
    page.wait_for_selector("#save-state[data-state=kept]", timeout=20_000)
    page.context.set_offline(False)
    _saved(page)
    page.reload()
    page.wait_for_selector("html[data-questionnaire=ready]", timeout=30_000)
    assert page.input_value("#q-a0_01") == "14"
    page.click("#submit-report")
    page.wait_for_selector("#form-problems", timeout=20_000)
    figures = sample_figures(random=Random(5), weight=1, cutoff=date(2025, 7, 31), former_district=None)
    _fill(page, figures)
    _saved(page)
    page.click("#submit-report")
    page.wait_for_url(f"**/questionnaire/reports/{code}/", timeout=30_000)
    chair = page_as("commune_chair")
    chair.goto(f"/questionnaire/reports/{code}/")
    chair.locator("form[action$='/sign/'] button").click()
    if chair.locator("dialog[open] button").count():
        chair.locator("dialog[open] button").last.click()
    chair.wait_for_load_state()
    state = _rows(
        site,
        """SELECT s.state FROM questionnaire_unitreport s JOIN register_unit u ON u.id = s.unit_id
        WHERE u.code = ?""",
        code,
    )
    assert state == [("signed",)]


def _fill(page: Any, figures: dict[str, Any]) -> None:
    """Answer every question of the form as a person would, area by area."""
    places = page.evaluate(
        """(keys) => Object.fromEntries(keys.map((key) => {
          const one = document.getElementById(`q-${key}`);
          const kind = one ? (one.tagName === "SELECT" ? "select" : "text")
            : document.querySelector(`[name="q-${key}"]`)?.type ?? "";
          const panel = (one ?? document.querySelector(`[name="q-${key}"]`))?.closest("[id^='area-']")?.id ?? "";
          return [key, [kind, panel]];
        }))""",
        list(figures),
    )
    shown = ""
    for key, value in figures.items():
        kind, panel = places[key]
        if panel and panel != shown:
            page.locator(f"#area-nav a[href='#{panel}']").click()
            shown = panel
        if kind == "text" and page.locator(f"#q-{key}").is_visible():
            page.fill(f"#q-{key}", str(value).replace(".", ",") if _is_decimal(page, key) else str(value))
        elif kind == "select":
            page.select_option(f"#q-{key}", str(value))
        elif kind in ("radio", "checkbox"):
            for choice in str(value).split():
                page.check(f"#q-{key}-{choice}")
    page.keyboard.press("Tab")


def _is_decimal(page: Any, key: str) -> bool:
    return bool(page.locator(f"#q-{key}").get_attribute("inputmode") == "decimal")


def test_the_team_head_verifies_another_value_with_a_reason_and_closes_the_visit(
    site: Site, page_as: PageAs, tmp_path: Path
) -> None:
    page = page_as("team_head")
    code = _rows(
        site,
        """SELECT u.code FROM timetable_visit v JOIN register_unit u ON u.id = v.unit_id
        JOIN timetable_calendar c ON c.id = v.calendar_id AND c.state = 'published'
        JOIN campaign_teammember m ON m.team_id = v.team_id
        JOIN campaign_nomination n ON n.id = m.nomination_id JOIN accounts_person p ON p.id = n.person_id
        JOIN questionnaire_unitreport s ON s.unit_id = u.id
        WHERE p.username = ? AND s.state IN ('signed', 'accepted')
        AND NOT EXISTS (SELECT 1 FROM findings_minutes f WHERE f.unit_id = u.id) ORDER BY v.day LIMIT 1""",
        site.accounts["team_head"],
    )[0][0]
    reported = _rows(site, REPORTED, code)
    page.goto(f"/questionnaire/reports/{code}/verify/a0_05/")
    page.fill("[name=text]", "3")
    page.fill("[name=reason]", "")
    page.locator("main form button[type=submit]").first.click()
    page.locator(".invalid-feedback, .alert").first.wait_for()
    assert page.input_value("[name=text]") == "3"
    page.fill("[name=reason]", "Đếm lại trên sổ tiếp công dân")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/review/A0/**")
    assert _rows(site, REPORTED, code) == reported
    page.goto("/timetable/mine/")
    with page.expect_download() as waiting:
        page.locator("a[href$='calendar.ics']").first.click()
    calendar = icalendar.Calendar.from_ical(Path(waiting.value.path()).read_bytes())
    assert len(list(calendar.walk("VEVENT"))) >= 10
    if not page.locator("input[id^=feed-]").count():
        page.locator("form[action$='/links/'] button").click()
    link = page.locator("input[id^=feed-]").first.input_value()
    with urlopen(link) as answer:  # without a session: the link alone opens it
        feed = icalendar.Calendar.from_ical(answer.read())
    assert len(list(feed.walk("VEVENT"))) == len(list(calendar.walk("VEVENT")))
    page.goto("/findings/minutes/")
    page.locator(f"form[action$='/minutes/{code}/draft/'] button").click()
    page.wait_for_url(f"**/findings/minutes/{code}/0/")
    page.fill("[name=opened_at]", "2025-08-05T08:00")
    page.fill("[name=closed_at]", "2025-08-05T11:00")
    page.fill("[name=place]", "Trụ sở UBND")
    page.fill("[name=attendance_unit]", "Cán bộ mẫu, Chủ tịch")
    if page.locator("[name=unverified_reason]").count():
        page.fill("[name=unverified_reason]", "Chờ hồ sơ gốc")
    page.locator("button[name=close]").click()
    page.locator("dialog#confirm[open] button[value=yes]").click()
    page.locator("button[name=close]").wait_for(state="detached")
    assert _rows(
        site,
        """SELECT f.state FROM findings_minutes f JOIN register_unit u ON u.id = f.unit_id
        WHERE u.code = ? AND f.number = 0""",
        code,
    ) == [("closed",)]
    answer = page.request.get(f"/findings/minutes/{code}/0/file/")
    assert answer.ok
    text = "\n".join(part.text for part in Document(BytesIO(answer.body())).element.iter() if part.text)
    name = _rows(site, "SELECT full_name FROM register_unit WHERE code = ? AND valid_to IS NULL", code)[0][0]
    assert name in text
    assert "Trụ sở UBND" in text


def test_a_commune_records_a_difficulty_and_the_secretariat_takes_it_in(site: Site, page_as: PageAs) -> None:
    page = page_as("commune_officer")
    page.goto("/findings/difficulties/new/")
    page.select_option("#id_area", index=3)
    page.select_option("#id_group", "organisation")
    page.select_option("#id_competent_level", "city")
    page.fill("#id_text", "Thiếu công chức công nghệ thông tin (mẫu trên trang)")
    page.select_option("#id_proposal_verb", "staff")
    page.fill("#id_proposal_text", "Bổ sung một biên chế")
    page.fill("#id_proposal_due", "2025-09-30")
    page.locator("button[name=submit]").click()
    page.locator(".invalid-feedback, .alert").first.wait_for()
    page.fill("#id_proposal_body", "Sở Khoa học và Công nghệ")
    page.locator("button[name=submit]").click()
    page.wait_for_url(re.compile(r"/findings/difficulties/\d+/$"))
    address = page.url
    secretariat = page_as("secretariat")
    secretariat.goto(address)
    secretariat.get_by_role("button", name="Tiếp nhận", exact=True).click()
    secretariat.wait_for_load_state()
    assert _rows(site, "SELECT state FROM findings_difficulty WHERE text LIKE '%mẫu trên trang%'") == [
        ("accepted",)
    ]


def test_a_leader_reaches_person_time_and_evidence_in_two_clicks_and_reads_english(page_as: PageAs) -> None:
    page = page_as("city_leader")
    page.goto("/reports/1/areas/A0/")
    page.locator("a[href*='/questionnaire/fields/a0_02']").first.click()
    page.wait_for_url("**/questionnaire/fields/a0_02/**")
    page.locator("main table a[href*='/questionnaire/figures/']").first.click()
    page.wait_for_url("**/questionnaire/figures/**/a0_02/")
    text = _alert(page)
    assert "Cán bộ mẫu" in text and "2025" in text and "mau.pdf" in text
    page.locator("form[action='/language/'] button[value=en], button[name=language][value=en]").first.click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/reports/1/")
    assert "Consolidated report" in page.inner_text("h1")


def test_the_secretariat_asks_for_people_forms_teams_and_solves_with_progress_shown(
    site: Site, page_as: PageAs
) -> None:
    page = page_as("secretariat")
    page.goto("/campaign/nominations/")
    before = _rows(site, "SELECT count(*) FROM accounts_notice")[0][0]
    page.locator("form[action$='/nominations/request/'] button[type=submit]").click()
    page.wait_for_load_state()
    assert _rows(site, "SELECT count(*) FROM accounts_notice")[0][0] > before
    page.goto("/timetable/solve/")
    page.fill("[name=seconds]", "4")
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url("**/jobs/**")
    page.locator("[role=progressbar], progress").first.wait_for()
    page.wait_for_url(re.compile(r"/timetable/versions/\d+/$"), timeout=90_000)
    verdicts = _rows(site, "SELECT verdict FROM timetable_calendar ORDER BY version DESC LIMIT 1")
    assert '"feasible": true' in verdicts[0][0]
    page.goto("/campaign/teams/")
    form = page.locator("form[action$='/teams/form/']")
    if not form.locator("button[type=submit]").is_visible():
        form.locator("xpath=ancestor-or-self::*[self::details or self::section][1]").first.locator(
            "summary"
        ).first.click()
    form.locator("button[type=submit]").click()
    if page.locator("dialog#confirm").is_visible():
        page.locator("dialog#confirm button[value=yes]").click()
    page.wait_for_url("**/jobs/**")
    page.wait_for_url("**/campaign/teams/", timeout=90_000)
    assert _rows(site, "SELECT count(DISTINCT team_id) FROM campaign_teammember") == [(9,)]
