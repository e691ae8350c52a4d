"""Words of the page that sets reported figures beside the ledger's."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.assessment.queries.ledger import Beside
from haicap.kernel.errors import Text
from haicap.onestop.texts.evidence_how import how
from haicap.onestop.texts.evidence_shown import written
from haicap.onestop.texts.evidence_ways import WAYS
from haicap.questionnaire.queries import FigureValue

KINDS: Mapping[str, tuple[Text, str]] = {
    "same": (gettext_lazy("the same"), "green"),
    "explained": (gettext_lazy("differs, explained"), "blue"),
    "unexplained": (gettext_lazy("differs, not explained"), "red"),
    "not_reported": (gettext_lazy("not reported"), "yellow"),
    "not_recorded": (gettext_lazy("nothing recorded"), "grey"),
}
AREAS: Mapping[str, Text] = {
    "A4a": gettext_lazy("Procedures at commune level"),
    "A4b": gettext_lazy("Digital signatures"),
    "A4c": gettext_lazy("Lines and devices"),
    "A11": gettext_lazy("The 38 centres"),
}


def value(found: FigureValue | None, *, key: str) -> str:
    """Return a reported or verified value as a page writes it."""
    if found is None:
        return "–"
    if found.is_not_applicable:
        return _("does not apply")
    return written(key=key, text=found.text, is_number=found.number is not None)


def signed(number: Decimal) -> str:
    """Return a difference with its sign, as the current language writes numbers."""
    whole = number == number.to_integral_value()
    return f"{'+' if number > 0 else '−'}{localize(int(abs(number)) if whole else abs(number).normalize())}"


def why(row: Beside) -> str:
    """Return why a reported figure differs from the ledger, and how the ledger counts where nothing fits."""
    match row.difference.kind:
        case "explained":
            told = dict.fromkeys(str(WAYS[way.code]) for way in row.difference.ways)
            if len(told) == 1:
                return next(iter(told))
            return _("Any of these would give what was reported: %(ways)s") % {"ways": " ".join(told)}
        case "unexplained":
            counted = how(row.computed) if row.computed is not None else ""
            return _("No other way of counting that was tried gives this. The ledger: %(how)s") % {
                "how": counted
            }
        case "not_reported":
            return _("The unit has reported nothing here that a chair signed.")
        case "not_recorded":
            return _("The ledger, the catalogue and the register of centres hold nothing to compare.")
    return ""
