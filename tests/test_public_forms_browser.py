"""Any form works: published, filled in on its page in Chromium, handed in, exported, and equal to what was entered.

The forms of `tests/forms` are filled in with the answers beside them. pyxform's own example forms are filled in with
answers made from what they ask: set HAICAP_PYXFORM_EXAMPLES to the folder `tests` of its source.
"""


import pytest

from haicap.questionnaire.rules.schema import Schema
from tests.collect_page import fill_form, open_form, submit_form
from tests.conftest import PASSWORD, serving
from tests.exported import taken_back
from tests.filled import FORMS, converted, differences, flat, form_named, names, workbook
from tests.publishing import PERSON, Brought, publish_all

pytestmark = pytest.mark.browser


def signed_in(browser, site):
    """Return a page of the person who keeps the forms, at home in the city."""
    context = browser.new_context(
        base_url=site.url,
        viewport={"width": 1366, "height": 900},
        locale="vi",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto("/signin/")
    page.fill("input[name=username]", PERSON)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda url: "/signin" not in url)
    return page


@pytest.fixture(scope="module")
def house(tmp_path_factory, browser):
    """Publish all forms, half of them as workbooks, and sign in; returns the page and what was published."""
    data, books = tmp_path_factory.mktemp("forms-data"), tmp_path_factory.mktemp("books")
    brought = []
    for number, name in enumerate(names()):
        path = FORMS / f"{name}.md"
        if number % 2:
            path = books / f"{name}.xlsx"
            path.write_bytes(workbook(form_named(name)))
        brought.append(Brought(name, str(path)))
    published = publish_all(data, brought)
    with serving(data, {}) as site:
        yield signed_in(browser, site), published


@pytest.mark.parametrize("name", names())
def test_what_was_entered_comes_back(house, name):
    page, published = house
    form, given = form_named(name), published[name]
    assert "error" not in given, given
    open_form(page, given["id"])
    fill_form(page, dict(flat(form.answers)))
    assert submit_form(page) == "received", page.locator("main").inner_text()[:2000]
    schema = Schema.of(converted(form).xform)
    kinds = {one.path: one.type for one in schema.fields}
    back = taken_back(page, given["id"], schema)
    assert differences(kinds, form.complete, back.xml, back.files) == []
    assert differences(kinds, form.complete, back.csv, back.files) == []
