"""Walks every address of the site as every role, as nobody, and as a role nobody knows.

The answers are compared with the committed table `sweep.csv`. After adding a page, run
`pytest tests/test_sweep.py --update-tables` and read the difference before committing it.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from haicap.kernel.access import COMMUNE_ROLES, SYSTEM, Role
from haicap.register.models import Unit

TABLE = Path(__file__).with_name("sweep.csv")
NOBODY = 999_999_999  # a key no row has: what the first row is called differs between databases
VISITORS = ["anonymous", *(role.value for role in Role), "other_commune", "unknown_role"]
OWN = {
    "ui:home",
    "kernel:alive",
    "ui:language",
    "accounts:sign-in",
    "accounts:second-factor",
    "accounts:factor-again",
    "accounts:sign-out",
    "accounts:profile",
    "accounts:password",
    "accounts:enrol",
    "accounts:enrol-picture",
    "accounts:unenrol",
    "accounts:recovery-codes",
    "accounts:notices",
    "accounts:notices-read",
    "GET /api/accounts/me",
    "GET /api/accounts/notices",
    "POST /api/accounts/notices/read",
    "central-user-current",
    "central-session",
    "central-session-current",
    "openrosa-list",  # an empty list
    "openrosa-submission",  # whether submissions are taken here
}  # what belongs to the account itself, and the open pages: all that is left to a role nobody knows
FRAMEWORK = {"api:openapi-json", "api:api-root"}  # django-ninja's own; they hold no data


@dataclass(frozen=True, slots=True)
class Target:
    """Something the site answers at: its name in the table, its door, and how to knock."""

    name: str
    door: str | None
    path: Callable[[Mapping[str, Any]], str]
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    files: tuple[str, ...] = field(default=())
    is_form: bool = False  # the body is multipart, with or without files


def _patterns(
    resolver: URLResolver, prefix: str = "", outer: Mapping[str, Any] | None = None
) -> Iterator[tuple[str, URLPattern, Mapping[str, Any]]]:
    """Yield each address with the arguments it takes, those of the addresses around it included."""
    for entry in resolver.url_patterns:
        wanted = {**(outer or {}), **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            inner = f"{prefix}{entry.namespace}:" if entry.namespace else prefix
            yield from _patterns(entry, inner, wanted)
        else:
            yield f"{prefix}{entry.name or entry.pattern}", entry, wanted


def _page(name: str, pattern: URLPattern, wanted: Mapping[str, Any]) -> Target:

    def path(samples: Mapping[str, Any]) -> str:
        return reverse(
            name,
            kwargs={
                key: _sample(samples, name, key, is_number=isinstance(converter, IntConverter))
                for key, converter in wanted.items()
            },
        )

    return Target(name, getattr(pattern.callback, "door", None), path)


def _sample(samples: Mapping[str, Any], name: str, key: str, *, is_number: bool) -> Any:
    """Return the example for an argument; a number nobody gave an example for is 1."""
    found = samples.get(f"{name}.{key}", samples.get(key, 1 if is_number else None))
    assert found is not None, f"{name}: give `samples` an example for the argument {key!r}"
    return found


def pages() -> list[Target]:
    """Return every page of the site; the addresses of the API come from its own register."""
    found = [_page(*pair) for pair in _patterns(get_resolver())]
    return [page for page in found if not page.name.startswith("api:")]


def _example(schema: Mapping[str, Any], parts: Mapping[str, Any]) -> Any:
    """Make the smallest value that fits a JSON schema."""
    if "$ref" in schema:
        schema = parts[schema["$ref"].rsplit("/", 1)[1]]
    if choices := schema.get("anyOf") or schema.get("allOf"):
        return _example(choices[0], parts)
    if "enum" in schema or "const" in schema:
        return schema.get("const", next(iter(schema.get("enum", ())), None))
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        return {key: _example(properties[key], parts) for key in schema.get("required", ())}
    if schema.get("type") == "string":
        forms = {"date": "2025-08-05", "date-time": "2025-08-05T08:00:00Z", "uuid": str(UUID(int=0))}
        return forms.get(schema.get("format", ""), "x" * schema.get("minLength", 1))
    return {"integer": schema.get("minimum", NOBODY), "number": 1.5, "boolean": True, "array": []}.get(
        schema.get("type", "")
    )


def operations() -> list[Target]:
    """Return every operation of the JSON API, from its OpenAPI document and its routers."""
    from haicap.api import api

    document = api.get_openapi_schema()
    parts = document.get("components", {}).get("schemas", {})
    doors = {
        operation.operation_id or api.get_openapi_operation_id(operation): getattr(
            operation.view_func, "door", None
        )
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    }
    return [
        _operation(path, method.upper(), what, doors[what["operationId"]], parts)
        for path, methods in document["paths"].items()
        for method, what in methods.items()
    ]


def _operation(
    path: str, method: str, what: Mapping[str, Any], door: str | None, parts: Mapping[str, Any]
) -> Target:
    name = f"{method} {path}"
    asked = [one for one in what.get("parameters", ()) if one.get("required")]
    inside = {one["name"]: _example(one["schema"], parts) for one in asked if one["in"] == "query"}
    query = "&".join(f"{key}={value}" for key, value in inside.items())

    def filled(samples: Mapping[str, Any]) -> str:
        made = path
        for one in asked:
            if one["in"] == "path":
                is_number = one["schema"].get("type") == "integer"
                example = _sample(samples, name, one["name"], is_number=is_number)
                made = made.replace(f"{{{one['name']}}}", str(example))
        return f"{made}?{query}" if query else made

    content = what.get("requestBody", {}).get("content", {})
    if form := content.get("multipart/form-data"):
        schema = form["schema"]
        schema = parts[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
        binary = tuple(
            key for key, one in schema.get("properties", {}).items() if one.get("format") == "binary"
        )
        values = {key: value for key, value in _example(schema, parts).items() if key not in binary}
        return Target(name, door, filled, method, values, binary, is_form=True)
    body = _example(content["application/json"]["schema"], parts) if content else None
    return Target(name, door, filled, method, body)


def knock(target: Target, cookies: Any, samples: Mapping[str, Any]) -> int:
    """Return the status of one answer; whatever it changed is taken back."""
    client = Client(raise_request_exception=False, headers={"X-OpenRosa-Version": "1.0"})
    client.cookies.update(cookies)
    path, point = target.path(samples), transaction.savepoint()
    try:
        if target.is_form:
            files = {key: SimpleUploadedFile("a.csv", b"code\n") for key in target.files}
            answer = client.generic(target.method, path, **_multipart({**(target.body or {}), **files}))
        elif target.body is not None:
            answer = client.generic(target.method, path, _json(target.body), content_type="application/json")
        else:
            answer = client.generic(target.method, path)
            if answer.status_code == 405 and target.method == "GET":
                answer = client.post(path)
        if answer.streaming:
            request_finished.disconnect(
                close_old_connections
            )  # the connection is the test's, and in a transaction
            answer.close()
            request_finished.connect(close_old_connections)
        return int(answer.status_code)
    finally:
        transaction.savepoint_rollback(point)


def _multipart(values: dict[str, Any]) -> dict[str, Any]:
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return {"data": encode_multipart(BOUNDARY, values), "content_type": MULTIPART_CONTENT}


def _json(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


@pytest.fixture
def samples(db: None, campaign: Any, person: Any) -> dict[str, Any]:
    """Return an example for every argument of an address; ids of rows that are not there answer 404."""
    from haicap.accounts.actions import notify
    from haicap.campaign.models import ContentArea, Indicator
    from haicap.campaign.queries import fields_of

    unit = Unit.objects.filter(level="commune", valid_to=None).order_by("code").first()
    former = Unit.objects.filter(level="commune").exclude(valid_to=None).order_by("code").first()
    district = Unit.objects.filter(level="district").order_by("code").first()
    assert unit is not None
    area = ContentArea.objects.filter(campaign=campaign).order_by("order")[0].code
    indicator = Indicator.objects.filter(campaign=campaign).order_by("order")[0].code
    told = person(Role.TEAM_MEMBER)
    notify(actor=SYSTEM, people=[told], text_vi="Mẫu", text_en="Sample", url="/")
    return {
        "code": unit.code,
        "unit": unit.code,
        "unit_code": unit.code,
        "register:former-unit.code": former.code if former else "00001",
        "GET /api/register/before/{code}.code": former.code if former else "00001",
        "register:district.code": district.code if district else "760",
        "GET /api/register/districts/{code}.code": district.code if district else "760",
        "campaign:area.code": area,
        "assessment:area.code": area,
        "campaign:indicator.code": indicator,
        "GET /api/campaign/plan/indicators/{code}.code": indicator,
        "key": fields_of(campaign=campaign)[0].key,
        "area": area,
        "person_id": told.pk,
        "notice_id": told.notices.get().pk,
        "job_id": UUID(int=0),
        "day": date(2025, 8, 5),
        "token": "no-such-token",
        **_service(unit),
        **_collection(campaign),
    }


FORM = """
| survey   |
|          | type  | name   | label |
|          | text  | ghi    | Ghi   |
|          | image | anh    | Ảnh   |
| settings |
|          | form_title | form_id  | version |
|          | Phiếu mẫu  | phieu_mau | 1       |
"""


def _collection(campaign: Any) -> dict[str, Any]:
    """Publish a form nobody is assigned to, with one submission; return examples of its addresses."""
    from haicap.questionnaire.actions.entities import Row, create_dataset, create_entities
    from haicap.questionnaire.actions.forms import create_form, save_draft_version
    from haicap.questionnaire.actions.receive import receive
    from haicap.questionnaire.models import Entity

    form = create_form(actor=SYSTEM, campaign=campaign, raw=FORM.encode(), name="phieu.md", publish=True)
    save_draft_version(actor=SYSTEM, form=form)
    xml = (
        b'<data id="phieu_mau" version="1"><ghi>x</ghi><anh>a.png</anh>'
        b"<meta><instanceID>uuid:sweep</instanceID></meta></data>"
    )
    row = receive(actor=SYSTEM, form=form, xml=xml).submission
    dataset = create_dataset(actor=SYSTEM, campaign=campaign, name="danh_sach")
    create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label="Một")])
    lists = ("list", "submission", "form", "manifest", "media")
    return {
        "project": campaign.pk, "form_id": form.pk, "form": form.form_id, "dataset_id": dataset.pk, "number": 1,
        "name": "a.png", "instance": "uuid:sweep", "instance_id": "uuid:sweep", "edition": "uuid:sweep",
        "version": "1", "role": "viewer", "user": NOBODY, "identity": Entity.objects.get(dataset=dataset).uuid,
        "table": "Submissions", "key_id": NOBODY, "draft": "no-such-draft",
        "file_id": row.attachments.get().pk, "upload_id": UUID(int=0),
        "questionnaire:export-ready.token": UUID(int=0), "questionnaire:export-file.token": UUID(int=0),
        **{f"questionnaire:submission{name}.pk": row.pk
           for name in ("", "-decide", "-comment", "-edit", "-delete", "-file")},
        **{f"openrosa-{kind}{name}.form_id": form.form_id for kind in ("", "key-", "draft-") for name in lists},
        **{f"central-{name}.name": dataset.name for name in ("dataset", "dataset-properties")},
        **{f"central-{name}.name": dataset.name for name in _ENTITIES},
        "openrosa-integrity.name": dataset.name, "openrosa-key-integrity.name": dataset.name,
    }  # fmt: skip


_ENTITIES = (
    "entities", "entities-csv", "entities-odata", "entities-odata-root", "entities-odata-metadata",
    "entities-odata-table", "entity", "entity-restore", "entity-versions", "entity-diffs", "entity-audits",
)  # fmt: skip


def _service(unit: Unit) -> dict[str, Any]:
    """Open the centres with one dossier in which no visitor has a part; return examples of their addresses."""
    from django.conf import settings

    from haicap.onestop.actions.catalogue import load_procedures
    from haicap.onestop.actions.centres import load_centres
    from haicap.onestop.actions.dossiers import Person, Receipt, receive, register
    from haicap.onestop.models import Centre, Dossier
    from haicap.onestop.queries.catalogue import in_force
    from haicap.register.models import Body

    folder = settings.HAICAP_PLANS / "onestop"
    load_centres(actor=SYSTEM, path=folder / "centres.csv")
    load_procedures(actor=SYSTEM, path=folder / "procedures.csv")
    Centre.objects.update(opened_on=date(2025, 7, 1))
    centre = Centre.objects.select_related("body").order_by("code")[0]
    version = in_force(day=date(2026, 1, 5)).get(procedure__code="1.004873")
    row = register(
        actor=SYSTEM, version=version, person=Person(full_name="Người nộp mẫu", unit=unit), centre=centre
    )
    receipt = Receipt(competent=Body.objects.get(code=f"UBND-{unit.code}"))
    receive(actor=SYSTEM, dossier=row.dossier, receipt=receipt, centre=centre)
    Dossier.objects.filter(pk=row.dossier.pk).update(reference="SWEEP22222")
    names = (
        "centre",
        "centre-change",
        "centre-open",
        "centre-close",
        "counter-add",
        "fact-add",
        "outage-add",
    )
    halls = (*names, "display", "kiosk")
    procedures = (
        "procedure", "procedure-version", "procedure-publish", "procedure-withdraw", "procedure-reinstate", "guide",
        "apply",
    )  # fmt: skip
    return {
        "import_id": UUID(int=0),
        "reference": "SWEEP22222", "purpose": "receipt", "sequence": 2, "what": "recall", "pk": NOBODY,
        "onestop:slip.number": "none", "onestop:slip-file.number": "none", "onestop:ticket.key": "none",
        "onestop:petitioned.key": "none", "onestop:verify-issued.key": "none", "onestop:booked.code": "NONE",
        **{f"onestop:{name}.code": centre.code for name in halls},
        **{f"onestop:{name}.code": "1.004873" for name in procedures},
        "GET /api/onestop/procedures/{code}.code": "1.004873",
    }  # fmt: skip


@pytest.fixture
def cookies_of(person: Any) -> Callable[[str], Any]:
    """Return a factory: the cookies of a visitor of the table."""

    def make(visitor: str) -> Any:
        client = Client()
        if visitor == "anonymous":
            return client.cookies
        if visitor == "other_commune":
            units = Unit.objects.filter(level="commune", valid_to=None).order_by("code")
            row = person(Role.COMMUNE_OFFICER, unit=units[1])
        elif visitor == "unknown_role":
            row = person(Role.TEAM_MEMBER)
            row.roles.update(role="grand_inquisitor")
        else:
            row = person(Role(visitor))
        client.force_login(row, backend="django.contrib.auth.backends.ModelBackend")
        return client.cookies

    return make


def read_table() -> dict[str, dict[str, str]]:
    """Return the committed table: by name, then by visitor."""
    if not TABLE.exists():
        return {}
    with TABLE.open(newline="", encoding="utf-8") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def write_column(targets: list[Target], visitor: str, found: Mapping[str, int]) -> None:
    """Put one visitor's answers into the table."""
    known = read_table()
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["name", "door", *VISITORS], lineterminator="\n")
        table.writeheader()
        for target in targets:
            row = {key: known.get(target.name, {}).get(key, "") for key in VISITORS}
            row[visitor] = (
                str(found[target.name]) if found[target.name] < 500 else ""
            )  # an error is no answer
            table.writerow({"name": target.name, "door": target.door or "", **row})


def everything() -> list[Target]:
    """Return all pages and operations, by name."""
    return sorted([*pages(), *operations()], key=lambda target: target.name)


def test_every_page_and_operation_has_a_door() -> None:
    bare = [target.name for target in everything() if target.door is None]
    assert not bare, f"put @needs, @signed_in or @public on: {bare}"


def test_every_door_is_a_permission_with_a_label() -> None:
    from haicap.kernel.access import catalogue

    doors = {target.door for target in everything()} - {"signed in", "public", "device", None}
    assert doors <= catalogue().labels.keys()


@pytest.mark.django_db
def test_the_addresses_of_the_framework_hold_no_surprise() -> None:
    inside = {
        "/api/" + str(pattern.pattern) for name, pattern, _ in _patterns(get_resolver()) if name in FRAMEWORK
    }
    assert inside == {"/api/", "/api/openapi.json"}
    client = Client()
    assert client.get("/api/openapi.json").status_code == 200
    assert client.get("/api/").status_code == 404


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_address_answers_each_visitor_as_the_table_says(
    visitor: str, samples: Any, cookies_of: Any, update_tables: bool
) -> None:
    targets, cookies = everything(), cookies_of(visitor)
    found = {target.name: knock(target, cookies, samples) for target in targets}
    if update_tables:
        write_column(targets, visitor, found)
    broken = {name: status for name, status in found.items() if status >= 500}
    assert not broken, f"errors of the server for {visitor}: {broken}"
    known = read_table()
    missing = sorted(found.keys() - known.keys())
    assert not missing, f"new addresses, not in {TABLE.name}: {missing}"
    assert not known.keys() - found.keys(), f"gone: {sorted(known.keys() - found.keys())}"
    other = {
        name: f"{known[name][visitor]} in the table, {status} now"
        for name, status in found.items()
        if known[name][visitor] != str(status)
    }
    assert not other, f"answers to {visitor} changed: {other}"


def test_a_role_nobody_knows_opens_nothing_but_home_and_the_own_account() -> None:
    table = read_table()
    opened = {
        name: row["unknown_role"]
        for name, row in table.items()
        if name not in OWN and row["unknown_role"] not in {"403", "404"} and row["door"] != "public"
    }
    assert not opened


_SHUT = {"device": {"401", "403", "404"}}  # a key in the address that opens nothing is not asked for again


def test_nobody_gets_in_without_signing_in() -> None:
    table = read_table()
    opened = {
        name: row["anonymous"]
        for name, row in table.items()
        if row["door"] != "public" and row["anonymous"] not in _SHUT.get(row["door"], {"302", "401"})
    }
    assert not opened


def test_a_door_of_a_permission_is_shut_to_every_role_that_lacks_it() -> None:
    from haicap.kernel.access import catalogue

    held, table = catalogue().defaults, read_table()
    wrong = {
        (name, role.value): row[role.value]
        for name, row in table.items()
        for role in Role
        if ":" in row["door"] and (row[role.value] == "403") < (row["door"] not in held.get(role, ()))
    }
    assert not wrong


def test_communes_reach_the_same_kind_of_pages_but_not_each_others_rows() -> None:
    table = read_table()
    assert COMMUNE_ROLES
    leaking = {
        name
        for name, row in table.items()
        if name.startswith(("questionnaire:", "findings:", "campaign:registration"))
        and "<" not in name
        and row["commune_officer"] == "200"
        and row["other_commune"] == "404"
    }
    assert leaking, "no page told one commune from another: the sweep no longer tests the row lock"
