"""Pages of difficulties."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.findings import actions, papers, permissions, queries, rules
from haicap.findings.forms import DifficultyForm, FilterForm, TriageForm
from haicap.findings.models import Difficulty
from haicap.findings.queries.difficulties import Filter
from haicap.findings.verbs import verb_name
from haicap.findings.views.common import XLSX, campaign_of, file_answer, writable_units
from haicap.kernel.access import needs
from haicap.kernel.errors import Missing, Refusal
from haicap.kernel.http import Request
from haicap.kernel.pages import page_of

STATE_COLOURS = {
    "draft": "grey",
    "submitted": "blue",
    "returned": "orange",
    "accepted": "green",
    "merged": "grey",
    "resolved": "purple",
}


def _wanted(request: Request) -> Filter:
    given = request.GET
    return Filter(
        group=given.get("group", ""),
        level=given.get("level", ""),
        area=given.get("area", ""),
        severity=given.get("severity", ""),
        state=given.get("state", ""),
        unit=given.get("unit", ""),
        text=given.get("q", ""),
        counted="counted" in given,
    )


def _matrix(rows: list[rules.MatrixRow], totals: tuple[int, ...]) -> dict[str, Any]:
    base = reverse("findings:difficulties")
    groups = dict(Difficulty.Group.choices)
    return {
        "levels": [Difficulty.Level(level).label for level in rules.LEVELS],
        "rows": [
            {
                "label": groups[row.group],
                "cells": [
                    (count, f"{base}?counted=1&group={row.group}&level={level}")
                    for level, count in zip(rules.LEVELS, row.counts, strict=True)
                ],
                "total": (row.total, f"{base}?counted=1&group={row.group}"),
            }
            for row in rows
        ],
        "totals": totals,
    }


@needs(permissions.READ)
def listing(request: Request) -> HttpResponse:
    """List difficulties: how many by group and level, each number leading to its list."""
    campaign, wanted = campaign_of(request), _wanted(request)
    rows = queries.search_difficulties_for(actor=request.actor, campaign=campaign, wanted=wanted)
    counts, totals = queries.matrix_for(actor=request.actor, campaign=campaign)
    context = {
        "page": page_of(rows, request),
        "matrix": _matrix(counts, totals),
        "filter": FilterForm(request.GET or None, campaign=campaign),
        "unit_code": wanted.unit,
        "colours": STATE_COLOURS,
        "query": request.GET.urlencode(),
        "may_write": request.actor.may(permissions.WRITE),
    }
    return render(request, "findings/difficulties.html", context)


@needs(permissions.READ)
def export(request: Request) -> HttpResponse:
    """Give the list as it is filtered now as a workbook."""
    campaign = campaign_of(request)
    rows = queries.search_difficulties_for(actor=request.actor, campaign=campaign, wanted=_wanted(request))
    content = papers.difficulties_xlsx(rows=rows, sample=campaign.is_sample, made_at=timezone.now())
    return file_answer(content=content, name="kho-khan-vuong-mac.xlsx", kind=XLSX)


def _form(request: Request, campaign: Campaign, initial: dict[str, Any] | None = None) -> DifficultyForm:
    units = writable_units(actor=request.actor, campaign=campaign)
    return DifficultyForm(request.POST or None, campaign=campaign, units=units, initial=initial)


@needs(permissions.WRITE)
def new(request: Request) -> HttpResponse:
    """Record a difficulty."""
    campaign = campaign_of(request)
    form = _form(request, campaign, {"revision": 0, "unit": request.GET.get("unit", ""), "severity": "1"})
    if request.method == "POST" and form.is_valid():
        try:
            unit = surveyed_units_for(actor=request.actor, campaign=campaign).get(
                code=form.cleaned_data["unit"]
            )
            row = actions.record_difficulty(
                actor=request.actor,
                campaign=campaign,
                unit=unit,
                draft=form.draft(),
                submit="submit" in request.POST,
            )
        except Refusal as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("%(code)s is kept.") % {"code": row.code})
            return redirect("findings:difficulty", row.number)
    status = 422 if form.errors else 200
    return render(request, "findings/difficulty_form.html", {"form": form}, status=status)


@needs(permissions.READ)
def detail(request: Request, number: int) -> HttpResponse:
    """Show one difficulty and what may be done with it."""
    campaign = campaign_of(request)
    row = queries.difficulty_for(actor=request.actor, campaign=campaign, number=number)
    return render(request, "findings/difficulty.html", _detail(request, row, None))


def _detail(request: Request, row: Difficulty, form: TriageForm | None) -> dict[str, Any]:
    steps = rules.open_steps(state=row.state)
    own = request.actor.may(permissions.WRITE) and (
        row.entered_by_id == request.actor.person_id
        or (
            request.actor.is_commune
            and row.entered_by is not None
            and row.entered_by.body_id == request.actor.body_id
        )
    )
    initial = {
        "revision": row.revision,
        "group": row.group,
        "area": row.area.code,
        "competent_level": row.competent_level,
    }
    return {
        "row": row,
        "verb": verb_name(row.proposal_verb),
        "revision": str(row.revision),
        "colour": STATE_COLOURS[row.state],
        "unanswered": rules.is_unanswered(state=row.state, submitted=row.submitted_at, now=timezone.now()),
        "may_edit": own and "edit" in steps,
        "steps": steps if request.actor.may(permissions.TRIAGE) else frozenset(),
        "form": form or TriageForm(campaign=row.campaign, initial=initial),
        "duplicates": row.duplicates.select_related("unit"),
    }


@needs(permissions.WRITE)
def edit(request: Request, number: int) -> HttpResponse:
    """Change a difficulty that is a draft or was returned."""
    campaign = campaign_of(request)
    row = queries.difficulty_for(actor=request.actor, campaign=campaign, number=number)
    known = {name: getattr(row, name) for name in DifficultyForm.base_fields if hasattr(row, name)}
    form = _form(request, campaign, known | {"unit": row.unit.code, "area": row.area.code})
    if request.method == "POST" and form.is_valid():
        revision = form.cleaned_data["revision"]
        try:
            actions.revise_difficulty(
                actor=request.actor, difficulty=row, draft=form.draft(), revision=revision
            )
            if "submit" in request.POST:
                actions.submit_difficulty(actor=request.actor, difficulty=row, revision=row.revision)
        except Refusal as refusal:
            now = queries.difficulty_for(actor=request.actor, campaign=campaign, number=number)
            form.add_refusal(refusal, revision=now.revision)
        else:
            messages.success(request, _("%(code)s is kept.") % {"code": row.code})
            return redirect("findings:difficulty", number)
    status = 422 if form.errors else 200
    return render(request, "findings/difficulty_form.html", {"form": form, "row": row}, status=status)


@needs(permissions.READ)
@require_POST
def decide(request: Request, number: int) -> HttpResponse:
    """Take one step: submit, accept, merge, return, reclassify or answer."""
    campaign = campaign_of(request)
    row = queries.difficulty_for(actor=request.actor, campaign=campaign, number=number)
    form = TriageForm(request.POST, campaign=campaign)
    if form.is_valid():
        try:
            _take(request, campaign, row, form)
        except Refusal as refusal:
            row = queries.difficulty_for(actor=request.actor, campaign=campaign, number=number)
            form.add_refusal(refusal, revision=row.revision)
        else:
            messages.success(request, _("%(code)s is kept.") % {"code": row.code})
            return redirect("findings:difficulty", number)
    return render(request, "findings/difficulty.html", _detail(request, row, form), status=422)


def _take(request: Request, campaign: Campaign, row: Difficulty, form: TriageForm) -> None:
    data = form.cleaned_data
    common: dict[str, Any] = {"actor": request.actor, "difficulty": row, "revision": data["revision"]}
    match data["step"]:
        case "submit":
            actions.submit_difficulty(**common)
        case "accept":
            actions.accept(**common)
        case "return":
            actions.return_difficulty(**common, reason=data["reason"])
        case "answer":
            actions.answer(**common, text=data["answer"])
        case "reclassify":
            names = ("group", "area", "competent_level")
            actions.reclassify(**common, **{name: data[name] for name in names})
        case "merge":
            try:
                into = queries.difficulty_for(
                    actor=request.actor, campaign=campaign, number=form.target_number()
                )
            except Missing as missing:
                raise Missing(missing.code, missing.message, field="into") from missing
            actions.merge(**common, into=into)
