"""Special days, what a change of them would move, and what changes moved."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.models import SpecialDay
from haicap.kernel.periods import WorkingCalendar
from haicap.onestop import permissions
from haicap.onestop.models import CalendarChange, Dossier, DueMove
from haicap.onestop.queries.clock import calendar_now, standing_of
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.clock import changed_days
from haicap.onestop.rules.lifecycle import Life
from haicap.register.models import Body

CHUNK = 1000
MOST_SHOWN = 20


def special_days(*, year: int) -> QuerySet[SpecialDay]:
    """Return the days off and swapped days of a year."""
    return SpecialDay.objects.filter(date__year=year).order_by("date")


def calendar_with(*, kinds: Mapping[date, str]) -> WorkingCalendar:
    """Return the present calendar with some days changed: "off", "makeup", or "" for an ordinary day."""
    now = calendar_now()
    off, makeup = set(now.off) - kinds.keys(), set(now.makeup) - kinds.keys()
    off |= {day for day, kind in kinds.items() if kind == SpecialDay.Kind.OFF}
    makeup |= {day for day, kind in kinds.items() if kind == SpecialDay.Kind.MAKEUP}
    return WorkingCalendar(off=frozenset(off), makeup=frozenset(makeup))


def touched(*, days: Sequence[date]) -> QuerySet[Dossier]:
    """Return the dossiers whose span from receipt to due time holds one of `days`; others cannot move."""
    if not days:
        return Dossier.objects.none()
    first = timezone.make_aware(datetime.combine(min(days), time.min))
    last = timezone.make_aware(datetime.combine(max(days) + timedelta(days=1), time.min))
    return Dossier.objects.filter(received_at__lt=last, due_at__gte=first)


def reckoned() -> QuerySet[Dossier]:
    """Return the open dossiers that have a due time."""
    return Dossier.objects.filter(is_open=True, due_at__isnull=False)


def in_chunks(rows: QuerySet[Dossier]) -> Iterator[list[Dossier]]:
    """Yield `rows` in order of their keys, `CHUNK` at a time, whatever changes meanwhile."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a change would move: `count` of `looked_at` dossiers, by competent body, and the furthest ones."""

    days: Sequence[date]
    looked_at: int
    count: int
    bodies: Sequence[tuple[str, int]]
    furthest: Sequence[tuple[str, datetime, datetime | None]]


def foresee(*, actor: Actor, kinds: Mapping[date, str]) -> Foreseen:
    """Return what a change of days would move, without changing anything; without days, what is out of date now."""
    actor.must(permissions.CALENDAR_WRITE)
    before, after = calendar_now(), calendar_with(kinds=kinds)
    days = changed_days(before=before, after=after)
    rows = touched(days=days) if kinds else reckoned()
    bodies: Counter[int] = Counter()
    furthest: list[tuple[timedelta, str, datetime, datetime | None]] = []
    looked_at = 0
    for chunk in in_chunks(rows):
        looked_at += len(chunk)
        for row, due in moved_in(rows=chunk, calendar=after):
            assert row.due_at is not None, "only dossiers with a due time are touched"
            bodies[row.competent_body_id or 0] += 1
            furthest.append((abs((due or row.due_at) - row.due_at), str(row), row.due_at, due))
        furthest = sorted(furthest, key=lambda one: one[0], reverse=True)[:MOST_SHOWN]
    names = dict(Body.objects.filter(pk__in=bodies).values_list("pk", "name_vi"))
    return Foreseen(
        days=days,
        looked_at=looked_at,
        count=bodies.total(),
        bodies=[(names.get(pk, ""), count) for pk, count in bodies.most_common(MOST_SHOWN)],
        furthest=[(code, old, new) for _distance, code, old, new in furthest],
    )


def moved_in(
    *, rows: Iterable[Dossier], calendar: WorkingCalendar
) -> Iterator[tuple[Dossier, datetime | None]]:
    """Yield the dossiers whose due time differs under `calendar`, with the new one."""
    for row in rows:
        due = standing_of(
            life=Life.from_json(row.life), appointment=row.appointment_at, calendar=calendar
        ).due_at
        if due != row.due_at:
            yield row, due


def changes_for(*, actor: Actor) -> QuerySet[CalendarChange]:
    """Return the changes of the calendar, newest first, each with the number of due times it moved."""
    rows = CalendarChange.objects.select_related("made_by").annotate(moved=Count("moves"))
    return rows.order_by("-pk") if actor.may(permissions.CALENDAR_READ) else rows.none()


def change_for(*, actor: Actor, pk: int) -> CalendarChange:
    """Return a change; raises Missing."""
    row = changes_for(actor=actor).filter(pk=pk).first()
    if row is None:
        raise Missing("calendar.change", _("There is no such change of the calendar."))
    return row


def moves_for(*, actor: Actor, change: CalendarChange) -> QuerySet[DueMove]:
    """Return the due times that a change moved, of dossiers that the actor may see."""
    rows = DueMove.objects.filter(change=change).select_related(
        "dossier__version__procedure", "dossier__competent_body"
    )
    if actor.may(permissions.CALENDAR_WRITE):
        return rows.order_by("pk")
    return rows.filter(dossier__in=dossiers_for(actor=actor)).order_by("pk")
