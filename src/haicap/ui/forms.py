"""The base of every form: classes of the design, wiring for screen readers, refusals beside their field."""

from typing import Any, cast

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Refusal, Text


class Renderer(TemplatesSetting):
    """Renders forms and fields with the templates of the ui area."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


DATE_FORMATS = ("%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d")
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Textarea, "form-control"),
    (forms.ClearableFileInput, "form-control"),
    (forms.widgets.Input, "form-control"),
)


_CHOOSE: Text = _("Choose one of the answers.")
_SENTENCES: tuple[tuple[type[forms.Field], dict[str, Text]], ...] = (
    (
        forms.FileField,
        {"required": _("No file yet. Choose a file."), "empty": _("This file is empty. Choose another.")},
    ),
    (forms.BooleanField, {"required": _("Tick this box to go on.")}),
    (forms.MultipleChoiceField, {"required": _("Choose at least one answer.")}),
    (forms.ChoiceField, {"required": _CHOOSE}),
    (forms.ModelChoiceField, {"required": _CHOOSE}),
    (forms.DateField, {"invalid": _("This is no date. Write day/month/year, for example 25/11/2025.")}),
    (forms.IntegerField, {"invalid": _("This is no whole number. Write digits only, for example 120.")}),
    (forms.EmailField, {"invalid": _("This is no e-mail address. Write it like name@example.vn.")}),
    (forms.Field, {"required": _("Nothing is filled in here yet. Fill it in.")}),
)
_NUMBER: Text = _("This is no number. Write digits, with a comma before decimals, for example 12,5.")


def _own_message(field: forms.Field, key: str) -> bool:
    """Say whether whoever made `field` gave it a sentence of its own for `key`."""
    defaults: dict[str, Any] = {}
    for kind in reversed(type(field).__mro__):
        defaults.update(getattr(kind, "default_error_messages", {}))
    return field.error_messages.get(key) != defaults.get(key)


def _advise(field: forms.Field) -> None:
    """Let the errors of `field` say what to do, unless it has sentences of its own."""
    decimal = isinstance(field, forms.DecimalField | forms.FloatField)
    told: dict[str, Text] = {"invalid": _NUMBER} if decimal else {}
    for kind, sentences in _SENTENCES:
        if isinstance(field, kind):
            told = sentences | told
    for key, sentence in told.items():
        if not _own_message(field, key):
            field.error_messages |= {key: cast(Any, sentence)}


def _dress(field: forms.Field) -> None:
    """Give the widget of `field` its class and the keyboard that fits what is typed."""
    widget = field.widget
    if type(field) in (forms.DecimalField, forms.FloatField) and isinstance(widget, forms.NumberInput):
        field.localize = True
        widget = field.widget = forms.TextInput(attrs={"inputmode": "decimal", **_plain(widget.attrs)})
        widget.is_localized = True
        widget.is_required = field.required
    if isinstance(field, forms.DateField) and field.input_formats is forms.DateField.input_formats:
        field.input_formats = DATE_FORMATS
    if isinstance(widget, forms.DateInput) and widget.input_type == "text":
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    if isinstance(widget, forms.TimeInput) and widget.input_type == "text":
        widget.input_type, widget.format = "time", "%H:%M"
    if isinstance(widget, forms.Textarea):
        widget.attrs["rows"] = 4 if widget.attrs.get("rows") in (None, "10") else widget.attrs["rows"]
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        widget.template_name = "ui/forms/choices.html"
    for kind, name in _CLASSES:
        if isinstance(widget, kind) and not widget.is_hidden:
            widget.attrs["class"] = f"{widget.attrs.get('class', '')} {name}".strip()
            break


def _plain(attrs: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in attrs.items() if key not in {"min", "max", "step"}}


class Form(forms.Form):
    """Every form of the house; a view gives a Refusal to `add_refusal`, then renders with status 422."""

    default_renderer = Renderer
    error_css_class = "has-error"
    required_css_class = "is-required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _advise(field)
            _dress(field)

    def add_refusal(self, refusal: Refusal, *, revision: int | None = None) -> None:
        """Show `refusal` beside the field it is about, or above the form.

        After a Conflict pass the record's present `revision`: what was typed is kept, and a second save
        goes through.
        """
        if not hasattr(self, "cleaned_data"):
            self.is_valid()
        field = refusal.field if refusal.field in self.fields else None
        self.add_error(field, forms.ValidationError(str(refusal.message), code=refusal.code))
        present = revision if revision is not None else refusal.details.get("revision")
        if present is not None and "revision" in self.fields:
            data: Any = self.data  # of a request, so not to be changed in place
            self.data = data = data.copy()
            data[self.add_prefix("revision")] = str(present)


class RevisedForm(Form):
    """A form that edits an existing record; give `initial={"revision": record.revision, ...}`."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
