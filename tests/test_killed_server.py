"""The server is killed while communes save, submit, sign back and add files: nothing acknowledged may be lost."""

import hashlib
import http.client
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from haicap.demo.rules.paper import sample_pdf
from tests.conftest import PASSWORD, kill, serving

ROUNDS = 4
COMMUNES = 6
TURN = "@@TURN@@"
INDICATOR = "A0.02"


def prepare() -> None:
    """Fill the empty database of this process: units, plan, form, people of a few communes; print them."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "haicap.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from haicap.accounts.actions import add_person
    from haicap.campaign.actions import load_plan
    from haicap.campaign.models import Question
    from haicap.campaign.queries import surveyed_units_for
    from haicap.demo.rules.figures import sample_figures
    from haicap.kernel.access import SYSTEM, Role
    from haicap.questionnaire.actions import build_form
    from haicap.questionnaire.queries.forms import template_of
    from haicap.questionnaire.rules import names, report
    from haicap.register.actions import load_province
    from haicap.register.models import Body

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    campaign = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign
    template = template_of(form=build_form(actor=SYSTEM, campaign=campaign))
    figures = sample_figures(random=Random(7), weight=1.0, cutoff=campaign.cutoff, former_district=None)
    texts = {key: report.text_of(value) for key, value in figures.items()}
    texts[Question.objects.filter(area__campaign=campaign)[0].key] = TURN
    found = {}
    for unit in surveyed_units_for(actor=SYSTEM, campaign=campaign).order_by("code")[:COMMUNES]:
        for prefix, role in (("xa", Role.COMMUNE_OFFICER), ("ct", Role.COMMUNE_CHAIR)):
            add_person(
                actor=SYSTEM, username=f"{prefix}{unit.code}", full_name=f"Cán bộ mẫu {unit.code}",
                body=Body.objects.get(code=f"UBND-{unit.code}"), roles=[role], password=PASSWORD,
            )  # fmt: skip
        identity = str(names.instance_id(campaign=campaign.code, unit=unit.code))
        known = {key: text for key, text in texts.items() if key in template.names}
        found[unit.code] = template.fill(instance_id=identity, values=known)
    print(json.dumps(found))


class LostError(Exception):
    """The connection broke before an answer was read whole: nobody knows whether it was done."""


class Visitor:
    """A person at a browser, reduced to what the server sees: cookies, the token, one connection."""

    def __init__(self, name: str) -> None:
        self.name, self.cookies, self.port = name, dict[str, str](), 0

    def ask(
        self, method: str, path: str, body: bytes | None = None, kind: str = "application/json"
    ) -> tuple[int, bytes]:
        """Return status and body of one answer; raises LostError where it did not arrive."""
        headers = {"Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items())}
        headers |= {"X-CSRFToken": self.cookies.get("csrftoken", ""), "Content-Type": kind}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise LostError from error
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {key: morsel.value for key, morsel in SimpleCookie(line).items()}
        return answer.status, content

    def sign_in(self) -> None:
        """Sign in through the form."""
        assert self.ask("GET", "/signin/")[0] == 200
        form = {"username": self.name, "password": PASSWORD, "csrfmiddlewaretoken": self.cookies["csrftoken"]}
        status, _ = self.ask(
            "POST", "/signin/", urlencode(form).encode(), "application/x-www-form-urlencoded"
        )
        assert status == 302


@dataclass(slots=True)
class Step:
    """One request: what it is, and the revision and content it carries."""

    kind: str  # save, submit, take_back, file
    revision: int
    xml: str = ""
    paper: bytes = b""


@dataclass
class Commune:
    """One commune: what the server acknowledged, and the step it was killed in."""

    code: str
    template: str
    officer: Visitor
    chair: Visitor
    turn: int = 0
    revision: int = 0
    state: str = "drafting"
    xml: str = ""
    editions: int = 0
    files: dict[str, bytes] = field(default_factory=dict)  # by SHA-256
    open: Step | None = None
    refused: list[str] = field(default_factory=list)

    def next_step(self, random: Random) -> Step:
        """Choose what to do now."""
        if self.state == "submitted":
            return Step("take_back", self.revision)
        self.turn += 1
        kind = random.choice(("save", "save", "save", "submit", "file"))
        if kind == "file":
            return Step("file", self.revision, paper=sample_pdf(f"SAMPLE {self.code} {self.turn}"))
        return Step(kind, self.revision, xml=self.template.replace(TURN, f"lần {self.turn}"))

    def take(self, step: Step) -> tuple[int, dict[str, Any]]:
        """Send a step; on 2xx note what was acknowledged."""
        path = f"/api/questionnaire/reports/{self.code}"
        if step.kind == "file":
            edge = "edge0123456789"
            head = (
                f'--{edge}\r\nContent-Disposition: form-data; name="indicator"\r\n\r\n{INDICATOR}\r\n--{edge}\r\n'
                f'Content-Disposition: form-data; name="file"; filename="minh-chung.pdf"\r\n'
                "Content-Type: application/pdf\r\n\r\n"
            )
            body = head.encode() + step.paper + f"\r\n--{edge}--\r\n".encode()
            kind = f"multipart/form-data; boundary={edge}"
            status, content = self.officer.ask("POST", f"{path}/evidence", body, kind)
        elif step.kind == "take_back":
            body = json.dumps({"revision": step.revision, "reason": "Bổ sung (mẫu)"}).encode()
            status, content = self.chair.ask("POST", f"{path}/take-back", body)
        else:
            body = json.dumps({"revision": step.revision, "xml": step.xml}).encode()
            method, where = ("PUT", path) if step.kind == "save" else ("POST", f"{path}/submit")
            status, content = self.officer.ask(method, where, body)
        answer = json.loads(content)
        if status < 300:
            self._note(step, answer)
        return status, answer

    def _note(self, step: Step, answer: dict[str, Any]) -> None:
        if step.kind == "file":
            self.files[hashlib.sha256(step.paper).hexdigest()] = step.paper
            return
        self.revision, self.state = answer["revision"], answer["state"]
        self.xml = step.xml or self.xml
        self.editions += step.kind == "submit"

    def work(self, random: Random, stop: threading.Event) -> None:
        """Go on step by step until the server is gone or `stop` is set."""
        while not stop.is_set():
            step = self.next_step(random)
            try:
                status, answer = self.take(step)
            except LostError:
                self.open = step
                return
            if status >= 300:
                self.refused.append(f"{step.kind}: {status} {answer}")
                return


def _environment(data: Path) -> dict[str, str]:
    return {key: text for key, text in os.environ.items() if key != "HAICAP_DATABASE_URL"} | {
        "HAICAP_DATA": str(data)
    }


@pytest.fixture(scope="module")
def communes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Commune]]:
    """Prepare a data folder with a published form and the people of a few communes."""
    data = tmp_path_factory.mktemp("killed")
    done = subprocess.run(
        [sys.executable, "-c", "from tests.test_killed_server import prepare; prepare()"],
        env=_environment(data), check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    return data, [
        Commune(code, xml, Visitor(f"xa{code}"), Visitor(f"ct{code}")) for code, xml in found.items()
    ]


def _on(data: Path, communes: list[Commune], use: Callable[[Any], None]) -> None:
    """Serve `data` while `use` runs."""
    with serving(data, {}, HAICAP_DATABASE_URL="") as site:
        for commune in communes:
            commune.officer.port = commune.chair.port = int(site.url.rsplit(":", 1)[1])
        use(site)


def _kill_in_the_middle(communes: list[Commune], random: Random, site: Any) -> None:
    stop = threading.Event()
    threads = [
        threading.Thread(target=commune.work, args=(Random(random.random()), stop)) for commune in communes
    ]
    for thread in threads:
        thread.start()
    time.sleep(random.uniform(1.0, 2.5))
    kill(site.process)
    for thread in threads:
        thread.join(60)
    stop.set()
    assert not any(commune.refused for commune in communes), [c.refused for c in communes]
    assert any(commune.open for commune in communes), "nobody was at work when the server was killed"


def _whole(data: Path) -> None:
    """Check the database and the audit chain as they lie on the disk."""
    with sqlite3.connect(data / "haicap.sqlite3") as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []
    done = subprocess.run(
        [sys.executable, "-m", "haicap", "audit", "verify"],
        env=_environment(data),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _rows(base: sqlite3.Connection, sentence: str, *given: object) -> list[tuple[Any, ...]]:
    return base.execute(sentence, given).fetchall()


def _check_commune(data: Path, commune: Commune) -> None:
    """What was acknowledged is there, and what is there is whole."""
    with sqlite3.connect(data / "haicap.sqlite3") as base:
        found = _rows(
            base,
            "SELECT s.id, s.revision, s.state, s.xml, s.xml_sha256, s.edition FROM questionnaire_unitreport s"
            " JOIN register_unit u ON u.id = s.unit_id WHERE u.code = ?", commune.code,
        )  # fmt: skip
        if not found:
            assert commune.revision == 0
            assert not commune.files
            return
        [(pk, revision, state, xml, digest, edition)] = found
        assert revision >= commune.revision, "an acknowledged save is lost"
        mine = {commune.xml, commune.open.xml if commune.open else commune.xml} - {""}
        if revision == commune.revision and commune.xml:
            assert xml == commune.xml, "the content of an acknowledged save is lost"
        if revision:
            assert xml in mine, "a report nobody sent"
            assert hashlib.sha256(xml.encode()).hexdigest() == digest
        _check_story(base, pk, revision, state, edition)
        assert edition >= commune.editions
        kept = _rows(base, "SELECT sha256, file, size FROM questionnaire_evidence WHERE report_id = ?", pk)
    assert len({row[0] for row in kept}) == len(kept), "a file is there twice"
    assert commune.files.keys() <= {row[0] for row in kept}, "an acknowledged file is lost"
    for sha256, name, size in kept:
        content = (data / "files" / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (size, sha256)


def _check_story(base: sqlite3.Connection, pk: int, revision: int, state: str, edition: int) -> None:
    """Revision, state, values and sections tell the same story as the audit trail."""
    actions = [
        name
        for (name,) in _rows(
            base,
            "SELECT action FROM kernel_auditentry WHERE subject_type LIKE '%unitreport' AND subject_id = ?"
            " AND action LIKE 'questionnaire.report.%' ORDER BY sequence", str(pk),
        )
    ]  # fmt: skip
    assert len(actions) == revision, "each revision has one entry, and each entry one revision"
    submitted = actions.count("questionnaire.report.submitted")
    assert edition == submitted
    if actions:
        expected = "submitted" if actions[-1].endswith(".submitted") else "drafting"
        assert state == expected
    editions = _rows(
        base,
        "SELECT edition, COUNT(*), COUNT(DISTINCT field_id) FROM questionnaire_reportedvalue"
        " WHERE report_id = ? GROUP BY edition ORDER BY edition", pk,
    )  # fmt: skip
    assert [number for number, _all, _fields in editions] == list(range(1, edition + 1))
    assert all(count == fields for _number, count, fields in editions)
    assert len({count for _number, count, _fields in editions}) <= 1, "an edition is half written"
    [(sections,)] = _rows(base, "SELECT COUNT(*) FROM questionnaire_section WHERE report_id = ?", pk)
    assert sections == 12


def _retry(commune: Commune) -> None:
    """Send the step nobody answered once more, exactly as it was."""
    step, commune.open = commune.open, None
    if step is None:
        return
    status, answer = commune.take(step)
    if step.kind == "take_back" and status == 422:
        assert answer["code"] == "report.not_submitted"  # it was done before the server died
        status, answer = commune.officer.ask("GET", f"/api/questionnaire/reports/{commune.code}")[0], {}
        commune.state = "drafting"
        commune.revision = step.revision + 1
    assert status < 300, f"a retry of {step.kind} was refused: {status} {answer}"


@pytest.mark.browser
def test_a_server_killed_again_and_again_loses_nothing_it_acknowledged(
    communes: tuple[Path, list[Commune]],
) -> None:
    data, visitors = communes
    random = Random(2025)

    def first(site: Any) -> None:
        for commune in visitors:
            commune.officer.sign_in()
            commune.chair.sign_in()
        _kill_in_the_middle(visitors, random, site)

    def again(site: Any) -> None:
        for commune in visitors:
            _retry(commune)
            _check_commune(data, commune)
        _kill_in_the_middle(visitors, random, site)

    def last(_site: Any) -> None:
        for commune in visitors:
            _retry(commune)

    for number in range(ROUNDS):
        _on(data, visitors, again if number else first)
        _whole(data)
        for commune in visitors:
            _check_commune(data, commune)
    _on(data, visitors, last)
    _whole(data)
    for commune in visitors:
        _check_commune(data, commune)
        assert commune.revision > ROUNDS, "hardly anything was saved: the test shows nothing"
