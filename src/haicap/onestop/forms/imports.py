"""Forms of the import."""

from collections.abc import Mapping as Table
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.onestop.forms.public import choices
from haicap.onestop.models import Dossier
from haicap.onestop.rules.imports import FIELDS, REQUIRED, Mapping, read_mapping
from haicap.onestop.texts.exchange import FIELD_NAMES, STATUS_NAMES
from haicap.ui.forms import Form

COLUMN, WORD, DEFAULT = "column_", "word_", "default_"
MOST_WORDS = 60
WITH_DEFAULT = ("received", "competent", "channel")


class UploadForm(Form):
    """The export, and the name of the system it comes from."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Separated by commas, semicolons or tabs; UTF-8, UTF-16 or windows-1258. At most 32 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
    )
    source = forms.CharField(
        label=_("Name of the other system"),
        max_length=60,
        help_text=_("Always the same for the same system: with it and the code a dossier is known again."),
    )


class MappingForm(Form):
    """Which column is which field, what a row without a value gets, and what unknown words mean.

    `unknown`: field -> words of the file that have no meaning yet; an answer left empty leaves those rows out.
    """

    def __init__(
        self,
        *args: Any,
        mapping: Mapping,
        headings: Sequence[str],
        unknown: Table[str, Sequence[str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mapping = mapping
        self.words = [(name, word) for name, words in unknown.items() for word in words[:MOST_WORDS]]
        listed = choices(((heading, heading) for heading in headings if heading), empty="—")
        for name in FIELDS:
            self._add(
                f"{COLUMN}{name}",
                forms.ChoiceField(
                    label=str(FIELD_NAMES[name]),
                    choices=listed,
                    required=False,
                    initial=mapping.columns.get(name, ""),
                    help_text=_("needed") if name in REQUIRED else "",
                ),
            )
        for name in WITH_DEFAULT:
            self._add(f"{DEFAULT}{name}", _answer(name, mapping.defaults.get(name, ""), FIELD_NAMES[name]))
        for number, (name, word) in enumerate(self.words):
            self._add(f"{WORD}{number}", _answer(name, "", f"{FIELD_NAMES[name]}: {word}"))

    def _add(self, name: str, field: forms.Field) -> None:
        field.widget.attrs["class"] = (
            "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
        )
        self.fields[name] = field

    def groups(self) -> dict[str, list[Any]]:
        """Return the bound fields: columns, defaults, words."""
        return {
            key: [self[name] for name in self.fields if name.startswith(prefix)]
            for key, prefix in (("columns", COLUMN), ("defaults", DEFAULT), ("words", WORD))
        }

    def reading(self) -> Mapping:
        """Return the mapping as answered."""
        data = self.cleaned_data
        values = {name: dict(words) for name, words in self.mapping.values.items()}
        for number, (name, word) in enumerate(self.words):
            if answer := data.get(f"{WORD}{number}"):
                values.setdefault(name, {})[word.lower()] = answer
        return read_mapping(
            data={
                "source": self.mapping.source,
                "columns": {name: data[f"{COLUMN}{name}"] for name in FIELDS if data.get(f"{COLUMN}{name}")},
                "defaults": {name: value for name in WITH_DEFAULT if (value := data.get(f"{DEFAULT}{name}"))},
                "values": values,
                "date_formats": list(self.mapping.date_formats),
            }
        )


def _answer(name: str, initial: str, label: Any) -> forms.Field:
    if name == "status":
        listed: Any = choices(
            ((key, text) for key, text in STATUS_NAMES.items()), empty=_("leave these rows out")
        )
        return forms.ChoiceField(label=label, choices=listed, required=False, initial=initial)
    if name == "channel":
        listed = choices(Dossier.Channel.choices, empty="—")
        return forms.ChoiceField(label=label, choices=listed, required=False, initial=initial)
    return forms.CharField(
        label=label, required=False, max_length=100, initial=initial, widget=forms.TextInput(attrs={"list": "codes"})
    )  # fmt: skip
