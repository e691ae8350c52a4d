"""The form of the page of exports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.texts.export import STATES
from haicap.ui.forms import Form

_FORMATS = [
    ("xlsx", _("Excel workbook (XLSX): a sheet per table")),
    ("csv", _("CSV in a ZIP: a file per table, for statistics programs")),
    ("parquet", _("Parquet in a ZIP: columns with types, for databases")),
    ("geojson", _("GeoJSON: places, for maps")),
    ("xml", _("The filled forms with their files (XML in a ZIP)")),
]


class ExportForm(Form):
    """What is to be exported, and how."""

    format = forms.ChoiceField(label=_("Format"), choices=_FORMATS, widget=forms.RadioSelect, initial="xlsx")
    labels = forms.BooleanField(
        label=_("Write questions and choices in words"),
        help_text=_("Otherwise by their names, which stay the same whatever the wording."),
        required=False,
    )
    language = forms.ChoiceField(label=_("Language"), required=False)
    split = forms.BooleanField(
        label=_("A column of 1 and 0 for each choice where several may be chosen"), required=False
    )
    states = forms.MultipleChoiceField(
        label=_("Only in these states"), choices=list(STATES.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    since = forms.DateField(label=_("Received from"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("to"), required=False, widget=forms.DateInput)

    def __init__(self, *args: Any, languages: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = [(name, name) for name in languages] or [
            ("vi", str(_("Vietnamese"))),
            ("en", str(_("English"))),
        ]
        self.fields["language"].choices = shown  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a span of days that ends before it begins."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", _("This day is before the first one."))
        return given

    def options(self) -> Options:
        """Return what was asked for."""
        given = self.cleaned_data
        return Options(
            format=given["format"], labels=given["labels"], split=given["split"], since=given["since"],
            until=given["until"], states=tuple(given["states"]),
            language=given["language"] or str(self.fields["language"].choices[0][0]),  # type: ignore[attr-defined]
        )  # fmt: skip
