"""Putting a version in force, and telling those whose visit is new, moved or called off."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.accounts.actions import notify
from haicap.accounts.models import Person
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Refused
from haicap.register.models import Unit
from haicap.timetable.actions.edit import claiming, draft_problem
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import PUBLISH
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.queries.recipients import recipients_of
from haicap.timetable.rules.changes import Change, compare
from haicap.timetable.rules.checker import check
from haicap.timetable.rules.problem import Mode, PlacedVisit
from haicap.timetable.texts import joined, slot_text, violation_text

NAMED = 6
"""changes written out in one notice to a team; the page behind it lists them all"""


def publish(
    *,
    actor: Actor,
    calendar: Calendar,
    revision: int | None = None,
    accept_unserved: bool = False,
) -> Calendar:
    """Publish a draft: the version in force is superseded, those concerned by a difference are told.

    A draft that breaks a rule is refused, each broken rule named; one that leaves units out only with
    `accept_unserved`. Conflict when the draft changed since `revision`, or is no draft any more.
    """
    actor.must(PUBLISH)
    with claiming(calendar, revision=revision):
        calendar.refresh_from_db(fields=["state"])
        if not calendar.is_draft:
            raise Conflict("timetable.not_draft", _("This version is already published."))
        names = _must_hold(actor, calendar, accept_unserved=accept_unserved)
        before = Calendar.objects.filter(campaign=calendar.campaign, state=Calendar.State.PUBLISHED).first()
        old: tuple[PlacedVisit, ...] = ()
        if before is not None:
            old = all_placed(before)
            Calendar.objects.filter(pk=before.pk).update(state=Calendar.State.SUPERSEDED)
        calendar.state, calendar.published_at = Calendar.State.PUBLISHED, timezone.now()
        calendar.published_by_id = actor.person_id
        calendar.save(update_fields=["state", "published_at", "published_by"])
        changes = compare(before=old, after=all_placed(calendar))
        told = _tell(actor, calendar, changes, names)
        audit.record(
            actor=actor,
            action="timetable.calendar.published",
            subject=calendar,
            before={"version": before.version if before else None},
            after={"version": calendar.version, "changes": len(changes), "notices": told},
        )
    return calendar


def _must_hold(actor: Actor, calendar: Calendar, *, accept_unserved: bool) -> dict[str, str]:
    """Check the draft against everything as it is now; return the units' names."""
    problem = draft_problem(actor=actor, calendar=calendar)
    verdict = check(problem=problem, visits=all_placed(calendar))
    rows = Unit.objects.filter(
        level=Unit.Level.COMMUNE, valid_to=None, visits__calendar__campaign=calendar.campaign
    )
    names = dict(rows.values_list("code", "full_name"))
    if verdict.violations:
        sentences = [violation_text(item, names) for item in verdict.violations]
        raise Refused(
            "timetable.rules_broken",
            _("The draft breaks rules: %(rules)s.") % {"rules": joined(sentences)},
            details={"rules": [item.rule for item in verdict.violations]},
        )
    if verdict.unserved and not accept_unserved:
        raise Refused(
            "timetable.units_left_out",
            _("%(count)s units have no visit. Tick the box to publish without them.")
            % {"count": len(verdict.unserved)},
            field="accept_unserved",
            details={"units": list(verdict.unserved)},
        )
    return names


def _tell(actor: Actor, calendar: Calendar, changes: Sequence[Change], names: dict[str, str]) -> int:
    """Notify the people of each touched unit, and each touched team once; return the number of notices."""
    by_team: dict[int, list[Change]] = defaultdict(list)
    people = recipients_of(campaign=calendar.campaign, changes=changes)
    url, told = reverse("timetable:mine"), 0
    for change in changes:
        for number in change.teams:
            by_team[number].append(change)
        if at_unit := people.at_unit.get(change.unit):
            told += _say(actor, at_unit, [_unit_text, change], url)
    for number, touched in by_team.items():
        if in_team := people.in_team.get(number):
            told += _say(actor, in_team, [_team_text, number, touched, names], url)
    return told


def _say(actor: Actor, people: Iterable[Person], text: list[object], url: str) -> int:
    """Notify `people` of what `text` (a function and its arguments) says, in both languages."""
    make, *arguments = text
    texts = {}
    for language in ("vi", "en"):
        with override(language):
            texts[language] = make(*arguments)  # type: ignore[operator]  # a function of this module
    return notify(actor=actor, people=people, text_vi=texts["vi"], text_en=texts["en"], url=url)


def _visit_text(visit: PlacedVisit) -> str:
    values = {"slot": slot_text(visit.slot), "team": visit.team}
    if visit.mode is Mode.ONLINE:
        return _("%(slot)s, survey team %(team)s, online") % values
    if visit.whole_day:
        return _("%(slot)s (whole day), survey team %(team)s") % values
    return _("%(slot)s, survey team %(team)s") % values


def _unit_text(change: Change) -> str:
    if change.before is None and change.after is not None:
        return _("Your unit's survey: %(new)s.") % {"new": _visit_text(change.after)}
    if change.after is None and change.before is not None:
        return _("Your unit's survey is called off: it was %(old)s.") % {"old": _visit_text(change.before)}
    if change.before is None or change.after is None:
        raise ValueError(change.unit)
    return _("Your unit's survey has moved: it was %(old)s; it is now %(new)s.") % {
        "old": _visit_text(change.before),
        "new": _visit_text(change.after),
    }


def _team_text(number: int, changes: Sequence[Change], names: dict[str, str]) -> str:
    if all(change.before is None for change in changes):
        return _("The calendar of team %(team)s is published: %(count)s visits.") % {
            "team": number,
            "count": len(changes),
        }
    lines = joined((_team_line(number, change, names) for change in changes), most=NAMED)
    return _("The calendar of team %(team)s has changed: %(lines)s.") % {"team": number, "lines": lines}


def _team_line(number: int, change: Change, names: dict[str, str]) -> str:
    before = change.before if change.before and change.before.team == number else None
    after = change.after if change.after and change.after.team == number else None
    name = names.get(change.unit, change.unit)
    if before and after:
        values = {"unit": name, "old": slot_text(before.slot), "new": slot_text(after.slot)}
        return _("%(unit)s: from %(old)s to %(new)s") % values
    if after:
        return _("%(unit)s: new, %(new)s") % {"unit": name, "new": slot_text(after.slot)}
    if before:
        return _("%(unit)s: no longer, was %(old)s") % {"unit": name, "old": slot_text(before.slot)}
    return name
