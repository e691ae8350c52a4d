"""Forms of petitions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.onestop.actions.petitions import MOST_TEXT, Words
from haicap.onestop.forms.public import choices
from haicap.onestop.queries.petitions import bodies_to_petition
from haicap.ui.forms import Form


class PetitionForm(Form):
    """About whom, what, and how to reach who writes."""

    body = forms.ChoiceField(label=_("Whom is it about?"))
    text = forms.CharField(
        label=_("What happened, and what do you want?"),
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Say when and where. Do not write identity numbers here."),
    )
    name = forms.CharField(label=_("Your name"), required=False, max_length=200)
    contact = forms.CharField(
        label=_("Telephone or e-mail"),
        required=False,
        max_length=200,
        help_text=_("If you want to be asked back. You can read the answer here without it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["body"]
        field.choices = choices(bodies_to_petition(), empty=_("choose"))

    def words(self) -> Words:
        """Return what was typed."""
        data = self.cleaned_data
        return Words(text=data["text"], name=data["name"], contact=data["contact"])


class KeyForm(Form):
    """The number of a petition, to read its answer."""

    key = forms.CharField(
        label=_("Number of your petition"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class JudgeForm(Form):
    """Satisfied with the answer, or not."""

    satisfied = forms.TypedChoiceField(
        label=_("Are you satisfied with the answer?"),
        coerce=lambda value: value == "yes",
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        empty_value=None,
    )


class AnswerForm(Form):
    """The answer of the body."""

    answer = forms.CharField(
        label=_("Answer"), max_length=MOST_TEXT, widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Who wrote the petition reads exactly this. It cannot be changed afterwards."),
    )  # fmt: skip
