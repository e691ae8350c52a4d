"""The catalogue of procedures: loaded, imported, given new versions, withdrawn, made public."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.tables import Fault, Faulty, read_csv
from haicap.kernel.text import fold, nfc
from haicap.onestop import permissions
from haicap.onestop.models import Dossier, Procedure, ProcedureVersion, Publication
from haicap.onestop.rules import catalogue
from haicap.onestop.rules.catalogue import COLUMNS, Line, VersionRow, Wrong
from haicap.onestop.texts.catalogue import FAULTS
from haicap.register.models import Body

MOST_BYTES, MOST_ROWS = 8_000_000, 20_000
MOST_UNPACKED = 200_000_000  # bytes a workbook may unfold to
Tables = Mapping[str, Sequence[Line]]


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


def tables_of(*, content: bytes) -> Tables:
    """Return the four tables of a workbook; raises Refused, Faulty."""
    if len(content) > MOST_BYTES:
        raise Refused("catalogue.large", _("The workbook is larger than 8 MB. Split it."), field="file")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise Refused(
                    "catalogue.large", _("The workbook unfolds to far too much. Save it anew."), field="file"
                )
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise Refused(
            "catalogue.unreadable", _("This is no Excel workbook (.xlsx). Fill in the template and upload that."),
            field="file",
        ) from error  # fmt: skip
    faults: list[Fault] = []
    tables = {name: _sheet(book, name, columns, faults) for name, columns in COLUMNS.items()}
    if faults:
        raise Faulty("catalogue.sheets", _("The workbook is not laid out like the template."), faults=faults)
    return tables


def _sheet(book: Any, name: str, columns: Sequence[str], faults: list[Fault]) -> list[Line]:
    if name not in book.sheetnames:
        faults.append(
            Fault(
                file=name, row=None, column=None, message=_("This sheet is missing."), code="catalogue.sheet"
            )
        )
        return []
    rows = book[name].iter_rows(values_only=True, max_row=MOST_ROWS + 1)
    heads = [_cell(value).lower() for value in next(rows, ())]
    for column in columns:
        if column not in heads:
            message = _("This column is missing.")
            faults.append(Fault(file=name, row=1, column=column, message=message, code="catalogue.column"))
    found = []
    for number, row in enumerate(rows, start=2):
        cells = {head: _cell(value) for head, value in zip(heads, row, strict=False)}
        if any(cells.values()):
            found.append(Line(number, cells))
    return found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return nfc(str(value)).strip().removeprefix("'")


@transaction.atomic
def enter(*, actor: Actor, tables: Tables, sample: bool = False) -> int:
    """Add or bring up to date every version of the tables, or none; raises Faulty."""
    actor.must(permissions.CATALOGUE_WRITE)
    rows, wrongs = catalogue.read(tables=tables)
    bodies = {body.code: body for body in Body.objects.filter(code__in={row.competent_body for row in rows})}
    wrongs += [
        Wrong(
            table=catalogue.PROCEDURES, row=row.line, column="competent_body", code="catalogue.unknown_body"
        )
        for row in rows
        if row.competent_body and row.competent_body not in bodies
    ]
    if not wrongs:
        known = _known(rows)
        wrongs = [fault for row in rows for fault in _clashes(row, known.get(row.code, []))]
    if wrongs:
        message = _("%(count)s faults in the catalogue; nothing was changed.") % {"count": len(wrongs)}
        raise Faulty("catalogue.faulty", message, faults=[_fault(wrong) for wrong in wrongs])
    for row in rows:
        _put(row, bodies.get(row.competent_body), sample)
    audit.record(
        actor=actor,
        action="onestop.catalogue.entered",
        subject="catalogue:all",
        after={"versions": len(rows)},
    )
    return len(rows)


def _fault(wrong: Wrong) -> Fault:
    message = str(FAULTS[wrong.code]) % {"choices": ", ".join(catalogue.CHOICES.get(wrong.column, ()))}
    return Fault(file=wrong.table, row=wrong.row, column=wrong.column, message=message, code=wrong.code)


def _known(rows: Iterable[VersionRow]) -> dict[str, list[ProcedureVersion]]:
    found: dict[str, list[ProcedureVersion]] = {}
    codes = {row.code for row in rows}
    used = set(
        Dossier.objects.filter(version__procedure__code__in=codes)
        .values_list("version", flat=True)
        .distinct()
    )
    for version in ProcedureVersion.objects.filter(procedure__code__in=codes).select_related("procedure"):
        version.is_used = version.pk in used  # type: ignore[attr-defined]
        found.setdefault(version.procedure.code, []).append(version)
    return found


def _clashes(row: VersionRow, kept: Sequence[Any]) -> list[Wrong]:
    for version in kept:
        if version.valid_from == row.valid_from:
            if version.is_used and any(
                getattr(version, name) != value for name, value in _content(row).items()
            ):
                return [Wrong(table=catalogue.PROCEDURES, row=row.line, column="code", code="catalogue.used")]
            continue
        ends_before = version.valid_to is not None and version.valid_to <= row.valid_from
        begins_after = row.valid_to is not None and version.valid_from >= row.valid_to
        if not ends_before and not begins_after and version.valid_from > row.valid_from:
            return [
                Wrong(table=catalogue.PROCEDURES, row=row.line, column="valid_from", code="catalogue.overlap")
            ]
    return []


def _content(row: VersionRow) -> dict[str, Any]:
    texts = {name: nfc(value) if isinstance(value, str) else value for name, value in row.values.items()}
    return texts | {"papers": list(row.papers), "fees": list(row.fees), "steps": list(row.steps)}


def _put(row: VersionRow, body: Body | None, sample: bool) -> ProcedureVersion:
    procedure, _made = Procedure.objects.get_or_create(code=row.code, defaults={"is_sample": sample})
    before = ProcedureVersion.objects.filter(procedure=procedure, valid_from__lt=row.valid_from)
    before.filter(valid_to=None).update(valid_to=row.valid_from)
    before.filter(valid_to__gt=row.valid_from).update(valid_to=row.valid_from)
    values = _content(row)
    values |= {
        "valid_to": row.valid_to,
        "competent_body": body,
        "folded": fold(f"{row.code} {values['name_vi']} {values['name_en']} {values['field']}"),
    }
    version = ProcedureVersion.objects.filter(procedure=procedure, valid_from=row.valid_from).first()
    if version is None:
        last = ProcedureVersion.objects.filter(procedure=procedure).order_by("-number").first()
        number = last.number + 1 if last else 1
        return ProcedureVersion.objects.create(
            procedure=procedure, number=number, valid_from=row.valid_from, **values
        )
    changed = [name for name, value in values.items() if getattr(version, name) != value]
    if changed:
        for name in changed:
            setattr(version, name, values[name])
        version.revision += 1
        version.save(update_fields=[*changed, "revision"])
    return version


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
def make_public(
    *,
    actor: Actor,
    procedure: Procedure,
    kind: str,
    bodies: Iterable[Body],
    done_on: date,
    document: str,
    decided_on: date | None = None,
    full: bool = True,
) -> int:
    """Record that a procedure was published, or posted at bodies, on a day; return at how many it is new.

    A person records it for the own body, those who keep the catalogue for all. Raises Refused, Missing.
    """
    actor.must(permissions.PUBLISH)
    wanted = list(bodies)
    if not actor.may(permissions.CATALOGUE_WRITE):
        wanted = [body for body in wanted if body.pk == actor.body_id]
    if not wanted:
        raise Missing("publication.body", _("There is no such body, or not for you."))
    if not document.strip():
        raise Refused(
            "publication.document", _("Name the document, or the place where it is posted."), field="document"
        )
    if decided_on is not None and done_on < decided_on:
        raise Refused(
            "publication.early", _("It was made public after the decision, not before it."), field="done_on"
        )
    before = Publication.objects.filter(procedure=procedure, kind=kind).count()
    Publication.objects.bulk_create(
        (
            Publication(
                procedure=procedure, kind=kind, body=body, document=nfc(document)[:300], decided_on=decided_on,
                done_on=done_on, full=full, recorded_by_id=actor.person_id,
            )
            for body in wanted
        ),
        ignore_conflicts=True,
    )  # fmt: skip
    added = Publication.objects.filter(procedure=procedure, kind=kind).count() - before
    audit.record(
        actor=actor,
        action="onestop.procedure.made_public",
        subject=procedure,
        after={"kind": kind, "bodies": len(wanted), "day": done_on.isoformat(), "new": added},
    )
    return added
