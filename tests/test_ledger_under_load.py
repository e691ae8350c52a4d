"""Many processes on one ledger: codes without gap or twin, and processes killed in the middle of their events."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

COUNTERS = 8
CODES = 10_000 if os.environ.get("HAICAP_DATABASE_URL") else 2_000  # a file lets one write at a time anyway
ROUNDS, WORKERS = 5, 3


def _start(environment: dict[str, str], call: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", f"from tests import ledger_under_load as work; work.{call}"]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _run(environment: dict[str, str], call: str) -> dict[str, Any]:
    process = _start(environment, call)
    answer, _ = process.communicate()
    assert process.returncode == 0, call
    return dict(json.loads(answer.splitlines()[-1])) if answer.strip() else {}


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give processes an empty database of their own: on the PostgreSQL of this run, or a file."""
    found = {**os.environ, "HAICAP_DATA": str(tmp_path)}
    url = found.pop("HAICAP_DATABASE_URL", "")
    if not url:
        yield found
        return
    import psycopg

    parts, name = urlsplit(url), f"haicap_load_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    yield found | {"HAICAP_DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_ten_thousand_codes_taken_by_eight_counters_at_once_have_no_gap_and_no_twin(
    environment: dict[str, str],
) -> None:
    _run(environment, f"prepare({CODES})")
    counters = [_start(environment, f"receive({part}, {COUNTERS})") for part in range(COUNTERS)]
    for counter in counters:
        assert counter.stdout is not None
        assert counter.stdout.readline() == "ready\n"
    for counter in counters:
        assert counter.stdin is not None
        counter.stdin.write("go\n")
        counter.stdin.flush()
    for counter in counters:
        counter.communicate()
        assert counter.returncode == 0
    codes = _run(environment, "codes()")["codes"]
    days = sorted({code.rpartition("-")[0] for code in codes})  # two, when midnight passes meanwhile
    wanted = []
    for day in days:
        count = sum(code.startswith(f"{day}-") for code in codes)
        wanted += [f"{day}-{number:04d}" for number in range(1, count + 1)]
    assert sorted(wanted) == codes
    assert len(codes) == CODES


def _told(text: str) -> list[tuple[str, int, str]]:
    """Return (reference, sequence, digest) of each whole line; the last one may have been cut off."""
    found = []
    for line in text.splitlines():
        with suppress(json.JSONDecodeError):
            row = json.loads(line)
            found.append((row["reference"], row["sequence"], row["digest"]))
    return found


def test_processes_killed_at_any_event_lose_nothing_and_leave_nothing_half_done(
    environment: dict[str, str], tmp_path: Path
) -> None:
    _run(environment, "prepare(1)")
    random, said, last = Random(2026), list[tuple[str, int, str]](), dict[int, str]()
    for number in range(ROUNDS):
        calls = [f"live({number * WORKERS + worker}, '{last.get(worker, '')}')" for worker in range(WORKERS)]
        workers = [_start(environment, call) for call in calls]
        for worker in workers:
            assert worker.stdout is not None
            said += _told(worker.stdout.readline())
        time.sleep(random.uniform(0.3, 1.2))
        for place, worker in enumerate(workers):
            worker.send_signal(signal.SIGKILL)
            assert worker.stdout is not None
            rest = _told(worker.stdout.read())
            worker.wait()
            said += rest
            last[place] = rest[-1][0] if rest else last.get(place, "")
        file = tmp_path / "acknowledged.json"
        file.write_text(json.dumps(said))
        found = _run(environment, f"look({str(file)!r})")
        assert found["lost"] == []
        assert found["faults"] == []
    assert len(said) > ROUNDS * WORKERS * 3, "hardly anything was done: the test shows nothing"
    assert found["events"] - 1 <= len(said) + ROUNDS * WORKERS, (
        "an event nobody was told of, but the last of each"
    )
