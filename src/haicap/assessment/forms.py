"""What to set beside what: area, field, unit, period, kind and size of the difference."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.assessment.queries.ledger import KINDS as KEYS
from haicap.assessment.queries.ledger import Wanted
from haicap.assessment.texts import AREAS, KINDS
from haicap.onestop.forms.evidence import PeriodForm

SIZES = (
    ("", _("any")), ("1", _("1% and more")), ("5", _("5% and more")), ("10", _("10% and more")),
    ("50", _("50% and more")),
)  # fmt: skip


class LedgerForm(PeriodForm):
    """A filter of the page; the field's choices are those of the area."""

    area = forms.ChoiceField(
        label=_("Content area"), choices=[(key, f"{key} · {name}") for key, name in AREAS.items()]
    )
    field = forms.ChoiceField(label=_("Figure"), required=False)
    unit = forms.CharField(label=_("Code of the unit"), required=False, max_length=20)
    kind = forms.ChoiceField(
        label=_("Difference"),
        required=False,
        choices=[("", _("all")), *((key, KINDS[key][0]) for key in KEYS)],
    )
    least = forms.ChoiceField(label=_("Size of the difference"), required=False, choices=SIZES)

    def __init__(self, *arguments: Any, fields: list[tuple[str, str]], **named: Any) -> None:
        super().__init__(*arguments, **named)
        choice = self.fields["field"]
        if isinstance(choice, forms.ChoiceField):
            choice.choices = [("", _("all")), *fields]

    def wanted(self) -> Wanted:
        """Return the filter of a valid form."""
        data = self.cleaned_data
        return Wanted(
            area=data["area"], field=data["field"], unit=data["unit"].strip(), kind=data["kind"],
            least=Decimal(data["least"] or 0),
        )  # fmt: skip
