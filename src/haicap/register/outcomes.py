"""Sentences for what became of a row or a feature of an import."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Text

LABELS: Mapping[str, Text] = {
    "changed": gettext_lazy("taken over"),
    "unchanged": gettext_lazy("already so"),
    "matched": gettext_lazy("taken over"),
    "unknown_code": gettext_lazy("unknown code"),
    "code_shape": gettext_lazy("not a code"),
    "code_zeros": gettext_lazy("code lost its zeros"),
    "code_twice": gettext_lazy("code given twice"),
    "no_code": gettext_lazy("no code"),
    "name_differs": gettext_lazy("name and code differ"),
    "swapped": gettext_lazy("columns swapped"),
    "not_a_number": gettext_lazy("not a number"),
    "out_of_bounds": gettext_lazy("out of bounds"),
    "formula": gettext_lazy("formula"),
    "too_long": gettext_lazy("too long"),
    "nothing_given": gettext_lazy("nothing given"),
    "cells_too_many": gettext_lazy("too many cells"),
    "not_an_area": gettext_lazy("not an area"),
    "elsewhere": gettext_lazy("outside Viet Nam"),
    "far_away": gettext_lazy("far from its unit"),
}


def detail_of(*, status: str, code: str, facts: Mapping[str, Any]) -> str:
    """Return what was wrong and what to do, in the current language."""
    texts = {
        "unknown_code": _(
            "No current unit has the code %(code)s (%(given)s); its province may not be loaded."
        ),
        "code_shape": _("%(code)s is not a code of five digits."),
        "code_zeros": _("%(code)s lacks its leading zeros; format the column as text and write five digits."),
        "code_twice": _("The code %(code)s already stands in row %(first)s, which was taken."),
        "no_code": _("The feature has no property code."),
        "name_differs": _(
            "The row says %(given)s, but %(code)s is %(expected)s. Correct the name or the code."
        ),
        "swapped": _("The values stand in each other's column. Check the heading row."),
        "not_a_number": _("%(given)s is not a whole number of people."),
        "out_of_bounds": _("%(given)s people cannot be: 1 to 2,000,000 are taken."),
        "formula": _("%(given)s begins like a formula; write the value itself."),
        "too_long": _("The address is longer than 300 letters."),
        "nothing_given": _("Neither population nor seat_address is given."),
        "cells_too_many": "%(given)s",
        "not_an_area": _("A Polygon or MultiPolygon of closed rings is needed."),
        "elsewhere": _("The boundary lies outside Viet Nam."),
        "far_away": _("The boundary lies %(km)s km from %(expected)s, whose code it carries."),
    }
    filled = {"given": "", "expected": "", "first": "", "km": "", **facts, "code": code}
    return texts.get(status, "") % filled
