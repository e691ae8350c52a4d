"""Forms of nominations and registrations."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.campaign.rules.registration import Wish
from haicap.kernel.errors import Text
from haicap.kernel.periods import Slot
from haicap.ui.forms import Form, RevisedForm

LEVELS: dict[str, Text] = {
    "specialist": _("Specialist"),
    "division_deputy": _("Deputy division head"),
    "division_head": _("Division head"),
    "leader": _("Leader of the body"),
}


class RequestForm(Form):
    due = forms.DateField(label=_("Answer by"))

    def clean_due(self) -> date:
        due: date = self.cleaned_data["due"]
        return due


class NominationForm(RevisedForm):
    person = forms.ModelChoiceField(label=_("Person"), queryset=None, required=False)
    new_name = forms.CharField(
        label=_("or a new person: full name"),
        max_length=200,
        required=False,
        help_text=_("Only for somebody not in the list; an account is made, without password."),
    )
    post = forms.CharField(label=_("Post"), max_length=200)
    level = forms.ChoiceField(label=_("Level"))
    areas = forms.MultipleChoiceField(label=_("Areas covered"), widget=forms.CheckboxSelectMultiple)
    absences = forms.MultipleChoiceField(
        label=_("Half-days not available"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        people: Any,
        levels: Sequence[str],
        areas: Sequence[tuple[str, str]],
        slots: Sequence[tuple[str, str]],
        is_new: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = [(code, LEVELS.get(code, code)) for code in levels]  # type: ignore[attr-defined]
        self.fields["areas"].choices = areas  # type: ignore[attr-defined]
        self.fields["absences"].choices = slots  # type: ignore[attr-defined]
        if is_new:
            self.fields["person"].queryset = people  # type: ignore[attr-defined]
            self.fields["revision"].required = False
        else:
            del self.fields["person"], self.fields["new_name"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "person" in self.fields and not values.get("person") and not values.get("new_name"):
            self.add_error("person", _("Choose a person, or write the name of a new one."))
        return values

    def clean_absences(self) -> list[Slot]:
        return [Slot.parse(key) for key in self.cleaned_data["absences"]]


class PlaceForm(Form):
    nomination = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.IntegerField(required=False)
    role = forms.ChoiceField(
        choices=[
            ("member", _("Member")),
            ("head", _("Head")),
            ("deputy", _("Deputy head")),
            ("secretary", _("Secretary")),
        ]
    )


class RegistrationForm(RevisedForm):
    place_kind = forms.ChoiceField(
        label=_("Place"),
        choices=[("seat", _("At the seat of the committee")), ("other", _("At another agreed place"))],
        widget=forms.RadioSelect,
        initial="seat",
    )
    place = forms.CharField(label=_("Agreed place"), max_length=300, required=False)
    mode = forms.ChoiceField(
        label=_("How"),
        choices=[("in_person", _("In person")), ("online", _("Online"))],
        widget=forms.RadioSelect,
        initial="in_person",
    )
    online_reason = forms.CharField(
        label=_("Why online"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    contact_name = forms.CharField(label=_("Contact person"), max_length=200, required=False)
    contact_post = forms.CharField(label=_("Post"), max_length=200, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].required = False
        self.slot_errors: dict[str, list[str]] = {}

    def wish(self) -> Wish:
        """Return what was typed; `wish-<slot>` holds a rank, "block" or nothing, `reason-<slot>` the reason."""
        ranked: list[tuple[int, Slot]] = []
        blocks: dict[Slot, str] = {}
        for name, value in self.data.items():
            if not name.startswith("wish-") or not value:
                continue
            try:
                slot = Slot.parse(name.removeprefix("wish-"))
            except ValueError:
                continue
            if value == "block":
                blocks[slot] = str(self.data.get(f"reason-{slot.key}", ""))[:300]
            elif str(value).isdecimal():
                ranked.append((int(str(value)), slot))
        values = {key: value for key, value in self.cleaned_data.items() if key != "revision"}
        return Wish(preferences=tuple(slot for _rank, slot in sorted(ranked)), blocks=blocks, **values)
