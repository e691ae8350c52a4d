"""Forms of the catalogue."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models import Publication
from haicap.ui.forms import Form


class ImportForm(Form):
    """A workbook laid out like the template."""

    file = forms.FileField(
        label=_("Workbook (.xlsx)"),
        help_text=_(
            "At most 8 MB. With any fault nothing is changed, and each fault is named by sheet, row and column."
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx", "data-max-bytes": "8000000"}),
    )


class WithdrawForm(Form):
    """The first day on which a procedure is no longer in force."""

    day = forms.DateField(label=_("First day no longer in force"))


class PublishForm(Form):
    """How, where and when a procedure was made public."""

    kind = forms.ChoiceField(label=_("How"), choices=Publication.Kind.choices)
    document = forms.CharField(
        label=_("Document or place"),
        max_length=300,
        help_text=_("The decision, or the board or page where it is posted."),
    )
    decided_on = forms.DateField(label=_("Day of the decision"), required=False)
    done_on = forms.DateField(label=_("Day made public"))
    full = forms.BooleanField(label=_("All contents are shown"), required=False, initial=True)
    everywhere = forms.BooleanField(label=_("At every body that has not recorded it yet"), required=False)

    def __init__(self, *args: Any, everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not everywhere:
            del self.fields["everywhere"]
