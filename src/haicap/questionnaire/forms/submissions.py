"""Forms of the pages of submissions: what is looked for, decided, said and changed."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.questionnaire.queries.submissions import Wanted
from haicap.questionnaire.rules.review import STATES
from haicap.ui.forms import Form

_DECISIONS = [
    ("approved", _("Approve")),
    ("has_issues", _("Return for correction")),
    ("rejected", _("Reject")),
]


class FilterForm(Form):
    """Which submissions of a form are looked for; a filter that makes no sense is left out."""

    q = forms.CharField(label=_("Name or unit"), required=False, max_length=200)
    unit = forms.CharField(label=_("Code of the unit"), required=False, max_length=5)
    person = forms.TypedChoiceField(label=_("Sent by"), required=False, coerce=int, empty_value=None)
    since = forms.DateField(label=_("Received from"), required=False, widget=forms.DateInput)
    until = forms.DateField(label=_("to"), required=False, widget=forms.DateInput)
    state = forms.ChoiceField(
        required=False, choices=[("", ""), *((key, key) for key in STATES)], widget=forms.HiddenInput
    )
    test = forms.BooleanField(label=_("made with a draft of the form"), required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", _("anybody")), *people]  # type: ignore[attr-defined]

    def wanted(self) -> Wanted:
        """Return what is looked for."""
        self.is_valid()
        given = self.cleaned_data
        return Wanted(
            text=given.get("q", ""), unit=given.get("unit", ""), person=given.get("person"),
            since=_midnight(given.get("since")), until=_midnight(given.get("until"), days=1),
            state=given.get("state", ""), is_test=bool(given.get("test")),
        )  # fmt: skip


def _midnight(day: date | None, *, days: int = 0) -> datetime | None:
    if day is None or day == date.max:
        return None
    return timezone.make_aware(datetime.combine(day + timedelta(days=days), time()))


class DecideForm(Form):
    """A decision on a submission, with what is said of the whole."""

    state = forms.ChoiceField(label=_("Decision"), choices=_DECISIONS, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("What is to be corrected, or why"),
        help_text=_("Whoever handed it in reads this. Comments on single questions stand beside them."),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class BulkForm(DecideForm):
    """One decision on all ticked submissions."""

    state = forms.ChoiceField(label=_("Decision"), choices=_DECISIONS)
    pk = forms.TypedMultipleChoiceField(coerce=int, widget=forms.MultipleHiddenInput)

    def __init__(self, *args: Any, keys: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pk"].choices = [(key, key) for key in keys if key.isdecimal() and len(key) < 18]  # type: ignore[attr-defined]


class CommentForm(Form):
    """Something said of a submission or of one question."""

    path = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Comment"), max_length=4000, widget=forms.Textarea(attrs={"rows": 2}))


class EditForm(Form):
    """Another answer to one question, and why."""

    place = forms.CharField(max_length=500, widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Answer"), required=False, max_length=20000, widget=forms.Textarea(attrs={"rows": 2})
    )
    reason = forms.CharField(
        label=_("Why it is changed"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class AskForm(Form):
    """A question to a unit about one of its figures."""

    text = forms.CharField(
        label=_("Question to the unit"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
