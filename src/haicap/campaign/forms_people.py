"""Forms of nominations and registrations."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import TeamMember
from haicap.campaign.rules.registration import Wish
from haicap.campaign.texts_people import LEVELS, slot_text
from haicap.kernel.errors import Refused
from haicap.kernel.periods import Slot
from haicap.ui.forms import Form, RevisedForm


class RequestForm(Form):
    due = forms.DateField(label=_("Answer by"))

    def clean_due(self) -> date:
        due: date = self.cleaned_data["due"]
        return due


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic only to the checker
    """Lists people; those already named say so, and choosing one of them is refused by name."""

    def label_from_instance(self, obj: Any) -> str:
        told = _("already nominated")
        return f"{obj.full_name} ({told})" if obj.is_named else str(obj.full_name)


class NominationForm(RevisedForm):
    person = PersonField(label=_("Person to name"), queryset=None, required=False)
    new_name = forms.CharField(
        label=_("or a new person: full name"),
        max_length=200,
        required=False,
        help_text=_("Only for somebody not in the list; an account is made, without password."),
    )
    new_phone = forms.CharField(label=_("Telephone of the new person"), max_length=30, required=False)
    post = forms.CharField(label=_("Post"), max_length=200)
    level = forms.ChoiceField(label=_("Level of the person"))
    areas = forms.MultipleChoiceField(label=_("Areas covered"), widget=forms.CheckboxSelectMultiple)
    absences = forms.MultipleChoiceField(
        label=_("Half-days not available"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("%(value)s is not a half-day of the survey.")},
    )
    absence_reason = forms.CharField(
        label=_("Reason for not being available"), max_length=300, required=False
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
            del self.fields["person"], self.fields["new_name"], self.fields["new_phone"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "person" in self.fields and not values.get("person") and not values.get("new_name"):
            self.add_error("person", _("Choose a person, or write the name of a new one."))
        return values

    def clean_absences(self) -> list[Slot]:
        return [Slot.parse(key) for key in self.cleaned_data["absences"]]


ROLES = [
    (role.value, role.label)
    for role in (
        TeamMember.TeamRole.MEMBER,
        TeamMember.TeamRole.HEAD,
        TeamMember.TeamRole.DEPUTY,
        TeamMember.TeamRole.SECRETARY,
    )
]


class PlaceForm(Form):
    nomination = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.IntegerField(required=False)
    role = forms.ChoiceField(choices=ROLES)


class FormTeamsForm(Form):
    seed = forms.IntegerField(
        label=_("Start number of the search"),
        min_value=0,
        max_value=9999,
        help_text=_("The same number gives the same teams; try another for other teams as good."),
    )


def typed_slots(data: Mapping[str, Any]) -> tuple[dict[Slot, int], dict[Slot, str]]:
    """Return ranks and reasons for blocking by half-day, from fields `wish-<slot>` and `reason-<slot>`.

    A wish is a rank, "block" or nothing. Raises Refused for a name that is no half-day.
    """
    ranks: dict[Slot, int] = {}
    blocks: dict[Slot, str] = {}
    for name, value in data.items():
        if not name.startswith("wish-") or not value:
            continue
        key = name.removeprefix("wish-")
        try:
            slot = Slot.parse(key)
        except ValueError:
            raise Refused(
                "registration.slot.outside",
                _("%(slot)s is not a half-day of the survey.") % {"slot": key[:40]},
            ) from None
        if value == "block":
            blocks[slot] = str(data.get(f"reason-{slot.key}", ""))[:300]
        elif str(value).isdecimal() and len(str(value)) < 4:
            ranks[slot] = int(str(value))
    return ranks, blocks


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
    contact_name = forms.CharField(label=_("Contact person"), max_length=200)
    contact_post = forms.CharField(label=_("Post"), max_length=200, required=False)
    contact_phone = forms.CharField(label=_("Telephone"), max_length=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].required = False

    def wish(self) -> Wish:
        """Return what was typed; raises Refused for a rank given twice and for what is no half-day."""
        ranks, blocks = typed_slots(self.data)
        ranked = sorted((rank, slot) for slot, rank in ranks.items())
        for (rank, slot), (following, other) in pairwise(ranked):
            if rank == following:
                raise Refused(
                    "registration.rank_twice",
                    _("Choice %(rank)s is given to %(one)s and to %(other)s. Give each choice once.")
                    % {"rank": rank, "one": slot_text(slot), "other": slot_text(other)},
                )
        values = {key: value for key, value in self.cleaned_data.items() if key != "revision"}
        return Wish(preferences=tuple(slot for _rank, slot in ranked), blocks=blocks, **values)
