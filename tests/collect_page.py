"""Filling in any form on its page, as a person would: every kind of question, rows of repeats, parts of the form.

A place is the path below the root with the number of each row, as `tests.filled.flat` gives them: "/group/question",
"/member[2]/age". Values are those of `tests/forms`: texts, numbers, lists of choices (in order, for ranks), `@png:x`
and the like for files, `@drawn:x` for drawings.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests import filled

FIND = """(place) => {
  const plain = (path) => path.replace(/\\[1\\]/g, "").replace(/^\\/[^/]+/, "");
  const wanted = place.replace(/\\[1\\]/g, "");
  const all = [...document.querySelectorAll("[data-kind][data-path]")];
  const found = all.find((one) => plain(one.dataset.path) === wanted);
  if (!found) return null;
  const mark = `m${Math.random().toString(36).slice(2)}`;
  found.dataset.mark = mark;
  const panel = found.closest(".area-panel");
  let relevant = true;
  for (let at = found; at && at !== panel; at = at.parentElement) if (at.hidden) relevant = false;
  const entry = document.querySelector(`#area-nav a[href="#${panel.id}"]`)?.closest("li");
  if (entry?.hidden) relevant = false;
  return { mark, kind: found.dataset.kind, panel: panel.id, shown: !panel.hidden, relevant };
}"""
ADD = """(repeat) => {
  const plain = (path) => path.replace(/\\[1\\]/g, "").replace(/^\\/[^/]+/, "");
  const found = [...document.querySelectorAll(".repeat[data-path]")].find(
    (one) => plain(one.dataset.path) === repeat.replace(/\\[1\\]/g, ""));
  if (!found) return -1;
  const add = found.querySelector(":scope > .repeat-add");
  const rows = found.querySelectorAll(":scope > .repeat-list > .repeat-row").length;
  if (!add) return rows;
  add.dataset.mark = "add";
  for (const other of document.querySelectorAll("[data-mark=add]")) if (other !== add) delete other.dataset.mark;
  return rows;
}"""


class NotOnPage(AssertionError):
    """A place is not on the page, or not relevant."""


def open_form(page: Any, form_id: int, *, query: str = "") -> None:
    """Open the page of a form by its key and wait until it can be filled in."""
    page.goto(f"/questionnaire/fill/{form_id}/{query}")
    page.wait_for_selector("html[data-questionnaire=ready], html[data-questionnaire=failed]", timeout=60_000)
    if page.locator("html[data-questionnaire=failed]").count():
        raise AssertionError(page.locator("#form-loading").inner_text())


def fill_form(page: Any, answers: Mapping[str, Any]) -> None:
    """Answer questions by place; those that become relevant only by others are tried again after them.

    Raises NotOnPage where places are left that no answer makes relevant.
    """
    pending, stuck = dict(answers), 0
    while pending:
        left: dict[str, Any] = {}
        for place, value in pending.items():
            if not _answer(page, place, value):
                left[place] = value
        stuck = stuck + 1 if len(left) == len(pending) else 0
        if stuck > 1:
            raise NotOnPage(", ".join(left))
        pending = left
        _visit_all(page)
    page.keyboard.press("Tab")


def _visit_all(page: Any) -> None:
    """Go through all parts of the form: a part is brought up to date when it is opened."""
    links = page.locator("#area-nav li:not([hidden]) a")
    for number in range(links.count()):
        if links.nth(number).is_visible():
            links.nth(number).click()


def submit_form(page: Any) -> str:
    """Hand in; return what became of it: received, queued (no line), refused or problems."""
    page.evaluate("() => { delete document.documentElement.dataset.collect }")
    page.click("#submit-form")
    page.wait_for_selector("html[data-collect]", timeout=30_000)
    if page.locator("html[data-collect=problems]").count():
        return "problems"
    page.wait_for_function(
        """() => { const state = document.documentElement.dataset.collect;
        return ["received", "refused"].includes(state) || (state === "queued" && !navigator.onLine) }""",
        timeout=60_000,
    )
    return str(page.evaluate("() => document.documentElement.dataset.collect"))


def _answer(page: Any, place: str, value: Any) -> bool:
    """Answer one question; say whether it was there to be answered."""
    found = page.evaluate(FIND, place)
    if found is None:
        if not _rows(page, place):
            return False
        found = page.evaluate(FIND, place)
    if found is None or not found["relevant"]:
        return False
    if not found["shown"]:
        page.locator(f"#area-nav a[href='#{found['panel']}']").click()
    root = page.locator(f"[data-mark='{found['mark']}']")
    if not root.is_visible():
        return False
    _set(page, root, found["kind"], value)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return True


def _rows(page: Any, place: str) -> bool:
    """Add the rows a place needs, from the outside in; say whether they are there."""
    steps = place.split("/")[1:]
    for at, step in enumerate(steps):
        if not step.endswith("]"):
            continue
        number = int(step.partition("[")[2][:-1])
        repeat = "/" + "/".join([*steps[:at], step.partition("[")[0]])
        while (rows := page.evaluate(ADD, repeat)) < number:
            add = page.locator("[data-mark=add]")
            if rows < 0 or not add.count():
                return False
            panel = add.locator("xpath=ancestor::section[contains(@class, 'area-panel')]")
            if not panel.is_visible():
                page.locator(f"#area-nav a[href='#{panel.get_attribute('id')}']").click()
            add.click()
    return True


def _set(page: Any, root: Any, kind: str, value: Any) -> None:
    if kind == "upload":
        _file(page, root, str(value))
    elif kind == "select1":
        _choose(root, [value] if isinstance(value, str) else value)
    elif kind == "select":
        _choose(root, value if isinstance(value, list) else str(value).split())
    elif kind == "select1-list":
        root.locator("select").select_option(str(value))
    elif kind == "rank":
        _rank(root, value if isinstance(value, list) else str(value).split())
    elif kind in ("geopoint", "geotrace", "geoshape"):
        _points(root, kind, str(value))
    elif kind == "trigger":
        root.locator("input").check()
    else:
        _type(page, root, kind, filled.as_text(value))


def _type(page: Any, root: Any, kind: str, text: str) -> None:
    control = root.locator(".range-number" if kind == "range" else "input, textarea").first
    form = control.get_attribute("type")
    if kind in ("int", "decimal", "range"):
        text = text.replace(".", ",")
    elif kind == "date" and form == "month":
        text = text[:7]
    elif kind == "date" and form == "text":
        text = text[:4]
    elif kind == "time":
        text = text[:5]
    elif kind == "dateTime":
        text = page.evaluate(
            """(text) => { const at = new Date(text);
            return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16) }""",
            text,
        )
    control.fill(text)
    control.blur()


def _choose(root: Any, values: list[str]) -> None:
    if not root.locator(".choices").count():  # a single choice is a tick
        root.locator("input[type=checkbox]").set_checked(bool(values))
        return
    boxes = root.locator(".choices input")
    for number in range(boxes.count()):
        box = boxes.nth(number)
        if box.get_attribute("type") == "checkbox" and box.get_attribute("value") not in values:
            box.uncheck()
    for value in values:
        root.locator(f".choices input[value={json.dumps(value, ensure_ascii=False)}]").check()


def _rank(root: Any, values: list[str]) -> None:
    if root.locator(".rank-accept").is_visible():
        root.locator(".rank-accept").click()
    for at, value in enumerate(values):
        while True:
            order = root.locator(".rank > li").evaluate_all("(rows) => rows.map((row) => row.dataset.value)")
            if order.index(value) <= at:
                break
            root.locator(f".rank > li[data-value='{value}'] .rank-up").click()


def _points(root: Any, kind: str, text: str) -> None:
    points = [part.split()[:2] for part in text.split(";") if part.strip()]
    if kind == "geoshape" and len(points) > 3 and points[0] == points[-1]:
        points.pop()
    for at, (latitude, longitude) in enumerate(points):
        while root.locator(".geo-latitude").count() <= at:
            root.locator(".geo-add").click()
        root.locator(".geo-latitude").nth(at).fill(latitude)
        root.locator(".geo-longitude").nth(at).fill(longitude)


def _file(page: Any, root: Any, value: str) -> None:
    before = root.get_attribute("data-file") or ""
    if value.startswith("@drawn:"):
        if root.locator("input[type=file]").count():
            name, raw, kind = filled.file_of(value.replace("@drawn:", "@png:"))
            root.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": raw})
        else:
            root.locator(".drawing input").fill(value.partition(":")[2])
            root.locator(".drawing input").blur()
    else:
        name, raw, kind = filled.file_of(value)
        root.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": raw})
    page.wait_for_function(
        "([mark, before]) => (document.querySelector(`[data-mark='${mark}']`)?.dataset.file ?? '') !== before",
        arg=[root.get_attribute("data-mark"), before],
    )
