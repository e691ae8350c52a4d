"""Opens every page in Chromium, wide and on a phone: no accessibility violation, nothing fetched elsewhere."""

import base64
import re
import sqlite3
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.urls import get_resolver
from django_otp.oath import totp

from tests.conftest import HAICAP, PASSWORD, Site, environment_of
from tests.site_pages import DRAFT_PAGES, FILES_AND_FRAGMENTS, PAGES, POST_ONLY, WALKED, SitePage
from tests.sweep_targets import patterns

AXE = Path(__file__).resolve().parents[1] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return found.violations.map((v) => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 160)}`);
}"""
SIZES = ((1366, 768), (390, 844))


def _views() -> dict[str, Any]:
    return {name: pattern.callback for name, pattern, _wanted in patterns(get_resolver())}


def _methods(view: Any) -> list[str] | None:
    """Return what Django's `require_http_methods` lets through to a view, None when it is not used."""
    while view is not None:
        code = view.__code__
        if "request_method_list" in code.co_freevars:
            held = view.__closure__[code.co_freevars.index("request_method_list")]
            return list(held.cell_contents)
        view = getattr(view, "__wrapped__", None)
    return None


def test_every_address_of_the_site_is_opened_here_or_known_to_be_no_page() -> None:
    views = _views()
    names = {name for name in views if not name.startswith(("api:", "central-", "openrosa-"))}
    groups = (set(PAGES) | set(DRAFT_PAGES), WALKED, POST_ONLY, FILES_AND_FRAGMENTS)
    listed: set[str] = set().union(*groups)
    assert names - listed == set()
    assert listed - names == set()
    assert sum(map(len, groups)) == len(listed), "an address is listed twice"


def test_what_is_not_opened_because_it_only_takes_something_takes_only_that() -> None:
    views = _views()
    assert {name for name in POST_ONLY if _methods(views[name]) != ["POST"]} == set()


def _one(data: Path, question: str, *values: object) -> Any:
    with sqlite3.connect(data / "haicap.sqlite3") as database:
        return database.execute(question, values).fetchone()[0]


@pytest.fixture(scope="session")
def places(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return what stands in the addresses of the pages."""
    given = tmp_path_factory.mktemp("axe") / "attributes.csv"
    given.write_text("code,population\n26740,1000\n99999,1\n", encoding="utf-8")
    subprocess.run(
        [*HAICAP, "register", "import-attributes", str(given)], env=environment_of(site.data), check=False
    )
    ask = "SELECT {} FROM {} ORDER BY id LIMIT 1"
    head = site.accounts["team_head"]
    visited = _one(
        site.data,
        """SELECT u.code FROM timetable_visit v JOIN register_unit u ON u.id = v.unit_id
        JOIN campaign_teammember m ON m.team_id = v.team_id
        JOIN campaign_nomination n ON n.id = m.nomination_id
        JOIN accounts_person p ON p.id = n.person_id
        JOIN questionnaire_unitreport s ON s.unit_id = u.id
        WHERE p.username = ? ORDER BY v.day LIMIT 1""",
        head,
    )
    return {
        "person": _one(site.data, ask.format("id", "accounts_person")),
        "unit": _one(
            site.data,
            """SELECT u.code FROM accounts_person p JOIN register_body b ON b.id = p.body_id
            JOIN register_unit u ON u.id = b.unit_id WHERE p.username = ?""",
            site.accounts["commune_officer"],
        ),
        "former_unit": _one(
            site.data,
            "SELECT code FROM register_unit WHERE level = 'commune' AND valid_to IS NOT NULL LIMIT 1",
        ),
        "nomination": _one(site.data, ask.format("id", "campaign_nomination")),
        "import": _one(site.data, ask.format("id", "register_importreport")),
        "visited": visited,
        "practice": _one(site.data, ask.format("id", "findings_goodpractice")),
        "closed": _one(
            site.data,
            "SELECT u.code FROM findings_minutes m JOIN register_unit u ON u.id = m.unit_id LIMIT 1",
        ),
        **_service(site),
        **_collection(site),
    }


def _collection(site: Site) -> dict[str, Any]:
    """Return what stands in the addresses of forms, submissions, lists and devices."""
    ask = "SELECT {} FROM questionnaire_{} ORDER BY id LIMIT 1"
    return {
        "form": _one(site.data, "SELECT id FROM questionnaire_form WHERE purpose = 'collection'"),
        "filled": _one(
            site.data,
            """SELECT s.id FROM questionnaire_submission s JOIN questionnaire_form f ON f.id = s.form_id
            WHERE f.purpose = 'collection' AND s.state = 'has_issues' ORDER BY s.id LIMIT 1""",
        ),
        "list": _one(site.data, "SELECT id FROM questionnaire_dataset WHERE name = 'communes'"),
        "entity": UUID(_one(site.data, ask.format("uuid", "entity"))),
        "device": _one(
            site.data,
            """SELECT k.id FROM questionnaire_fieldkey k JOIN accounts_person p ON p.id = k.person_id
            WHERE p.username = ?""",
            site.accounts["team_head"],
        ),
    }


def _service(site: Site) -> dict[str, Any]:
    """Return what stands in the addresses of the service centres."""
    centre = "TTHCC-" + site.accounts["centre_manager"].removeprefix("ql")
    own = "SELECT b.id FROM accounts_person p JOIN register_body b ON b.id = p.body_id WHERE p.username = ?"
    commune = _one(site.data, own, site.accounts["specialist"])
    hall = _one(site.data, own, site.accounts["centre_manager"])
    signed = """SELECT {} FROM onestop_issueddocument i JOIN onestop_dossier d ON d.id = i.dossier_id
        WHERE i.body_id = ? ORDER BY i.id LIMIT 1"""
    return {
        "centre": centre,
        "dossier": _one(
            site.data,
            "SELECT reference FROM onestop_dossier WHERE competent_body_id = ? ORDER BY is_open DESC, id LIMIT 1",
            commune,
        ),
        "signed": _one(site.data, signed.format("d.reference"), commune),
        "issued": _one(site.data, signed.format("i.key"), commune),
        "slip": _one(site.data, "SELECT number FROM onestop_slip WHERE sender_id = ? LIMIT 1", hall),
        "counter": _one(
            site.data,
            "SELECT c.id FROM onestop_counter c JOIN onestop_centre n ON n.id = c.centre_id WHERE n.code = ? LIMIT 1",
            centre,
        ),
        "ticket": _one(site.data, "SELECT key FROM onestop_ticket ORDER BY id LIMIT 1"),
    }


def _problems(page: Any, width: int) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = list(page.evaluate(RUN, RULES))
    headings = page.locator("h1").count()
    if headings != 1:
        found.append(f"{headings} headings of the first level")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if width < 500 and wide > width:
        found.append(f"scrolls sideways: {wide} px on {width} px")
    return found


def _open(page: Any, path: str, width: int) -> list[str]:
    answer = page.goto(path, wait_until="load")
    if (path.endswith("/fill/") and "/reports/" in path) or re.fullmatch(r"/questionnaire/fill/\d+/", path):
        page.wait_for_selector("html[data-questionnaire=ready]", timeout=30_000)
    page.wait_for_timeout(250)
    return [f"answers {answer.status}"] if answer.status >= 400 else _problems(page, width)


def _walk(page: Any, pages: Mapping[str, SitePage], places: dict[str, Any], width: int) -> list[str]:
    return [
        f"{name} ({width} px): {problem}"
        for name, wanted in pages.items()
        for problem in _open(page, wanted.path.format(**places), width)
    ]


@pytest.mark.browser
@pytest.mark.parametrize("width, height", SIZES)
@pytest.mark.parametrize("role", sorted({page.role or "" for page in PAGES.values()}))
def test_no_page_of_a_role_has_a_violation(
    role: str, width: int, height: int, page_as: Callable[..., Any], places: dict[str, Any]
) -> None:
    page = page_as(role or None, width=width, height=height)
    own = {name: wanted for name, wanted in PAGES.items() if (wanted.role or "") == role}
    found = _walk(page, own, places, width)
    assert not found, "\n".join(found)


@pytest.mark.browser
@pytest.mark.parametrize("width, height", SIZES)
def test_no_page_of_a_draft_of_the_calendar_has_a_violation(
    width: int, height: int, page_as: Callable[..., Any], places: dict[str, Any]
) -> None:
    page = page_as("secretariat", width=width, height=height)
    page.goto("/timetable/")
    page.locator("form[action$='/revise/'] button").click()
    page.wait_for_url("**/timetable/versions/2/")
    found = _walk(page, DRAFT_PAGES, places, width)
    page.goto("/timetable/versions/2/")
    page.locator("form[action$='/discard/'] button").click()
    page.locator("dialog#confirm[open] button[value=yes]").click()
    page.wait_for_url("**/timetable/versions/")
    assert not found, "\n".join(found)


@pytest.mark.browser
def test_the_page_of_a_running_job_has_no_violation(page_as: Callable[..., Any]) -> None:
    page = page_as("secretariat")
    page.goto("/reports/")
    page.locator("form[action$='/reports/make/'] button[type=submit]").click()
    page.wait_for_url("**/jobs/**")
    assert _problems(page, 1366) == []
    page.wait_for_url("**/reports/*/", timeout=90_000)


@pytest.mark.browser
@pytest.mark.parametrize("width, height", SIZES)
def test_the_page_to_change_a_draft_difficulty_has_no_violation(
    width: int, height: int, page_as: Callable[..., Any]
) -> None:
    page = page_as("commune_officer", width=width, height=height)
    page.goto("/findings/difficulties/new/")
    page.select_option("#id_area", index=2)
    page.select_option("#id_group", "organisation")
    page.select_option("#id_competent_level", "city")
    page.fill("#id_text", "Bản nháp mẫu")
    page.get_by_role("button", name="Lưu bản nháp").click()
    page.wait_for_url(re.compile(r"/findings/difficulties/\d+/$"))
    assert _open(page, f"{page.url}edit/", width) == []
    assert page.input_value("#id_text") == "Bản nháp mẫu"


@pytest.mark.browser
def test_a_person_turns_on_the_second_factor_and_signs_in_with_it(page_as: Callable[..., Any]) -> None:
    page = page_as("bridge_technician")
    assert _open(page, "/account/second-factor/", 1366) == []
    key = base64.b32decode(page.locator("main code").first.inner_text())
    page.fill("#id_code", "000000" if totp(key) != 0 else "000001")
    page.locator("main form button[type=submit]").click()
    page.locator(".invalid-feedback, .alert-danger").first.wait_for()
    page.fill("#id_code", f"{totp(key):06d}")
    page.locator("main form button[type=submit]").click()
    page.locator("main li code").first.wait_for()
    assert _problems(page, 1366) == []
    spare = page.locator("main li code").first.inner_text()
    assert _open(page, "/signin/again/", 1366) == []
    page.context.clear_cookies()
    page.goto("/signin/")
    page.fill("input[name=username]", "kythuat")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/signin/code/")
    assert _problems(page, 1366) == []
    page.fill("#id_code", spare)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(lambda url: "/signin" not in url)


COPY = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5001)
    INSERT INTO questionnaire_submission ({columns})
    SELECT {values} FROM n, questionnaire_submission WHERE id = ?"""


@pytest.mark.browser
def test_a_large_export_is_made_beside_and_offered_on_a_page_without_violation(
    site: Site, page_as: Callable[..., Any], places: dict[str, Any]
) -> None:
    page = page_as("secretariat")
    with sqlite3.connect(site.data / "haicap.sqlite3", timeout=30) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(questionnaire_submission)")]
        own = {"id": "NULL", "instance_id": "'copy:' || i", "current_id": "'copy:' || i"}
        copy = COPY.format(columns=", ".join(names), values=", ".join(own.get(name, name) for name in names))
        database.execute(copy, (places["filled"],))
    try:
        page.goto(f"/questionnaire/definitions/{places['form']}/export/")
        page.check("input[name=format][value=xlsx]")
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/questionnaire/exports/*/", timeout=120_000)
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            assert _problems(page, width) == []
        with page.expect_download() as waited:
            page.locator("main a.btn-primary").click()
        assert Path(waited.value.path()).read_bytes().startswith(b"PK")
    finally:
        with sqlite3.connect(site.data / "haicap.sqlite3", timeout=30) as database:
            database.execute("DELETE FROM questionnaire_submission WHERE instance_id LIKE 'copy:%'")
