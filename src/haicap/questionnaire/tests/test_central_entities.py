"""Datasets and entities by Central's API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from haicap.campaign.models import Campaign
from haicap.kernel.access import SYSTEM, Role
from haicap.questionnaire.actions.entities import add_property, create_dataset, create_entity
from haicap.questionnaire.tests.central import read, sent


@pytest.fixture
def keeper(client_as: Callable[..., Client]) -> Client:
    return client_as(Role.SECRETARIAT)


@pytest.fixture
def trees(campaign: Campaign) -> str:
    dataset = create_dataset(actor=SYSTEM, campaign=campaign, name="cây")
    add_property(actor=SYSTEM, dataset=dataset, name="loài")
    for number in range(3):
        create_entity(actor=SYSTEM, dataset=dataset, label=f"cây {number}", data={"loài": str(number)})
    return f"/v1/projects/{campaign.pk}/datasets/cây"


def test_entities_are_made_changed_and_refused_by_number(trees: str, keeper: Client) -> None:
    (one, *_rest) = read(keeper, f"{trees}/entities")
    at = f"{trees}/entities/{one['uuid']}"
    assert read(keeper, at)["currentVersion"]["data"] == {"loài": "2"}
    assert sent(keeper, "PATCH", at, {"label": "x"})[1]["code"] == 409.15
    changed = sent(keeper, "PATCH", f"{at}?baseVersion=1", {"data": {"loài": "9"}})[1]
    assert changed["currentVersion"]["version"] == 2 and changed["currentVersion"]["baseVersion"] == 1
    assert sent(keeper, "PATCH", f"{at}?baseVersion=1", {"label": "x"})[1]["code"] == 409.15
    assert sent(keeper, "PATCH", f"{at}?force=true", {"label": "x"})[1]["currentVersion"]["version"] == 3
    assert sent(keeper, "PATCH", f"{at}?resolve=true&force=true", {})[1]["code"] == 400.32
    assert [row["version"] for row in read(keeper, f"{at}/versions")] == [1, 2, 3]
    assert read(keeper, f"{at}/diffs")[0] == [{"old": "2", "new": "9", "propertyName": "loài"}]
    assert [row["action"] for row in read(keeper, f"{at}/audits")][-1] == "entity.create"
    assert sent(keeper, "DELETE", at) == (200, {"success": True})
    assert sent(keeper, "GET", at)[1]["code"] == 404.1
    assert sent(keeper, "POST", f"{at}/restore") == (200, {"success": True})


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"label": "x", "extra": 1}, 400.31),
        ({"data": {}}, 400.2),
        ({"label": " "}, 400.8),
        ({"label": 5}, 400.11),
        ({"label": "x", "uuid": "no"}, 400.11),
        ({"label": "x", "data": {"loài": 1}}, 400.11),
        ({"label": "x", "data": {"none": "1"}}, 400.28),
        ({"entities": []}, 400.31),
        ({"entities": [{"label": "x"}]}, 400.2),
        ({"entities": [{"label": "x"}], "source": {}}, 400.2),
    ],
)
def test_entities_that_cannot_be(trees: str, keeper: Client, body: Any, number: float) -> None:
    status, found = sent(keeper, "POST", f"{trees}/entities", body)
    assert (status, found["code"]) == (int(number), number)


def test_the_feed_of_a_list_pages_filters_and_counts(trees: str, keeper: Client) -> None:
    feed = f"{trees}.svc/Entities"
    whole = read(keeper, feed)["value"]
    assert [one["label"] for one in whole] == ["cây 2", "cây 1", "cây 0"]
    assert whole[0]["lo_i"] == "2" and whole[0]["__system"]["version"] == 1
    page = read(keeper, feed, top=2, count="true")
    assert page["@odata.count"] == 3 and page["value"] == whole[:2]
    last = read(keeper, page["@odata.nextLink"].removeprefix("http://testserver"))
    assert last["value"] == whole[2:] and "@odata.nextLink" not in last
    assert read(keeper, feed, skip=1, top=1)["value"] == whole[1:2]
    assert read(keeper, feed, select="label")["value"][0] == {"label": "cây 2"}
    assert read(keeper, feed, filter=f"__id eq '{whole[1]['__id']}'")["value"] == whole[1:2]
    assert read(keeper, feed, filter="__system/conflict eq null")["value"] == whole
    assert read(keeper, feed, filter="__system/createdAt gt 2030-01-01")["value"] == []
    assert [one["label"] for one in read(keeper, feed, search="Cây 1")["value"]] == ["cây 1"]
    assert b"Entities" in keeper.get(f"{trees}.svc/$metadata").content
    assert read(keeper, f"{trees}.svc")["value"][0]["url"] == "Entities"
    text = b"".join(keeper.get(f"{trees}/entities.csv").streaming_content)  # type: ignore[attr-defined]
    assert text.count(b"\n") == 4


def test_lists_are_for_those_who_may_see_them(
    trees: str, keeper: Client, client_as: Callable[..., Client]
) -> None:
    project = trees.rpartition("/datasets")[0]
    found = sent(keeper, "GET", f"{project}/datasets", **{"X-Extended-Metadata": "true"})[1]
    assert [(one["name"], one["entities"]) for one in found] == [("cây", 3)]
    assert read(keeper, trees)["properties"][0]["odataName"] == "lo_i"
    stranger = client_as(Role.COMMUNE_OFFICER)
    assert sent(stranger, "GET", trees)[1]["code"] == 404.1
    assert sent(stranger, "POST", f"{project}/datasets", {"name": "x"})[0] in (403, 404)
    assert sent(keeper, "POST", f"{project}/datasets", {"name": "cây"})[1]["code"] == 409.3
    assert sent(keeper, "POST", f"{project}/datasets", {"name": "Cây"})[1]["code"] == 409.16
    assert sent(keeper, "POST", f"{project}/datasets", {"name": "a b"})[1]["code"] == 400.8
    assert sent(keeper, "POST", f"{trees}/properties", {"name": "label"})[1]["code"] == 400.8
    assert sent(keeper, "PATCH", trees, {"approvalRequired": True})[1]["approvalRequired"] is True
