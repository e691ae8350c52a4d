"""Forms of webhooks."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.onestop.forms.public import choices
from haicap.onestop.texts.lifecycle import KINDS
from haicap.register.models import Body
from haicap.ui.forms import Form


class HookForm(Form):
    """A system that is to be told."""

    name = forms.CharField(label=_("Name of the system"), max_length=200)
    body = forms.ChoiceField(
        label=_("Body"), help_text=_("Only events of dossiers in which this body has a part are sent.")
    )
    url = forms.CharField(
        label=_("Address"), max_length=500, help_text=_("Begins with https://. Redirects are not followed.")
    )
    kinds = forms.MultipleChoiceField(
        label=_("Events"),
        required=False,
        choices=[(str(kind), label) for kind, label in KINDS.items()],
        help_text=_("None chosen: all of them."),
        widget=forms.SelectMultiple(attrs={"size": 8}),
    )

    def __init__(self, *args: Any, bodies: Iterable[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["body"]
        field.choices = choices(((row.code, row.name_vi) for row in bodies), empty=_("choose"))


class PeriodForm(Form):
    """From when until when deliveries are sent again; the last day is included."""

    start = forms.DateField(label=_("First day"))
    end = forms.DateField(label=_("Last day, included"))
