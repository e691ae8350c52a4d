"""The service on screen: handed in at one centre, signed by the commune of another, returned at a third."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Site
from tests.test_axe import _open, _problems

pytestmark = pytest.mark.browser
PageAs = Callable[..., Any]
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
PROCEDURE = "1.004873"


def _rows(site: Site, question: str, *values: object) -> list[tuple[Any, ...]]:
    with sqlite3.connect(site.data / "haicap.sqlite3") as database:
        return database.execute(question, values).fetchall()


def _unit(site: Site) -> str:
    return site.accounts["specialist"].removeprefix("cv")


def _centre(site: Site, role: str) -> str:
    return "TTHCC-" + site.accounts[role].removeprefix("mc").partition(".")[0]


def _press(page: Any, name: str) -> None:
    """Press a button of the page, and wait for what follows."""
    page.locator("main").get_by_role("button", name=re.compile(name)).first.click()
    page.wait_for_load_state("networkidle")


def _send(page: Any, ending: str) -> None:
    """Send the form whose address ends so, and wait for what follows."""
    page.locator(f"main form[action$='{ending}'] button[type=submit]").first.click()
    page.wait_for_load_state("networkidle")


def _open_all_day(site: Site, page_as: PageAs, code: str) -> None:
    """Let a centre be open day and night, so that the journey holds whenever it runs; today is no day off."""
    with sqlite3.connect(site.data / "haicap.sqlite3", timeout=20) as database:
        database.execute("DELETE FROM kernel_specialday WHERE date >= date('now', '-1 day')")
    page = page_as("administrator")
    page.goto(f"/onestop/centres/{code}/change/")
    for day in range(7):
        page.fill(f"#id_day_{day}", "00:00-23:59")
    _press(page, "Lưu")
    assert "00:00-23:59" in page.locator("main").inner_text()


def _received(site: Site, page: Any) -> tuple[str, str]:
    """Receive a dossier of the commune's citizen at the counter; return its code and the tracking secret."""
    page.goto(f"/onestop/receive/?procedure={PROCEDURE}")
    page.fill("#id_full_name", "Người nộp thử hành trình")
    page.fill("#id_id_number", "001234567890")
    page.fill("#id_phone", "0912345678")
    option = page.locator("#id_unit option", has_text=f"({_unit(site)})").get_attribute("value")
    page.select_option("#id_unit", option)
    page.check("#paper-to-khai")
    page.locator("main button[value=receive]").click()
    page.get_by_text(re.compile("ly-hon|Bản án ly hôn")).first.wait_for()
    assert page.input_value("#id_full_name") == "Người nộp thử hành trình", "what was typed is lost"
    page.check("#id_enough")
    page.locator("main button[value=receive]").click()
    page.get_by_text(re.compile(r"H29\.\d+-\d{6}-\d{4}")).first.wait_for()
    text = page.locator("main").inner_text()
    code = re.search(r"H29\.\d+-\d{6}-\d{4}", text)
    secret = re.search(r"^[2-9A-HJ-NP-Z]{8}$", text, re.MULTILINE)
    assert code and secret, text
    return code[0], secret[0]


def _reference(site: Site, code: str) -> str:
    [(reference,)] = _rows(site, "SELECT reference FROM onestop_dossier WHERE code = ?", code)
    return str(reference)


def test_a_dossier_handed_in_at_one_centre_is_signed_by_a_commune_elsewhere_and_returned_at_a_third(
    site: Site, page_as: PageAs
) -> None:
    away = _centre(site, "counter_officer_away")
    _open_all_day(site, page_as, away)
    citizen = page_as(None)
    citizen.goto(f"/onestop/kiosk/{away}/")
    citizen.get_by_role("button", name="Hộ tịch").click()
    citizen.wait_for_url("**/onestop/ticket/**")
    number = citizen.locator(".ticket-number").inner_text().strip()

    officer = page_as("counter_officer_away")
    officer.goto("/onestop/queue/")
    officer.locator("#queue button", has_text=re.compile("^\\s*1")).first.click()
    officer.wait_for_load_state("networkidle")
    _send(officer, "/queue/call/")
    assert officer.locator(".queue-now").inner_text().strip() == number
    hall = page_as(None, width=1920, height=1080)
    hall.goto(f"/onestop/display/{away}/")
    assert number in hall.locator(".hall-called").inner_text()
    _send(officer, "/begin/")
    code, secret = _received(site, officer)
    reference = _reference(site, code)
    form = officer.request.get(f"/onestop/forms/{reference}/receipt/2/")
    assert form.ok and form.body().startswith(b"%PDF")
    officer.goto("/onestop/queue/")
    _send(officer, "/done/")
    officer.goto("/onestop/slips/")
    assert code in officer.locator("main").inner_text()
    _press(officer, "phiếu")

    specialist = page_as("specialist")
    [(slip,)] = _rows(
        site,
        "SELECT s.number FROM onestop_slip s JOIN onestop_slipline l ON l.slip_id = s.id"
        " JOIN onestop_dossier d ON d.id = l.dossier_id WHERE d.code = ?",
        code,
    )
    specialist.goto(f"/onestop/slips/{slip}/")
    specialist.fill("#code", "H29.999-260101-0001")
    specialist.keyboard.press("Enter")
    specialist.locator("#said .text-danger").wait_for()
    specialist.fill("#code", code)
    specialist.keyboard.press("Enter")
    specialist.locator("#said .text-success", has_text=code).wait_for()
    specialist.goto("/onestop/work/")
    assert code in specialist.locator("main").inner_text()
    specialist.goto(f"/onestop/results/{reference}/")
    specialist.fill("#id_text", "Xác nhận tình trạng hôn nhân của người nộp (thử).")
    _send(specialist, "/draft/")

    signer = page_as("signer")
    signer.goto(f"/onestop/results/{reference}/")
    _send(signer, "/approve/")
    _send(signer, "/sign/")
    clerk = page_as("clerk")
    clerk.goto(f"/onestop/results/{reference}/")
    _send(clerk, "/number/")
    _send(clerk, "/issue/")

    third = page_as("counter_officer_third")
    third.goto(f"/onestop/counter/?code={code}")
    third.locator("main select[name=how], main input[name=how]").first.wait_for(
        state="attached", timeout=3000
    )
    third.fill("main [name=proof]", "Chữ ký nhận trên phiếu trả")
    third.locator(".desk-now form button[type=submit]").click()
    third.wait_for_load_state("networkidle")

    [row] = _rows(
        site,
        "SELECT d.status, r.code, c.code, b.code FROM onestop_dossier d"
        " JOIN register_body r ON r.id = d.received_body_id JOIN register_body c ON c.id = d.competent_body_id"
        " JOIN register_body b ON b.id = d.returned_body_id WHERE d.code = ?",
        code,
    )
    third_centre = _centre(site, "counter_officer_third")
    assert row == (10, away, f"UBND-{_unit(site)}", third_centre)

    citizen.goto("/onestop/track/")
    citizen.fill("#id_code", code)
    citizen.fill("#id_secret", secret)
    _press(citizen, "hồ sơ")
    assert code in citizen.locator("main").inner_text()
    result = citizen.request.get(f"/onestop/results/{reference}/result.pdf")
    assert result.ok and result.body().startswith(b"%PDF-1.7")
    stranger = page_as(None)
    stranger.goto("/onestop/verify/")
    stranger.set_input_files(
        "#id_file", {"name": "ket-qua.pdf", "mimeType": "application/pdf", "buffer": result.body()}
    )
    _press(stranger, "Kiểm tra")
    assert "GXN-UBND" in stranger.locator("main").inner_text()
    assert stranger.locator("main .text-danger").count() == 0
    stranger.goto("/onestop/track/")
    stranger.fill("#id_code", code)
    stranger.fill("#id_secret", secret)
    _press(stranger, "hồ sơ")
    assert code not in stranger.url, "a secret opened twice"


def test_a_centre_manager_sees_the_hall_the_work_and_the_figures(site: Site, page_as: PageAs) -> None:
    page = page_as("centre_manager")
    page.goto("/onestop/centres/")
    assert page.locator("main tbody tr").count() >= 38
    code = "TTHCC-" + site.accounts["centre_manager"].removeprefix("ql")
    page.goto(f"/onestop/centres/{code}/")
    assert page.locator(".chart canvas, .chart svg").first.is_visible()
    page.goto("/onestop/work/?whose=unassigned")
    assert page.locator("main h1").is_visible()
    page.goto("/onestop/evidence/")
    assert page.locator("main table").first.is_visible()
    page.goto("/onestop/queue/")
    assert page.locator("#queue").is_visible()
    phone = page_as("centre_manager", width=390, height=844)
    for address in ("/onestop/work/", "/onestop/queue/", f"/onestop/centres/{code}/"):
        phone.goto(address)
        width = phone.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, f"{address} is {width} wide on a phone"


def test_a_citizen_hands_in_online_and_completes_what_is_lacking(site: Site, page_as: PageAs) -> None:
    citizen = page_as(None)
    citizen.goto(f"/onestop/guide/{PROCEDURE}/")
    citizen.get_by_role("link", name=re.compile("trực tuyến")).first.click()
    citizen.wait_for_url("**/onestop/apply/**")
    centre = _centre(site, "counter_officer_away")
    citizen.select_option("[name=centre]", centre)
    citizen.fill("[name=full_name]", "Người nộp trực tuyến thử")
    citizen.fill("[name=id_number]", "001234567891")
    citizen.fill("[name=phone]", "0912345679")
    citizen.fill("[name=address]", "12 Đường thử")
    [(name,)] = _rows(
        site, "SELECT full_name FROM register_unit WHERE code = ? AND valid_to IS NULL", _unit(site)
    )
    option = citizen.locator("[name=unit] option", has_text=name).first.get_attribute("value")
    citizen.select_option("[name=unit]", option)
    for file in citizen.locator("main input[type=file]").all():
        file.set_input_files({"name": "to-khai.pdf", "mimeType": "application/pdf", "buffer": PDF})
    for box in citizen.locator("main input[type=checkbox]").all():
        box.check()
    citizen.locator("main form button[type=submit]").last.click()
    citizen.wait_for_url("**/onestop/applied/**")
    reference = citizen.url.rstrip("/").rpartition("/")[2]
    assert _problems(citizen, 1366) == []
    secret = re.search(r"^[2-9A-HJ-NP-Z]{8}$", citizen.locator("main").inner_text(), re.MULTILINE)
    assert secret

    officer = page_as("counter_officer_away")
    officer.goto(f"/onestop/dossiers/{reference}/")
    tool = officer.locator("form:has(input[name=kind][value=supplement_asked])").first
    officer.locator("details:has(input[name=kind][value=supplement_asked]) > summary").first.click()
    tool.locator("[name=reason]").fill("Bổ sung bản chụp giấy tờ tùy thân.")
    tool.locator("button[type=submit]").click()
    officer.wait_for_load_state("networkidle")

    citizen.goto("/onestop/track/")
    citizen.fill("#id_code", reference)
    citizen.fill("#id_secret", secret[0])
    _press(citizen, "hồ sơ")
    assert "Bổ sung bản chụp giấy tờ tùy thân." in citizen.locator("main").inner_text()
    assert _problems(citizen, 1366) == []
    citizen.locator("form[action$='/supplement/'] input[type=file]").first.set_input_files(
        {"name": "cccd.pdf", "mimeType": "application/pdf", "buffer": PDF + b"\n% 2\n"}
    )
    citizen.locator("form[action$='/supplement/'] button[type=submit]").click()
    citizen.wait_for_load_state("networkidle")
    [(status,)] = _rows(site, "SELECT status FROM onestop_dossier WHERE reference = ?", reference)
    assert status == 1


def test_pages_that_are_reached_by_doing_something_have_no_violation(
    site: Site, page_as: PageAs, tmp_path: Path
) -> None:
    visitor = page_as(None)
    centre = _centre(site, "counter_officer_third")
    _open_all_day(site, page_as, centre)
    visitor.goto(f"/onestop/book/?centre={centre}")
    visitor.goto(
        f"/onestop/book/?centre={centre}&day={visitor.locator('#day option').nth(1).get_attribute('value')}"
    )
    visitor.locator("main input[name=starts_at]").first.check()
    visitor.locator("main form[method=post] button[type=submit]").first.click()
    visitor.wait_for_url("**/onestop/booked/**")
    assert _problems(visitor, 1366) == []

    body = _rows(
        site, "SELECT b.code FROM accounts_person p JOIN register_body b ON b.id = p.body_id WHERE p.username = ?",
        site.accounts["commune_chair"],
    )[0][0]  # fmt: skip
    visitor.goto("/onestop/petition/")
    visitor.select_option("[name=body]", body)
    visitor.fill("textarea[name=text]", "Phản ánh thử: chờ lâu ở quầy.")
    visitor.locator("main form[method=post] button[type=submit]").first.click()
    visitor.wait_for_url(re.compile("/onestop/petition/[A-Z0-9]+/"))
    assert _problems(visitor, 1366) == []
    [(petition,)] = _rows(site, "SELECT max(id) FROM onestop_feedback WHERE kind = 'petition'")
    chair = page_as("commune_chair")
    assert _open(chair, f"/onestop/petitions/{petition}/", 1366) == []

    administrator = page_as("administrator")
    administrator.goto("/onestop/hooks/")
    administrator.fill("[name=name]", "Hệ thống thử")
    administrator.select_option("[name=body]", index=1)
    administrator.fill("[name=url]", "https://vi.example/hook")
    for box in administrator.locator("main input[name=kinds]").all()[:2]:
        box.check()
    administrator.locator("main form[method=post] button[type=submit]").last.click()
    administrator.wait_for_load_state("networkidle")
    [(hook,)] = _rows(site, "SELECT max(id) FROM onestop_subscription")
    assert _open(administrator, f"/onestop/hooks/{hook}/", 1366) == []

    administrator.goto("/onestop/calendar/")
    administrator.fill("#id_date", "2025-07-10")
    administrator.select_option("#id_kind", "off")
    administrator.fill("#id_name", "Ngày nghỉ thử")
    administrator.fill("#id_source", "Thông báo thử")
    _send(administrator, "/calendar/change/")
    assert _problems(administrator, 1366) == []
    administrator.locator("button[name=sure]").click()
    administrator.wait_for_url("**/onestop/calendar/changes/**", timeout=90_000)
    assert _problems(administrator, 1366) == []
    assert _rows(site, "SELECT count(*) FROM onestop_duemove")[0][0] > 0
