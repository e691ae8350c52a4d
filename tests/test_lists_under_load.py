"""Many who write one list at once: nothing is applied twice, no version is lost, and the hash of the list fits."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

THREADS, TURNS = 4, 5


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give a process an empty database of its own: on the PostgreSQL of this run, or a file."""
    found = {**os.environ, "HAICAP_DATA": str(tmp_path)}
    url = found.pop("HAICAP_DATABASE_URL", "")
    if not url:
        yield found
        return
    import psycopg

    parts, name = urlsplit(url), f"haicap_lists_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    yield found | {"HAICAP_DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_a_list_written_by_many_at_once_stays_whole(environment: dict[str, str]) -> None:
    call = f"from tests.lists_under_load import run; run({THREADS}, {TURNS})"
    done = subprocess.run(
        [sys.executable, "-c", call],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=900,
    )
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["faults"] == []
    assert found["applied"] == 1, "one submission, applied by all of them"
    assert found["members"] == 2 + THREADS * TURNS
    assert found["fits"], "count and digest are those of the members"
    assert found["numbers"] == list(range(1, found["newest"] + 1))
    assert found["newest"] > THREADS * TURNS
    assert found["conflict"] == "hard"
    assert found["audit"] == []
