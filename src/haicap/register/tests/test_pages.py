"""Pages, API and command line of the register."""

import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from haicap.kernel.access import SYSTEM, Role
from haicap.register.actions import load_all
from haicap.register.models import ImportReport

pytestmark = pytest.mark.django_db
PAGES = [
    "/register/",
    "/register/?q=thanh an",
    "/register/?district=787&unit_type=commune",
    "/register/units/27676/",
    "/register/units/26732/",
    "/register/before/25810/",
    "/register/districts/",
    "/register/districts/787/",
    "/register/districts/755/",
    "/register/history/",
    "/register/history/?on=2025-06-30&q=Bến Nghé",
    "/register/history/?on=2025-07-01&lat=10,7769&lon=106,7009",
    "/register/map/",
    "/register/map/?colour=unit_type",
    "/register/boundaries.geojson",
]


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.SECRETARIAT, Role.CITY_LEADER])
def test_every_role_reads_the_register(client_as, address, role):
    assert client_as(role).get(address).status_code == 200


@pytest.mark.parametrize("address", [*PAGES[:1], "/register/imports/"])
def test_a_stranger_is_sent_to_sign_in(client, address):
    assert client.get(address).status_code == 302


def test_an_unknown_unit_is_not_found(client_as):
    client = client_as(Role.SECRETARIAT)
    for address in ("/register/units/00000/", "/register/before/00000/", "/register/districts/000/"):
        assert client.get(address).status_code == 404


def test_the_list_shows_the_exact_spelling_first(client_as):
    text = client_as(Role.SECRETARIAT).get("/register/?q=Thạnh An").content.decode()
    assert text.index("Xã Thạnh An") < text.index("Xã Thanh An")


def test_the_page_of_a_unit_that_was_not_rearranged_says_so(client_as):
    text = client_as(Role.SECRETARIAT).get("/register/units/27676/").content.decode()
    assert "giữ nguyên" in text
    assert "Ủy ban nhân dân xã Thạnh An" in text


def test_the_history_page_says_what_it_does_not_know(client_as):
    text = client_as(Role.SECRETARIAT).get("/register/history/?on=2019-01-01&q=Bến Nghé").content.decode()
    assert "hiện trạng ngày 30/6/2025" in text


def test_half_a_point_is_answered_beside_the_field(client_as):
    answer = client_as(Role.SECRETARIAT).get("/register/history/?on=2025-07-01&lat=10,77")
    assert answer.status_code == 422


def test_an_upload_leads_to_a_report_row_by_row(client_as):
    client = client_as(Role.SECRETARIAT)
    file = SimpleUploadedFile("units.csv", b"code,population\n26740,5\n99999,6\n", "text/csv")
    answer = client.post("/register/imports/attributes/", {"file": file}, follow=True)
    assert answer.status_code == 200
    assert "99999" in answer.content.decode()
    assert client.get("/register/imports/").status_code == 200


@pytest.mark.parametrize(
    ("address", "content"),
    [
        ("/register/imports/attributes/", b"ma,ten\n1,2\n"),
        ("/register/imports/boundaries/", b"not json"),
        ("/register/imports/boundaries/", b""),
    ],
)
def test_a_wrong_file_is_refused_on_the_form(client_as, address, content):
    file = SimpleUploadedFile("units.bin", content)
    answer = client_as(Role.SECRETARIAT).post(address, {"file": file})
    assert answer.status_code == 422
    assert not ImportReport.objects.exists()


@pytest.mark.parametrize("role", [Role.COMMUNE_OFFICER, Role.TEAM_HEAD, Role.CITY_LEADER])
def test_others_may_not_import(client_as, role):
    client = client_as(role)
    for address in ("/register/imports/", "/register/imports/attributes/", "/register/imports/boundaries/"):
        assert client.get(address).status_code == 403
    assert client.post("/register/imports/attributes/", {}).status_code == 403


def _square(unit):
    w, s, e, n = unit.longitude - 0.01, unit.latitude - 0.01, unit.longitude + 0.01, unit.latitude + 0.01
    return {"type": "Polygon", "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]]}


def test_boundaries_are_served_once_and_then_by_304(client_as, current):
    client = client_as(Role.SECRETARIAT)
    feature = {"type": "Feature", "properties": {"code": "26740"}, "geometry": _square(current("26740"))}
    raw = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    client.post("/register/imports/boundaries/", {"file": SimpleUploadedFile("b.geojson", raw)})
    first = client.get("/register/boundaries.geojson?province=79")
    assert [f["properties"]["code"] for f in first.json()["features"]] == ["26740"]
    again = client.get("/register/boundaries.geojson?province=79", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    client.post("/register/imports/boundaries/", {"file": SimpleUploadedFile("b.geojson", raw)})
    changed = client.get("/register/boundaries.geojson?province=79", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert client.get("/register/units/26740/").content.decode().count("district=760") == 1


def test_pages_ask_the_database_as_often_for_3321_units_as_for_168(client_as):
    client = client_as(Role.SECRETARIAT)
    addresses = [
        "/register/?province=79",
        "/register/?q=an&province=79",
        "/register/districts/787/",
        "/register/districts/",
    ]

    def counts():
        found = []
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as context:
                assert client.get(address).status_code == 200
            found.append(len(context))
        return found

    before = counts()
    load_all(actor=SYSTEM)
    assert counts() == before
    assert max(before) < 15


@pytest.mark.parametrize(
    "address",
    [
        "units",
        "units?q=thanh an&limit=5",
        "units/27676",
        "before/26740",
        "districts",
        "districts?province=79",
        "districts/787",
        "history?on=2025-06-30&q=Bến Nghé",
        "history/point?on=2025-07-01&lat=10.7769&lon=106.7009",
        "bodies",
    ],
)
def test_the_api_answers_the_same_questions(client_as, address):
    assert client_as(Role.COMMUNE_OFFICER).get(f"/api/register/{address}").status_code == 200


def test_the_api_gives_codes_links_and_extents(client_as):
    page = client_as(Role.COMMUNE_OFFICER).get("/api/register/units/25807").json()
    assert page["unit"]["former_district"] == "720"
    assert {(link["unit"]["code"], link["extent"]) for link in page["predecessors"]} == {
        ("25807", "whole"), ("25798", "part"), ("25801", "part"), ("25810", "part"),
    }  # fmt: skip
    assert client_as(Role.COMMUNE_OFFICER).get("/api/register/units?q=thanh an").json()["total"] == 2


def test_the_api_refuses_in_json(client_as, client):
    signed_in = client_as(Role.COMMUNE_OFFICER)
    assert signed_in.get("/api/register/units/00000").json()["code"] == "register.unit_unknown"
    assert signed_in.get("/api/register/units?limit=9999").status_code == 422
    assert signed_in.get("/api/register/history/point?on=2025-07-01&lat=200&lon=1").status_code == 422
    assert signed_in.get("/api/register/imports/1").status_code == 403
    assert client.get("/api/register/units").status_code == 401


def test_the_api_takes_a_file_and_returns_the_report(client_as):
    file = SimpleUploadedFile("units.csv", b"code,population\n26740,5\n99999,6\n", "text/csv")
    answer = client_as(Role.SECRETARIAT).post("/api/register/imports/attributes", {"file": file})
    assert answer.json()["counts"] == {"changed": 1, "unknown_code": 1}


def _run(*arguments):
    out = io.StringIO()
    call_command("register", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_loads_asks_and_imports(tmp_path: Path):
    assert "168" in _run("load", "--province", "79")
    assert _run("find", "Thạnh An").splitlines()[0].startswith("27676")
    assert "25798" in _run("show", "25807")
    file, report = tmp_path / "units.csv", tmp_path / "report.csv"
    file.write_text("code,seat_address\n26740,Here\n=1,x\n", encoding="utf-8")
    assert "units.csv" in _run("import-attributes", str(file), "--report", str(report))
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "row,code,status,detail"
    assert lines[2].startswith("3,'=1,formula"), "cells of the report are safe in a spreadsheet"


@pytest.mark.parametrize(
    "arguments", [("load", "--province", "99"), ("show", "00000"), ("import-attributes", "/nowhere.csv")]
)
def test_the_command_says_no_in_a_sentence(arguments):
    with pytest.raises(CommandError):
        _run(*arguments)
