"""The clock of a dossier: its rule pack, its due date, and whether it is on time."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings
from django.utils import timezone

from haicap.kernel.calendar import working_calendar
from haicap.kernel.models import SpecialDay
from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules import clock
from haicap.onestop.rules.lifecycle import ENDED, Life
from haicap.onestop.rules.packs import Pack, pack_of, read_packs


@lru_cache(maxsize=1)
def packs() -> tuple[Pack, ...]:
    """Return the dated rule packs that ship with the software or stand in HAICAP_PLANS."""
    path = settings.HAICAP_PLANS / "onestop" / "rule_packs.toml"
    return read_packs(data=tomllib.loads(path.read_text(encoding="utf-8")))


def pack_on(*, day: date) -> Pack:
    """Return the rule pack that holds on `day`."""
    return pack_of(packs=packs(), day=day)


_calendar: tuple[object, WorkingCalendar] | None = None


def calendar_now() -> WorkingCalendar:
    """Return the working calendar, read anew when a special day was added, changed or removed (one query)."""
    global _calendar
    mark = SpecialDay.objects.values_list("date", "kind", "name")
    stamp = tuple(mark)
    if _calendar is None or _calendar[0] != stamp:
        _calendar = (stamp, working_calendar())
    return _calendar[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a dossier stands against its clock; `due_at` None: no time runs, or an answer is awaited."""

    due_at: datetime | None
    on_time: bool | None
    portal_on_time: bool | None


def case_of(*, life: Life) -> clock.Case | None:
    """Return what a dossier's due date follows from; None before receipt."""
    if life.received_at is None or life.terms is None:
        return None
    extension = life.extension
    return clock.Case(
        start=life.received_at,
        limit=clock.TimeLimit(
            value=life.terms.value, unit=clock.Unit(life.terms.unit), same_day=life.terms.same_day
        ),
        suspensions=tuple(
            clock.Suspension(reason=row.reason, began=row.began, ended=row.ended) for row in life.suspensions
        ),
        extensions=(clock.Extension(decided=extension.at, until=extension.until),) if extension else (),
    )


def standing_of(*, life: Life, calendar: WorkingCalendar | None = None) -> Standing:
    """Return due time and both readings of "on time" of a life; `calendar` None is the one kept now."""
    case = case_of(life=life)
    if case is None or life.terms is None:
        return Standing(due_at=None, on_time=None, portal_on_time=None)
    pack = pack_on(day=date.fromisoformat(life.terms.pack))
    due = clock.due(case=case, calendar=calendar or calendar_now(), rules=pack.clock)
    if life.status not in ENDED or life.ended_at is None:
        return Standing(due_at=due.at, on_time=None, portal_on_time=None)
    return Standing(
        due_at=due.at,
        on_time=due.at is None or life.ended_at <= due.at,
        portal_on_time=None,
    )


def today() -> date:
    """Return the day in the City."""
    return timezone.localdate()
