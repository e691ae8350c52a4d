"""Forms of the pages of follow-through lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.questionnaire.models import Dataset, Entity
from haicap.questionnaire.queries.entities import Step
from haicap.questionnaire.rules.entities import LABEL, MOST_LABEL, MOST_NAME
from haicap.ui.forms import Form, RevisedForm

_DATA = "data_"
MOST_SHOWN = 1_000_000  # characters of a faulty table that are given back to be put right


class DatasetForm(Form):
    """A new list."""

    name = forms.CharField(
        label=_("Name"),
        max_length=MOST_NAME,
        help_text=_(
            "Forms call the list by it. Letters, digits, - and _, without spaces, for example cay_xanh."
        ),
    )
    approval_required = forms.BooleanField(
        label=_("Only approved submissions write here"),
        required=False,
        help_text=_("What a form says of this list then waits until its submission is approved."),
    )
    is_personal = forms.BooleanField(
        label=_("The list is about people"),
        required=False,
        help_text=_("Only those in charge, and who fills in a form that needs it, then see it."),
    )


class SettingsForm(Form):
    """What holds for a list."""

    approval_required, is_personal = (
        DatasetForm.base_fields["approval_required"],
        DatasetForm.base_fields["is_personal"],
    )


class PropertyForm(Form):
    """A new property."""

    name = forms.CharField(
        label=_("Name of the property"),
        max_length=MOST_NAME,
        help_text=_("Letters, digits, . - and _, without spaces, for example chieu_cao."),
    )


class SearchForm(Form):
    """Which members of a list are shown."""

    q = forms.CharField(
        label=_("Label or value"), required=False, max_length=200, help_text=_("With or without diacritics.")
    )
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", _("all members")), ("conflicts", _("with a conflict")), ("deleted", _("deleted ones"))],
    )


class TableForm(Form):
    """A CSV table, as a file or as text; a faulty one comes back as text, to be put right here."""

    file = forms.FileField(
        label=_("CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )
    text = forms.CharField(
        label=_("or the table as text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=_("The first row names the columns; label must be among them."),
    )
    with_new_columns = forms.BooleanField(
        label=_("Add columns the list does not have as properties"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Take the file where there is one, else the text."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        file, text = given.get("file"), given.get("text", "")
        if not file and not text.strip():
            self.add_error(
                "file", forms.ValidationError(_("Choose a file, or write a table below."), code="none")
            )
        return given

    def table(self) -> tuple[str, bytes]:
        """Return name and bytes of what was given."""
        file = self.cleaned_data["file"]
        if file:
            return str(file.name), bytes(file.read())
        return "table.csv", str(self.cleaned_data["text"]).encode()

    def keep(self, text: str) -> None:
        """Give `text` back in the place for text."""
        data: Any = self.data
        self.data = data = data.copy()
        data[self.add_prefix("text")] = text


class EntityForm(RevisedForm):
    """A member of a list: its label and the properties that people may change. `revision` is its version."""

    label = forms.CharField(label=_("Label"), max_length=MOST_LABEL)

    def __init__(
        self, *args: Any, properties: Sequence[str], entity: Entity | None = None, **kwargs: Any
    ) -> None:
        values: Mapping[str, str] = entity.data if entity else {}
        initial = {"revision": entity.number if entity else 0, "label": entity.label if entity else ""}
        initial |= {_DATA + name: values.get(name, "") for name in properties if name != LABEL}
        super().__init__(*args, initial=initial, **kwargs)
        if LABEL not in properties:
            del self.fields["label"]
        for name in properties:
            if name != LABEL:
                widget = (
                    forms.Textarea(attrs={"rows": 3}) if "\n" in values.get(name, "") else forms.TextInput()
                )
                widget.attrs["class"] = "form-control"
                self.fields[_DATA + name] = forms.CharField(label=name, required=False, widget=widget)

    def given(self) -> tuple[str | None, dict[str, str]]:
        """Return the label (None where it cannot be changed) and the properties that differ from what was shown."""
        data = {
            name.removeprefix(_DATA): value.replace("\r\n", "\n")
            for name, value in self.cleaned_data.items()
            if name.startswith(_DATA) and value != self.initial.get(name, "")
        }
        return self.cleaned_data.get("label"), data


class SettleForm(RevisedForm):
    """Settles a conflict: for each property that two people changed, which value stays."""

    def __init__(self, *args: Any, entity: Entity, steps: Sequence[Step], **kwargs: Any) -> None:
        super().__init__(*args, initial={"revision": entity.number}, **kwargs)
        present = {**entity.data, LABEL: entity.label}
        offered: dict[str, dict[str, None]] = {}
        for step in steps:
            for name, before, came in step.clashes:
                offered.setdefault(name, {present.get(name, ""): None}).update({before: None, came: None})
        for name, values in offered.items():
            choices = [(f"v{place}", value or _("blank")) for place, value in enumerate(values)]
            self.fields[_DATA + name] = forms.ChoiceField(
                label=name, choices=choices, initial="v0", widget=forms.RadioSelect
            )
            self.fields[_DATA + name].widget.attrs["class"] = "form-check-input"
            self.fields[_DATA + name].widget.template_name = "ui/forms/choices.html"
        self._offered = {name: list(values) for name, values in offered.items()}

    def chosen(self) -> dict[str, str]:
        """Return the values chosen that are not there now."""
        found = {}
        for name, values in self._offered.items():
            place = int(self.cleaned_data[_DATA + name][1:])
            if place:
                found[name] = values[place]
        return found


def settings_of(dataset: Dataset) -> dict[str, bool]:
    """Return what `SettingsForm` begins with."""
    return {"approval_required": dataset.approval_required, "is_personal": dataset.is_personal}
