"""Forms of the pages on which forms are made: a workbook, publishing, files, who may do what."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.accounts.queries import people_for
from haicap.kernel.access import ROLE_LABELS, Actor
from haicap.kernel.errors import Text
from haicap.questionnaire.models import Assignment, Dataset, FieldKey, Form
from haicap.questionnaire.rules.form_diff import Candidate, FormDiff, keeps
from haicap.questionnaire.rules.schema import Field, in_language
from haicap.ui.forms import Form as Base
from haicap.ui.forms import RevisedForm

ACCEPT = ".xlsx,.xlsm,.xls,.xml,.csv,.md"
MOST_SAME = 60  # new questions that are offered to be the same as older ones, and older ones offered for each
MOST_QUESTIONS = 300  # offered as the one that names the unit
_UNIT_TYPES = frozenset({"string", "select1", "int", "barcode"})

VERBS: Mapping[str, Text] = {
    "fill": _("Fills in"), "review": _("Reviews"), "read": _("Reads"),
}  # fmt: skip
SCOPES: Mapping[str, Text] = {
    "own": _("what they handed in themselves"),
    "unit": _("what is about their own unit"),
    "body": _("what their own body handed in"),
    "units": _("what is about the units named"),
    "all": _("everything"),
}
STATES: Mapping[str, tuple[Text, str]] = {
    "open": (_("open"), "green"),
    "closing": (_("closing: what was begun is still taken"), "yellow"),
    "closed": (_("closed"), "grey"),
    "archived": (_("archived"), "grey"),
}


class UploadForm(Base):
    """A workbook or XForm that becomes a form or its next draft."""

    file = forms.FileField(
        label=_("Workbook or XForm"),
        help_text=_("An XLSForm (.xlsx, .xls) or an XForm (.xml). Nothing is published yet."),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )


class DraftUploadForm(UploadForm):
    """The next draft of a form."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


def named(field: Field) -> str:
    """Return how a question is called in a list: its label and its path."""
    label = in_language(field.label, "vi")
    return f"{label[:80]} ({field.path})" if label else field.path


class PublishForm(RevisedForm):
    """The version's name, and which new questions are the same as older ones."""

    version = forms.CharField(
        label=_("Version"),
        max_length=200,
        help_text=_(
            "Each version of a form has a name of its own; devices see by it that there is a new one."
        ),
    )

    def __init__(self, *args: Any, diff: FormDiff | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, str] = {}  # name of the field -> path of the new question
        self.left = 0  # new questions that are not asked about
        if diff is None:
            return
        likely = {one.new.path: one for one in diff.candidates if not one.broken}
        added = [one for one in diff.added if one.kind != "group" and one.control != "note"]
        added.sort(key=lambda one: one.path not in likely)
        self.left = max(0, len(added) - MOST_SAME)
        for number, new in enumerate(added[:MOST_SAME]):
            olds = [old for old in diff.removed if may_be_same(old, new)]
            if olds:
                name = f"same_{number}"
                self.asked[name] = new.path
                self.fields[name] = _same_field(new, olds, likely.get(new.path))

    def same_as(self) -> dict[str, str]:
        """Return new path -> old path as chosen."""
        return {
            path: self.cleaned_data[name] for name, path in self.asked.items() if self.cleaned_data.get(name)
        }

    @property
    def same_fields(self) -> list[forms.BoundField]:
        """The questions about new questions."""
        return [self[name] for name in self.asked]


def may_be_same(old: Field, new: Field) -> bool:
    """Say whether two questions may be offered as the same one; their tables are looked at when it is published."""
    return old.kind == new.kind and old.control != "note" and keeps(old, new)


def _same_field(new: Field, olds: Sequence[Field], candidate: Candidate | None) -> forms.ChoiceField:
    hint = ""
    if candidate is not None:
        olds = [candidate.old, *(old for old in olds if old.path != candidate.old.path)]
        hint = str(_("Looks like: %(old)s") % {"old": named(candidate.old)})
    field = forms.ChoiceField(
        label=named(new),
        required=False,
        choices=[("", _("a new question")), *((old.path, named(old)) for old in olds[:MOST_SAME])],
        help_text=hint,
    )
    field.widget.attrs["class"] = "form-select"
    return field


class StateForm(Base):
    """Whether a form is offered, closing, closed or archived."""

    state = forms.ChoiceField(label=_("State"), choices=[(key, words) for key, (words, _c) in STATES.items()])


class SettingsForm(Base):
    """Which question names the unit, and by when the form is to be filled in."""

    unit_question = forms.ChoiceField(
        label=_("Question with the code of the unit"),
        required=False,
        help_text=_(
            "Submissions are counted for the unit whose code stands there; else for the person's own."
        ),
    )
    due = forms.DateField(label=_("To be filled in by"), required=False, widget=forms.DateInput())

    def __init__(self, *args: Any, fields: Iterable[Field], current: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [
            (one.path, named(one))
            for one in fields
            if one.is_data and not one.table and one.type in _UNIT_TYPES
        ][:MOST_QUESTIONS]
        if current and current not in {path for path, _words in asked}:
            asked.append((current, current))
        choice = self.fields["unit_question"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("none")), *asked]


class MediaForm(Base):
    """A file the draft asks for: brought, taken away, or served from a list."""

    name = forms.CharField(max_length=255, widget=forms.HiddenInput)
    act = forms.ChoiceField(
        choices=[(one, one) for one in ("attach", "remove", "link")], widget=forms.HiddenInput
    )
    file = forms.FileField(label=_("File"), required=False)
    dataset = forms.ModelChoiceField(label=_("List"), queryset=Dataset.objects.none(), required=False)

    def __init__(self, *args: Any, datasets: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["dataset"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = datasets

    def clean(self) -> dict[str, Any]:
        """Ask for the file or the list that the act needs."""
        given = super().clean() or {}
        if given.get("act") == "attach" and not given.get("file"):
            self.add_error("file", _("No file yet. Choose a file."))
        if given.get("act") == "link" and not given.get("dataset"):
            self.add_error("dataset", _("Choose a list."))
        return given


class AssignForm(Base):
    """Who may fill in, review or read."""

    verb = forms.ChoiceField(label=_("Task"), choices=[(key, words) for key, words in VERBS.items()])
    role = forms.ChoiceField(
        label=_("Role"),
        required=False,
        choices=[("", _("not by role")), *((role.value, words) for role, words in ROLE_LABELS.items())],
    )
    person = forms.CharField(
        label=_("Person"), required=False, max_length=150, help_text=_("The user name of one person.")
    )
    key = forms.ModelChoiceField(
        label=_("Device"), required=False, queryset=FieldKey.objects.none(), empty_label=_("no device")
    )
    scope = forms.ChoiceField(
        label=_("Over"), required=False,
        choices=[("", _("as usual")), *((key, words) for key, words in SCOPES.items())],
        help_text=_("As usual: own submissions for those who fill in, everything for those who review or read."),
    )  # fmt: skip
    units = forms.CharField(
        label=_("Codes of units"),
        required=False,
        max_length=4000,
        help_text=_("With spaces or commas between."),
    )

    def __init__(self, *args: Any, actor: Actor, form: Form, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        choice = self.fields["key"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = FieldKey.objects.filter(campaign=form.campaign_id, person=None, revoked_at=None)

    def clean_person(self) -> Person | None:
        """Return the person of the user name."""
        name = self.cleaned_data["person"].strip()
        if not name:
            return None
        found = people_for(actor=self.actor).filter(username__iexact=name).first()
        if found is None:
            raise forms.ValidationError(_("Nobody has this user name."))
        return found

    def clean_units(self) -> list[str]:
        """Return the codes."""
        return [
            code for code in self.cleaned_data["units"].replace(",", " ").replace(";", " ").split() if code
        ]


def scope_words(row: Assignment) -> Text:
    """Return over what an assignment goes, in words."""
    if row.scope == Assignment.Scope.UNITS:
        return f"{SCOPES['units']}: {', '.join(row.units[:20])}"
    return SCOPES[row.scope]
