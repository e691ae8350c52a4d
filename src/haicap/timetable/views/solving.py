"""Pages about the computation: asking for it, and what to do when the window is too small."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from haicap.campaign.queries import current_campaign_for, surveyed_units_for
from haicap.kernel.access import needs
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.kernel.periods import Slot
from haicap.timetable import actions, queries
from haicap.timetable.actions.drafts import refused
from haicap.timetable.forms import SolveForm
from haicap.timetable.permissions import READ_DRAFTS, SOLVE
from haicap.timetable.queries.problem import settings_of
from haicap.timetable.rules.contradiction import Contradiction, Rule
from haicap.timetable.rules.faults import InvalidProblemError
from haicap.timetable.rules.settings import as_values
from haicap.timetable.rules.shortfall import HOPELESS
from haicap.timetable.texts import REASON_TEXTS
from haicap.timetable.texts_contradiction import lines_of


@needs(SOLVE)
def solve(request: Request) -> HttpResponse:
    """Ask for a calendar; the page that follows shows the progress."""
    campaign = current_campaign_for(actor=request.actor)
    published = queries.published_calendar_for(actor=request.actor, campaign=campaign)
    newest = queries.draft_for(actor=request.actor, campaign=campaign) or published
    if request.method != "POST":
        asked = {name: value for name, value in request.GET.items() if name in SolveForm.PARAMETERS}
        try:
            form = SolveForm(initial={**as_values(*settings_of(campaign)), **asked})
        except InvalidProblemError as error:
            raise refused(error, units={}) from error
        values = {"form": form, "newest": newest, "campaign": campaign, "asked": asked}
        return render(request, "timetable/solve.html", values)
    form = SolveForm(request.POST)
    if form.is_valid():
        try:
            job = actions.ask_to_solve(
                actor=request.actor,
                campaign=campaign,
                seed=form.cleaned_data["seed"],
                seconds=form.cleaned_data["seconds"],
                changes=form.changes,
                pins_from=newest if form.cleaned_data["keep_pins"] else None,
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            return redirect("kernel:job", job_id=job.pk)
    values = {"form": form, "newest": newest, "campaign": campaign}
    return render(request, "timetable/solve.html", values, status=422)


@needs(READ_DRAFTS)
def shortfall(request: Request, version: int) -> HttpResponse:
    """Show by how much the window is too small, who is left out, and the ways out that were tried."""
    campaign = current_campaign_for(actor=request.actor)
    calendar = queries.calendar_for(actor=request.actor, campaign=campaign, version=version)
    reasons: Mapping[str, str] = calendar.verdict.get("reasons", {})
    ways = [_way(way) for way in calendar.shortfall.get("ways", [])]
    clashes = [_clash(rules) for rules in calendar.shortfall.get("contradictions", [])]
    codes = {*reasons, *(code for way in ways for code in way["units"])}
    codes |= {code for clash in clashes for code in clash.units}
    units = surveyed_units_for(actor=request.actor, campaign=campaign).filter(code__in=codes)
    by_code = {unit.code: unit for unit in units}
    for way in ways:
        way["units"] = [by_code[code] for code in way["units"] if code in by_code]
    values = {
        "calendar": calendar,
        "load": calendar.shortfall.get("load", {}),
        "ways": ways,
        "hopeless": sum(reason in HOPELESS for reason in reasons.values()),
        "clashes": [lines_of(clash, {c: unit.full_name for c, unit in by_code.items()}) for clash in clashes],
        "left_out": [(by_code[c], REASON_TEXTS.get(r, r)) for c, r in reasons.items() if c in by_code],
    }
    return render(request, "timetable/shortfall.html", values)


def _way(way: Mapping[str, Any]) -> dict[str, Any]:
    until = Slot.parse(way["until"]) if way.get("until") else None
    kilometres = round(way.get("metres", 0) / 1000)
    return {**way, "until": until, "units": list(way.get("units", ())), "kilometres": kilometres}


def _clash(rules: Sequence[Mapping[str, Any]]) -> Contradiction:
    return Contradiction(rules=tuple(
        Rule(
            kind=rule["kind"], unit=rule["unit"], slot=Slot.parse(rule["slot"]) if rule["slot"] else None,
            slots=tuple(Slot.parse(key) for key in rule["slots"]), most=rule["most"],
        )
        for rule in rules
    ))  # fmt: skip
