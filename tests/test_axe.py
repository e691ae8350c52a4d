"""Opens every page in Chromium, wide and on a phone: no accessibility violation, nothing fetched elsewhere."""

import csv
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import HAICAP, Site, environment_of
from tests.site_pages import NO_PAGE, PAGES

AXE = Path(__file__).resolve().parents[1] / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: tags}});
  return found.violations.map((v) => `${v.id}: ${v.nodes.length} x ${v.nodes[0].html.slice(0, 160)}`);
}"""
SIZES = ((1366, 768), (390, 844))


def test_every_address_of_the_sweep_is_visited_or_known_to_be_no_page():
    with Path(__file__).with_name("sweep.csv").open(encoding="utf-8") as file:
        names = {row["name"] for row in csv.DictReader(file)}
    names = {name for name in names if "/api/" not in name and not name.startswith("api:")}
    assert names - NO_PAGE - PAGES.keys() == set()
    assert PAGES.keys() - names == set()


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
        JOIN questionnaire_submission s ON s.unit_id = u.id
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


@pytest.mark.browser
@pytest.mark.parametrize("width, height", SIZES)
@pytest.mark.parametrize("role", sorted({page.role or "" for page in PAGES.values()}))
def test_no_page_of_a_role_has_a_violation(
    role: str, width: int, height: int, page_as: Callable[..., Any], places: dict[str, Any]
) -> None:
    page = page_as(role or None, width=width, height=height)
    found: list[str] = []
    for name, wanted in PAGES.items():
        if (wanted.role or "") != role or name == "kernel:job":
            continue
        answer = page.goto(wanted.path.format(**places), wait_until="load")
        if name == "questionnaire:fill":
            page.wait_for_selector("html[data-questionnaire=ready]", timeout=30_000)
        page.wait_for_timeout(250)
        problems = [f"answers {answer.status}"] if answer.status >= 400 else _problems(page, width)
        found += [f"{name} ({width} px): {problem}" for problem in problems]
    assert not found, "\n".join(found)


@pytest.mark.browser
def test_the_page_of_a_running_job_has_no_violation(page_as: Callable[..., Any]) -> None:
    page = page_as("secretariat")
    page.goto("/reports/")
    page.locator("form[action$='/reports/make/'] button[type=submit]").click()
    page.wait_for_url("**/jobs/**")
    assert _problems(page, 1366) == []
    page.wait_for_url("**/reports/*/", timeout=90_000)
