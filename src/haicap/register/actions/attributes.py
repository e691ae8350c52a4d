"""Importing a file of population and seat addresses."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.audit import record
from haicap.kernel.errors import Refused
from haicap.kernel.tables import Table, read_csv
from haicap.register.models import ImportReport, Unit
from haicap.register.rules.attributes import ATTRIBUTES, Known, Outcome, judge_rows

MAX_ROWS = 250_000
MAX_BYTES = 60_000_000
MAX_KEPT = 5_000
BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributesImport:
    """The stored report, and every row's outcome in the order of the file."""

    report: ImportReport
    outcomes: Sequence[Outcome]


def import_attributes(*, actor: Actor, source: Path | bytes, name: str) -> AttributesImport:
    """Take population (people) and seat_address of current communes from a CSV file, matched by `code`.

    Rows that do not match are left out and reported, the others are kept. Raises NotAllowed without
    register.unit:import; Refused for a file over 60 MB or 250,000 rows, Faulty for a wrong heading row.
    """
    actor.must("register.unit:import")
    table = read_csv(source, name=name, required=["code"], max_rows=MAX_ROWS, max_bytes=MAX_BYTES)
    if not set(ATTRIBUTES) & set(table.columns):
        raise Refused(
            "attributes.no_columns",
            _("%(name)s has neither a column population nor a column seat_address; found: %(found)s.")
            % {"name": name, "found": ", ".join(table.columns)[:300]},
            field="file",
        )
    with transaction.atomic():
        return _import(actor, table)


def _import(actor: Actor, table: Table) -> AttributesImport:
    units = {unit.code: unit for unit in Unit.objects.filter(level=Unit.Level.COMMUNE, valid_to=None)}
    known = {
        code: Known(
            code=code,
            name=unit.name,
            full_name=unit.full_name,
            population=unit.population,
            seat_address=unit.seat_address,
        )
        for code, unit in units.items()
    }
    outcomes = list(judge_rows(rows=((row.line, row.cells) for row in table.rows), known=known))
    changed = []
    for outcome in outcomes:
        if outcome.changes and outcome.is_taken:
            unit = units[outcome.code]
            for field, value in outcome.changes.items():
                setattr(unit, field, value)
            unit.revision += 1
            changed.append(unit)
    Unit.objects.bulk_update(changed, [*ATTRIBUTES, "revision"], batch_size=BATCH)
    return AttributesImport(report=_report(actor, table, outcomes), outcomes=outcomes)


def _report(actor: Actor, table: Table, outcomes: Sequence[Outcome]) -> ImportReport:
    counts = Counter(outcome.status for outcome in outcomes)
    shown = [
        {"line": outcome.line, "code": outcome.code, "status": outcome.status, "facts": dict(outcome.facts)}
        for outcome in outcomes
        if not outcome.is_taken
    ]
    shown += [
        {"line": fault.row, "code": "", "status": "cells_too_many", "facts": {"given": str(fault.message)}}
        for fault in table.faults
    ]
    report = ImportReport.objects.create(
        kind=ImportReport.Kind.ATTRIBUTES,
        file_name=table.name[:200],
        encoding=table.encoding,
        counts=dict(counts),
        rows=shown[:MAX_KEPT],
        rows_left_out=max(0, len(shown) - MAX_KEPT),
        actor_name=actor.name,
        created_at=timezone.now(),
    )
    record(
        actor=actor,
        action="register.attributes.imported",
        subject=report,
        after={"file": report.file_name, "encoding": table.encoding, "counts": dict(counts)},
    )
    return report
