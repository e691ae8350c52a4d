"""Due dates by hand-reckoned examples: every date here was worked out on the calendar, not by the program."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from haicap.kernel.periods import WorkingCalendar
from haicap.onestop.rules.clock import (
    ZONE,
    Case,
    ClockError,
    ClockRules,
    Extension,
    OfficeHours,
    OtherClock,
    PortalCase,
    PortalRules,
    ShortDay,
    Standing,
    Suspension,
    TimeLimit,
    Unit,
    both_on_time,
    changed_days,
    due,
    explain,
    moved,
    others_standing,
    portal_on_time,
    standing,
    suspensions_of,
)

ROWS = [
    line.split(",")
    for line in (Path(__file__).parents[4] / "plans/hcmc-2025/holidays.csv")
    .read_text("utf-8")
    .splitlines()[1:]
]
NAMES = {date.fromisoformat(row[0]): row[2] for row in ROWS}
CALENDAR = WorkingCalendar(
    off=frozenset(date.fromisoformat(row[0]) for row in ROWS if row[1] == "off"),
    makeup=frozenset(date.fromisoformat(row[0]) for row in ROWS if row[1] == "makeup"),
)
RULES = ClockRules()
SAME_DAY = TimeLimit(value=0, same_day=True)


def at(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=ZONE)


def days(value: int) -> TimeLimit:
    return TimeLimit(value=value, unit=Unit.WORKING_DAYS)


def hours(value: int) -> TimeLimit:
    return TimeLimit(value=value, unit=Unit.WORKING_HOURS)


def calendar_days(value: int) -> TimeLimit:
    return TimeLimit(value=value, unit=Unit.DAYS)


def waits(*pairs: tuple[str, str | None]) -> tuple[Suspension, ...]:
    return tuple(Suspension(reason="supplement", began=at(a), ended=at(b) if b else None) for a, b in pairs)


def due_of(start: str, limit: TimeLimit, *pairs: tuple[str, str | None], rules: ClockRules = RULES) -> str:
    case = Case(start=at(start), limit=limit, suspensions=waits(*pairs))
    found = due(case=case, calendar=CALENDAR, rules=rules).at
    return f"{found:%d/%m/%Y %H:%M}" if found else "unknown"


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # Tết 2026: Mon 16/02 to Fri 20/02 off, so after Fri 13/02 comes Mon 23/02
        ("12/02/2026 09:00", days(3), "24/02/2026 17:00"),
        ("13/02/2026 16:30", hours(8), "23/02/2026 16:30"),
        ("13/02/2026 16:59", SAME_DAY, "23/02/2026 17:00"),
        ("13/02/2026 09:00", calendar_days(5), "23/02/2026 17:00"),
        # received online during Tết: as if on Mon 23/02 at 07:30
        ("18/02/2026 10:00", days(1), "24/02/2026 17:00"),
        ("18/02/2026 10:00", hours(2), "23/02/2026 09:30"),
        # Fri 02/01 off, made up on Sat 10/01
        ("31/12/2025 10:00", days(1), "05/01/2026 17:00"),
        ("08/01/2026 10:00", days(2), "10/01/2026 17:00"),
        ("09/01/2026 16:00", SAME_DAY, "10/01/2026 17:00"),
        ("09/01/2026 16:00", hours(2), "10/01/2026 08:30"),
        ("10/01/2026 10:00", days(1), "12/01/2026 17:00"),
        # Sat 22/08 worked for Mon 31/08; 01/09 and 02/09 off
        ("20/08/2026 10:00", days(2), "22/08/2026 17:00"),
        ("28/08/2026 10:00", days(1), "03/09/2026 17:00"),
        # 24/11/2026 is a Tuesday off
        ("23/11/2026 10:00", days(1), "25/11/2026 17:00"),
        ("23/11/2026 15:01", SAME_DAY, "25/11/2026 17:00"),
        # an ordinary week: Mon 02/03/2026
        ("02/03/2026 15:00", SAME_DAY, "02/03/2026 17:00"),
        ("02/03/2026 15:01", SAME_DAY, "03/03/2026 17:00"),
        ("02/03/2026 17:00", days(1), "03/03/2026 17:00"),
        ("02/03/2026 17:00", hours(1), "03/03/2026 08:30"),
        ("02/03/2026 17:01", days(1), "04/03/2026 17:00"),
        ("02/03/2026 06:00", days(1), "03/03/2026 17:00"),
        ("01/03/2026 09:00", days(3), "05/03/2026 17:00"),  # a Sunday: as if on Monday
        ("01/03/2026 09:00", SAME_DAY, "02/03/2026 17:00"),
        ("01/03/2026 09:00", calendar_days(10), "12/03/2026 17:00"),
        ("02/03/2026 09:00", calendar_days(6), "09/03/2026 17:00"),  # Sun 08/03 moves on
        # over the lunch break, and to its very beginning
        ("02/03/2026 11:00", hours(1), "02/03/2026 13:30"),
        ("02/03/2026 10:30", hours(1), "02/03/2026 11:30"),
        ("02/03/2026 12:15", hours(1), "02/03/2026 14:00"),
    ],
)
def test_due_dates_across_holidays_and_swapped_days(start: str, limit: TimeLimit, expected: str) -> None:
    assert due_of(start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("02/03/2026 09:00", days(0), "02/03/2026 17:00"),
        ("02/03/2026 17:30", days(0), "03/03/2026 17:00"),
        ("01/03/2026 09:00", days(0), "02/03/2026 17:00"),
        ("02/03/2026 09:00", calendar_days(0), "02/03/2026 17:00"),
        ("02/03/2026 09:00", hours(0), "02/03/2026 09:00"),
        ("02/03/2026 20:00", hours(0), "03/03/2026 07:30"),
    ],
)
def test_a_limit_of_zero_is_the_same_day_or_at_once(start: str, limit: TimeLimit, expected: str) -> None:
    assert due_of(start, limit) == expected


def test_seconds_do_not_make_three_o_clock_late() -> None:
    moment = at("02/03/2026 15:00") + timedelta(seconds=59)
    found = due(case=Case(start=moment, limit=SAME_DAY), calendar=CALENDAR, rules=RULES)
    assert found.at == at("02/03/2026 17:00")


def test_a_time_of_another_zone_is_the_same_moment() -> None:
    moment = datetime(2026, 3, 2, 8, 1, tzinfo=UTC)  # 15:01 in the City
    assert due(case=Case(start=moment, limit=SAME_DAY), calendar=CALENDAR, rules=RULES).at == at(
        "03/03/2026 17:00"
    )


def test_a_rule_pack_may_set_hours_cut_off_and_the_hour_after_it() -> None:
    rules = ClockRules.from_data(
        {
            "sessions": [["08:00", "12:00"], ["13:30", "17:30"]],
            "end_of_day": "17:30",
            "cut_off": "14:00",
            "after_cut_off_due": "11:00",
        }
    )
    assert due_of("02/03/2026 14:00", SAME_DAY, rules=rules) == "02/03/2026 17:30"
    assert due_of("02/03/2026 14:01", SAME_DAY, rules=rules) == "03/03/2026 11:00"
    assert due_of("02/03/2026 17:30", hours(4), rules=rules) == "03/03/2026 12:00"


def test_a_swapped_saturday_may_be_worked_in_the_morning_only() -> None:
    short = ShortDay(day=date(2026, 1, 10), sessions=((time(7, 30), time(11, 30)),))
    rules = ClockRules(hours=OfficeHours(shorter=(short,)))
    assert due_of("08/01/2026 10:00", days(2), rules=rules) == "10/01/2026 11:30"
    assert due_of("09/01/2026 16:00", hours(6), rules=rules) == "12/01/2026 08:30"
    assert due_of("10/01/2026 09:30", SAME_DAY, rules=rules) == "10/01/2026 11:30"
    assert due_of("10/01/2026 09:31", SAME_DAY, rules=rules) == "12/01/2026 17:00"
    read = ClockRules.from_data(
        {"shorter": [{"day": "2026-01-10", "sessions": [["07:30", "11:30"]], "cut_off": "09:00"}]}
    )
    assert due_of("10/01/2026 09:01", SAME_DAY, rules=read) == "12/01/2026 17:00"


def test_calendar_days_may_end_on_a_day_off_where_the_pack_says_so() -> None:
    assert due_of("02/03/2026 09:00", calendar_days(6), rules=ClockRules(roll=False)) == "08/03/2026 17:00"


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (("02/03/2026 10:00", "02/03/2026 16:00"), "05/03/2026 17:00"),  # the same day: nothing moves
        (("03/03/2026 10:00", "04/03/2026 10:00"), "06/03/2026 17:00"),  # one day waited
        (("03/03/2026 10:00", "04/03/2026 17:30"), "09/03/2026 17:00"),  # answered after closing: Thursday
        (("03/03/2026 10:00", "07/03/2026 10:00"), "11/03/2026 17:00"),  # answered on Saturday: Monday
        (("03/03/2026 06:00", "03/03/2026 09:00"), "06/03/2026 17:00"),  # asked before opening: not used
        (("03/03/2026 06:00", "03/03/2026 07:30"), "05/03/2026 17:00"),  # no office minute passed
        (("07/03/2026 10:00", "08/03/2026 10:00"), "05/03/2026 17:00"),  # after the due time: too late
        (("05/03/2026 16:59", "10/03/2026 09:00"), "10/03/2026 17:00"),  # last minute of the last day
        (("05/03/2026 17:00", "10/03/2026 09:00"), "10/03/2026 17:00"),  # the very end is still in time
        (("05/03/2026 17:01", "10/03/2026 09:00"), "05/03/2026 17:00"),  # one minute late stops nothing
        (("28/02/2026 10:00", "03/03/2026 10:00"), "06/03/2026 17:00"),  # asked before receipt: from then on
        (("27/02/2026 10:00", "28/02/2026 10:00"), "05/03/2026 17:00"),  # over before receipt
    ],
)
def test_days_waited_for_a_supplement_do_not_count(wait: tuple[str, str], expected: str) -> None:
    assert due_of("02/03/2026 09:00", days(3), wait) == expected


@pytest.mark.parametrize(
    ("wait", "expected"),
    [
        (("02/03/2026 10:00", "02/03/2026 11:00"), "03/03/2026 10:00"),
        (("02/03/2026 11:00", "02/03/2026 13:30"), "03/03/2026 10:00"),  # lunch is no working time anyway
        (("02/03/2026 17:00", "03/03/2026 07:30"), "03/03/2026 09:00"),  # a night suspends nothing
        (("03/03/2026 08:59", "06/03/2026 16:00"), "06/03/2026 16:01"),  # the last minute is left
        (("03/03/2026 09:00", "06/03/2026 16:00"), "06/03/2026 16:00"),  # nothing is left
        (("03/03/2026 09:01", "06/03/2026 16:00"), "03/03/2026 09:00"),  # too late
        (("02/03/2026 16:00", "18/03/2026 20:00"), "19/03/2026 10:00"),
    ],
)
def test_working_hours_waited_do_not_count_to_the_minute(wait: tuple[str, str], expected: str) -> None:
    assert due_of("02/03/2026 09:00", hours(8), wait) == expected


def test_an_answer_during_tet_counts_from_the_first_day_after_it() -> None:
    wait = ("12/02/2026 10:00", "18/02/2026 21:00")
    # used: Wed 11 and Thu 12; answered as if on Mon 23/02, which is not counted; left: one day
    assert due_of("10/02/2026 09:00", days(3), wait) == "24/02/2026 17:00"
    assert due_of("12/02/2026 09:00", hours(2), wait) == "23/02/2026 08:30"
    assert due_of("10/02/2026 09:00", calendar_days(3), wait) == "24/02/2026 17:00"


def test_overlapping_and_touching_waits_are_never_counted_twice() -> None:
    one = due_of("02/03/2026 09:00", days(5), ("03/03/2026 10:00", "10/03/2026 10:00"))
    assert one == "16/03/2026 17:00"
    for pairs in (
        (("03/03/2026 10:00", "09/03/2026 10:00"), ("04/03/2026 10:00", "10/03/2026 10:00")),
        (("03/03/2026 10:00", "05/03/2026 10:00"), ("05/03/2026 10:00", "10/03/2026 10:00")),
        (("04/03/2026 10:00", "05/03/2026 10:00"), ("03/03/2026 10:00", "10/03/2026 10:00")),
    ):
        assert due_of("02/03/2026 09:00", days(5), *pairs) == one


def test_calendar_days_stop_on_days_off_too() -> None:
    # 10 days from Mon 02/03 would end on Thu 12/03; asked Fri 06/03, answered Mon 09/03: three days waited
    wait = ("06/03/2026 10:00", "09/03/2026 10:00")
    assert due_of("02/03/2026 09:00", calendar_days(10), wait) == "16/03/2026 17:00"  # Sunday 15/03 moves on


def test_an_open_wait_leaves_the_due_time_unknown_and_says_what_it_would_be_now() -> None:
    case = Case(start=at("02/03/2026 09:00"), limit=days(3), suspensions=waits(("03/03/2026 10:00", None)))
    found = due(case=case, calendar=CALENDAR, rules=RULES, now=at("06/03/2026 09:00"))
    assert found.at is None and found.is_waiting
    assert (found.waiting_since, found.rest, found.rest_unit) == (at("03/03/2026 10:00"), 2, "working_days")
    assert found.if_now == at("10/03/2026 17:00")
    assert due(case=case, calendar=CALENDAR, rules=RULES).if_now is None
    lines = explain(case=case, calendar=CALENDAR, rules=RULES, now=at("06/03/2026 09:00"))
    assert [line.code for line in lines[-2:]] == ["due_unknown", "due_if_now"]
    assert [line.code for line in explain(case=case, calendar=CALENDAR, rules=RULES)][-1] == "due_unknown"


def test_a_wait_that_began_after_the_due_time_leaves_the_dossier_late() -> None:
    case = Case(start=at("02/03/2026 09:00"), limit=days(1), suspensions=waits(("04/03/2026 10:00", None)))
    found = due(case=case, calendar=CALENDAR, rules=RULES, now=at("06/03/2026 09:00"))
    assert (found.at, found.is_waiting) == (at("03/03/2026 17:00"), False)


def test_a_rule_pack_may_grant_a_minimum_after_an_answer() -> None:
    rules = ClockRules(resume_days=2, resume_minutes=60)
    wait = ("05/03/2026 16:59", "10/03/2026 09:00")
    assert due_of("02/03/2026 09:00", days(3), wait, rules=rules) == "12/03/2026 17:00"
    assert (
        due_of("04/03/2026 09:00", days(1), wait, rules=rules) == "11/03/2026 17:00"
    )  # never above the limit
    last = ("03/03/2026 08:59", "06/03/2026 16:30")
    assert due_of("02/03/2026 09:00", hours(8), last, rules=rules) == "09/03/2026 08:00"


def test_a_same_day_procedure_starts_its_day_anew_with_the_answer() -> None:
    asked = "02/03/2026 10:00"
    assert due_of("02/03/2026 09:00", SAME_DAY, (asked, "04/03/2026 15:00")) == "04/03/2026 17:00"
    assert due_of("02/03/2026 09:00", SAME_DAY, (asked, "04/03/2026 15:01")) == "05/03/2026 17:00"
    late = ("02/03/2026 16:00", "04/03/2026 10:00")  # a day was left of 15:30, and is left after the answer
    assert due_of("02/03/2026 15:30", SAME_DAY, late) == "05/03/2026 17:00"


def extended(limit: TimeLimit, extension: Extension, *pairs: tuple[str, str | None], **rules: bool) -> str:
    case = Case(start=at("02/03/2026 09:00"), limit=limit, suspensions=waits(*pairs), extensions=(extension,))
    found = due(case=case, calendar=CALENDAR, rules=ClockRules(**rules))  # type: ignore[arg-type]
    return f"{found.at:%d/%m/%Y %H:%M}" if found.at else "unknown"


def test_an_extension_adds_working_days_or_sets_a_new_time_once() -> None:
    added = Extension(decided=at("04/03/2026 09:00"), working_days=2)
    assert extended(days(3), added) == "09/03/2026 17:00"
    assert extended(hours(8), replace(added, decided=at("03/03/2026 08:00"))) == "05/03/2026 17:00"
    assert extended(calendar_days(6), added) == "11/03/2026 17:00"
    until = Extension(decided=at("04/03/2026 09:00"), until=at("10/03/2026 11:00"))
    assert extended(days(3), until) == "10/03/2026 11:00"
    # asked after the extension: the new time moves by the day waited
    assert extended(days(3), until, ("06/03/2026 10:00", "09/03/2026 10:00")) == "11/03/2026 11:00"
    # waited before it: the new date was set knowing that
    assert extended(days(3), until, ("03/03/2026 10:00", "04/03/2026 08:00")) == "10/03/2026 11:00"
    # set on a Sunday: the next working day
    assert extended(days(3), replace(until, until=at("08/03/2026 11:00"))) == "09/03/2026 11:00"
    # earlier than the due time: never takes time away
    assert extended(days(3), replace(until, until=at("04/03/2026 11:00"))) == "05/03/2026 17:00"


def test_an_extension_after_the_due_time_promises_a_date_and_leaves_the_dossier_late() -> None:
    case = Case(
        start=at("02/03/2026 09:00"),
        limit=days(3),
        extensions=(Extension(decided=at("06/03/2026 09:00"), until=at("10/03/2026 17:00")),),
    )
    found = due(case=case, calendar=CALENDAR, rules=RULES)
    assert (found.at, found.promised) == (at("05/03/2026 17:00"), at("10/03/2026 17:00"))
    assert "extension_late" in [line.code for line in explain(case=case, calendar=CALENDAR, rules=RULES)]
    moves = due(case=case, calendar=CALENDAR, rules=ClockRules(late_extension_moves=True))
    assert moves.at == at("10/03/2026 17:00")


def test_other_bodies_have_clocks_of_their_own_and_late_answers_are_named() -> None:
    tax = OtherClock(
        body="THUE", asked=at("02/03/2026 09:00"), limit=days(2), answered=at("04/03/2026 17:00")
    )
    land = OtherClock(body="STNMT", asked=at("02/03/2026 09:00"), limit=days(1), suspending=True)
    rows = others_standing(clocks=[tax, land], now=at("04/03/2026 09:00"), calendar=CALENDAR, rules=RULES)
    assert [(row.clock.body, row.is_late, row.is_answered, row.late_minutes) for row in rows] == [
        ("STNMT", True, False, 90),
        ("THUE", False, True, 0),
    ]
    assert rows[0].due == at("03/03/2026 17:00")
    assert [one.clock_owner for one in suspensions_of(clocks=[tax, land])] == ["STNMT"]


def test_an_explanation_names_the_holiday_and_adds_up() -> None:
    case = Case(start=at("28/08/2026 10:00"), limit=days(2))
    lines = explain(case=case, calendar=CALENDAR, rules=RULES, names=NAMES)
    assert [
        (line.code, f"{line.first_day:%d/%m}", f"{line.last_day:%d/%m}", line.name) for line in lines
    ] == [
        ("received", "28/08", "28/08", ""),
        ("receipt_day", "28/08", "28/08", ""),
        ("weekend", "29/08", "30/08", ""),
        ("holiday", "31/08", "31/08", "hoán đổi"),
        ("holiday", "01/09", "01/09", "Quốc khánh (liền kề)"),
        ("holiday", "02/09", "02/09", "Quốc khánh"),
        ("counted", "03/09", "04/09", ""),
        ("due", "04/09", "04/09", ""),
    ]
    assert sum(line.counted for line in lines) == 2


def test_an_explanation_in_hours_shows_parts_of_days_and_the_wait() -> None:
    case = Case(
        start=at("09/01/2026 16:00"),
        limit=hours(12),
        suspensions=waits(("10/01/2026 08:30", "12/01/2026 09:00")),
    )
    lines = explain(case=case, calendar=CALENDAR, rules=RULES, names=NAMES)
    assert [
        (line.code, line.counted, f"{line.start:%d %H:%M}", f"{line.end:%d %H:%M}") for line in lines
    ] == [
        ("received", 0, "09 16:00", "09 16:00"),
        ("counted", 60, "09 16:00", "09 17:00"),
        ("counted", 60, "10 07:30", "10 08:30"),
        ("waiting", 0, "10 08:30", "12 09:00"),
        ("counted", 390, "12 09:00", "12 17:00"),
        ("counted", 210, "13 07:30", "13 11:00"),
        ("due", 0, "13 11:00", "13 11:00"),
    ]


def test_standing_tells_late_at_risk_waiting_and_what_is_left() -> None:
    case = Case(start=at("02/03/2026 09:00"), limit=days(1))
    found = due(case=case, calendar=CALENDAR, rules=RULES)

    def stands(
        now: str, ended: str = "", steps: tuple[float, ...] = (), **rules: int
    ) -> tuple[str, str, int, int]:
        place = standing(
            due=found,
            now=at(now),
            ended=at(ended) if ended else None,
            steps_left=steps,
            calendar=CALENDAR,
            rules=ClockRules(**rules),  # type: ignore[arg-type]
        )
        return place.standing, place.reason, place.left, place.late

    assert stands("03/03/2026 15:00") == (Standing.ON_TIME, "enough", 120, 0)
    assert stands("03/03/2026 15:00", steps=(1, 1)) == (Standing.ON_TIME, "enough", 120, 0)
    assert stands("03/03/2026 15:00", steps=(1, 1.5)) == (Standing.AT_RISK, "steps_too_long", 120, 0)
    assert stands("03/03/2026 15:00", warn_minutes=121) == (Standing.AT_RISK, "little_left", 120, 0)
    assert stands("03/03/2026 17:01") == (Standing.LATE, "overdue", 0, 1)
    assert stands("05/03/2026 17:01", ended="03/03/2026 17:00") == (Standing.ON_TIME, "ended_in_time", 0, 0)
    assert stands("09/03/2026 17:01", ended="04/03/2026 08:30") == (Standing.LATE, "ended_late", 0, 60)


def test_standing_while_waiting_is_neither_late_nor_on_time() -> None:
    case = Case(start=at("02/03/2026 09:00"), limit=hours(8), suspensions=waits(("02/03/2026 10:00", None)))
    found = due(case=case, calendar=CALENDAR, rules=RULES)
    place = standing(due=found, now=at("02/06/2026 09:00"), calendar=CALENDAR, rules=RULES)
    assert (place.standing, place.left) == (Standing.WAITING, 420)
    stopped = standing(
        due=found, now=at("02/06/2026 09:00"), ended=at("01/06/2026 09:00"), calendar=CALENDAR, rules=RULES
    )
    assert stopped.standing == Standing.ON_TIME


def test_the_portal_measures_differently_and_both_answers_stand_side_by_side() -> None:
    appointment, period = at("05/03/2026 17:00"), at("31/03/2026 23:59")
    base = PortalCase(appointment=appointment)

    def portal(**values: object) -> tuple[bool, str]:
        verdict = portal_on_time(case=replace(base, **values), period_end=period)  # type: ignore[arg-type]
        return verdict.on_time, verdict.reason

    asked, given = at("04/03/2026 10:00"), at("06/03/2026 10:00")
    assert portal(processed=at("05/03/2026 17:00"), returned=at("09/03/2026 09:00")) == (True, "processed")
    assert portal(returned=at("09/03/2026 09:00")) == (False, "returned")
    assert portal(closed=at("05/03/2026 09:00")) == (True, "closed")
    assert portal() == (False, "unfinished")
    assert portal(processed=at("07/03/2026 17:00"), requests=((asked, given),)) == (True, "processed")
    assert portal(processed=at("07/03/2026 17:01"), requests=((asked, given),)) == (False, "processed")
    assert portal(requests=((asked, None),)) == (True, "supplement_awaited")
    assert portal(requests=((at("06/03/2026 10:00"), None),)) == (False, "supplement_awaited")
    two = ((asked, at("04/03/2026 11:00")), (at("05/03/2026 09:00"), at("05/03/2026 10:00")))
    assert portal(processed=at("05/03/2026 16:00"), requests=two) == (False, "many_requests")
    lenient = portal_on_time(
        case=replace(base, processed=at("05/03/2026 23:00"), requests=two),
        period_end=period,
        rules=PortalRules(most_requests=2, by_day=True),
    )
    assert lenient.on_time
    # processed in March, looked at at the end of February: unfinished then
    early = portal_on_time(
        case=replace(base, processed=at("05/03/2026 16:00")), period_end=at("28/02/2026 23:59")
    )
    assert (early.on_time, early.reason) == (True, "unfinished")

    case = Case(
        start=at("02/03/2026 09:00"),
        limit=days(3),
        suspensions=waits(("04/03/2026 10:00", "06/03/2026 10:00")),
    )
    found = due(case=case, calendar=CALENDAR, rules=RULES)  # Mon 09/03: the weekend does not count for us
    result = at("09/03/2026 09:00")
    both = both_on_time(
        due=found,
        ended=result,
        case=replace(base, processed=result, requests=((asked, given),)),
        period_end=period,
    )
    assert (both.own.on_time, both.own.reason) == (True, "in_time")
    assert (both.portal.on_time, both.portal.reason, both.differ) == (False, "processed", True)


def test_a_change_of_the_calendar_names_what_moves_from_when_to_when_and_why() -> None:
    culture = date(2026, 11, 24)
    before = replace(CALENDAR, off=CALENDAR.off - {culture})
    cases = [
        Case(key="over", start=at("16/11/2026 09:00"), limit=days(2)),
        Case(key="moves", start=at("20/11/2026 09:00"), limit=days(2)),
        Case(key="hours", start=at("23/11/2026 16:00"), limit=hours(2)),
        Case(key="later", start=at("25/11/2026 09:00"), limit=days(2)),
        Case(key="rolled", start=at("19/11/2026 09:00"), limit=calendar_days(5)),
        Case(
            key="waits",
            start=at("20/11/2026 09:00"),
            limit=days(2),
            suspensions=waits(("20/11/2026 10:00", None)),
        ),
    ]
    rows = list(moved(before=before, after=CALENDAR, cases=cases, rules=RULES))
    assert [(row.key, row.before, row.after, row.days) for row in rows] == [
        ("moves", at("24/11/2026 17:00"), at("25/11/2026 17:00"), (culture,)),
        ("hours", at("24/11/2026 08:30"), at("25/11/2026 08:30"), (culture,)),
        ("rolled", at("24/11/2026 17:00"), at("25/11/2026 17:00"), (culture,)),
    ]
    back = list(moved(before=CALENDAR, after=before, cases=cases, rules=RULES))
    assert [(row.key, row.after) for row in back] == [(row.key, row.before) for row in rows]
    weekend = replace(CALENDAR, off=CALENDAR.off | {date(2026, 11, 28)})  # a Saturday off changes nothing
    assert changed_days(before=CALENDAR, after=weekend) == ()
    assert not list(moved(before=CALENDAR, after=weekend, cases=cases, rules=RULES))


def _code(make: Callable[[], object]) -> str:
    with pytest.raises(ValueError) as caught:
        make()
    assert isinstance(caught.value, ClockError)
    return caught.value.code


def test_absurd_input_is_refused_with_a_code() -> None:
    noon = at("02/03/2026 12:00")
    naive = noon.replace(tzinfo=None)
    reckon = lambda start: due(case=Case(start=start, limit=days(1)), calendar=CALENDAR, rules=RULES)  # noqa: E731
    once = Extension(decided=noon, working_days=1)
    far = Case(start=datetime(2099, 12, 30, tzinfo=UTC), limit=days(30))
    far_days = Case(start=datetime(2099, 12, 30, tzinfo=UTC), limit=calendar_days(30))
    refused: dict[str, list[Callable[[], object]]] = {
        "clock.negative": [
            lambda: TimeLimit(value=-1),
            lambda: ClockRules(resume_days=-1),
        ],
        "clock.absurd": [lambda: days(100_000), lambda: hours(10**9)],
        "clock.limit": [
            lambda: TimeLimit(value=1.5),  # type: ignore[arg-type]
            lambda: TimeLimit(value=True),
            lambda: TimeLimit(value=1, unit="weeks"),  # type: ignore[arg-type]
        ],
        "clock.same_day": [lambda: TimeLimit(value=3, same_day=True)],
        "clock.backwards": [
            lambda: Suspension(reason="supplement", began=noon, ended=noon - timedelta(minutes=1)),
            lambda: OtherClock(body="X", asked=noon, answered=noon - timedelta(1), limit=days(1)),
            lambda: PortalCase(appointment=noon, requests=((noon, noon - timedelta(1)),)),
        ],
        "clock.extension": [
            lambda: Extension(decided=noon),
            lambda: Extension(decided=noon, until=noon, working_days=1),
            lambda: Extension(decided=noon, working_days=0),
        ],
        "clock.extended_twice": [lambda: Case(start=noon, limit=days(1), extensions=(once, once))],
        "clock.naive": [
            lambda: reckon(naive),
            lambda: Suspension(reason="supplement", began=naive, ended=noon),
            lambda: Extension(decided=naive, working_days=1),
        ],
        "clock.range": [
            lambda: reckon(datetime(1999, 12, 1, tzinfo=UTC)),
            lambda: reckon(datetime.max.replace(tzinfo=UTC)),
            lambda: due(case=far, calendar=CALENDAR, rules=RULES),
            lambda: due(case=far_days, calendar=CALENDAR, rules=RULES),
        ],
        "clock.sessions": [
            lambda: OfficeHours(sessions=()),
            lambda: OfficeHours(sessions=((time(9), time(8)),)),
            lambda: OfficeHours(sessions=((time(7), time(12)), (time(11), time(17)))),
            lambda: OfficeHours(end_of_day=time(18)),
            lambda: ShortDay(day=date(2026, 1, 10), sessions=()),
        ],
        "clock.pack": [
            lambda: ClockRules.from_data({"cut_off": "three"}),
            lambda: ClockRules.from_data({"sessions": [["07:30"]]}),
            lambda: ClockRules.from_data({"unknown": 1}),
        ],
        "clock.step": [
            lambda: standing(due=reckon(noon), now=noon, steps_left=[-1.0], calendar=CALENDAR, rules=RULES)
        ],
    }
    for code, makers in refused.items():
        for make in makers:
            assert _code(make) == code
