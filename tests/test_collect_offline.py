"""The form page without a line: filled in, kept, sent later, exactly once; on two devices; with its store dropped."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.collect_page import fill_form, open_form, submit_form
from tests.collect_site import collect_site, sign_in
from tests.conftest import Site, serving
from tests.filled import file_of

pytestmark = pytest.mark.browser
Device = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Field:
    """A running site and the key of the sample form."""

    site: Site
    form: int

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask the database."""
        with sqlite3.connect(self.site.data / "haicap.sqlite3") as database:
            return database.execute(question, values).fetchall()

    def write(self, statement: str, *values: object) -> None:
        """Change the database behind the back of everybody."""
        with sqlite3.connect(self.site.data / "haicap.sqlite3", timeout=30) as database:
            database.execute(statement, values)

    def received(self, name: str) -> list[tuple[Any, ...]]:
        """Return the submissions by the name that the form gave them."""
        return self.rows(
            "SELECT id, xml FROM questionnaire_submission WHERE instance_name = ? ORDER BY id", f"Hộ {name}"
        )


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    """Serve a small site with the sample form."""
    data: Path = tmp_path_factory.mktemp("collect")
    keys = collect_site(data)
    with serving(data, {}) as site:
        yield Field(site, keys["sample"])


@pytest.fixture
def device(browser: Any, field: Field) -> Iterator[Device]:
    """Return a factory: device(person) gives a page of a new browser profile signed in as that person."""
    contexts: list[Any] = []
    problems: list[str] = []

    def make(person: str = "doan1", *, width: int = 1366, height: int = 768, worker: bool = True) -> Any:
        context = browser.new_context(
            base_url=field.site.url,
            locale="vi",
            viewport={"width": width, "height": height},
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(20_000)
        contexts.append(context)
        context.on("weberror", lambda error: problems.append(str(error.error)))
        page = context.new_page()
        sign_in(page, person)
        return page

    yield make
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)


def _ready(page: Any) -> None:
    """Open the list of forms and wait until everything is on the device."""
    page.goto("/questionnaire/fill/")
    page.wait_for_selector("html[data-offline=ready]", timeout=60_000)


def _saved(page: Any) -> None:
    page.wait_for_selector("#save-state[data-state=saved]")


def _instance(page: Any) -> str:
    return str(page.evaluate("() => new URLSearchParams(location.search).get('instance')"))


def _answers(name: str, **more: Any) -> dict[str, Any]:
    return {"/ten": name, **{f"/{key}": value for key, value in more.items()}}


def test_two_forms_with_photos_filled_in_without_a_line_arrive_once_after_the_tab_was_closed(
    field: Field, device: Device
) -> None:
    page = device(width=390, height=844)
    context = page.context
    _ready(page)
    context.set_offline(True)
    for name in ("Ngoại tuyến 1", "Ngoại tuyến 2"):
        open_form(page, field.form)
        fill_form(page, _answers(name, so_nguoi=4, anh=f"@png:{name}", loai="nha"))
        assert submit_form(page) == "queued"
    page.close()
    assert field.received("Ngoại tuyến 1") == []
    page = context.new_page()
    page.goto("/questionnaire/fill/")
    page.wait_for_selector("html[data-collect=ready]")
    waiting = page.locator("#waiting-list").locator("[data-state=queued], [data-state=sending]")
    waiting.nth(1).wait_for()
    assert waiting.count() == 2
    page.wait_for_selector("#line-state:not([hidden])")
    context.set_offline(False)
    page.locator("#sent-list [data-state=received]").nth(1).wait_for(timeout=60_000)
    page.reload()
    page.locator("#sent-list [data-state=received]").nth(1).wait_for()
    for name in ("Ngoại tuyến 1", "Ngoại tuyến 2"):
        ((key, xml),) = field.received(name)
        assert "<so_nguoi>4</so_nguoi>" in xml
        files = field.rows(
            "SELECT sha256, size FROM questionnaire_attachment WHERE submission_id = ? AND file != ''", key
        )
        raw = file_of(f"@png:{name}")[1]
        assert files == [(hashlib.sha256(raw).hexdigest(), len(raw))]
    assert field.rows("SELECT count(*) FROM questionnaire_upload") == [(0,)]
    receipt = page.locator("#sent-list [data-state=received]").first.inner_text()
    assert f"{field.form}-" in receipt


def test_an_answer_is_on_the_device_as_soon_as_it_is_given(field: Field, device: Device) -> None:
    page = device()
    context = page.context
    _ready(page)
    context.set_offline(True)
    open_form(page, field.form)
    fill_form(page, _answers("Giữ ngay", anh="@png:giu-ngay") | {"/nguoi[2]/ho_ten": "Người thứ hai"})
    page.wait_for_function("() => location.search.includes('instance=')")
    address = page.url
    page.close()  # without handing in, without a line
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-questionnaire=ready]")
    assert page.locator("[data-path='/data/ten'] input").input_value() == "Giữ ngay"
    assert page.locator("[data-path='/data/nguoi[2]/ho_ten'] input").input_value() == "Người thứ hai"
    assert page.locator("[data-path='/data/anh'] img.file-preview").count() == 1


def test_the_draft_comes_back_from_the_server_when_the_browser_dropped_its_store(
    field: Field, device: Device
) -> None:
    page = device()
    open_form(page, field.form)
    fill_form(page, _answers("Mất kho", so_nguoi=3, anh="@png:mat-kho"))
    _saved(page)
    purpose = f"form/{field.form}/{_instance(page)}"
    for _ in range(50):
        if field.rows("SELECT 1 FROM questionnaire_upload WHERE purpose = ? AND ended_at NOT NULL", purpose):
            break
        page.wait_for_timeout(200)
    page.goto("/signin/")  # no page holds the store open
    session = page.context.new_cdp_session(page)
    session.send(
        "Storage.clearDataForOrigin",
        {"origin": field.site.url, "storageTypes": "indexeddb,local_storage,cache_storage,service_workers"},
    )
    page.goto("/questionnaire/fill/")
    row = page.locator("#waiting-list li", has_text="Hộ Mất kho")
    row.locator("a").click()
    page.wait_for_selector("html[data-questionnaire=ready]")
    assert page.locator("[data-path='/data/so_nguoi'] input").input_value() == "3"
    page.locator("[data-path='/data/anh'] img.file-preview").wait_for()
    assert submit_form(page) == "received"
    ((key, _xml),) = field.received("Mất kho")
    raw = file_of("@png:mat-kho")[1]
    assert field.rows("SELECT sha256 FROM questionnaire_attachment WHERE submission_id = ?", key) == [
        (hashlib.sha256(raw).hexdigest(),)
    ]
    assert field.rows("SELECT count(*) FROM questionnaire_draft WHERE name = 'Hộ Mất kho'") == [(0,)]


def test_two_devices_on_one_form_are_put_together_question_by_question(field: Field, device: Device) -> None:
    first, second = device(), device()
    open_form(first, field.form)
    fill_form(first, _answers("Hai máy"))
    _saved(first)
    query = f"?instance={_instance(first)}"
    open_form(second, field.form, query=query)
    first.context.set_offline(True)
    fill_form(first, _answers("Hai máy", so_nguoi=5, ghi_chu="máy một") | {"/nguoi[2]/ho_ten": "Của máy một"})
    fill_form(second, {"/loai": "chung_cu", "/ghi_chu": "máy hai"})
    _saved(second)
    first.context.set_offline(False)
    dialog = first.locator("dialog.conflict-dialog[open]")
    dialog.wait_for(timeout=60_000)
    assert dialog.locator("fieldset").count() == 1  # only the question both answered
    assert "máy một" in dialog.inner_text()
    assert "máy hai" in dialog.inner_text()
    dialog.locator("input[value=theirs]").check()
    dialog.locator("button[type=submit]").click()
    _saved(first)
    assert first.locator("[data-path='/data/ghi_chu'] input").input_value() == "máy hai"
    assert first.locator("[data-path='/data/loai'] input[value=chung_cu]").is_checked()
    assert submit_form(first) == "received"
    ((_key, xml),) = field.received("Hai máy")
    for part in ("<so_nguoi>5<", "<ghi_chu>máy hai<", "<loai>chung_cu<", "<ho_ten>Của máy một<"):
        assert part in xml
    fill_form(second, {"/ghi_chu": "muộn"})
    second.wait_for_selector("#save-state[data-state=refused]")  # handed in meanwhile: told, not doubled
    assert len(field.received("Hai máy")) == 1


def test_a_refused_form_stays_with_its_reason_and_can_be_sent_once_it_is_right(
    field: Field, device: Device
) -> None:
    page = device()
    _ready(page)
    page.context.set_offline(True)
    open_form(page, field.form)
    fill_form(page, _answers("Bị từ chối"))
    assert submit_form(page) == "queued"
    field.write("UPDATE questionnaire_form SET state = 'closed' WHERE id = ?", field.form)
    try:
        page.context.set_offline(False)
        page.wait_for_selector("html[data-collect=refused]", timeout=60_000)
        said = page.locator("#form-outcome").inner_text()
        assert len(said.split(":", 1)[1].strip()) > 10  # why
        page.goto("/questionnaire/fill/")
        refused = page.locator("#waiting-list li", has_text="Hộ Bị từ chối")
        refused.locator("[data-state=refused]").wait_for()
    finally:
        field.write("UPDATE questionnaire_form SET state = 'open' WHERE id = ?", field.form)
    refused.locator("a").click()
    page.wait_for_selector("html[data-questionnaire=ready]")
    fill_form(page, {"/so_nguoi": 2})
    assert submit_form(page) == "received"
    assert len(field.received("Bị từ chối")) == 1


def test_the_answer_of_the_server_that_was_lost_is_asked_for_again_with_the_same_bytes(
    field: Field, device: Device
) -> None:
    page = device(worker=False)  # so that the test stands between page and server
    open_form(page, field.form)
    fill_form(page, _answers("Mất câu trả lời"))
    lost: list[bytes] = []

    def swallow(route: Any) -> None:
        lost.append(route.request.post_data_buffer)
        if len(lost) == 1:
            route.fetch()  # it arrives, but the answer does not
            route.abort()
        else:
            route.continue_()

    page.route("**/submissions", swallow)
    assert submit_form(page) == "received"
    assert len(lost) == 2
    xml = [body[body.index(b"<data") : body.index(b"</data>")] for body in lost]
    assert xml[0] == xml[1]
    assert len(field.received("Mất câu trả lời")) == 1


def test_a_save_still_on_its_way_does_not_take_back_what_was_handed_in(field: Field, device: Device) -> None:
    page = device(worker=False)
    open_form(page, field.form)
    held: list[Any] = []

    def hold(route: Any) -> None:
        if route.request.method == "PUT":
            held.append(route)
        else:
            route.continue_()

    def begun(route: Any) -> None:
        for save in held:  # the save is answered while the files of the form that was handed in are sent
            save.continue_()
        held.clear()
        page.wait_for_timeout(1_000)
        route.continue_()

    page.route("**/drafts/**", hold)
    page.route("**/uploads", begun)
    fill_form(page, _answers("Lưu muộn", anh="@png:luu-muon"))
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(100)
    assert held
    assert submit_form(page) == "received"
    assert len(field.received("Lưu muộn")) == 1
    page.goto("/questionnaire/fill/")
    page.wait_for_selector("html[data-collect=ready]")
    page.locator("#sent-list li", has_text="Hộ Lưu muộn").locator("[data-state=received]").wait_for()
    assert page.locator("#waiting-list li", has_text="Hộ Lưu muộn").count() == 0
    assert field.rows("SELECT count(*) FROM questionnaire_draft WHERE name = 'Hộ Lưu muộn'") == [(0,)]


def test_a_large_photo_goes_on_where_the_line_broke(field: Field, device: Device) -> None:
    page = device(worker=False)
    open_form(page, field.form)
    fill_form(page, _answers("Ảnh lớn"))
    _saved(page)
    raw = b"\x89PNG\r\n\x1a\n" + bytes(3 * 1024 * 1024)
    sent: list[tuple[int, int]] = []  # offset and bytes of each piece

    def pieces(route: Any) -> None:
        request = route.request
        if request.method == "PATCH":
            sent.append((int(request.headers["upload-offset"]), len(request.post_data_buffer or b"")))
        if request.method == "PATCH" and len(sent) in (2, 3):
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/**", pieces)
    page.locator("[data-path='/data/anh'] input[type=file]").set_input_files(
        {"name": "lon.png", "mimeType": "image/png", "buffer": raw}
    )
    page.locator("[data-path='/data/anh'] img.file-preview").wait_for(state="attached")
    assert submit_form(page) == "received"
    ((key, _xml),) = field.received("Ảnh lớn")
    files = field.rows("SELECT sha256, size FROM questionnaire_attachment WHERE submission_id = ?", key)
    assert files == [(hashlib.sha256(raw).hexdigest(), len(raw))]
    assert sum(offset == 0 for offset, _ in sent) == 1  # never from the beginning again
    assert len(sent) > 4


def test_a_form_that_came_back_is_corrected_as_an_edition_of_itself(field: Field, device: Device) -> None:
    page = device()
    open_form(page, field.form)
    fill_form(page, _answers("Cần sửa", so_nguoi=1, anh="@png:can-sua"))
    assert submit_form(page) == "received"
    ((key, xml),) = field.received("Cần sửa")
    instance = xml.partition("<instanceID>")[2].partition("<")[0]
    field.write("UPDATE questionnaire_submission SET state = 'has_issues' WHERE id = ?", key)
    open_form(page, field.form, query=f"?instance={instance}")
    assert page.locator("[data-path='/data/so_nguoi'] input").input_value() == "1"
    page.locator("[data-path='/data/anh'] img.file-preview").wait_for()
    fill_form(page, {"/so_nguoi": 2})
    page.reload()  # the correction is a draft like any other
    page.wait_for_selector("html[data-questionnaire=ready]")
    assert page.locator("[data-path='/data/so_nguoi'] input").input_value() == "2"
    assert submit_form(page) == "received"
    ((same, now),) = field.received("Cần sửa")
    assert same == key
    assert f"<deprecatedID>{instance}</deprecatedID>" in now
    assert field.rows("SELECT edits, state FROM questionnaire_submission WHERE id = ?", key) == [
        (1, "edited")
    ]
    raw = file_of("@png:can-sua")[1]
    files = field.rows("SELECT sha256 FROM questionnaire_attachment WHERE submission_id = ?", key)
    assert files == [(hashlib.sha256(raw).hexdigest(),)]


def test_the_position_of_the_device_is_taken_and_a_photo_can_be_removed(field: Field, device: Device) -> None:
    page = device()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 10.7769, "longitude": 106.7009, "accuracy": 5})
    open_form(page, field.form)
    fill_form(page, _answers("Vị trí", anh="@png:bo-di"))
    page.locator("#area-nav a").first.click()
    page.locator("[data-path='/data/vi_tri'] .geo-here").click()
    page.wait_for_function("() => document.querySelector(\"[data-path='/data/vi_tri'] input\").value !== ''")
    _saved(page)
    page.reload()  # the photo now comes with the draft
    page.wait_for_selector("html[data-questionnaire=ready]")
    page.locator("[data-path='/data/anh'] img.file-preview").wait_for()
    page.locator("[data-path='/data/anh'] .file-remove").click()
    page.locator("[data-path='/data/anh'] img.file-preview").wait_for(state="detached")
    assert submit_form(page) == "received"
    ((key, xml),) = field.received("Vị trí")
    assert "<vi_tri>10.7769 106.7009 0.0 5.0</vi_tri>" in xml
    assert field.rows("SELECT count(*) FROM questionnaire_attachment WHERE submission_id = ?", key) == [(0,)]


def test_nothing_of_one_person_is_shown_to_the_next_one_on_the_same_device(
    field: Field, device: Device
) -> None:
    page = device("doan1")
    _ready(page)
    open_form(page, field.form)
    fill_form(page, _answers("Của người thứ nhất"))
    _saved(page)
    page.locator("form[data-sign-out]").evaluate("(form) => form.requestSubmit()")
    page.locator("form[data-sign-out]").wait_for(state="detached")
    sign_in(page, "doan2")
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        page.goto("/questionnaire/fill/")  # the page of the first one is not kept for the second
    page.context.set_offline(False)
    page.goto("/questionnaire/fill/")
    page.wait_for_selector("html[data-offline=ready]", timeout=60_000)
    assert "Của người thứ nhất" not in page.locator("main").inner_text()


def test_a_rule_that_does_not_hold_is_shown_and_leads_to_its_question(field: Field, device: Device) -> None:
    page = device(width=390, height=844)
    open_form(page, field.form)
    fill_form(page, {"/so_nguoi": 60})
    assert submit_form(page) == "problems"
    links = page.locator("#form-problems a")
    assert links.count() == 2
    assert "Không quá 49 người." in links.nth(1).inner_text()
    links.nth(1).click()
    focused = page.evaluate("() => document.activeElement.closest('[data-path]')?.dataset.path")
    assert focused == "/data/so_nguoi"
    assert page.locator("#look-ahead").get_attribute("data-state") == "wrong"
    fill_form(page, _answers("Số lạ", so_nguoi="ba người"))  # typed, but no number: never dropped in silence
    assert submit_form(page) == "problems"
    assert page.locator("#form-problems a").count() == 1


def test_the_report_of_a_unit_opens_and_keeps_answers_without_a_line(site: Site, page_as: Device) -> None:
    page = page_as("commune_officer")
    code = site.accounts["commune_officer"].removeprefix("xa")
    address = f"/questionnaire/reports/{code}/fill/"
    page.goto(address)
    page.wait_for_selector("html[data-offline=ready], #report-state, .page-title")
    if "/fill/" not in page.url:
        pytest.skip("the report of the sample commune was handed in by another walk")
    page.wait_for_selector("html[data-offline=ready]", timeout=60_000)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("html[data-questionnaire=ready]", timeout=60_000)
    page.fill("#q-a0_01", "7")
    page.locator("#q-a0_01").blur()
    page.wait_for_selector("#save-state[data-state=kept]")
    page.reload()
    page.wait_for_selector("html[data-questionnaire=ready]", timeout=60_000)
    assert page.input_value("#q-a0_01") == "7"
    page.context.set_offline(False)
    page.wait_for_selector("#save-state[data-state=saved]", timeout=60_000)
