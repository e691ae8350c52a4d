"""Plans for the tests: the shipped one as bytes, and ways to spoil it."""

import csv
import io
from collections.abc import Callable, Mapping
from pathlib import Path

from haicap.campaign.rules.plan import Plan, PlanFault
from haicap.campaign.rules.plan_files import FILES, read_plan

SHIPPED = Path(__file__).resolve().parents[4] / "plans" / "hcmc-2025"
Files = dict[str, bytes]
Change = Callable[[list[dict[str, str]]], object]


def shipped() -> Files:
    """Return the files of the shipped plan."""
    return {name: (SHIPPED / name).read_bytes() for name in FILES}


def rows_of(files: Mapping[str, bytes], name: str) -> list[dict[str, str]]:
    """Return the rows of one of its tables."""
    return list(csv.DictReader(io.StringIO(files[name].decode("utf-8"))))


def with_rows(name: str, change: Change) -> Files:
    """Return the shipped plan with the rows of `name` as `change` left them."""
    files = shipped()
    rows = rows_of(files, name)
    change(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return files | {name: text.getvalue().encode()}


def with_toml(old: str, new: str) -> Files:
    """Return the shipped plan with `old` replaced in plan.toml."""
    files = shipped()
    text = files["plan.toml"].decode()
    assert old in text
    return files | {"plan.toml": text.replace(old, new).encode()}


def plan_of(files: Mapping[str, bytes]) -> Plan:
    """Return a plan that must have no fault."""
    plan, faults = read_plan(files)
    assert faults == []
    assert plan is not None
    return plan


def faults_of(files: Mapping[str, bytes]) -> list[PlanFault]:
    """Return the faults of a plan that must have some."""
    plan, faults = read_plan(files)
    assert plan is None
    assert faults
    return faults


def write(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write a plan into `folder` and return it."""
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    return folder
