"""One form for each thing that is done to a dossier at a desk; each gives the payload of its event."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.kernel.errors import Conflict, Refusal
from haicap.onestop.queries.desk import Choices
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.rules.payloads import LONGEST
from haicap.onestop.rules.uploads import ACCEPTED
from haicap.ui.forms import Form

CLOSING = time(17)


def new_key() -> str:
    """Return a mark for one filling-in of a form, so that sending it twice is harmless."""
    return secrets.token_urlsafe(12)


def long_text(*, label: Any, required: bool = True, help_text: Any = "") -> forms.CharField:
    """Return a field for a few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def file_field(*, label: Any, help_text: Any = "") -> forms.FileField:
    """Return a field for one file; the browser refuses a larger one before it is sent."""
    attrs = {"accept": ACCEPTED, "data-max-bytes": str(settings.HAICAP_MAX_EVIDENCE)}
    return forms.FileField(
        label=label, required=False, help_text=help_text, widget=forms.FileInput(attrs=attrs)
    )


class EventForm(Form):
    """Base: what was seen, and the mark against double sending."""

    kind = forms.CharField(widget=forms.HiddenInput)
    expected = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    key = forms.CharField(max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(choices)

    def offer(self, choices: Choices) -> None:
        """Fill the choices; forms without any have nothing to do."""

    def payload(self) -> dict[str, Any]:
        """Return what the event says."""
        own = {"kind", "expected", "key"}
        return {
            name: value for name, value in self.cleaned_data.items() if name not in own and name != "file"
        }

    def take(self, refusal: Refusal, *, sequence: int) -> None:
        """Show a refusal; after a conflict the form goes on from what is there now."""
        self.add_refusal(refusal)
        if isinstance(refusal, Conflict):
            data: Any = self.data
            self.data = data = data.copy()
            data["expected"] = str(sequence)


class Plain(EventForm):
    """Nothing to fill in."""


class ReasonForm(EventForm):
    """A reason, which the applicant reads."""

    reason = long_text(label=gettext_lazy("Reason"), help_text=gettext_lazy("The applicant reads it."))


class WithdrawForm(EventForm):
    """The applicant wants the dossier back."""

    reason = long_text(label=gettext_lazy("Reason, if one is given"), required=False)


class NoteForm(EventForm):
    """A note to go with it."""

    note = long_text(label=gettext_lazy("Note"), required=False)


class AssignForm(EventForm):
    """Who takes it."""

    person = forms.ChoiceField(label=gettext_lazy("Who takes it"), required=False)

    def offer(self, choices: Choices) -> None:
        """Offer the people of the own body."""
        self.fields["person"].choices = [("", _("nobody yet")), *choices.people]  # type: ignore[attr-defined]
        self.fields["person"].initial = choices.taker

    def payload(self) -> dict[str, Any]:
        """Return the key of the person."""
        person = self.cleaned_data["person"]
        return {"person": int(person) if person else None}


class StepForm(EventForm):
    """An internal step that is done."""

    step = forms.ChoiceField(label=gettext_lazy("Step"))
    note = long_text(label=gettext_lazy("Note"), required=False)

    def offer(self, choices: Choices) -> None:
        """Offer the steps that are not done."""
        self.fields["step"].choices = choices.steps  # type: ignore[attr-defined]


class SupplementForm(EventForm):
    """Form 02: what is lacking, complete and in one go."""

    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Papers that are lacking or not right"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = long_text(
        label=gettext_lazy("What is lacking, and how to complete it"),
        help_text=gettext_lazy("Completely and in one go: it can be asked for once only."),
    )

    def offer(self, choices: Choices) -> None:
        """Offer the papers of the procedure."""
        if choices.papers:
            self.fields["papers"].choices = choices.papers  # type: ignore[attr-defined]
        else:
            del self.fields["papers"]


class GivenForm(EventForm):
    """The supplement is handed in."""

    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Papers handed in"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = long_text(label=gettext_lazy("Note"), required=False)
    file = file_field(label=gettext_lazy("Scan"))

    def offer(self, choices: Choices) -> None:
        """Offer the papers of the procedure."""
        if choices.papers:
            self.fields["papers"].choices = choices.papers  # type: ignore[attr-defined]
        else:
            del self.fields["papers"]


class PaymentForm(EventForm):
    """A financial obligation."""

    amount = forms.IntegerField(
        label=gettext_lazy("Amount (đồng)"), min_value=1, max_value=100_000_000_000, localize=True
    )
    reason = long_text(label=gettext_lazy("For what"))


class PaidForm(EventForm):
    """What was owed is paid."""

    receipt = forms.CharField(label=gettext_lazy("Number of the receipt"), required=False, max_length=60)
    online = forms.BooleanField(label=gettext_lazy("Paid online"), required=False)


def _at_closing(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, CLOSING))


def _later(day: date) -> date:
    if day < timezone.localdate():
        raise forms.ValidationError(_("This day is past. Choose a later one."))
    return day


class ConsultForm(EventForm):
    """Another body is asked."""

    to = forms.ChoiceField(label=gettext_lazy("Body"))
    due = forms.DateField(
        label=gettext_lazy("Answer by"),
        help_text=gettext_lazy("End of this day, 17:00. The due date of the dossier runs on."),
    )
    question = long_text(label=gettext_lazy("Question"))

    def offer(self, choices: Choices) -> None:
        """Offer the other bodies."""
        self.fields["to"].choices = [("", ""), *choices.bodies]  # type: ignore[attr-defined]

    def clean_due(self) -> date:
        """Take no day that is past."""
        return _later(self.cleaned_data["due"])

    def payload(self) -> dict[str, Any]:
        """Return body, deadline and question."""
        data = self.cleaned_data
        return {
            "to": data["to"],
            "due_at": _at_closing(data["due"]).isoformat(),
            "question": data["question"],
        }


class OpinionForm(EventForm):
    """The answer to a consultation."""

    opinion = long_text(label=gettext_lazy("Opinion"))


class ExtendForm(EventForm):
    """Form 04: an apology with a new day, once."""

    until_day = forms.DateField(
        label=gettext_lazy("New appointment"), help_text=gettext_lazy("End of this day, 17:00.")
    )
    reason = long_text(
        label=gettext_lazy("Reason of the delay"),
        help_text=gettext_lazy("The applicant reads it in the letter of apology. At most once."),
    )

    def clean_until_day(self) -> date:
        """Take no day that is past."""
        return _later(self.cleaned_data["until_day"])

    def payload(self) -> dict[str, Any]:
        """Return new time and reason."""
        data = self.cleaned_data
        return {"until": _at_closing(data["until_day"]).isoformat(), "reason": data["reason"]}


class PostForm(EventForm):
    """The result goes by post."""

    proof = forms.CharField(label=gettext_lazy("Tracking number"), max_length=60)
    carrier = forms.CharField(label=gettext_lazy("Carrier"), max_length=60, required=False)


class ReturnForm(EventForm):
    """The applicant gets the result, with proof."""

    how = forms.ChoiceField(
        label=gettext_lazy("Proof of delivery"),
        choices=[
            ("signature", gettext_lazy("signature on paper")),
            ("photo", gettext_lazy("photo")),
            ("tracking", gettext_lazy("tracking number of the post")),
        ],
        widget=forms.RadioSelect,
        initial="signature",
    )
    proof = forms.CharField(
        label=gettext_lazy("Which one"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Number of the signed sheet, or the tracking number."),
    )
    file = file_field(label=gettext_lazy("Photo or scan of the signature"))

    def clean(self) -> dict[str, Any]:
        """Ask for the proof that was chosen."""
        data = super().clean() or {}
        if data.get("how") == "photo" and not data.get("file"):
            self.add_error("file", _("Choose the photo."))
        if data.get("how") == "tracking" and not data.get("proof"):
            self.add_error("proof", _("Write the tracking number."))
        return data

    def payload(self) -> dict[str, Any]:
        """Return kind and proof."""
        how = self.cleaned_data["how"]
        return {"how": how, "proof": self.cleaned_data.get("proof") or how}


class RerouteForm(EventForm):
    """Another body is competent."""

    to = forms.ChoiceField(label=gettext_lazy("Competent body"))
    reason = long_text(label=gettext_lazy("Reason"))

    def offer(self, choices: Choices) -> None:
        """Offer the other bodies."""
        self.fields["to"].choices = [("", ""), *choices.bodies]  # type: ignore[attr-defined]


class ReceiveForm(EventForm):
    """Receipt of a dossier that is registered already."""

    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Papers that are there"), required=False, widget=forms.CheckboxSelectMultiple
    )
    fee = forms.IntegerField(
        label=gettext_lazy("Fee (đồng)"), min_value=0, max_value=2_000_000_000, localize=True
    )
    deliver = forms.ChoiceField(
        label=gettext_lazy("Result wanted"),
        choices=[
            ("counter", gettext_lazy("at a counter")),
            ("post", gettext_lazy("by public post")),
            ("online", gettext_lazy("online")),
        ],
        initial="counter",
    )
    return_at = forms.ChoiceField(label=gettext_lazy("At which centre"), required=False)

    def offer(self, choices: Choices) -> None:
        """Offer papers and centres."""
        self.fields["fee"].initial = choices.fee
        self.fields["return_at"].choices = [("", _("this centre")), *choices.centres]  # type: ignore[attr-defined]
        if choices.papers:
            self.fields["papers"].choices = choices.papers  # type: ignore[attr-defined]
        else:
            del self.fields["papers"]


FORMS: Mapping[Kind, type[EventForm]] = {
    Kind.RECEIVED: ReceiveForm,
    Kind.NOT_RECEIVED: ReasonForm,
    Kind.FORWARDED: Plain,
    Kind.ASSIGNED: AssignForm,
    Kind.STEP_DONE: StepForm,
    Kind.SUPPLEMENT_ASKED: SupplementForm,
    Kind.SUPPLEMENT_GIVEN: GivenForm,
    Kind.PAYMENT_ASKED: PaymentForm,
    Kind.PAID: PaidForm,
    Kind.CONSULTED: ConsultForm,
    Kind.CONSULT_ANSWERED: OpinionForm,
    Kind.EXTENDED: ExtendForm,
    Kind.WITHDRAW_ASKED: WithdrawForm,
    Kind.WITHDRAW_DECLINED: ReasonForm,
    Kind.STOPPED: ReasonForm,
    Kind.APPROVED: NoteForm,
    Kind.SENT_BACK: ReasonForm,
    Kind.POSTED: PostForm,
    Kind.RETURNED: ReturnForm,
    Kind.REROUTED: RerouteForm,
}


def form_of(
    *,
    kind: Kind,
    choices: Choices,
    sequence: int,
    data: Any = None,
    files: Any = None,
) -> EventForm:
    """Return the form of an event, filled with `data` or fresh."""
    initial = {"kind": kind.value, "expected": sequence, "key": new_key()}
    return FORMS[kind](data, files, initial=initial, choices=choices, auto_id=f"{kind.value}_%s")
