"""Faults of a form's file: what is wrong, and on which sheet, row and column."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A fault or a warning; `row` counts from 1 and includes the heading row.

    `code` is made a sentence above; `detail` is the value it is about, `text` what the converter itself said.
    """

    code: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    detail: str = ""
    text: str = ""


class FormError(Exception):
    """A file that is no form; all faults found are in `troubles`, what was only doubtful in `warnings`."""

    def __init__(self, troubles: Sequence[Trouble], warnings: Sequence[Trouble] = ()) -> None:
        super().__init__("; ".join(trouble.text or trouble.code for trouble in troubles)[:500])
        self.troubles = tuple(troubles)
        self.warnings = tuple(warnings)
