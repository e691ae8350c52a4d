"""Reads of the plan: the open campaign, its areas, indicators, fields, rules, half-days and units."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import AreaLead, Campaign, ContentArea, Field, Indicator, Question, Rule
from haicap.campaign.rules.expressions import Checker, FieldSpec, RuleSpec
from haicap.campaign.rules.plan import SCHEDULE_DATES
from haicap.kernel.access import Actor
from haicap.kernel.calendar import working_calendar
from haicap.kernel.errors import Missing, Text
from haicap.kernel.periods import Slot
from haicap.kernel.text import fold, nfc
from haicap.register.models import Unit
from haicap.register.queries import units_for

READ = "campaign.plan:read"


def campaigns_for(*, actor: Actor) -> QuerySet[Campaign]:
    """Return the campaigns `actor` may see: all for the centre, else those that are open or closed."""
    actor.must(READ)
    rows = Campaign.objects.all()
    return rows if actor.is_central else rows.exclude(state=Campaign.State.DRAFT)


def campaign_for(*, actor: Actor, code: str) -> Campaign:
    """Return one visible campaign; raises Missing."""
    found = campaigns_for(actor=actor).filter(code=code).first()
    if found is None:
        raise Missing("campaign.missing", _("There is no such campaign, or not for you."))
    return found


def current_campaign_for(*, actor: Actor) -> Campaign:
    """Return the open campaign, the latest where several are; raises Missing("campaign.none")."""
    found = campaigns_for(actor=actor).filter(state=Campaign.State.OPEN).order_by("-window_start").first()
    if found is None:
        raise Missing("campaign.none", _("No survey campaign is open."))
    return found


def shown_campaign_for(*, actor: Actor) -> Campaign:
    """Return the campaign the plan pages show: the open one, else the latest visible; raises Missing."""
    rows = list(campaigns_for(actor=actor).order_by("-window_start", "-pk")[:20])
    for row in rows:
        if row.state == Campaign.State.OPEN:
            return row
    if not rows:
        raise Missing("campaign.none", _("No survey campaign is open."))
    return rows[0]


def areas_of(*, campaign: Campaign) -> list[ContentArea]:
    """Return the content areas in order, with their leads and numbers of indicators (two queries)."""
    leads = Prefetch("leads", AreaLead.objects.select_related("body"))
    return list(
        ContentArea.objects.filter(campaign=campaign)
        .annotate(indicator_count=Count("indicators", distinct=True))
        .prefetch_related(leads)
    )


def area_for(*, actor: Actor, campaign: Campaign, code: str) -> ContentArea:
    """Return one area of the campaign with its leads; raises Missing."""
    actor.must(READ)
    found = (
        ContentArea.objects.filter(campaign=campaign, code=code)
        .prefetch_related("leads__body", "questions")
        .first()
    )
    if found is None:
        raise Missing("area.missing", _("The plan has no such content area."))
    return found


def indicators_of(*, campaign: Campaign, area: ContentArea | None = None, text: str = "") -> list[Indicator]:
    """Return the indicators in order, of one area, or those that hold `text` in code or name.

    Text typed without diacritics finds both; typed with them it must stand so. Whole phrases come first.
    """
    rows = Indicator.objects.filter(campaign=campaign).select_related("area")
    if area is not None:
        rows = rows.filter(area=area)
    found = list(rows.prefetch_related("fields", "rules"))
    words, phrase = fold(text).split(), fold(text)
    accented = nfc(text).casefold() if phrase != nfc(text).casefold() else ""
    matching = [
        row
        for row in found
        if all(word in row.folded for word in words)
        and (not accented or accented in f"{row.code} {row.name_vi} {row.name_en}".casefold())
    ]
    return sorted(matching, key=lambda row: phrase not in row.folded)


def indicator_for(*, actor: Actor, campaign: Campaign, code: str) -> Indicator:
    """Return one indicator with its fields and rules; raises Missing."""
    actor.must(READ)
    found = (
        Indicator.objects.filter(campaign=campaign, code__iexact=code)
        .select_related("area")
        .prefetch_related("fields", "rules")
        .first()
    )
    if found is None:
        raise Missing("indicator.missing", _("The plan has no such indicator."))
    return found


def questions_of(*, campaign: Campaign) -> list[Question]:
    """Return the narrative questions in order, with their areas (one query)."""
    return list(Question.objects.filter(area__campaign=campaign).select_related("area"))


def fields_of(*, campaign: Campaign) -> list[Field]:
    """Return all fields in order, with indicator and area (one query)."""
    return list(Field.objects.filter(campaign=campaign).select_related("indicator__area"))


def rules_of(campaign: Campaign) -> list[Rule]:
    """Return all rules in order, with their indicator (one query)."""
    return list(Rule.objects.filter(campaign=campaign).select_related("indicator"))


def checker_of(*, campaign: Campaign) -> Checker:
    """Return the parsed fields and rules, ready to judge any number of reports.

    The parsed rules of the last few plan versions are kept in memory.
    """
    fields = tuple(
        FieldSpec(
            key=field.key, type=field.type, required=field.required, minimum=field.minimum,
            maximum=field.maximum, choices=tuple(_Choice(choice) for choice in field.choices),
            calculation=field.calculation,
        )
        for field in Field.objects.filter(campaign=campaign)
    )  # fmt: skip
    rules = tuple(
        RuleSpec(key=rule.key, severity=rule.severity, expression=rule.expression)
        for rule in Rule.objects.filter(campaign=campaign)
    )
    return _checker(fields, rules)


class _Choice(dict[str, str]):
    """A choice that can be part of a cache key."""

    def __hash__(self) -> int:  # type: ignore[override]  # never changed after it is made
        return hash(tuple(sorted(self.items())))


@lru_cache(maxsize=4)
def _checker(fields: tuple[FieldSpec, ...], rules: tuple[RuleSpec, ...]) -> Checker:
    return Checker(fields=fields, rules=rules)


def slots_of(*, campaign: Campaign) -> list[Slot]:
    """Return the working half-days of the window, in order (one query)."""
    return working_calendar().slots(campaign.window_start, campaign.window_end)


def surveyed_units_for(*, actor: Actor, campaign: Campaign) -> QuerySet[Unit]:
    """Return the units this campaign surveys that `actor` sees: a commune its own, everybody else all.

    The plan names one province; the province "*" is the whole country.
    """
    rows, province = units_for(actor=actor), campaign.setting("province", "79")
    if province != "*":
        rows = rows.filter(province_code=province)
    if actor.is_commune and not actor.is_central:
        return rows.filter(pk=actor.unit_id or -1)
    return rows


def capacity_of(*, campaign: Campaign, slots: Sequence[Slot], units: int) -> Mapping[str, int]:
    """Return the half-days of all teams in the window and how many visits are short (0 = it fits)."""
    places = len(slots) * campaign.team_count
    return {
        "days": len({slot.day for slot in slots}),
        "half_days": len(slots),
        "places": places,
        "units": units,
        "short": max(0, units - places),
    }


def laws_of(*, campaign: Campaign, codes: str) -> list[Mapping[str, str]]:
    """Return the legal bases named by `codes` ("B1,B2"), as the plan cites them."""
    wanted = [code.strip() for code in codes.split(",")]
    return [law for law in campaign.legal if law["code"] in wanted]


def deadlines_of(*, campaign: Campaign) -> list[tuple[str, date]]:
    """Return (name of the column, day) of all dates of the campaign, in order of time."""
    return sorted(((name, getattr(campaign, name)) for name in SCHEDULE_DATES), key=lambda pair: pair[1])


def banner(*, actor: Actor) -> Text | None:
    """Return the mark of sample data while the shown campaign holds any."""
    if not actor.may(READ):
        return None
    sample = Campaign.objects.exclude(state=Campaign.State.CLOSED).filter(is_sample=True).exists()
    return _("SAMPLE DATA: nothing shown here is a real report.") if sample else None


__all__ = [
    "area_for", "areas_of", "banner", "campaign_for", "campaigns_for", "capacity_of", "checker_of",
    "current_campaign_for", "deadlines_of", "fields_of", "indicator_for", "indicators_of", "laws_of",
    "questions_of", "rules_of", "shown_campaign_for", "slots_of", "surveyed_units_for",
]  # fmt: skip
