"""Forms that a citizen fills in without an account."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from haicap.onestop.actions.files import Paper
from haicap.onestop.rules.uploads import ACCEPTED
from haicap.ui.forms import Form


class Files(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; the cleaned value is a list."""

    widget = Files(attrs={"accept": ACCEPTED, "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Check each file as a single field would."""
        rows = data if isinstance(data, list | tuple) else [data] if data else []
        if not rows and self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return [super(FilesField, self).clean(row, initial) for row in rows]


def papers_of(*, rows: "Iterable[UploadedFile[Any]]", field: str, paper: str = "") -> list[Paper]:
    """Return uploaded files as papers of a dossier."""
    return [Paper(file=row, paper=paper, field=field) for row in rows]


class OpenForm(Form):
    """Code and secret that open the tracking page."""

    code = forms.CharField(
        label=_("Dossier code or reference"),
        max_length=60,
        help_text=_("As on your receipt, for example H29.01-251123-0001, or the ten signs you got online."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Secret"),
        max_length=20,
        help_text=_("Eight signs beside the code. It opens the page once; you get a new one there."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip

    def clean_secret(self) -> str:
        """Leave out the spaces and strokes that people type between groups."""
        return str(self.cleaned_data["secret"]).replace(" ", "").replace("-", "")


class StepForm(Form):
    """Something done from the tracking page; `sequence` is what the page showed, `key` makes it harmless twice."""

    sequence = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)


class SupplementForm(StepForm):
    """The papers that were asked for."""

    papers = FilesField(
        label=_("Files"), help_text=_("PDF, JPEG or PNG, at most 15 files of 25 MB; all that was asked for at once.")
    )  # fmt: skip


class RatingForm(Form):
    """How it was."""

    rating = forms.TypedChoiceField(
        label=_("How satisfied are you?"),
        coerce=int,
        choices=[
            (5, _("Very satisfied")),
            (4, _("Satisfied")),
            (3, _("Neither")),
            (2, _("Dissatisfied")),
            (1, _("Very dissatisfied")),
        ],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("What could be better?"), required=False, max_length=2000, widget=forms.Textarea
    )


def choices(rows: Iterable[tuple[str, Any]], *, empty: Any) -> Sequence[tuple[str, Any]]:
    """Return choices that begin with none."""
    return [("", empty), *rows]
