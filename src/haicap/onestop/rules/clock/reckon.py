"""The due time of a dossier, from its receipt, limit, suspensions and extension.

The rules, each with its reason (domain file, section 4 "Clock"; where the law is silent the choice is ours):

Receipt. Outside office hours or on a day off it counts from the next opening. 17:00 sharp is still inside. The day
of receipt (after that move) is not counted for limits in days; working hours are counted by the minute.

Limits. `working_days`: the n-th working day after the day of receipt, at the end of that day. `days`: calendar
days, days off included; a due day that is a day off moves to the next working day. `working_hours`: the minute at
which the last of the working minutes has passed. `same_day`: 0 working days, received after the cut-off 1.

Suspension. What was used before the request counts, what passed while waiting does not.
- Hours: exact to the working minute.
- Days: a day counts as used if the request came on it or later, and the days from the next one through the day of
  the answer do not count. So the day of the answer is treated as the day of receipt is, n days of limit always give
  the body n whole days, and request and answer on the same day move nothing. A request before opening leaves its
  day unused; an answer outside hours or during a holiday arrives at the next opening, like a receipt.
- A request in the last minute of the last day stops the clock with nothing (or that minute) left: the dossier is
  then due at the end of the day of the answer (or that minute after it). A rule pack may grant a minimum.
- A request after the due time stops nothing: the dossier is late already.
- A wait in which no office minute passed suspends nothing.
- Overlapping and touching waits are one wait, so nothing is counted twice.
- Same-day limits: an answer after the cut-off never leaves less than one working day, as for a receipt.
- While an answer is awaited the due time is not known: `Due.at` is None.

Extension. At most one. Days are added behind the limit; a new due time `until` is turned into the working days
between the due time known when it was decided and that day (a day off moves on), so that later waits move it too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock.timeline import Timeline, timeline, to_minute, to_moment
from haicap.onestop.rules.clock.values import (
    DAY,
    Case,
    ClockRules,
    Due,
    Extension,
    Suspension,
    TimeLimit,
    Unit,
    minute_of,
)

MINUTES, WORKING_DAYS, DAYS = "minutes", "working_days", "days"


@dataclass(slots=True)
class Phase:
    """A part of the limit still to be used; `at` is the minute of the day at which its last day is due."""

    unit: str
    amount: int
    at: int | None = None
    is_extension: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Suspensions that overlap or touch, as one; `ended` None while still waiting."""

    began: int
    ended: int | None
    reasons: tuple[str, ...]
    owners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """One step of the reckoning, for `explain`: from where to where, what for, and how much it used or granted."""

    kind: str
    begins: int
    ends: int
    unit: str = ""
    amount: int = 0
    wait: Wait | None = None
    is_extension: bool = False


@dataclass(slots=True)
class Reckoning:
    """What a run found: the due minute as if an open wait ended at `now`, and the open wait if there is one."""

    due: int | None
    limit: int = 0
    granted: int = 0
    added: int = 0
    open_wait: Wait | None = None
    rest: int = 0
    rest_unit: str = ""
    promised: int | None = None
    extension_late: bool = False
    stretches: list[Stretch] = field(default_factory=list)


def due(*, case: Case, calendar: WorkingCalendar, rules: ClockRules, now: datetime | None = None) -> Due:
    """Return when `case` is due. `now` is only asked for the due time if an open wait ended now.

    Raises ClockError for times without zone, years outside 2000 to 2099, and whatever the values refuse.
    """
    line = timeline(calendar, rules.hours)
    if not case.suspensions and not case.extensions:  # the common case, in a few microseconds
        cur = line.opening(to_minute(case.start))
        at = to_moment(phase_end(line, rules, cur, first_phase(line, rules, case.limit, cur)))
        return Due(at=at, promised=at)
    found = reckon(case=case, line=line, rules=rules, now=to_minute(now) if now else None)
    moment = to_moment(found.due) if found.due is not None else None
    if found.open_wait:
        return Due(
            at=None,
            if_now=moment,
            waiting_since=to_moment(found.open_wait.began),
            rest=found.rest,
            rest_unit=found.rest_unit,
        )
    return Due(at=moment, promised=to_moment(found.promised) if found.promised is not None else moment)


def reckon(*, case: Case, line: Timeline, rules: ClockRules, now: int | None) -> Reckoning:
    """Return the whole reckoning of `case`, with the stretches it went through."""
    start = to_minute(case.start)
    waits = _merged(case.suspensions, start)
    if not case.extensions:
        return _run(line, rules, case.limit, start, waits, [], now)
    extension = case.extensions[0]
    known = to_minute(extension.decided)
    then = [replace(one, ended=known) for one in waits if one.began < known and _later(one.ended, known)]
    then = [one for one in waits if one.ended is not None and one.ended <= known] + then
    before = _run(line, rules, case.limit, start, sorted(then, key=lambda one: one.began), [], None)
    if before.due is None:
        raise AssertionError("every wait was closed")
    if known > before.due and not rules.late_extension_moves:
        found = _run(line, rules, case.limit, start, waits, [], now)
        found.promised = phase_end(line, rules, known, _extra(line, extension, known))
        found.extension_late = True
        return found
    extra = _extra(line, extension, before.due)
    return _run(line, rules, case.limit, start, waits, [extra], now)


def _later(ended: int | None, known: int) -> bool:
    return ended is None or ended > known


def _extra(line: Timeline, extension: Extension, due_before: int) -> Phase:
    if extension.working_days is not None:
        return Phase(WORKING_DAYS, extension.working_days, is_extension=True)
    if extension.until is None:
        raise AssertionError("an extension has either days or a time")
    day, at = divmod(to_minute(extension.until), DAY)
    count = line.count(due_before // DAY, line.next_working(day))
    return Phase(WORKING_DAYS, count, at=at, is_extension=True)


def first_phase(line: Timeline, rules: ClockRules, limit: TimeLimit, cur: int) -> Phase:
    """Return the limit as it stands at receipt, `cur` being the minute from which it counts."""
    if limit.same_day:
        if not line.is_after_cut_off(cur):
            return Phase(WORKING_DAYS, 0)
        at = rules.after_cut_off_due
        return Phase(WORKING_DAYS, 1, at=minute_of(at) if at else None)
    if limit.unit == Unit.WORKING_HOURS:
        return Phase(MINUTES, limit.value * 60)
    return Phase(WORKING_DAYS if limit.unit == Unit.WORKING_DAYS else DAYS, limit.value)


def phase_end(line: Timeline, rules: ClockRules, cur: int, phase: Phase) -> int:
    """Return the minute at which `phase`, counted from `cur`, is used up."""
    if phase.unit == MINUTES:
        return line.advance(cur, phase.amount)
    if phase.unit == WORKING_DAYS:
        day = line.add(cur // DAY, phase.amount)
        if phase.at is not None and (phase.amount or phase.is_extension):
            return max(cur, min(day * DAY + phase.at, line.closing(day)))
        return line.closing(day)
    day = cur // DAY + phase.amount
    if rules.roll:
        day = line.next_working(day)
    return line.closing(day)


def _finish(line: Timeline, rules: ClockRules, cur: int, phases: Iterable[Phase]) -> int:
    for phase in phases:
        cur = max(cur, phase_end(line, rules, cur, phase))
    return cur


def _merged(suspensions: Iterable[Suspension], start: int) -> list[Wait]:
    """Return the waits after receipt in order, each moment in at most one of them."""
    rows = sorted(
        (
            Wait(
                max(to_minute(one.began), start),
                to_minute(one.ended) if one.ended is not None else None,
                (one.reason,),
                (one.clock_owner,) if one.clock_owner else (),
            )
            for one in suspensions
        ),
        key=lambda one: one.began,
    )
    found: list[Wait] = []
    for row in rows:
        if row.ended is not None and row.ended <= start:
            continue
        last = found[-1] if found else None
        if last is None or (last.ended is not None and row.began > last.ended):
            found.append(row)
            continue
        ended = None if last.ended is None or row.ended is None else max(last.ended, row.ended)
        reasons = last.reasons + tuple(one for one in row.reasons if one not in last.reasons)
        owners = last.owners + tuple(one for one in row.owners if one not in last.owners)
        found[-1] = Wait(last.began, ended, reasons, owners)
    return found


@dataclass(slots=True)
class _State:
    line: Timeline
    rules: ClockRules
    limit: TimeLimit
    cur: int
    phases: list[Phase]
    found: Reckoning

    def rest(self) -> int:
        return sum(phase.amount for phase in self.phases)


def _run(
    line: Timeline,
    rules: ClockRules,
    limit: TimeLimit,
    start: int,
    waits: list[Wait],
    extra: list[Phase],
    now: int | None,
) -> Reckoning:
    cur = line.opening(start)
    first = first_phase(line, rules, limit, cur)
    whole = 0 if limit.same_day else first.amount
    found = Reckoning(due=None, limit=whole, added=sum(one.amount for one in extra))
    state = _State(line, rules, limit, cur, [first, *(replace(one) for one in extra)], found)
    if limit.same_day and first.amount:
        _grant(state, "after_cut_off", 1)
    for wait in waits:
        if not _pass_wait(state, wait, now):
            return found
    for phase in state.phases:
        end = max(state.cur, phase_end(line, rules, state.cur, phase))
        _stretch(state, "count", state.cur, _upto(end, phase), phase, phase.amount)
        state.cur = end
    found.due = state.cur
    return found


def _pass_wait(state: _State, wait: Wait, now: int | None) -> bool:
    """Go through one wait; False when it is still open and no `now` says where to go on."""
    line = state.line
    if wait.began > _finish(line, state.rules, state.cur, state.phases):
        state.found.stretches.append(Stretch("wait_late", wait.began, wait.ended or wait.began, wait=wait))
        return True
    ended = wait.ended
    if ended is None:
        ended = max(now, wait.began) if now is not None else None
    elif line.worked(ended) == line.worked(wait.began):
        state.found.stretches.append(Stretch("wait_closed", wait.began, ended, wait=wait))
        return True
    if wait.ended is None:
        state.found.open_wait = wait
    used_up, unit = _use(state, wait.began)
    if wait.ended is None:
        state.found.rest = state.phases[0].amount or state.rest()
        state.found.rest_unit = state.phases[0].unit if state.phases[0].amount else state.phases[-1].unit
    if ended is None:
        state.found.stretches.append(Stretch("wait_open", used_up, used_up, unit, wait=wait))
        return False
    resumed = max(line.opening(ended), state.cur)
    kind = "wait" if wait.ended is not None else "wait_open"
    state.found.stretches.append(Stretch(kind, used_up, resumed, unit, wait=wait))
    state.cur = resumed
    _least(state)
    return True


def _use(state: _State, began: int) -> tuple[int, str]:
    """Take what was used until the request from the phases; return the minute up to which time was used, and
    the unit in which it was (for days: the midnight after the last day used)."""
    line, rules = state.line, state.rules
    for phase in state.phases:
        end = max(state.cur, phase_end(line, rules, state.cur, phase))
        is_last = phase is state.phases[-1]
        if phase.unit == MINUTES:
            upto = max(began, state.cur)
            used = min(phase.amount, line.worked(upto) - line.worked(state.cur))
            over = used == phase.amount and not is_last
        else:
            reached = max(line.asked_day(began), state.cur // DAY)
            upto = (reached + 1) * DAY
            day = state.cur // DAY
            passed = line.count(day, reached) if phase.unit == WORKING_DAYS else reached - day
            used = min(phase.amount, passed)
            over = reached >= end // DAY and not is_last
        if over:
            _stretch(state, "count", state.cur, _upto(end, phase), phase, phase.amount)
            phase.amount, state.cur = 0, end
            continue
        _stretch(state, "count", state.cur, upto, phase, used)
        phase.amount -= used
        return upto, phase.unit
    raise AssertionError("the last phase is never over before the wait")


def _least(state: _State) -> None:
    """See that the rule pack's minimum is left after an answer, and the same-day rule for late answers."""
    rules, last = state.rules, state.phases[-1]
    rest = state.rest()
    if state.limit.same_day:
        if state.line.is_after_cut_off(state.cur) and rest == 0:
            at = rules.after_cut_off_due
            if not last.is_extension:
                last.at = minute_of(at) if at else None
            _grant(state, "after_cut_off", 1)
            last.amount += 1
        return
    if last.unit == MINUTES:
        short = min(rules.resume_minutes, state.limit.value * 60) - rest
    elif state.phases[0].unit == MINUTES:
        return  # an extension in days behind hours is longer than any minimum of minutes
    else:
        short = min(rules.resume_days, state.limit.value) - rest
    if short > 0:
        _grant(state, "minimum", short)
        last.amount += short


def _grant(state: _State, kind: str, amount: int) -> None:
    state.found.granted += amount
    unit = state.phases[-1].unit
    state.found.stretches.append(Stretch(kind, state.cur, state.cur, unit, amount))


def _upto(end: int, phase: Phase) -> int:
    """Return up to where a phase that ends at `end` uses time: for days, the midnight after its last day."""
    return end if phase.unit == MINUTES else (end // DAY + 1) * DAY


def _stretch(state: _State, kind: str, begins: int, ends: int, phase: Phase, amount: int) -> None:
    state.found.stretches.append(
        Stretch(kind, begins, ends, phase.unit, amount, is_extension=phase.is_extension)
    )
