"""The catalogue of procedures: loaded, imported, given new versions, withdrawn."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.tables import Fault, Faulty, read_csv
from haicap.kernel.text import fold, nfc
from haicap.onestop import permissions
from haicap.onestop.actions.workbooks import MOST_BYTES, MOST_ROWS, Tables, tables_of
from haicap.onestop.models import Dossier, Procedure, ProcedureVersion
from haicap.onestop.rules import catalogue
from haicap.onestop.rules.catalogue import COLUMNS, FEES, PAPERS, PROCEDURES, STEPS, Line, VersionRow, Wrong
from haicap.onestop.texts.catalogue import FAULTS
from haicap.register.models import Body

MOST_FOLDED = 1200


def load_procedures(*, actor: Actor, path: Path, sample: bool = False) -> int:
    """Bring the catalogue up to date with the tables beside `path` (procedures.csv); return how many versions.

    Raises Faulty with every fault by table, row and column, and then changes nothing.
    """
    tables = {}
    for name, columns in COLUMNS.items():
        table = read_csv(
            path.with_name(f"{name}.csv"),
            name=f"{name}.csv",
            required=columns,
            max_rows=MOST_ROWS,
            max_bytes=MOST_BYTES,
        )
        tables[name] = [Line(row.line, row.cells) for row in table.rows]
    return enter(actor=actor, tables=tables, sample=sample)


def import_workbook(*, actor: Actor, file: BinaryIO) -> int:
    """Bring the catalogue up to date with an uploaded workbook of four sheets; return how many versions.

    Raises Refused for what is no workbook or too large, Faulty with every fault by sheet, row and column.
    """
    return enter(actor=actor, tables=tables_of(content=file.read(MOST_BYTES + 1)))


@transaction.atomic
def add_version(
    *,
    actor: Actor,
    procedure: Procedure | None,
    cells: Mapping[str, str],
    papers: Sequence[Mapping[str, str]] = (),
    fees: Sequence[Mapping[str, str]] = (),
    steps: Sequence[Mapping[str, str]] = (),
) -> Procedure:
    """Give a procedure (None: a new one) a version, closing the former one on the day before; cells as in a workbook.

    Raises Refused, or Faulty whose faults name the table, the row (from 1) and the column.
    """
    if procedure is not None:
        procedure = Procedure.objects.select_for_update().get(pk=procedure.pk)
    code = procedure.code if procedure else cells.get("code", "").strip()
    kept = ProcedureVersion.objects.filter(procedure__code=code)
    if procedure is None and kept.exists():
        raise Refused(
            "procedure.known", _("There is a procedure with this code: give it a new version."), field="code"
        )
    if procedure is not None and procedure.withdrawn_on is not None:
        raise Refused(
            "procedure.withdrawn", _("The procedure is withdrawn. Put it into force again first."), field="valid_from"
        )  # fmt: skip
    if cells.get("valid_from") and kept.filter(valid_from=cells["valid_from"]).exists():
        raise Refused(
            "catalogue.known_day", _("A version begins on this day already. Choose another day."), field="valid_from"
        )  # fmt: skip
    tables = {PROCEDURES: [Line(1, {**cells, "code": code})]}
    for name, rows in ((PAPERS, papers), (FEES, fees), (STEPS, steps)):
        tables[name] = [Line(number, {**row, "procedure": code}) for number, row in enumerate(rows, start=1)]
    enter(actor=actor, tables=tables)
    return Procedure.objects.get(code=code)


@transaction.atomic
def enter(*, actor: Actor, tables: Tables, sample: bool = False) -> int:
    """Add or bring up to date every version of the tables, or none; return how many. Raises Faulty."""
    actor.must(permissions.CATALOGUE_WRITE)
    rows, wrongs = catalogue.read(tables=tables)
    bodies = {body.code: body for body in Body.objects.filter(code__in={row.competent_body for row in rows})}
    wrongs += [
        Wrong(table=PROCEDURES, row=row.line, column="competent_body", code="catalogue.unknown_body")
        for row in rows
        if row.competent_body and row.competent_body not in bodies
    ]
    if not wrongs:
        known = _known(rows)
        rows = [_still_closed(row, known.get(row.code, [])) for row in rows]
        wrongs = [fault for row in rows for fault in _clashes(row, known.get(row.code, []))]
    if wrongs:
        message = _("%(count)s faults in the catalogue; nothing was changed.") % {"count": len(wrongs)}
        raise Faulty("catalogue.faulty", message, faults=[_fault(wrong) for wrong in wrongs])
    done: dict[str, list[str]] = {"added": [], "changed": [], "same": []}
    for row in rows:
        done[_put(row, bodies.get(row.competent_body), sample)].append(f"{row.code} {row.valid_from}")
    audit.record(
        actor=actor,
        action="onestop.catalogue.entered",
        subject="catalogue:all",
        after={"added": done["added"], "changed": done["changed"], "same": len(done["same"])},
    )
    return len(rows)


def _fault(wrong: Wrong) -> Fault:
    given = {
        "choices": ", ".join(catalogue.CHOICES.get(wrong.column, ())),
        "most": catalogue.LONGEST.get(wrong.column, 0),
    }
    message = str(FAULTS[wrong.code]) % given
    return Fault(file=wrong.table, row=wrong.row, column=wrong.column, message=message, code=wrong.code)


def _known(rows: Iterable[VersionRow]) -> dict[str, list[ProcedureVersion]]:
    found: dict[str, list[ProcedureVersion]] = {}
    kept = ProcedureVersion.objects.filter(procedure__code__in={row.code for row in rows})
    used = Exists(Dossier.objects.filter(version=OuterRef("pk")))
    for version in kept.select_related("procedure", "competent_body").annotate(is_used=used):
        found.setdefault(version.procedure.code, []).append(version)
    return found


def _still_closed(row: VersionRow, kept: Sequence[ProcedureVersion]) -> VersionRow:
    """Leave a version closed by a later one that the table does not know: tables may be loaded again."""
    end = next((one.valid_to for one in kept if one.valid_from == row.valid_from), None)
    if row.valid_to is None and end is not None and any(one.valid_from == end for one in kept):
        return replace(row, valid_to=end)
    return row


def _clashes(row: VersionRow, kept: Sequence[Any]) -> list[Wrong]:
    for version in kept:
        if version.valid_from == row.valid_from:
            if version.is_used and _differs(version, row):
                return [Wrong(table=PROCEDURES, row=row.line, column="code", code="catalogue.used")]
        elif version.valid_from > row.valid_from and (
            row.valid_to is None or row.valid_to > version.valid_from
        ):
            return [Wrong(table=PROCEDURES, row=row.line, column="valid_from", code="catalogue.overlap")]
    return []


def _differs(version: ProcedureVersion, row: VersionRow) -> bool:
    body = version.competent_body.code if version.competent_body else ""
    return body != row.competent_body or any(
        getattr(version, name) != value for name, value in _content(row).items() if name not in _REMARKS
    )


_REMARKS = frozenset({"source", "mark"})  # what no dossier depends on


def _content(row: VersionRow) -> dict[str, Any]:
    texts = {name: nfc(value) if isinstance(value, str) else value for name, value in row.values.items()}
    return texts | {"papers": list(row.papers), "fees": list(row.fees), "steps": list(row.steps)}


def _put(row: VersionRow, body: Body | None, sample: bool) -> str:
    """Write a row; return whether it was added, changed or the same."""
    procedure, _made = Procedure.objects.get_or_create(code=row.code, defaults={"is_sample": sample})
    before = ProcedureVersion.objects.filter(procedure=procedure, valid_from__lt=row.valid_from)
    before.filter(valid_to=None).update(valid_to=row.valid_from)
    before.filter(valid_to__gt=row.valid_from).update(valid_to=row.valid_from)
    values = _content(row)
    values |= {
        "valid_to": row.valid_to,
        "competent_body": body,
        "folded": fold(f"{row.code} {values['name_vi']} {values['name_en']} {values['field']}")[:MOST_FOLDED],
    }
    version = ProcedureVersion.objects.filter(procedure=procedure, valid_from=row.valid_from).first()
    if version is None:
        last = ProcedureVersion.objects.filter(procedure=procedure).order_by("-number").first()
        number = last.number + 1 if last else 1
        ProcedureVersion.objects.create(
            procedure=procedure, number=number, valid_from=row.valid_from, **values
        )
        return "added"
    changed = [name for name, value in values.items() if getattr(version, name) != value]
    if not changed:
        return "same"
    for name in changed:
        setattr(version, name, values[name])
    version.revision += 1
    version.save(update_fields=[*changed, "revision"])
    return "changed"


@transaction.atomic
def withdraw_procedure(*, actor: Actor, procedure: Procedure, day: date) -> Procedure:
    """Take a procedure out of force from `day` on; dossiers that run go on under their version. Raises Refused."""
    actor.must(permissions.CATALOGUE_WRITE)
    row = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if row.withdrawn_on is not None:
        raise Refused("procedure.withdrawn_already", _("The procedure is withdrawn already."), field="day")
    row.withdrawn_on = day
    row.save(update_fields=["withdrawn_on"])
    audit.record(
        actor=actor, action="onestop.procedure.withdrawn", subject=row, after={"day": day.isoformat()}
    )
    return row


@transaction.atomic
def reinstate_procedure(*, actor: Actor, procedure: Procedure) -> Procedure:
    """Put a withdrawn procedure into force again, under its versions. Raises Refused."""
    actor.must(permissions.CATALOGUE_WRITE)
    row = Procedure.objects.select_for_update().get(pk=procedure.pk)
    if row.withdrawn_on is None:
        raise Refused("procedure.in_force", _("The procedure is in force."))
    before = {"day": row.withdrawn_on.isoformat()}
    row.withdrawn_on = None
    row.save(update_fields=["withdrawn_on"])
    audit.record(actor=actor, action="onestop.procedure.reinstated", subject=row, before=before)
    return row
