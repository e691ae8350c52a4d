"""pyodk's own client, as it is published, against a server that runs: the whole round of a survey."""

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyodk._utils.config import CentralConfig, Config  # type: ignore[import-untyped]
from pyodk.client import Client  # type: ignore[import-untyped]
from pyodk.errors import PyODKError  # type: ignore[import-untyped]

from tests.conftest import environment_of, serving

PASSWORD = "mat-khau-thu-123"
_FILL = f"""
import json, django
django.setup()
from datetime import date
from django.core.management import call_command
from haicap.accounts.actions import add_person
from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Role
from haicap.register.models import Body
call_command("migrate", verbosity=0)
body = Body.objects.create(kind="department", code="SNV", name_vi="Sở Nội vụ")
day = date(2025, 8, 1)
campaign = Campaign.objects.create(
    code="thu", title_vi="Khảo sát thử", title_en="Trial", stage="1", window_start=day, window_end=day, cutoff=day,
    nomination_deadline=day, registration_deadline=day, report_deadline=day, team_count=1, state="open",
)
for role in (Role.SECRETARIAT, Role.TEAM_MEMBER):
    add_person(actor=SYSTEM, username=role, full_name=str(role), body=body, roles=[role], password={PASSWORD!r})
print(campaign.pk)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Serve a house with one campaign and two people; return its address and the project's number."""
    data = tmp_path_factory.mktemp("central")
    environment = {**environment_of(data), "DJANGO_SETTINGS_MODULE": "haicap.settings"}
    made = subprocess.run(
        [sys.executable, "-c", _FILL], env=environment, check=True, capture_output=True, text=True
    )
    with serving(data, {}) as running:
        yield running.url, int(made.stdout.split()[-1])


@pytest.fixture
def client(site: tuple[str, int], tmp_path: Path) -> Iterator[Client]:
    """pyodk's client, signed in as the secretariat."""
    address, project = site
    central = CentralConfig(
        base_url=address, username="secretariat", password=PASSWORD, default_project_id=project
    )
    with Client(config=Config(central=central), cache_path=tmp_path / "cache.toml") as found:
        yield found


def workbook(form_id: str, version: str, *, survey: list[tuple[str, ...]], label: str = "label") -> bytes:
    """Return an XLSForm."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for row in [("type", "name", label), *survey]:
        sheet.append(row)
    settings = book.create_sheet("settings")
    settings.append(("form_title", "form_id", "version"))
    settings.append(("Hộ dân", form_id, version))
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


SURVEY: list[tuple[str, ...]] = [
    ("text", "name", "Tên"), ("integer", "age", "Tuổi"), ("image", "photo", "Ảnh"),
    ("begin repeat", "child", "Con"), ("text", "who", "Ai"), ("end repeat", "", ""),
]  # fmt: skip


def filled(
    form_id: str, version: str, identity: str, *, name: str, old: str = "", photo: str = "", children: int = 0
) -> str:
    """Return a filled form."""
    deprecated = f"<deprecatedID>{old}</deprecatedID>" if old else ""
    rows = "".join(f"<child><who>{number}</who></child>" for number in range(children))
    return (
        f'<data id="{form_id}" version="{version}"><name>{name}</name><age>3</age><photo>{photo}</photo>{rows}'
        f"<meta><instanceID>{identity}</instanceID>{deprecated}</meta></data>"
    )


def refused(call: Any, number: float) -> None:
    """Expect Central's number."""
    with pytest.raises(PyODKError) as found:
        call()
    assert found.value.is_central_error(number), found.value.args[0]


def test_a_wrong_password_is_no_session(site: tuple[str, int], tmp_path: Path) -> None:
    central = CentralConfig(
        base_url=site[0], username="secretariat", password="sai", default_project_id=site[1]
    )
    with pytest.raises(PyODKError) as found:
        Client(config=Config(central=central), cache_path=tmp_path / "cache.toml").open()
    assert found.value.is_central_error(401.2)


def test_a_session_is_kept_and_used_again(client: Client, tmp_path: Path) -> None:
    kept = (tmp_path / "cache.toml").read_text()
    again = Client(config=client.config, cache_path=tmp_path / "cache.toml").open()
    assert again.session.headers["Authorization"] == client.session.headers["Authorization"]
    assert (tmp_path / "cache.toml").read_text() == kept
    assert client.get("users/current").json()["displayName"] == "secretariat"


def test_projects_and_app_users(client: Client) -> None:
    (project,) = client.projects.list()
    assert client.projects.get().name == project.name == "Khảo sát thử"
    client.forms.create(workbook("duoc_giao", "1", survey=SURVEY))
    made = list(client.projects.create_app_users(display_names=["Máy 1", "Máy 2"], forms=["duoc_giao"]))
    assert [one.displayName for one in made] == ["Máy 1", "Máy 2"] and all(one.token for one in made)
    assert client.projects.create_app_users(display_names=["Máy 1"]) == []
    answer = client.session.get(
        f"key/{made[0].token}/projects/{project.id}/formList", headers={"X-OpenRosa-Version": "1.0"}
    )
    assert "duoc_giao" in answer.text


def test_forms_are_made_published_and_updated_with_files(client: Client, tmp_path: Path) -> None:
    survey = [*SURVEY, ("select_one_from_file cay.csv", "tree", "Cây")]
    file = tmp_path / "cay.csv"
    file.write_text("name,label\n1,Bàng\n")
    made = client.forms.create(workbook("ho_dan", "1", survey=survey), attachments=[file])
    assert (made.xmlFormId, made.version, made.state) == ("ho_dan", "1", "open")
    assert "ho_dan" in {one.xmlFormId for one in client.forms.list()}
    assert client.forms.get("ho_dan").publishedAt is not None
    assert "<h:html" in client.forms.get_xml("ho_dan")
    refused(lambda: client.forms.create(workbook("ho_dan", "1", survey=survey)), 409.3)
    refused(lambda: client.forms.update("ho_dan", definition=workbook("ho_dan", "1", survey=survey)), 409.6)
    client.forms.update("ho_dan", definition=workbook("ho_dan", "2", survey=survey), attachments=[file])
    assert client.forms.get("ho_dan").version == "2"
    client.forms.update("ho_dan", attachments=[file], version_updater=lambda old: f"{old}-b")
    assert client.forms.get("ho_dan").version == "2-b"
    answer = client.get(f"projects/{client.project_id}/forms/ho_dan.xlsx")
    assert answer.content[:2] == b"PK"
    refused(lambda: client.forms.get("khong_co"), 404.1)
    refused(lambda: client.forms.create(workbook("hong", "1", survey=[("không", "x", "y")])), 400.15)


def test_a_workbook_without_an_id_takes_the_one_beside_it(client: Client) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    sheet.append(("type", "name", "label"))
    sheet.append(("text", "a", "A"))
    target = io.BytesIO()
    book.save(target)
    assert client.forms.create(target.getvalue(), form_id="ben_canh").xmlFormId == "ben_canh"


def test_submissions_go_the_whole_way(client: Client, tmp_path: Path) -> None:
    client.forms.create(workbook("nop", "1", survey=SURVEY))
    photo = tmp_path / "ảnh.jpg"
    photo.write_bytes(b"\xff\xd8\xff" + bytes(70_000))
    at: dict[str, Any] = {"form_id": "nop"}
    made = client.submissions.create(
        filled("nop", "1", "uuid:1", name="Lan", photo="ảnh.jpg", children=2), attachments=[photo],
        device_id="collect:7", **at,
    )  # fmt: skip
    assert made.deviceId == "collect:7" and [one.exists for one in made.attachments or ()] == [True]
    stored = client.get(f"projects/{client.project_id}/forms/nop/submissions/uuid:1/attachments/ảnh.jpg")
    assert stored.content == photo.read_bytes()
    refused(lambda: client.submissions.create(filled("nop", "1", "uuid:1", name="Lan"), **at), 409.3)
    refused(lambda: client.submissions.create(filled("nop", "7", "uuid:2", name="Lan"), **at), 404.6)
    client.submissions.edit(
        "uuid:1", filled("nop", "1", "uuid:1b", old="uuid:1", name="Mai"), comment="sửa", **at
    )
    refused(
        lambda: client.submissions.edit(
            "uuid:1", filled("nop", "1", "uuid:1c", old="uuid:1", name="X"), **at
        ),
        409.9,
    )
    client.submissions.review("uuid:1", "hasIssues", comment="thiếu tuổi", **at)
    assert client.submissions.get("uuid:1", **at).reviewState == "hasIssues"
    client.submissions.add_comment("uuid:1", "xong", **at)
    assert [one.body for one in client.submissions.list_comments("uuid:1", **at)] == [
        "xong",
        "thiếu tuổi",
        "sửa",
    ]
    assert [one.instanceId for one in client.submissions.list(**at)] == ["uuid:1"]
    refused(lambda: client.submissions.get("uuid:none", **at), 404.1)


def test_tables_page_filter_and_expand(client: Client) -> None:
    client.forms.create(workbook("bang", "1", survey=SURVEY))
    for number in range(5):
        client.submissions.create(
            filled("bang", "1", f"uuid:{number}", name=str(number), children=number), form_id="bang"
        )
    table = client.submissions.get_table
    whole = table(form_id="bang", count=True)
    assert [one["name"] for one in whole["value"]] == ["4", "3", "2", "1", "0"] and whole["@odata.count"] == 5
    page = table(form_id="bang", skip=1, top=2)
    assert [one["name"] for one in page["value"]] == ["3", "2"]
    rest = client.get(page["@odata.nextLink"]).json()
    assert [one["name"] for one in rest["value"]] == ["1", "0"]
    children = table(form_id="bang", table_name="Submissions.child", count=True, top=3)
    assert (len(children["value"]), children["@odata.count"]) == (3, 10)
    assert [len(one.get("child", ())) for one in table(form_id="bang", expand="*")["value"]] == [
        4,
        3,
        2,
        1,
        0,
    ]
    assert table(form_id="bang", filter="year(__system/submissionDate) lt 2000")["value"] == []
    assert table(form_id="bang", select="name")["value"][0] == {"name": "4"}
    refused(lambda: table(form_id="bang", filter="name eq 'x'"), 501.5)


def test_entities_are_made_changed_merged_and_deleted(client: Client) -> None:
    made = client.entity_lists.create(entity_list_name="cay")
    assert (made.name, made.approvalRequired) == ("cay", False)
    assert client.entity_lists.add_property(name="loai", entity_list_name="cay")
    assert client.entity_lists.get("cay").properties[0].name == "loai"
    assert [one.name for one in client.entity_lists.list()] == ["cay"]
    client.entities.default_entity_list_name = "cay"
    one = client.entities.create(label="Bàng 1", data={"loai": "bàng"})
    assert client.entities.create_many([{"label": "Sao 1", "loai": "sao"}, {"label": "Sao 2", "loai": "sao"}])
    changed = client.entities.update(one.uuid, label="Bàng một", base_version=1)
    assert changed.currentVersion.version == 2
    refused(lambda: client.entities.update(one.uuid, label="x", base_version=1), 409.15)
    assert client.entities.update(one.uuid, data={"loai": "bàng già"}, force=True).currentVersion.version == 3
    refused(lambda: client.entities.create(label="x", data={"khong": "1"}), 400.28)
    refused(lambda: client.entities.create(label="x", data={}, uuid=one.uuid), 409.3)
    actions = client.entities.merge(
        [{"label": "Sao 1", "loai": "sao đen", "cao": "9"}, {"label": "Lim 1", "loai": "lim", "cao": "7"}],
        delete_not_matched=True,
    )
    assert len(actions.to_insert) == 1 and len(actions.to_update) == 1 and len(actions.to_delete) == 2
    rows = client.entities.get_table(count=True)
    assert sorted((row["label"], row["loai"], row["cao"]) for row in rows["value"]) == [
        ("Lim 1", "lim", "7"), ("Sao 1", "sao đen", "9"),
    ]  # fmt: skip
    assert {one.currentVersion.label for one in client.entities.list()} == {"Lim 1", "Sao 1"}
    assert client.entities.delete(client.entities.list()[0].uuid)
    assert len(client.entities.list()) == 1


def test_what_a_role_may_not_do_is_refused(site: tuple[str, int], client: Client, tmp_path: Path) -> None:
    client.forms.create(workbook("rieng", "1", survey=SURVEY))
    central = CentralConfig(
        base_url=site[0], username="team_member", password=PASSWORD, default_project_id=site[1]
    )
    with Client(config=Config(central=central), cache_path=tmp_path / "other.toml") as member:
        refused(lambda: member.forms.create(workbook("khac", "1", survey=SURVEY)), 403.1)
        refused(lambda: member.entity_lists.create(entity_list_name="khac"), 403.1)
        refused(
            lambda: member.submissions.create(filled("rieng", "1", "uuid:x", name="X"), form_id="rieng"),
            403.1,
        )
        answer = member.get(f"projects/{site[1]}/app-users")
        assert (answer.status_code, json.loads(answer.content)["code"]) == (403, 403.1)
