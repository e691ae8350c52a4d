"""Loading the register: 168 and 3,321 units, beside plain sqlite3 inserting the very same rows.

python -m bench.register_load

The floor is `executemany` of the rows the load left behind, into tables and indexes of the same definition,
in one transaction on the same disk: what remains above it is reading the list, resolving it, checking it.
"""

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
TABLES = ("register_unit", "register_succession", "register_body")
CASES = (("168 units (province 79)", "79"), ("3,321 units (all 34)", ""))
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"


def measure(province: str) -> None:
    """Load into the empty database of this process's HAICAP_DATA; print seconds of first and second load."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "haicap.settings"
    django.setup()
    from django.core.management import call_command

    from haicap.kernel.access import SYSTEM
    from haicap.register.actions import load_all, load_province

    call_command("migrate", verbosity=0)
    for expected in (False, True):
        begun = time.perf_counter()
        report = load_province(actor=SYSTEM, province=province) if province else load_all(actor=SYSTEM)
        print(time.perf_counter() - begun)
        if report.did_nothing is not expected or report.ambiguous:
            raise SystemExit("the load did not do what it should")


def floor(database: Path, folder: Path) -> tuple[float, int]:
    """Return the seconds plain sqlite3 takes for the rows of `database`, and how many rows that is."""
    source = sqlite3.connect(database)
    names = ",".join(f"'{name}'" for name in TABLES)
    schema = source.execute(
        f"SELECT sql FROM sqlite_master WHERE tbl_name IN ({names}) AND sql IS NOT NULL ORDER BY type DESC"
    ).fetchall()
    rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}
    source.close()
    target = sqlite3.connect(folder / "floor.sqlite3", isolation_level=None)
    target.executescript(PRAGMAS)
    for (statement,) in schema:
        target.execute(statement)
    begun = time.perf_counter()
    target.execute("BEGIN IMMEDIATE")
    for name, found in rows.items():
        marks = ",".join("?" * len(found[0]))
        target.executemany(f"INSERT INTO {name} VALUES ({marks})", found)
    target.execute("COMMIT")
    spent = time.perf_counter() - begun
    target.close()
    return spent, sum(map(len, rows.values()))


def case(label: str, province: str) -> None:
    """Measure one case in fresh databases and print it."""
    first, again, plain, count = [], [], [], 0
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            environment = {**os.environ, "HAICAP_DATA": name}
            environment.pop("HAICAP_DATABASE_URL", None)
            done = subprocess.run(
                [sys.executable, __file__, "--measure", province],
                env=environment, check=True, capture_output=True, text=True,
            )  # fmt: skip
            one, two = (float(line) for line in done.stdout.split())
            spent, count = floor(folder / "haicap.sqlite3", folder)
            first.append(one)
            again.append(two)
            plain.append(spent)
    load, check, base = (statistics.median(found) for found in (first, again, plain))
    print(
        f"{label:24} {count:>7,} rows   load {load:6.2f} s   second load, nothing to do {check:6.2f} s   "
        f"plain sqlite3 {base:6.3f} s   ratio {load / base:6.1f}"
    )


def main() -> None:
    """Measure both cases."""
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2])
        return
    for label, province in CASES:
        case(label, province)


if __name__ == "__main__":
    main()
