"""What people type about findings, turned into the arguments of one action."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.findings import rules
from haicap.findings.actions.minutes import MinutesText, actions_of
from haicap.findings.models import Difficulty, Minutes
from haicap.findings.verbs import proposal_verbs
from haicap.kernel.text import localized
from haicap.ui.forms import Form, RevisedForm

EMPTY = [("", "—")]
SEVERITIES = [
    ("1", _("1 · slight")),
    ("2", _("2 · noticeable")),
    ("3", _("3 · serious")),
    ("4", _("4 · work stops")),
]


def area_choices(campaign: Campaign) -> list[tuple[str, str]]:
    """Return the content areas as choices."""
    areas = campaign.areas.order_by("order")
    return [(area.code, f"{area.code} · {localized(area, 'name')}") for area in areas]


class DifficultyForm(RevisedForm):
    """A difficulty with its proposal; `unit` is asked only of those who may write about several."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput, initial=0)
    unit = forms.ChoiceField(label=_("Unit"))
    group = forms.ChoiceField(label=_("Group"), choices=[*EMPTY, *Difficulty.Group.choices])
    area = forms.ChoiceField(label=_("Content area"))
    text = forms.CharField(
        label=_("What is difficult"),
        widget=forms.Textarea,
        max_length=4000,
        help_text=_("One thing per record."),
    )
    legal_provision = forms.CharField(
        label=_("Legal provision"), max_length=500, required=False, help_text=_("Article, clause, document.")
    )
    competent_level = forms.ChoiceField(
        label=_("Competent level"),
        choices=[*EMPTY, *Difficulty.Level.choices],
        required=False,
        help_text=_("Needed before it is submitted."),
    )
    severity = forms.ChoiceField(label=_("Severity"), choices=SEVERITIES)
    evidence = forms.CharField(
        label=_("Reference to evidence"),
        max_length=500,
        required=False,
        help_text=_("Needed for severity 4."),
    )
    proposal_verb = forms.ChoiceField(label=_("Proposal: verb"), required=False)
    proposal_text = forms.CharField(
        label=_("Proposal: what"), widget=forms.Textarea, max_length=2000, required=False
    )
    proposal_body = forms.CharField(
        label=_("Proposal: to which body"), max_length=200, required=False, help_text=_("One body only.")
    )
    proposal_due = forms.DateField(label=_("Proposal: by which day"), widget=forms.DateInput, required=False)

    def __init__(self, *args: Any, campaign: Campaign, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [*EMPTY, *area_choices(campaign)]  # type: ignore[attr-defined]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["proposal_verb"].choices = [  # type: ignore[attr-defined]
            *EMPTY,
            *((verb.code, localized(verb, "name")) for verb in proposal_verbs().values()),
        ]

    def draft(self) -> rules.Draft:
        """Return what was typed as the rules take it."""
        data = self.cleaned_data
        return rules.Draft(
            group=data["group"],
            area=data["area"],
            text=data["text"],
            legal_provision=data["legal_provision"],
            competent_level=data["competent_level"],
            severity=int(data["severity"]),
            evidence=data["evidence"],
            proposal_verb=data["proposal_verb"],
            proposal_text=data["proposal_text"],
            proposal_body=data["proposal_body"],
            proposal_due=data["proposal_due"],
        )


class TriageForm(RevisedForm):
    """One decision of the secretariat."""

    STEPS = ("accept", "merge", "return", "reclassify", "answer", "submit")
    step = forms.ChoiceField(choices=[(step, step) for step in STEPS], widget=forms.HiddenInput)
    into = forms.CharField(
        label=_("Duplicate of"), max_length=20, required=False, help_text=_("Its code, such as KN-0007.")
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, max_length=2000, required=False)
    group = forms.ChoiceField(label=_("Group"), choices=Difficulty.Group.choices, required=False)
    area = forms.ChoiceField(label=_("Content area"), required=False)
    competent_level = forms.ChoiceField(
        label=_("Competent level"), choices=Difficulty.Level.choices, required=False
    )
    answer = forms.CharField(
        label=_("Answer"),
        widget=forms.Textarea,
        max_length=4000,
        required=False,
        help_text=_("Number and date of the document, and what it says."),
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = area_choices(campaign)  # type: ignore[attr-defined]

    def target_number(self) -> int:
        """Return the number in a code such as KN-0007, 0 where there is none."""
        digits = self.cleaned_data["into"].upper().removeprefix("KN-").strip()
        return int(digits) if digits.isdecimal() and len(digits) < 9 else 0


class PracticeForm(Form):
    """Good practice with what proves it."""

    unit = forms.ChoiceField(label=_("Unit"))
    area = forms.ChoiceField(label=_("Content area"))
    text = forms.CharField(label=_("What was done well"), widget=forms.Textarea, max_length=4000)
    proof = forms.CharField(
        label=_("What proves it"), max_length=500, help_text=_("Document, figure, photo or link.")
    )

    def __init__(self, *args: Any, campaign: Campaign, units: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [*EMPTY, *area_choices(campaign)]  # type: ignore[attr-defined]
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class DecisionForm(RevisedForm):
    """The team's decision on good practice."""

    step = forms.ChoiceField(
        choices=[("confirm", "confirm"), ("decline", "decline")], widget=forms.HiddenInput
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea, max_length=2000, required=False)


class Moment(forms.DateTimeField):
    """A day and time as browsers give them."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], **kwargs)


class MinutesForm(RevisedForm):
    """The words of minutes; the figures are not typed."""

    opened_at = Moment(label=_("Start"), required=False)
    closed_at = Moment(label=_("End"), required=False)
    place = forms.CharField(label=_("Place"), max_length=500, required=False)
    attendance_team = forms.CharField(
        label=_("Present from the survey team"),
        widget=forms.Textarea,
        max_length=5000,
        required=False,
        help_text=_("One person per line: name, post, body."),
    )
    attendance_unit = forms.CharField(
        label=_("Present from the unit"),
        widget=forms.Textarea,
        max_length=5000,
        required=False,
        help_text=_("One person per line: name, post."),
    )
    opinions = forms.CharField(
        label=_("Opinions of the unit"), widget=forms.Textarea, max_length=10000, required=False
    )
    agreed_actions = forms.CharField(
        label=_("Agreed actions"),
        widget=forms.Textarea,
        max_length=10000,
        required=False,
        help_text=_("One per line: what | who | day as dd/mm/yyyy."),
    )
    unverified_reason = forms.CharField(
        label=_("Why some areas are not verified"), widget=forms.Textarea, max_length=2000, required=False
    )
    copies = forms.IntegerField(label=_("Number of copies"), min_value=1, max_value=20, initial=3)

    def clean_agreed_actions(self) -> list[rules.AgreedAction]:
        """Read the lines; a faulty one is named by its number."""
        found, faulty = rules.parse_actions(text=self.cleaned_data["agreed_actions"])
        if faulty:
            lines = ", ".join(str(number) for number in faulty)
            raise ValidationError(
                _("Line %(lines)s is not written as: what | who | dd/mm/yyyy."), params={"lines": lines}
            )
        return found

    def words(self) -> MinutesText:
        """Return what was typed as the action takes it."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "revision"}
        return MinutesText(**data)


def minutes_initial(minutes: Minutes) -> dict[str, Any]:
    """Return stored minutes as the form shows them."""
    names = (
        "place",
        "attendance_team",
        "attendance_unit",
        "opinions",
        "unverified_reason",
        "copies",
        "revision",
    )
    return {name: getattr(minutes, name) for name in names} | {
        "opened_at": timezone.localtime(minutes.opened_at) if minutes.opened_at else None,
        "closed_at": timezone.localtime(minutes.closed_at) if minutes.closed_at else None,
        "agreed_actions": rules.format_actions(actions=actions_of(minutes=minutes)),
    }


class FilterForm(Form):
    """What a list of difficulties is narrowed by."""

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    group = forms.ChoiceField(
        label=_("Group"), choices=[("", _("all")), *Difficulty.Group.choices], required=False
    )
    level = forms.ChoiceField(
        label=_("Competent level"), choices=[("", _("all")), *Difficulty.Level.choices], required=False
    )
    area = forms.ChoiceField(label=_("Content area"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), choices=[("", _("all")), *SEVERITIES], required=False)
    state = forms.ChoiceField(
        label=_("State"), choices=[("", _("all")), *Difficulty.State.choices], required=False
    )

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [("", _("all")), *area_choices(campaign)]  # type: ignore[attr-defined]
