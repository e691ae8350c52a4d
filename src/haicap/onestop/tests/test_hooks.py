"""Webhooks against a real server: sealed, tried again, given up, replayed, and never sent where they should not go."""

import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from haicap.kernel.access import SYSTEM, Actor, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.onestop.actions import hooks, sending
from haicap.onestop.models import Delivery, Dispatch, Dossier, Event, Subscription
from haicap.onestop.queries.hooks import deliveries_for, delivery_for, subscription_for, subscriptions_for
from haicap.onestop.rules import hooks as rules
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.tests.conftest import Service

pytestmark = pytest.mark.django_db


@dataclass
class Receiver:
    """A server in a thread; `answers` are given in order, the last one again and again. "hang" gives none."""

    url: str = ""
    answers: list[int | str] = field(default_factory=lambda: [200])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)
    server: Any = None


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    """Return a running receiver, to which the settings let deliveries go."""
    settings.HAICAP_HOOK_HTTP = settings.HAICAP_HOOK_PRIVATE = True
    settings.HAICAP_HOOK_TIMEOUT = 0.5
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers), body))
            answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            if answer == "hang":
                found.release.wait(20)
                return
            self.send_response(int(answer))
            if answer == 302:
                self.send_header("Location", "/elsewhere")
            self.end_headers()
            self.wfile.write(b"seen")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.server = server
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_address[1]}/in?x=1"
    yield found
    found.release.set()
    server.shutdown()
    server.server_close()


def _hook(service: Service, url: str, **given: Any) -> hooks.Added:
    given = {"name": "Hệ thống thử", "body": service.committee, "url": url, **given}
    return hooks.add_subscription(actor=SYSTEM, **given)


def _round(seconds: int = 0) -> dict[str, int]:
    moment = timezone.now() + timedelta(seconds=seconds)
    sending.dispatch(now=moment)
    return dict(sending.send(now=moment, chance=lambda: 0.5))


def test_an_event_arrives_sealed_and_without_personal_data(service: Service, receiver: Receiver) -> None:
    added = _hook(service, receiver.url)
    row = service.begun()
    assert _round() == {"delivered": 3, "failed": 0}
    headers, body = receiver.got[1]
    sealed = f"{headers['Haicap-Timestamp']}.".encode() + body  # verified here without any code of ours
    expected = hmac.new(added.secret.encode(), sealed, hashlib.sha256).hexdigest()
    assert headers["Haicap-Signature"] == f"v1={expected}"
    told = json.loads(body)
    assert told["type"] == "dossier.received" and told["dossier"]["code"] == row.code
    assert told["dossier"]["received"] == service.first.body.code
    text = b"".join(body for _headers, body in receiver.got).decode()
    for private in ("Người nộp mẫu", "079190000123", "0900000123", "Đường mẫu"):
        assert private not in text
    assert _round() == {"delivered": 0, "failed": 0}
    assert {delivery.answer for delivery in Delivery.objects.all()} == {"200 seen"}


def test_written_reasons_are_not_sent(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url)
    service.act(service.begun(), Kind.SUPPLEMENT_ASKED, payload={"reason": "Ông Nguyễn thiếu giấy"})
    _round()
    assert "Nguyễn" not in b"".join(body for _headers, body in receiver.got).decode()


def test_a_failure_is_tried_again_later_with_the_same_id(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url, kinds=["received"])
    receiver.answers = [500, 200]
    service.begun()
    assert _round() == {"delivered": 0, "failed": 1}
    row = Delivery.objects.get()
    assert row.state == "waiting" and row.answer.startswith("500")
    assert timedelta(seconds=8) < row.next_at - timezone.now() < timedelta(seconds=11)
    assert _round() == {"delivered": 0, "failed": 0}
    assert _round(30) == {"delivered": 1, "failed": 0}
    ids = [headers["Haicap-Id"] for headers, _body in receiver.got]
    assert len(ids) == 2 and len(set(ids)) == 1


def test_no_answer_in_time_leaves_the_others_for_later(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url)
    receiver.answers = ["hang"]
    service.begun()
    assert _round() == {"delivered": 0, "failed": 1}
    assert list(Delivery.objects.values_list("tries", "answer")) == [(1, "timeout"), (0, ""), (0, "")]


def test_after_many_tries_it_is_given_up_and_a_person_sends_it_again(
    service: Service, receiver: Receiver, settings: Any
) -> None:
    settings.HAICAP_HOOK_TRIES = 3
    _hook(service, receiver.url, kinds=["received"])
    receiver.answers = [503]
    service.begun()
    for number in range(5):
        _round(number * 100_000)
    row = Delivery.objects.get()
    assert (row.state, row.tries) == ("failed", 3)
    receiver.answers = [204]
    hooks.replay(actor=SYSTEM, delivery=row)
    assert _round()["delivered"] == 1
    assert len({headers["Haicap-Id"] for headers, _body in receiver.got}) == 1


def test_a_period_is_replayed_with_the_ids_it_had_and_what_came_before_the_webhook(
    service: Service, receiver: Receiver
) -> None:
    row = service.receive()
    added = _hook(service, receiver.url)
    service.act(row, Kind.FORWARDED)
    _round()
    first = receiver.got[0][0]["Haicap-Id"]
    now = timezone.now()
    given: dict[str, Any] = {
        "subscription": added.subscription,
        "start": now - timedelta(days=1),
        "end": now + timedelta(days=1),
    }
    assert hooks.replay_period(actor=SYSTEM, **given) == 3
    assert _round()["delivered"] == 3
    assert [headers["Haicap-Id"] for headers, _body in receiver.got].count(first) == 2
    with pytest.raises(Refused):
        hooks.replay_period(actor=SYSTEM, subscription=added.subscription, start=now, end=now)


def test_a_test_delivery_arrives_and_says_that_it_is_one(service: Service, receiver: Receiver) -> None:
    added = _hook(service, receiver.url)
    hooks.send_test(actor=SYSTEM, subscription=added.subscription)
    assert _round()["delivered"] == 1
    assert json.loads(receiver.got[0][1])["type"] == "test"


def test_a_redirect_is_not_followed(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url, kinds=["received"])
    receiver.answers = [302]
    service.begun()
    assert _round() == {"delivered": 0, "failed": 1}
    assert len(receiver.got) == 1


def test_only_dossiers_in_which_the_body_has_a_part_are_told(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url, body=service.other)
    row = service.begun()
    assert _round() == {"delivered": 0, "failed": 0}
    due = timezone.now() + timedelta(days=1)
    service.act(row, Kind.CONSULTED, payload={"to": service.other.code, "due_at": due})
    assert _round()["delivered"] == 4  # with its part it may know the dossier from the beginning
    assert not receiver.got[0][1].decode().count(service.second.body.code)


def test_imported_history_is_not_news(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url)
    row = service.begun()
    Dossier.objects.filter(pk=row.pk).update(is_imported=True)
    assert _round() == {"delivered": 0, "failed": 0}


def _copy(row: Dossier, sequence: int, pk: int) -> Event:
    """Write an event as a transaction that ends only now would have: with a key taken long ago."""
    return Event.objects.create(
        pk=pk, dossier=row, sequence=sequence, at=timezone.now(), kind=Kind.STEP_DONE, previous="0", digest="1"
    )  # fmt: skip


def test_a_transaction_that_commits_late_is_not_lost(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url, kinds=["step_done"])
    row = service.begun()
    key = Event.objects.latest("pk").pk
    _copy(row, 12, key + 12)  # the greater key is seen first
    assert _round()["delivered"] == 1
    for number in range(1, 11):
        assert _round(number * 59)["delivered"] == 0
    _copy(row, 11, key + 11)  # it was written before the other, and commits after nearly ten minutes
    assert _round(599)["delivered"] == 1


def test_what_committed_while_the_worker_was_away_is_not_lost(service: Service, receiver: Receiver) -> None:
    _hook(service, receiver.url, kinds=["step_done"])
    row = service.begun()
    key = Event.objects.latest("pk").pk
    _copy(row, 12, key + 12)
    assert _round()["delivered"] == 1
    _copy(row, 11, key + 11)
    assert _round(3 * 3600)["delivered"] == 1
    for number in range(4, 8):
        assert _round(number * 3600)["delivered"] == 0
    marks = Dispatch.objects.get().marks
    assert len(marks) <= 3 and marks[-1][1] == key + 12


def test_without_webhooks_or_news_nothing_is_written(service: Service) -> None:
    sending.dispatch()
    assert not Dispatch.objects.exists()
    _hook(service, "https://he-thong.example.vn/")
    sending.dispatch()
    with CaptureQueriesContext(connection) as caught:
        sending.dispatch()
    assert not [query for query in caught if query["sql"].startswith(("UPDATE", "INSERT"))]


def test_the_marks_stay_few(service: Service) -> None:
    _hook(service, "https://he-thong.example.vn/")
    for number in range(0, 3600, 5):
        sending.dispatch(now=timezone.now() + timedelta(seconds=number))
    assert len(Dispatch.objects.get().marks) <= 23


def test_a_paused_webhook_is_told_afterwards(service: Service, receiver: Receiver) -> None:
    row = _hook(service, receiver.url, kinds=["received"]).subscription
    hooks.set_active(actor=SYSTEM, subscription=row, active=False, revision_seen=row.revision)
    with pytest.raises(Conflict):
        hooks.set_active(actor=SYSTEM, subscription=Subscription.objects.get(), active=True, revision_seen=1)
    service.begun()
    assert _round()["delivered"] == 0
    row = Subscription.objects.get()
    hooks.set_active(actor=SYSTEM, subscription=row, active=True, revision_seen=row.revision)
    assert _round()["delivered"] == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.vn/", "ftp://example.vn/", "https://", "https://user:pw@example.vn/", "https://127.0.0.1/",
        "https://10.0.0.8/", "https://[::1]/", "https://169.254.169.254/latest", "https://localhost/", "x",
        "https://[::ffff:192.168.0.1]/", "https://[64:ff9b::7f00:1]/", "https://example.vn:99999/",
    ],
)  # fmt: skip
def test_addresses_without_tls_or_inside_the_own_network_are_refused(service: Service, url: str) -> None:
    with pytest.raises(Refused) as caught:
        _hook(service, url)
    assert caught.value.field == "url" and not Subscription.objects.exists()


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["8.8.8.8", "10.1.2.3"], ["::1"], ["0.0.0.0"], ["100.64.0.1"], ["fe80::1%eth0"]],
)
def test_a_name_that_leads_inside_is_not_connected_to(addresses: list[str]) -> None:
    given = {"url": "https://he-thong.example.vn/", "body": b"{}", "identifier": "1", "secret": "s"}
    outcome = sending.post(**given, resolver=lambda _host, _port: addresses)  # type: ignore[arg-type]
    assert outcome == sending.Outcome(status=0, answer="hook.private")


def test_the_address_that_was_judged_is_the_one_connected_to(receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2].partition("/")[0]
    asked: list[str] = []

    def resolver(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    outcome = sending.post(
        url=f"http://he-thong.example.vn:{port}/in", body=b"{}", identifier="1", secret="s", resolver=resolver
    )  # fmt: skip
    assert outcome.status == 200 and asked == ["he-thong.example.vn"]
    assert receiver.got[0][0]["Host"] == f"he-thong.example.vn:{port}"


def _authority(folder: Path, name: str) -> tuple[Path, Path]:
    """Return files with a certificate for `name`, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "own.pem", folder / "own.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def test_over_tls_the_certificate_must_be_trusted_and_name_the_host(
    receiver: Receiver, settings: Any, tmp_path: Path
) -> None:
    certificate, key = _authority(tmp_path, "he-thong.example.vn")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    port = receiver.server.server_address[1]

    def status(host: str) -> int:
        url = f"https://{host}:{port}/in"
        given = {"url": url, "body": b"{}", "identifier": "1", "secret": "s"}
        return sending.post(**given, resolver=lambda _host, _port: ["127.0.0.1"]).status  # type: ignore[arg-type]

    assert status("he-thong.example.vn") == 0  # nobody vouches for it
    settings.HAICAP_HOOK_CA = str(certificate)
    assert status("he-thong.example.vn") == 200
    assert status("khac.example.vn") == 0  # trusted, but another name


def test_the_waits_double_up_to_six_hours_with_some_spread() -> None:
    assert [rules.wait(tries=n, chance=0.5) for n in (1, 2, 3, 30)] == [10, 20, 40, 6 * 3600]
    assert rules.wait(tries=1, chance=0.0) == 8 and rules.wait(tries=1, chance=1.0) == 12


def test_others_than_the_administrator_keep_no_webhooks_and_see_none(
    service: Service, staff: Callable[[Role, str], Actor]
) -> None:
    added = _hook(service, "https://he-thong.example.vn/")
    chair = staff(Role.COMMUNE_CHAIR, "committee")
    assert not subscriptions_for(actor=chair) and not deliveries_for(
        actor=chair, subscription=added.subscription
    )
    with pytest.raises(Missing):
        subscription_for(actor=chair, pk=added.subscription.pk)
    with pytest.raises(Missing):
        delivery_for(actor=chair, pk=1)
    with pytest.raises(NotAllowed):
        _as(chair, service)


def _as(actor: Actor, service: Service) -> None:
    hooks.add_subscription(actor=actor, name="x", body=service.committee, url="https://he-thong.example.vn/")


def test_the_pages_show_the_secret_once_and_send_again(
    service: Service, receiver: Receiver, client_as: Callable[..., Any]
) -> None:
    client = client_as(Role.ADMINISTRATOR)
    url = reverse("onestop:hooks")
    given = {
        "name": "Hệ thống thử",
        "body": service.committee.code,
        "url": receiver.url,
        "kinds": ["received"],
    }
    assert client.post(url, given | {"url": "không"}).status_code == 422
    page = client.post(url, given, follow=True)
    row = Subscription.objects.get()
    own = reverse("onestop:hook", args=[row.pk])
    assert row.secret in page.content.decode() and row.secret not in client.get(own).content.decode()
    service.begun()
    _round()
    delivery = Delivery.objects.get()
    client.post(reverse("onestop:delivery-again", args=[delivery.pk]))
    client.post(reverse("onestop:hook-test", args=[row.pk]))
    assert _round()["delivered"] == 2
    today = timezone.localdate().isoformat()
    again = reverse("onestop:hook-replay", args=[row.pk])
    assert client.post(again, {"start": today, "end": today}).status_code == 302
    assert client.post(again, {"start": today, "end": "2020-01-01"}).status_code == 422
    assert (
        client.post(reverse("onestop:hook-pause", args=[row.pk]), {"revision": row.revision}).status_code
        == 302
    )
    text = client.get(own).content.decode()
    assert "200 seen" in text and client.get(url).status_code == 200
    assert client_as(Role.SPECIALIST, body=service.committee).get(own).status_code == 403
