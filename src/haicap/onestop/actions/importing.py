"""The dossiers of another system, entered with events that make the same dates.

A dossier is known again by the name of the system and its code there: the reference is drawn from both, so a second
import finds it. What is new in the file is appended to its ledger; what the ledger already holds is left; what
contradicts it is told and changes nothing, for a ledger is not rewritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Protocol

from django.db import transaction
from django.utils.crypto import salted_hmac

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Text
from haicap.kernel.periods import WorkingCalendar
from haicap.kernel.tables import Fault
from haicap.kernel.text import fold, nfc
from haicap.onestop import permissions
from haicap.onestop.actions.dossiers import ALPHABET, REFERENCE_LENGTH, terms_of
from haicap.onestop.actions.ledger import parts_taken, put, sealed
from haicap.onestop.models import Applicant, Dossier, Event, Part
from haicap.onestop.queries.clock import calendar_now
from haicap.onestop.queries.importing import Books, Checked, Entry, books, cast_of, fault_of, fault_of_rule
from haicap.onestop.rules.imports import Planned, happening, missing, planned
from haicap.onestop.rules.lifecycle import Kind, Life, Wrong, apply

CHUNK = 250
NAMELESS = "—"
PERSONAL = ("full_name", "id_number", "phone", "address")


class Progress(Protocol):
    """What the import reports to."""

    def report(self, percent: int, message: Text) -> None:
        """Tell how far it is."""

    def stopped(self) -> bool:
        """Say whether to stop after this chunk."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What an import did: dossiers new, changed, the same as before; rows left out are in `faults`."""

    new: int = 0
    changed: int = 0
    same: int = 0
    events: int = 0
    faults: list[Fault] = field(default_factory=list)


def reference_of(*, source: str, code: str) -> str:
    """Return the reference of a dossier of another system: always the same, and nobody can guess it."""
    number = int(salted_hmac("onestop.import", f"{source}\n{code}", algorithm="sha256").hexdigest(), 16)
    signs = []
    for _place in range(REFERENCE_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return "".join(signs)


def enter(*, actor: Actor, checked: Checked, source: str, progress: Progress, message: Text) -> Report:
    """Enter the rows that were found right, CHUNK at a time, each chunk whole or not at all.

    May be run again after an interruption, or with a newer file: nothing is entered twice. Raises NotAllowed.
    """
    actor.must(permissions.IMPORT)
    report = Report(faults=list(checked.faults))
    shelf = books()
    entries = checked.entries
    for first in range(0, len(entries), CHUNK):
        if progress.stopped():
            break
        progress.report(100 * first // max(1, len(entries)), message)
        with transaction.atomic():
            _Chunk(checked.name, source, shelf, calendar_now(), report).enter(entries[first : first + CHUNK])
    with transaction.atomic():
        audit.record(
            actor=actor,
            action="onestop.import.done",
            subject=f"import:{source}",
            after={
                "file": checked.name,
                "rows": checked.rows,
                "new": report.new,
                "changed": report.changed,
                "same": report.same,
                "faults": len(report.faults),
            },
        )
    return report


class _Chunk:
    """A few rows on their way into the database."""

    def __init__(
        self, name: str, source: str, shelf: Books, calendar: WorkingCalendar, report: Report
    ) -> None:
        self.name, self.source, self.shelf, self.calendar, self.report = name, source, shelf, calendar, report
        self.events: list[Event] = []
        self.parts: dict[tuple[int, str, str], tuple[Dossier, str, str]] = {}

    def enter(self, entries: Sequence[Entry]) -> None:
        """Enter new rows at once and append to known ones."""
        wanted = {reference_of(source=self.source, code=entry.line.code): entry for entry in entries}
        known = {
            row.reference: row
            for row in Dossier.objects.select_for_update(of=("self",)).filter(reference__in=wanted)
        }
        codes = [entry.line.code for entry in entries]
        taken = set(
            Dossier.objects.filter(code__in=codes)
            .exclude(reference__in=wanted)
            .values_list("code", flat=True)
        )
        self._append([(known[key], entry) for key, entry in wanted.items() if key in known])
        fresh = [(key, entry) for key, entry in wanted.items() if key not in known]
        for _key, entry in fresh:
            if entry.line.code in taken:
                self._fault(entry, "code", "import.taken")
        self._create([(key, entry) for key, entry in fresh if entry.line.code not in taken])

    def _fault(self, entry: Entry, column: str, code: str) -> None:
        self.report.faults.append(fault_of(self.name, entry.row, column, code))

    def _create(self, rows: Sequence[tuple[str, Entry]]) -> None:
        made: list[tuple[Dossier, Entry]] = []
        for reference, entry in rows:
            plan = planned(line=entry.line)
            dossier = Dossier(
                reference=reference,
                version=entry.version,
                channel=entry.line.channel,
                registered_at=plan[0].at,
                appointment_at=entry.line.appointment_at if entry.line.received_at else None,
                is_imported=True,
            )
            if self._live(dossier, Life(), plan, entry):
                made.append((dossier, entry))
        Dossier.objects.bulk_create([dossier for dossier, _entry in made])
        Applicant.objects.bulk_create([_applicant(dossier, entry) for dossier, entry in made])
        self._write()
        self.report.new += len(made)

    def _append(self, rows: Sequence[tuple[Dossier, Entry]]) -> None:
        held = _histories([dossier for dossier, _entry in rows])
        people = Applicant.objects.in_bulk([dossier.pk for dossier, _entry in rows])
        for dossier, entry in rows:
            changed = _changed_person(people[dossier.pk], entry)
            plan = self._new_events(dossier, entry, held.get(dossier.pk, []))
            if plan and self._live(dossier, Life.from_json(dossier.life), plan, entry):
                dossier.save()
                changed = True
            if changed:
                self.report.changed += 1
            else:
                self.report.same += 1
        self._write()

    def _new_events(self, dossier: Dossier, entry: Entry, held: Sequence[Event]) -> list[Planned]:
        if any(not event.payload.get("imported") for event in held):
            self._fault(entry, "code", "import.here")
            return []
        known = [(event.kind, _told_at(event)) for event in held]
        plan = missing(rows=planned(line=entry.line), known=known)
        if plan is None:
            self._fault(entry, "code", "import.differs")
            return []
        return plan

    def _live(self, dossier: Dossier, life: Life, plan: Sequence[Planned], entry: Entry) -> bool:
        """Let the events happen; False, and nothing kept of them, where a rule says no."""
        events: list[Event] = []
        parts: list[tuple[str, str]] = []
        begun = entry.line.received_at or plan[0].at
        terms = terms_of(version=entry.version, at=begun)
        cast = cast_of(entry=entry, shelf=self.shelf, source=self.source, terms=terms)
        for row in plan:
            event = happening(row=row, life=life, cast=cast)
            try:
                life = apply(life=life, event=event)
            except Wrong as wrong:
                self.report.faults.append(fault_of_rule(self.name, entry.row, wrong))
                return False
            body = self.shelf.keys.get(event.body)
            events.append(sealed(dossier=dossier, sequence=life.sequence, happening=event, body_id=body))
            dossier.digest = events[-1].digest
            parts += parts_taken(life=life, happening=event)
            if row.kind is Kind.RECEIVED:
                put(dossier=dossier, life=life, ids=self.shelf.keys, clock=True, calendar=self.calendar)
        put(dossier=dossier, life=life, ids=self.shelf.keys, clock=True, calendar=self.calendar)
        self.events += events
        self.parts |= {(id(dossier), code, kind): (dossier, code, kind) for code, kind in parts}
        return True

    def _write(self) -> None:
        for event in self.events:
            event.dossier_id = event.dossier.pk
        Event.objects.bulk_create(self.events, batch_size=500)
        Part.objects.bulk_create(
            (
                Part(dossier=dossier, body_id=self.shelf.keys[code], kind=kind)
                for dossier, code, kind in self.parts.values()
            ),
            ignore_conflicts=True,
        )
        self.report.events += len(self.events)
        self.events, self.parts = [], {}


def _histories(rows: Sequence[Dossier]) -> dict[int, list[Event]]:
    found = Event.objects.filter(dossier__in=rows).order_by("dossier_id", "sequence")
    return {pk: list(group) for pk, group in groupby(found, key=lambda event: event.dossier_id)}


def _told_at(event: Event) -> datetime:
    told = event.payload.get("told_at")
    return datetime.fromisoformat(told) if told else event.at


def _applicant(dossier: Dossier, entry: Entry) -> Applicant:
    name = nfc(entry.line.full_name) or NAMELESS
    return Applicant(
        dossier=dossier,
        full_name=name,
        folded=fold(name),
        id_number=entry.line.id_number,
        phone=entry.line.phone,
        address=nfc(entry.line.address),
    )


def _changed_person(applicant: Applicant, entry: Entry) -> bool:
    """Take over what the other system knows better by now; what it leaves empty is kept."""
    values = {name: nfc(value) for name in PERSONAL if (value := getattr(entry.line, name))}
    differing = {name: value for name, value in values.items() if getattr(applicant, name) != value}
    for name, value in differing.items():
        setattr(applicant, name, value)
    if differing:
        applicant.folded = fold(applicant.full_name)
        applicant.save(update_fields=[*differing, "folded"])
    return bool(differing)
