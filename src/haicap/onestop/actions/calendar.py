"""Days off changed, and due times reckoned anew. What was promised to the applicant stays; both are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.actions import notify
from haicap.accounts.models import Person
from haicap.kernel import audit
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Refused
from haicap.kernel.models import SpecialDay
from haicap.kernel.periods import WorkingCalendar
from haicap.kernel.tables import Fault, Faulty, read_csv
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.models import CalendarChange, Dossier, DueMove
from haicap.onestop.queries.calendar import calendar_with, in_chunks, reckoned, touched
from haicap.onestop.queries.clock import calendar_now, standing_of
from haicap.onestop.rules.lifecycle import Life

COLUMNS = ("date", "kind", "name", "source")
TABLE = "calendar.csv"
FIRST_YEAR, LAST_YEAR = 2000, 2099  # the years the clock reckons with
OnProgress = Callable[[int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day shall be: "off", "makeup" (worked), or "" for an ordinary one; with name and source."""

    date: date
    kind: str
    name: str = ""
    source: str = ""


@transaction.atomic
def change_days(*, actor: Actor, days: list[Day]) -> CalendarChange:
    """Change special days and note what is to be reckoned anew (`recompute`). Raises Refused."""
    actor.must(permissions.CALENDAR_WRITE)
    if not days:
        raise Refused("calendar.nothing", _("Give at least one day."), field="date")
    _await_readers()
    known = {row.date: row for row in SpecialDay.objects.filter(date__in=[day.date for day in days])}
    told = []
    for day in days:
        if not FIRST_YEAR <= day.date.year <= LAST_YEAR:
            message = _("Write the day as YYYY-MM-DD, for example 2025-07-01.")
            raise Refused("calendar.date", message, field="date")
        if day.kind and day.kind not in SpecialDay.Kind.values:
            raise Refused("calendar.kind", _("Choose one of the answers."), field="kind")
        if day.kind and not day.source.strip():
            raise Refused("calendar.source", _("Name the notice that says so."), field="source")
        before = known.get(day.date)
        told.append(
            {
                "date": day.date.isoformat(), "before": before.kind if before else "", "after": day.kind,
                "name": nfc(day.name), "source": nfc(day.source),
            }
        )  # fmt: skip
        if not day.kind:
            SpecialDay.objects.filter(date=day.date).delete()
            continue
        values = {"kind": day.kind, "name": nfc(day.name)[:200], "source": nfc(day.source)[:200]}
        SpecialDay.objects.update_or_create(date=day.date, defaults=values)
    change = CalendarChange.objects.create(made_at=timezone.now(), made_by_id=actor.person_id, days=told)
    audit.record(actor=actor, action="onestop.calendar.changed", subject=change, after={"days": told})
    return change


def _await_readers() -> None:
    """Wait until every transaction that reckons with the days as they are has ended, and let no other begin.

    A dossier received by such a transaction is not seen by `recompute` before it is committed, and would keep a due
    time of the old calendar. SQLite has one writer at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{SpecialDay._meta.db_table}" IN ACCESS EXCLUSIVE MODE')


def read_days(*, content: bytes) -> list[Day]:
    """Return the days of a table (date, kind, name, source); raises Faulty with every fault by row."""
    table = read_csv(content, name=TABLE, required=COLUMNS, max_rows=2000, max_bytes=1_000_000)
    days: dict[date, Day] = {}
    faults = list(table.faults)
    for row in table.rows:
        fault, found = None, _date(row["date"])
        if found is None:
            fault = ("date", _("Write the day as YYYY-MM-DD, for example 2025-07-01."))
        elif found in days:
            fault = ("date", _("This day stands twice."))
        elif row["kind"] not in SpecialDay.Kind.values:
            fault = ("kind", _("Write off or makeup."))
        elif not row["source"].strip():
            fault = ("source", _("Name the notice that says so."))
        if found is None or fault is not None:
            column, message = fault or ("", "")
            faults.append(
                Fault(file=TABLE, row=row.line, column=column, message=message, code=f"calendar.{column}")
            )
            continue
        days[found] = Day(date=found, kind=row["kind"], name=row["name"], source=row["source"])
    if faults:
        raise Faulty(
            "calendar.faulty", _("The table of days is not right; nothing was changed."), faults=faults
        )
    return list(days.values())


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def load_days(*, actor: Actor, path: Path) -> CalendarChange:
    """Change the special days of a file; raises Faulty, Refused."""
    return change_days(actor=actor, days=read_days(content=path.read_bytes()))


def recompute(
    *, actor: Actor, change: CalendarChange, on_progress: OnProgress = lambda percent, text: None
) -> int:
    """Reckon anew the due times that a change can have moved; return how many it moved.

    Works in small transactions that hold the rows they change, so nobody waits long and no event is lost; done again
    it changes nothing more. A change without days reckons all open dossiers. A due time that an event reckoned anew
    in the meantime is noted as moved too.
    """
    actor.must(permissions.CALENDAR_WRITE)
    days = [date.fromisoformat(day["date"]) for day in change.days]
    rows = touched(days=days) if days else reckoned()
    before = calendar_with(kinds={date.fromisoformat(day["date"]): day["before"] for day in change.days})
    total, looked_at, moved = max(1, rows.count()), 0, 0
    for chunk in in_chunks(rows):
        moved += _recompute(change, [row.pk for row in chunk], before)
        looked_at += len(chunk)
        on_progress(min(99, 100 * looked_at // total), f"{looked_at} / {total}")
    with transaction.atomic():
        change.looked_at, change.done_at = looked_at, timezone.now()
        change.save(update_fields=["looked_at", "done_at"])
        audit.record(
            actor=actor, action="onestop.calendar.recomputed", subject=change, after={"moved": moved}
        )
        _tell(actor, change)
    return moved


@transaction.atomic
def reckon_all(*, actor: Actor) -> CalendarChange:
    """Note that all open dossiers are to be reckoned anew by the calendar as it is (`recompute`)."""
    actor.must(permissions.CALENDAR_WRITE)
    change = CalendarChange.objects.create(made_at=timezone.now(), made_by_id=actor.person_id)
    audit.record(actor=actor, action="onestop.calendar.changed", subject=change, after={"days": []})
    return change


@transaction.atomic
def _recompute(change: CalendarChange, keys: list[int], before: WorkingCalendar) -> int:
    calendar = calendar_now()
    noted = set(DueMove.objects.filter(change=change, dossier__in=keys).values_list("dossier_id", flat=True))
    moves, changed = [], []
    for row in Dossier.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"):
        life = Life.from_json(row.life)
        standing = standing_of(life=life, appointment=row.appointment_at, calendar=calendar)
        old = row.due_at
        if standing.due_at != old:
            row.due_at, row.on_time = standing.due_at, standing.on_time
            row.portal_on_time = standing.portal_on_time
            changed.append(row)
        elif _happened_since(life, change):
            old = standing_of(life=life, appointment=row.appointment_at, calendar=before).due_at
        if standing.due_at != old and row.pk not in noted:
            moves.append(DueMove(change=change, dossier=row, before=old, after=standing.due_at))
    _store(changed)
    DueMove.objects.bulk_create(moves, ignore_conflicts=True)
    return len(moves)


def _store(rows: list[Dossier]) -> None:
    """Write the due times of rows, one small statement each: one large statement takes five times as long."""
    names = ("due_at", "on_time", "portal_on_time")
    fields = [field for field in Dossier._meta.concrete_fields if field.name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    values = [
        [*(field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields), row.pk]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{Dossier._meta.db_table}" SET {columns} WHERE id = %s', values)  # noqa: S608


def _happened_since(life: Life, change: CalendarChange) -> bool:
    """Say whether something happened to a dossier after the change that was received before it."""
    made = change.made_at
    return life.received_at is not None and life.received_at < made and made <= (life.last_at or made)


def _tell(actor: Actor, change: CalendarChange) -> None:
    bodies = DueMove.objects.filter(change=change).values("dossier__competent_body").distinct()
    roles = [Role.SIGNER, Role.CENTRE_MANAGER]
    people = Person.objects.filter(body__in=bodies, roles__role__in=roles, is_active=True).distinct()
    if people.exists():
        notify(
            actor=actor,
            people=people,
            text_vi="Lịch làm việc thay đổi: hạn giải quyết của một số hồ sơ đã được tính lại.",
            text_en="The working calendar changed: due times of some dossiers were reckoned anew.",
            url=f"/onestop/calendar/changes/{change.pk}/",
        )
