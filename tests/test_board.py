"""The board of the visit calendar in Chromium: a visit carried by mouse, keys and finger is judged as it hovers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

BROKEN = "#board .tt-half[data-verdict=broken]"
ALLOWED = "#board .tt-half[data-verdict=allowed], #board .tt-half[data-verdict=swap]"
IN_VIEW = """selector => {
  const reached = [...document.querySelectorAll(selector)].find(cell => {
    const box = cell.getBoundingClientRect();
    return document.elementFromPoint(box.x + 12, box.y + 12)?.closest(".tt-half") === cell;
  });
  return reached && `[data-team="${reached.dataset.team}"][data-slot="${reached.dataset.slot}"]`;
}"""


@pytest.fixture
def drafted(page_as: Callable[..., Any]) -> Iterator[str]:
    """Make a draft of the calendar in force for the test, and delete it after."""
    page = page_as("secretariat")
    page.goto("/timetable/")
    page.locator("form[action$='/revise/'] button").click()
    page.wait_for_url("**/timetable/versions/*/")
    yield page.url
    page.goto(page.url)
    page.locator("form[action$='/discard/'] button").click()
    page.locator("dialog#confirm[open] button[value=yes]").click()
    page.wait_for_url("**/timetable/versions/")


def _middle(locator: Any) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + 12, box["y"] + 12


def _in_view(page: Any, kind: str) -> Any:
    """Return a half-day of this kind that the pointer reaches: others lie outside the window, or under its heading."""
    found = page.evaluate(IN_VIEW, kind)
    assert found, f"no {kind} in view"
    return page.locator(f"#board .tt-half{found}")


def _place(page: Any, code: str) -> str:
    """Return the team and half-day of a unit on the board."""
    found: str = page.locator(f'#board .tt-visit[data-unit="{code}"]').evaluate(
        'e => `${e.closest(".tt-half").dataset.team} ${e.closest(".tt-half").dataset.slot}`'
    )
    return found


def _arrives(page: Any, code: str, target: str) -> None:
    """Wait until the board, fetched anew after a drop, shows the unit at `target`."""
    team, _, slot = target.partition(" ")
    page.wait_for_selector(f'.tt-half[data-team="{team}"][data-slot="{slot}"] [data-unit="{code}"]')


def _key(cell: Any) -> str:
    return f"{cell.get_attribute('data-team')} {cell.get_attribute('data-slot')}"


@pytest.mark.browser
def test_a_dragged_visit_is_judged_over_every_half_day_and_dropped(
    drafted: str, page_as: Callable[..., Any]
) -> None:
    page = page_as("secretariat")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/cells/" in request.url else None)
    page.goto(drafted)
    visit = page.locator('#board .tt-half[data-team="1"] .tt-visit:not(.tt-online)').first
    code = visit.get_attribute("data-unit")
    visit.evaluate("e => e.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' })")
    page.mouse.move(*_middle(visit))
    page.mouse.down()
    x, y = _middle(visit)
    page.mouse.move(x + 20, y + 5)
    page.wait_for_selector(".tt-verdict")
    says = page.locator("#board-says")
    page.mouse.move(*_middle(_in_view(page, BROKEN)))
    assert says.inner_text().startswith("✕ ")
    cell = _in_view(page, ALLOWED)
    page.mouse.move(*_middle(cell))
    assert says.inner_text().startswith("✓ ")
    assert "điểm" in says.inner_text() or "không đổi" in says.inner_text()
    target = _key(cell)
    page.mouse.up()
    page.wait_for_selector("#toasts .alert-success")
    _arrives(page, code, target)
    assert len(asked) == 1


@pytest.mark.browser
def test_the_keyboard_carries_a_visit_with_the_same_verdicts(
    drafted: str, page_as: Callable[..., Any]
) -> None:
    page = page_as("secretariat")
    page.goto(drafted)
    visit = page.locator('#board .tt-half[data-team="2"] .tt-visit:not(.tt-online)').first
    code = visit.get_attribute("data-unit")
    before = _place(page, code)
    visit.focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".tt-verdict")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    assert page.locator(".tt-verdict").count() == 0
    assert _place(page, code) == before
    page.keyboard.press("Space")
    page.wait_for_selector(".tt-verdict")
    for key in ("ArrowRight", "ArrowDown", *["ArrowRight"] * 6, *["ArrowDown"] * 6, *["ArrowLeft"] * 6):
        page.keyboard.press(key)
        over = page.locator(".tt-over")
        if over.get_attribute("data-verdict") in ("allowed", "swap"):
            break
    target = _key(over)
    page.keyboard.press("Enter")
    page.wait_for_selector("#toasts .alert-success")
    _arrives(page, code, target)
    assert page.evaluate("document.activeElement.dataset.unit") == code


@pytest.mark.browser
def test_a_resting_finger_carries_and_a_swipe_scrolls(drafted: str, browser: Any, site: Any) -> None:
    from tests.conftest import PASSWORD

    context = browser.new_context(
        base_url=site.url, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, locale="vi"
    )
    page = context.new_page()
    page.goto("/signin/")
    page.fill("input[name=username]", site.accounts["secretariat"])
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(drafted)
    visit = page.locator('#board .tt-half[data-team="3"] .tt-visit').first
    visit.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    x, y = _middle(visit)
    touch = context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        listed = [{"x": point[0], "y": point[1]} for point in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    send("touchStart", (x, y))
    send("touchMove", (x, y - 40))
    page.wait_for_timeout(600)
    assert page.locator(".tt-verdict").count() == 0
    send("touchEnd")
    page.wait_for_timeout(300)
    x, y = _middle(visit)
    send("touchStart", (x, y))
    page.wait_for_selector(".tt-verdict")
    cell = page.locator('.tt-half[data-team="3"]').nth(2)
    send("touchMove", (x + 4, y + 4))
    send("touchMove", _middle(cell))
    page.wait_for_selector(".tt-over")
    assert page.locator("#board-says").inner_text()[:2] in ("✓ ", "✕ ")
    send("touchCancel")
    page.wait_for_function("document.querySelectorAll('.tt-verdict').length === 0")
    context.close()
