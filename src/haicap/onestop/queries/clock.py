"""The clock of a dossier: its rule pack, its due date, and whether it is on time."""

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache

from django.conf import settings

from haicap.kernel.models import SpecialDay
from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules import clock
from haicap.onestop.rules.lifecycle import ENDED, Consultation, Life, Status
from haicap.onestop.rules.packs import Pack, pack_of, read_packs


@lru_cache(maxsize=1)
def packs() -> tuple[Pack, ...]:
    """Return the dated rule packs that ship with the software or stand in HAICAP_PLANS."""
    path = settings.HAICAP_PLANS / "onestop" / "rule_packs.toml"
    return read_packs(data=tomllib.loads(path.read_text(encoding="utf-8")))


def pack_on(*, day: date) -> Pack:
    """Return the rule pack that holds on `day`."""
    return pack_of(packs=packs(), day=day)


_kept: dict[object, WorkingCalendar] = {}


def calendar_now() -> WorkingCalendar:
    """Return the working calendar as the special days are now (one query).

    The same days give the same object, so what the clock laid out for it is found again.
    """
    stamp = frozenset(SpecialDay.objects.values_list("date", "kind"))
    if stamp not in _kept:
        _kept.clear()
        _kept[stamp] = WorkingCalendar(
            off=frozenset(day for day, kind in stamp if kind == SpecialDay.Kind.OFF),
            makeup=frozenset(day for day, kind in stamp if kind == SpecialDay.Kind.MAKEUP),
        )
    return _kept[stamp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a dossier stands against its clock.

    `due_at` None: no time runs, or an answer is awaited. `on_time` and `portal_on_time` None: not ended yet.
    """

    due_at: datetime | None = None
    on_time: bool | None = None
    portal_on_time: bool | None = None


def case_of(*, life: Life) -> clock.Case:
    """Return what the due date of a received dossier follows from; raises ClockError for any other."""
    if life.received_at is None or life.terms is None:
        raise clock.ClockError("clock.not_received")
    terms, extension = life.terms, life.extension
    return clock.Case(
        start=life.received_at,
        limit=clock.TimeLimit(
            value=min(terms.value, 1) if terms.same_day else terms.value,
            unit=clock.Unit(terms.unit),
            same_day=terms.same_day,
        ),
        suspensions=tuple(
            clock.Suspension(reason=row.reason, began=row.began, ended=row.ended) for row in life.suspensions
        ),
        extensions=(clock.Extension(decided=extension.at, until=extension.until),) if extension else (),
    )


def standing_of(
    *, life: Life, appointment: datetime | None = None, calendar: WorkingCalendar | None = None
) -> Standing:
    """Return due time and both readings of "on time" of a life.

    `appointment` is what form 01 promised (None: reckoned from the receipt), `calendar` None the one kept now.
    """
    if life.received_at is None or life.terms is None:
        return Standing()
    rules = pack_on(day=date.fromisoformat(life.terms.pack)).clock
    days = calendar or calendar_now()
    case = case_of(life=life)
    due = clock.due(case=case, calendar=days, rules=rules)
    if life.status not in ENDED or life.ended_at is None:
        return Standing(due_at=due.at)
    promised = appointment
    if promised is None:
        bare = replace(case, suspensions=(), extensions=())
        promised = clock.due(case=bare, calendar=days, rules=rules).at
    if promised is None:  # a case without waits always has a due time
        return Standing(due_at=due.at)
    both = clock.both_on_time(
        due=due,
        ended=life.ended_at,
        case=_portal(life, promised),
        period_end=life.returned_at or life.ended_at,
    )
    return Standing(due_at=due.at, on_time=both.own.on_time, portal_on_time=both.portal.on_time)


def _portal(life: Life, appointment: datetime) -> clock.PortalCase:
    stopped = life.status == Status.STOPPED
    return clock.PortalCase(
        appointment=life.extension.until if life.extension else appointment,
        processed=None if stopped else life.ended_at,
        returned=life.returned_at,
        closed=life.ended_at if stopped else None,
        requests=tuple(
            (row.began, row.ended) for row in life.suspensions if row.reason == clock.Reason.SUPPLEMENT
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A due time line by line, how the dossier stands, both readings of "on time", and the clocks of others.

    `promised` is the appointment of form 01; `others`: (body's code, asked, due, answered).
    """

    lines: tuple[clock.Line, ...]
    due_at: datetime | None
    promised: datetime | None
    position: clock.Position
    on_time: bool | None
    portal_on_time: bool | None
    others: tuple[Consultation, ...]


def explained(*, life: Life, appointment: datetime | None, now: datetime) -> Explained | None:
    """Return the clock of a received dossier as its page shows it, None before receipt; two queries."""
    if life.received_at is None or life.terms is None:
        return None
    days, case = calendar_now(), case_of(life=life)
    rules = pack_on(day=date.fromisoformat(life.terms.pack)).clock
    names = dict(SpecialDay.objects.values_list("date", "name"))
    due = clock.due(case=case, calendar=days, rules=rules)
    standing = standing_of(life=life, appointment=appointment, calendar=days)
    return Explained(
        lines=clock.explain(case=case, calendar=days, rules=rules, now=now, names=names),
        due_at=due.at,
        promised=appointment,
        position=clock.standing(due=due, now=now, calendar=days, rules=rules, ended=life.ended_at),
        on_time=standing.on_time,
        portal_on_time=standing.portal_on_time,
        others=life.consultations,
    )
