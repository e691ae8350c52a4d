"""Sentences for what the pure rules report by code: faults of a plan and findings in a report."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.campaign.models import Campaign, Field, Rule
from haicap.campaign.rules.expressions import Finding
from haicap.campaign.rules.plan import PlanFault
from haicap.kernel.errors import Text
from haicap.kernel.tables import Fault
from haicap.kernel.text import localized

FAULTS: Mapping[str, Text] = {
    "file_missing": gettext_lazy("the file is missing from the plan; add it"),
    "too_large": gettext_lazy("the file has more than %(limit)s MB; a plan file is much smaller"),
    "encoding": gettext_lazy('the file is not UTF-8; save it again as "CSV UTF-8"'),
    "toml": gettext_lazy("the file cannot be read: %(reason)s"),
    "column_missing": gettext_lazy("the column is missing; found: %(found)s"),
    "column_unknown": gettext_lazy("the column is not known; expected: %(expected)s"),
    "column_twice": gettext_lazy("the column is named twice"),
    "too_many_rows": gettext_lazy("more than %(limit)s rows"),
    "cells": gettext_lazy("the row has %(found)s cells, the heading %(expected)s; put quotes around commas"),
    "blank": gettext_lazy("this cell may not be blank"),
    "translation_missing": gettext_lazy("the text is missing in this language; write it in both"),
    "setting_missing": gettext_lazy("the setting is missing; give it a value"),
    "duplicate": gettext_lazy("%(value)s is already used in row %(first)s; every code is used once"),
    "not_allowed": gettext_lazy("%(value)s is not allowed here; allowed: %(allowed)s"),
    "not_whole": gettext_lazy("%(value)s is not a whole number of at least %(least)s"),
    "date_mangled": gettext_lazy(
        "%(value)s looks like a date rewritten by a spreadsheet; write it as 2025-08-04, in a text cell"
    ),
    "date_wrong": gettext_lazy("%(value)s is not a date; write it as 2025-08-04"),
    "date_impossible": gettext_lazy("%(value)s is no day of the calendar"),
    "key": gettext_lazy("%(value)s is not a valid key; use small letters, digits and the underscore"),
    "indicator_code": gettext_lazy("%(value)s is not a code of part %(part)s; write it as %(part)s.01"),
    "indicator_unknown": gettext_lazy(
        "there is no indicator %(value)s; add it to indicators.csv or correct it"
    ),
    "indicator_empty": gettext_lazy("indicator %(value)s has no field; add one to fields.csv"),
    "area_unknown": gettext_lazy("there is no content area %(value)s; see areas.csv"),
    "area_empty": gettext_lazy("content area %(value)s has no indicator"),
    "body_unknown": gettext_lazy("there is no body %(value)s; see departments.csv"),
    "list_unknown": gettext_lazy("the list of choices %(value)s is not in choices.csv"),
    "list_unused": gettext_lazy("a field of type %(value)s takes no list of choices"),
    "bound": gettext_lazy("%(value)s is no bound of a field of type %(type)s"),
    "bounds_crossed": gettext_lazy("the largest value is below the smallest"),
    "expression": gettext_lazy("the expression cannot be used: %(reason)s"),
    "expression_without_fields": gettext_lazy("the expression names no field"),
    "field_unknown": gettext_lazy(
        "the expression names the field %(value)s, which does not exist (indicator %(indicator)s)"
    ),
    "cycle": gettext_lazy("the field is computed from itself: %(path)s"),
    "window_backwards": gettext_lazy("the last day of visits is before the first (%(start)s)"),
    "window_too_long": gettext_lazy("the window is longer than a year"),
    "window_without_days": gettext_lazy("there is no working day in the window"),
    "out_of_order": gettext_lazy("the day must not be after %(later)s (%(day)s)"),
    "team_count": gettext_lazy("the number of teams must be from 1 to 200"),
}


def _shown(value: object) -> object:
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    return value


def column_name(name: str) -> str:
    """Return the label of a column of the campaign, such as "deadline for reports"."""
    return str(Campaign._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a concrete column


def fault_text(code: str, params: Mapping[str, Any]) -> str:
    """Return the sentence for a fault code."""
    shown = {key: _shown(value) for key, value in params.items()}
    if "later" in shown:
        shown["later"] = column_name(str(shown["later"]))
    return str(FAULTS[code]) % shown


def as_fault(fault: PlanFault) -> Fault:
    """Return the fault with its sentence in the current language."""
    return Fault(
        file=fault.file,
        row=fault.row,
        column=fault.column,
        code=fault.code,
        message=fault_text(fault.code, fault.params),
    )


def finding_text(finding: Finding, *, fields: Mapping[str, Field], rules: Mapping[str, Rule]) -> str:
    """Return what is wrong and what to do, in the current language; `fields` and `rules` by key."""
    if finding.code == "rule":
        return localized(rules[finding.rule], "message")
    field = fields[finding.fields[0]]
    params = {"label": localized(field, "label"), "code": field.indicator.code, **finding.params}
    sentences = {
        "required": _(
            '"%(label)s" (%(code)s) is blank. Give a value, or mark it as not applicable with the reason.'
        ),
        "type": _('"%(label)s" (%(code)s): "%(value)s" is not of the right kind. Type it again.'),
        "minimum": _('"%(label)s" (%(code)s) may not be below %(bound)s. Check the figure.'),
        "maximum": _('"%(label)s" (%(code)s) may not be above %(bound)s. Check the figure.'),
        "choice": _('"%(label)s" (%(code)s): "%(value)s" is not one of the choices. Choose again.'),
    }
    return sentences[finding.code] % params
