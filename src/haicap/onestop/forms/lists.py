"""Filter of the lists of dossiers, and the choice of a person for many."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models import Dossier
from haicap.onestop.queries.lists import Wanted
from haicap.onestop.texts.desk import FORETOLD, WAITS
from haicap.ui.forms import Form


class ListFilter(Form):
    """What is looked for; a field that is wrong is left out."""

    q = forms.CharField(
        label=_("Code, reference or name"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    foretold = forms.ChoiceField(label=_("Due"), required=False)
    waits = forms.ChoiceField(label=_("Waits for"), required=False)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("all")), *Dossier.Status.choices]
    )
    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("", _("everybody's")), ("mine", _("mine")), ("unassigned", _("nobody's yet"))],
    )
    procedure = forms.ChoiceField(label=_("Procedure"), required=False)
    received_from = forms.DateField(label=_("Received from"), required=False)
    received_to = forms.DateField(label=_("Received until"), required=False)

    def __init__(self, *args: Any, procedures: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("all"))
        foretold = [(which.value, text) for which, (text, _colour) in FORETOLD.items()]
        self.fields["foretold"].choices = [every, *foretold]  # type: ignore[attr-defined]
        waits = [(which.value, text) for which, text in WAITS.items()]
        self.fields["waits"].choices = [every, *waits]  # type: ignore[attr-defined]
        self.fields["procedure"].choices = [every, *procedures]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return the filter; a form that was not sent asks for everything."""
        if not self.is_bound:
            return Wanted()
        self.is_valid()
        data = self.cleaned_data
        return Wanted(
            text=data.get("q") or "",
            whose=data.get("whose") or "",
            status=data.get("status") or "",
            foretold=data.get("foretold") or "",
            waits=data.get("waits") or "",
            procedure=data.get("procedure") or "",
            received_from=data.get("received_from"),
            received_to=data.get("received_to"),
        )

    @property
    def is_narrow(self) -> bool:
        """Say whether anything is asked for."""
        return self.wanted() != Wanted()
