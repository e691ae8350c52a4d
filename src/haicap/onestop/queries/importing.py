"""An export looked at before anything is written: bodies and procedures found, faults named by row."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.models import Job
from haicap.kernel.tables import Fault, Table, read_csv
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.models import Centre, ProcedureVersion
from haicap.onestop.rules.imports import Cast, Line, Words, Wrongs, line_of, read_words, rehearse
from haicap.onestop.rules.imports import Mapping as Reading
from haicap.onestop.rules.lifecycle import Wrong
from haicap.onestop.texts.exchange import fault_text
from haicap.onestop.texts.lifecycle import refused
from haicap.register.models import Body

MOST_ROWS = 50_000
FOLDER = "onestop-imports"


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the words from which mappings are guessed."""
    path = settings.HAICAP_PLANS / "onestop" / "mappings" / "words.toml"
    return read_words(data=tomllib.loads(path.read_text(encoding="utf-8")))


def read(*, source: Path | bytes, name: str) -> Table:
    """Return an export as a table, bounded in rows and bytes; raises Refused."""
    return read_csv(source, name=name, required=(), max_rows=MOST_ROWS, max_bytes=settings.HAICAP_MAX_IMPORT)


def path_of(*, token: str) -> Path:
    """Return where the upload with this token is kept; raises ValueError for what is no token."""
    if len(token) != 32 or not set(token) <= set("0123456789abcdef"):
        raise ValueError(token)
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{token}.csv"


def _plain(text: str) -> str:
    """Return a name as it is compared: one spelling of letters and spaces, small; tones stay."""
    small = " ".join(nfc(text).casefold().split()).replace("uỷ", "ủy")
    return small.removeprefix("ủy ban nhân dân ").removeprefix("ubnd ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What rows are looked up in: name or code -> code of a body; body -> centre; procedure -> versions."""

    bodies: Mapping[str, str]
    keys: Mapping[str, int]
    centres: Mapping[str, str]
    versions: Mapping[str, Sequence[ProcedureVersion]]

    def body(self, text: str) -> str:
        """Return the code of the body called so, "" where there is none or more than one."""
        return self.bodies.get(text.casefold(), "") or self.bodies.get(_plain(text), "")

    def version(self, code: str, at: datetime) -> ProcedureVersion | None:
        """Return the version of the day, the oldest for days before it."""
        day = timezone.localtime(at).date()
        rows = self.versions.get(code.casefold(), ())
        return next((row for row in reversed(rows) if row.valid_from <= day), rows[0] if rows else None)


def books() -> Books:
    """Return the books as they are now (three queries)."""
    bodies = list(Body.objects.select_related("unit").order_by("pk"))
    centres = list(Centre.objects.select_related("body").order_by("-kind", "code"))
    names = [(_plain(row.name_vi), row.code) for row in bodies]
    names += [
        (_plain(row.unit.full_name), row.code)
        for row in bodies
        if row.unit and row.kind == "commune_committee"
    ]
    for centre in centres:
        names += [(_plain(text), centre.body.code) for text in (centre.name_vi, centre.code, centre.agency)]
    versions: dict[str, list[ProcedureVersion]] = {}
    for row in ProcedureVersion.objects.select_related("procedure").order_by("valid_from"):
        versions.setdefault(row.procedure.code.casefold(), []).append(row)
    many = Counter(name for name, _code in set(names))
    found = {name: code for name, code in names if many[name] == 1}
    return Books(
        bodies=found | {row.code.casefold(): row.code for row in bodies},
        keys={row.code: row.pk for row in bodies},
        centres={centre.body.code: centre.code for centre in centres},
        versions=versions,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row that can be entered: its number in the file, its values, its bodies (codes) and its procedure."""

    row: int
    line: Line
    received: str
    competent: str
    returned: str
    version: ProcedureVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """An export after the look: what can be entered, what cannot and why; `unknown` words by field."""

    name: str
    encoding: str
    rows: int
    entries: Sequence[Entry]
    faults: Sequence[Fault]
    unknown: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def faulty_rows(self) -> int:
        """How many rows have a fault."""
        return len({fault.row for fault in self.faults})


_UNKNOWN = frozenset({"import.word", "import.body", "import.procedure"})


def check(
    *, table: Table, mapping: Reading, now: datetime | None = None, known: Books | None = None
) -> Checked:
    """Look at every row of an export; three queries, whatever its size."""
    shelf, moment = known or books(), now or timezone.now()
    zone = timezone.get_default_timezone()
    entries: list[Entry] = []
    faults = list(table.faults)
    unknown: dict[str, dict[str, None]] = {}
    seen: dict[str, int] = {}
    for row in table.rows:
        try:
            line = line_of(cells=row.cells, mapping=mapping, zone=zone, now=moment)
            if (first := seen.setdefault(line.code, row.line)) != row.line:
                raise Wrongs([("code", "import.twice", str(first))])
            entry = _entry(row.line, line, shelf, moment)
            rehearse(line=line, cast=cast_of(entry=entry, shelf=shelf, source=mapping.source, terms=_TERMS))
            entries.append(entry)
        except Wrong as wrong:
            faults.append(fault_of_rule(table.name, row.line, wrong))
        except Wrongs as wrongs:
            for name, code, detail in wrongs.rows:
                faults.append(fault_of(table.name, row.line, mapping.columns.get(name, name), code, detail))
                if code in _UNKNOWN:
                    unknown.setdefault(name, {})[detail] = None
    return Checked(
        name=table.name, encoding=table.encoding, rows=len(table.rows), entries=entries, faults=faults,
        unknown={name: list(words) for name, words in unknown.items()},
    )  # fmt: skip


def fault_of(file: str, row: int, column: str, code: str, detail: str = "") -> Fault:
    """Return a fault of a row in words."""
    return Fault(file=file, row=row, column=column, message=fault_text(code, detail), code=code)


def fault_of_rule(file: str, row: int, wrong: Wrong) -> Fault:
    """Return what a rule of the lifecycle says of a row as a fault."""
    refusal = refused(wrong)
    return Fault(file=file, row=row, column=None, message=str(refusal.message), code=refusal.code)


def cast_of(*, entry: Entry, shelf: Books, source: str, terms: Mapping[str, Any]) -> Cast:
    """Return who plays the parts of a row, and what its registration and receipt say."""
    line = entry.line
    return Cast(
        bodies={
            "received": entry.received,
            "competent": entry.competent,
            "returned": entry.returned or entry.received,
        },
        centres=shelf.centres,
        registered={
            "channel": line.channel,
            "received": entry.received,
            "procedure": entry.version.procedure.code,
            "version": entry.version.number,
            "source": source,
            "foreign": line.code,
        },
        receipt={
            "code": line.code,
            "competent": entry.competent,
            "terms": terms,
            "fee": line.fee,
            "return_at": entry.returned,
            "reused": False,
        },
    )


_TERMS = {
    "procedure": "",
    "version": 1,
    "value": 1,
    "unit": "working_days",
}  # a rehearsal reckons no due date


def _entry(row: int, line: Line, shelf: Books, now: datetime) -> Entry:
    wrongs: list[tuple[str, str, str]] = []
    codes: dict[str, str] = {}
    for name in ("received", "competent", "returned"):
        text = getattr(line, name)
        codes[name] = shelf.body(text) if text else ""
        if text and not codes[name]:
            wrongs.append((name, "import.body", text[:100]))
    version = shelf.version(line.procedure, line.received_at or line.begun_at or now)
    if version is None:
        wrongs.append(("procedure", "import.procedure", line.procedure[:40]))
    if wrongs or version is None:
        raise Wrongs(wrongs)
    return Entry(row=row, line=line, version=version, **codes)


def told(faults: Iterable[Fault], *, most: int) -> list[str]:
    """Return the first faults as sentences with file, row and column."""
    return [str(fault) for fault, _number in zip(faults, range(most), strict=False)]


def imports_for(*, actor: Actor) -> QuerySet[Job]:
    """Return the imports, newest first, for who may import."""
    rows = Job.objects.filter(kind="onestop.import").select_related("requested_by").order_by("-created_at")
    return rows if actor.may(permissions.IMPORT) else rows.none()


def import_for(*, actor: Actor, job_id: UUID) -> Job:
    """Return one import; raises Missing."""
    row = imports_for(actor=actor).filter(pk=job_id).first()
    if row is None:
        raise Missing("import.missing", _("There is no such import, or not for you."))
    return row
