"""How complete the reports are and whether they came in time: by area, by leading department, by unit, by form."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from haicap.campaign.models import AreaLead, Campaign, ContentArea
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel.access import Actor
from haicap.kernel.text import localized
from haicap.questionnaire.models import Form, Section, Submission
from haicap.questionnaire.queries.collect import forms_for, submissions_for
from haicap.questionnaire.rules import states


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How a number of unit-areas stand. `open` are not in and the deadline is not over, `missing` are not in after it.

    `answered` of `wanted` indicators have an answer, over all of them.
    """

    key: str
    name: str
    expected: int
    in_time: int
    late: int
    missing: int
    open: int
    answered: int
    wanted: int
    days_late: int = 0  # of the latest

    @property
    def percent(self) -> int:
        """Indicators answered, in per cent rounded down: 100 means all."""
        return self.answered * 100 // self.wanted if self.wanted else 0

    @property
    def percent_in_time(self) -> int:
        """Those in time of all expected, in per cent rounded down."""
        return self.in_time * 100 // self.expected if self.expected else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTally:
    """How the units answer a form for collection; units count once, by the first of their submissions."""

    form: Form
    submissions: int
    expected: int | None  # units, where the form asks for one
    in_time: int
    late: int

    @property
    def missing(self) -> int | None:
        """Units that sent nothing."""
        return None if self.expected is None else max(self.expected - self.in_time - self.late, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """Everything the page shows; `by_unit` has who is latest first."""

    deadline: date
    total: Tally
    by_area: tuple[Tally, ...]
    by_department: tuple[Tally, ...]
    by_unit: tuple[Tally, ...]
    forms: tuple[FormTally, ...]


@dataclass(slots=True)
class _Sum:
    """Counts up unit-areas."""

    counts: Counter[str]
    answered: int = 0
    wanted: int = 0
    days_late: int = 0

    def tally(self, key: str, name: str) -> Tally:
        """Return what was counted."""
        kinds = {kind: self.counts[kind] for kind in ("in_time", "late", "missing", "open")}
        return Tally(
            key=key, name=name, expected=sum(kinds.values()), answered=self.answered, wanted=self.wanted,
            days_late=self.days_late, **kinds,
        )  # fmt: skip


def completeness_for(*, actor: Actor, campaign: Campaign, area: str = "") -> Completeness:
    """Return how complete and how timely the reports of all units are that `actor` sees, of one area or of all.

    An area that was never sent counts the indicators of the plan as wanted. A fixed number of queries.
    """
    actor.must("questionnaire.board:read")
    units = list(
        surveyed_units_for(actor=actor, campaign=campaign)
        .order_by("code")
        .values_list("pk", "code", "full_name")
    )
    areas = [
        one
        for one in ContentArea.objects.filter(campaign=campaign).order_by("order")
        if area in ("", one.code)
    ]
    asked = dict(
        ContentArea.objects.filter(campaign=campaign).order_by()
        .annotate(number=Count("indicators", filter=Q(indicators__fields__calculation=""), distinct=True))
        .values_list("pk", "number")
    )  # fmt: skip
    sections = _sections(campaign)
    sums: dict[tuple[str, int], _Sum] = defaultdict(lambda: _Sum(Counter()))
    today, deadline = timezone.localdate(), campaign.report_deadline
    for unit, _code, _name in units:
        for one in areas:
            found = sections.get((unit, one.pk))
            kind, days = _kind(found, deadline=deadline, today=today)
            answered, wanted = (found[1], found[2]) if found else (0, 0)
            for key in (("unit", unit), ("area", one.pk), ("all", 0)):
                entry = sums[key]
                entry.counts[kind] += 1
                entry.answered += answered
                entry.wanted += wanted or asked.get(one.pk, 0)
                entry.days_late = max(entry.days_late, days)
    by_unit = [sums["unit", pk].tally(code, name) for pk, code, name in units]
    return Completeness(
        deadline=deadline, total=sums["all", 0].tally("", ""),
        by_area=tuple(sums["area", one.pk].tally(one.code, localized(one, "name")) for one in areas),
        by_department=tuple(_departments(campaign, areas, sums)),
        by_unit=tuple(sorted(by_unit, key=_lateness)), forms=tuple(_forms(actor, campaign, len(units))),
    )  # fmt: skip


def _lateness(tally: Tally) -> tuple[int, int, int, str]:
    return -tally.missing, -tally.days_late, tally.percent, tally.key


_Section = tuple[str, int, int, datetime | None]  # state, answered, wanted, first submitted


def _sections(campaign: Campaign) -> Mapping[tuple[int, int], _Section]:
    rows = Section.objects.filter(report__campaign=campaign).order_by()
    columns = ("report__unit_id", "area_id", "state", "answered", "wanted", "submitted_at")
    return {
        (unit, area): (state, answered, wanted, at)
        for unit, area, state, answered, wanted, at in rows.values_list(*columns)
    }


def _kind(found: _Section | None, *, deadline: date, today: date) -> tuple[str, int]:
    """Return how a unit-area stands, and by how many days it is late."""
    state = found[0] if found else "not_started"
    brought = timezone.localdate(found[3]) if found and found[3] else None
    late = states.is_late(state=state, submitted_on=brought, deadline=deadline, today=today)
    if brought is not None:
        return ("late", (brought - deadline).days) if late else ("in_time", 0)
    return ("missing", (today - deadline).days) if late else ("open", 0)


def _departments(
    campaign: Campaign, areas: Iterable[ContentArea], sums: Mapping[tuple[str, int], _Sum]
) -> Iterable[Tally]:
    """Return the tally of the areas that each department leads, the most missing first."""
    known = {one.pk for one in areas}
    leads: dict[tuple[str, str], list[int]] = defaultdict(list)
    rows = (
        AreaLead.objects.filter(area__campaign=campaign)
        .select_related("body")
        .order_by("area__order", "order")
    )
    for lead in rows:
        if lead.area_id in known:
            leads[lead.body.code, localized(lead.body, "name")].append(lead.area_id)
    found = []
    for (code, name), keys in leads.items():
        total = _Sum(Counter())
        for key in keys:
            one = sums["area", key]
            total.counts.update(one.counts)
            total.answered, total.wanted = total.answered + one.answered, total.wanted + one.wanted
            total.days_late = max(total.days_late, one.days_late)
        found.append(total.tally(code, name))
    return sorted(found, key=_lateness)


def _forms(actor: Actor, campaign: Campaign, units: int) -> Iterable[FormTally]:
    """Return the tallies of the forms for collection that are in use (two queries a form: there are few)."""
    for form in (
        forms_for(actor=actor, campaign=campaign).exclude(state=Form.State.ARCHIVED).order_by("title")
    ):
        if form.purpose == Form.Purpose.REPORT:
            continue
        rows = submissions_for(actor=actor, form=form).exclude(state=Submission.State.REJECTED)
        found = list(
            rows.order_by().values_list("unit_id").annotate(first=Min("received_at"), number=Count("pk"))
        )
        end = (
            timezone.make_aware(datetime.combine(form.due + timedelta(days=1), time())) if form.due else None
        )
        named = [first for unit, first, _number in found if unit is not None]
        late = sum(end is not None and at >= end for at in named)
        yield FormTally(
            form=form, submissions=sum(number for _unit, _first, number in found), late=late,
            expected=units if form.unit_question else None, in_time=len(named) - late,
        )  # fmt: skip
