"""The catalogue as a workbook: what is exported is what can be imported."""

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from haicap.kernel.tables import safe_cell
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.rules.catalogue import COLUMNS, FEES, PAPERS, PROCEDURES, STEPS


def workbook(*, versions: Iterable[ProcedureVersion]) -> bytes:
    """Return the versions as four sheets whose first row names the columns; without versions it is the template."""
    book = Workbook()
    book.remove(book.active)
    rows: dict[str, list[list[Any]]] = {name: [] for name in COLUMNS}
    for version in versions:
        code = version.procedure.code
        rows[PROCEDURES].append([_value(version, code, column) for column in COLUMNS[PROCEDURES]])
        for name, entries in ((PAPERS, version.papers), (FEES, version.fees), (STEPS, version.steps)):
            rows[name] += [
                [code, *(_plain(entry.get(key)) for key in COLUMNS[name][1:])] for entry in entries
            ]
    for name, columns in COLUMNS.items():
        sheet = book.create_sheet(name)
        sheet.append(list(columns))
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "B2"
        for row in rows[name]:
            sheet.append([safe_cell(value) if isinstance(value, str) else value for value in row])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _value(version: ProcedureVersion, code: str, column: str) -> Any:
    if column == "code":
        return code
    if column == "competent_body":
        return version.competent_body.code if version.competent_body else ""
    value = getattr(version, column)
    return value.isoformat() if hasattr(value, "isoformat") else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value
