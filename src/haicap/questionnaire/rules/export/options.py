"""What may be asked of an export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

FORMATS = ("csv", "xlsx", "geojson", "parquet", "xml")
EXTENSIONS: Mapping[str, str] = {
    "csv": "zip", "xlsx": "xlsx", "geojson": "geojson", "parquet": "zip", "xml": "zip",
}  # fmt: skip
# what is known of a submission beside its answers, with the type of each
META: Mapping[str, str] = {
    "__id": "string", "__form_version": "string", "__name": "string", "__state": "string", "__unit": "string",
    "__unit_name": "string", "__person": "string", "__key": "string", "__device": "string", "__agent": "string",
    "__started_at": "dateTime", "__ended_at": "dateTime", "__received_at": "dateTime",
    "__updated_at": "dateTime", "__edits": "int", "__files": "int", "__files_missing": "int", "__fault": "string",
}  # fmt: skip
Titles = Mapping[str, str]  # words of a file in the language asked for, by key


class ExportError(Exception):
    """The file cannot be made: `code` too_wide names a table with more columns than the format takes."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """A format; names or labels; one column per choice or not; which submissions: states, days received (inclusive)."""

    format: str = "csv"
    labels: bool = False
    language: str = "vi"
    split: bool = False
    states: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
