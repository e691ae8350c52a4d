"""Webhooks and imports as JSON."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM, Role
from haicap.onestop.actions import hooks, sending
from haicap.onestop.models import Delivery
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db
Clients = Callable[..., Any]


def test_webhooks_are_listed_without_their_secret_and_replayed(service: Service, client_as: Clients) -> None:
    added = hooks.add_subscription(
        actor=SYSTEM, name="Hệ thống thử", body=service.committee, url="https://he-thong.example.vn/"
    )
    service.begun()
    sending.dispatch()
    client, base = client_as(Role.ADMINISTRATOR), "/api/onestop/hooks"
    answer = client.get(base)
    assert answer.json()["items"][0]["waiting"] == 3 and added.secret not in answer.content.decode()
    pk = added.subscription.pk
    rows = client.get(f"{base}/{pk}/deliveries", {"state": "waiting"}).json()["items"]
    assert [row["kind"] for row in rows] == ["forwarded", "received", "registered"]
    Delivery.objects.update(state="failed", tries=12)
    again = client.post(f"/api/onestop/deliveries/{rows[0]['id']}/replay")
    assert (again.json()["state"], again.json()["tries"], again.json()["identifier"]) == (
        "waiting", 0, rows[0]["identifier"],
    )  # fmt: skip
    now = timezone.now()
    period = {"start": (now - timedelta(hours=1)).isoformat(), "end": (now + timedelta(hours=1)).isoformat()}
    answer = client.post(f"{base}/{pk}/replay", period, content_type="application/json")
    assert answer.json() == {"events": 3}
    wrong = client.post(
        f"{base}/{pk}/replay", period | {"end": period["start"]}, content_type="application/json"
    )
    assert wrong.status_code == 422 and wrong.json()["code"] == "hook.period"
    assert client.post(f"{base}/{pk}/test").json()["kind"] == "test"


def test_the_state_of_an_import_is_told(client_as: Clients) -> None:
    client = client_as(Role.ADMINISTRATOR)
    params = {"token": "0" * 32, "name": "xuat.csv", "mapping": {}}
    job = jobs.enqueue(actor=client.actor, kind="onestop.import", params=params)
    rows = client.get("/api/onestop/imports").json()["items"]
    assert [(row["file"], row["state"], row["new"]) for row in rows] == [("xuat.csv", "queued", None)]
    assert jobs.run_next(actor_of=lambda _key: SYSTEM)
    told = client.get(f"/api/onestop/imports/{job.pk}").json()
    assert told["state"] == "failed" and told["error"] and told["faults"] == []
    assert client.get("/api/onestop/imports/00000000-0000-0000-0000-000000000000").status_code == 404


def test_others_find_the_door_shut(service: Service, client_as: Clients) -> None:
    client = client_as(Role.COMMUNE_CHAIR, body=service.committee)
    for path in ("hooks", "hooks/1/deliveries", "imports"):
        assert client.get(f"/api/onestop/{path}").status_code == 403
    assert client.post("/api/onestop/deliveries/1/replay").status_code == 403
