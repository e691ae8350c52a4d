"""The form of a version of a procedure: its facts, and tables of papers, fees and steps."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from haicap.kernel.tables import Fault
from haicap.kernel.text import fold
from haicap.onestop.models import ProcedureVersion
from haicap.onestop.rules.catalogue import FEES, PAPERS, PROCEDURES, STEPS
from haicap.onestop.texts.catalogue import CHANNELS
from haicap.register.models import Body
from haicap.ui.forms import Form

Cells = dict[str, str]
MOST_ROWS = 60


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


class VersionForm(Form):
    """What a procedure demands from a day on."""

    code = forms.CharField(
        label=_("Code"), max_length=20, help_text=_("The national code, such as 1.001193.")
    )
    valid_from = forms.DateField(
        label=_("Valid from"), help_text=_("The former version ends on the day before.")
    )
    name_vi = forms.CharField(label=_("Vietnamese name"), max_length=500)
    name_en = forms.CharField(label=_("English name"), max_length=500, required=False)
    field = forms.CharField(label=_("Field"), max_length=200)
    level = forms.ChoiceField(label=_("Level"), choices=ProcedureVersion.Level.choices)
    competent = forms.ChoiceField(label=_("Competent body"), choices=ProcedureVersion.Competent.choices)
    competent_body = forms.ModelChoiceField(
        queryset=Body.objects.none(),
        to_field_name="code",
        required=False,
        label=_("Which body"),
        help_text=_("Only where a department or a delegated body decides."),
    )
    limit_value = forms.IntegerField(label=_("Time limit"), min_value=0, max_value=2000)
    limit_unit = forms.ChoiceField(label=_("Unit of the limit"), choices=ProcedureVersion.LimitUnit.choices)
    same_day = forms.BooleanField(label=_("Same day; next working day after the cut-off"), required=False)
    online = forms.ChoiceField(label=_("Online level"), choices=ProcedureVersion.Online.choices)
    non_territorial = forms.BooleanField(label=_("Received at any centre"), required=False, initial=True)
    legal_basis = forms.CharField(
        label=_("Legal basis"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    source = forms.CharField(
        label=_("Source"),
        max_length=300,
        required=False,
        help_text=_("Where these facts are written: the decision, its number and day."),
    )
    mark = forms.CharField(label=_("Source mark"), max_length=100, required=False)

    def __init__(self, *args: Any, new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies = self.fields["competent_body"]
        assert isinstance(bodies, forms.ModelChoiceField)
        bodies.queryset = Body.objects.exclude(kind=Body.Kind.COMMUNE_COMMITTEE).order_by("name_vi")
        if not new:
            del self.fields["code"]

    def cells(self) -> Cells:
        """Return what was filled in as cells of a workbook."""
        given = dict(self.cleaned_data)
        body = given.pop("competent_body")
        return {name: _cell(value) for name, value in given.items()} | {
            "competent_body": body.code if body else ""
        }


class _Row(Form):
    """A row of a table of the form; an empty row counts for nothing."""

    named = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = str(field.label)

    def is_empty(self) -> bool:
        """Say whether nothing that counts was written into the row."""
        given = getattr(self, "cleaned_data", {})
        return not given.get(self.named) or bool(given.get("DELETE"))

    def cells(self) -> Cells:
        """Return the row as cells of a workbook; a code is made of the name where there is none yet."""
        given = {name: _cell(value) for name, value in self.cleaned_data.items() if name != "DELETE"}
        if "code" in given and not given["code"]:
            given["code"] = slugify(fold(given["name_vi"]))[:60]
        return given


class PaperRow(_Row):
    """A paper that the applicant hands in or shows."""

    named = "name_vi"
    code = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    mark = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    name_vi = forms.CharField(label=_("Paper"), max_length=500, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=500, required=False)
    copies = forms.IntegerField(label=_("Copies"), min_value=0, max_value=99, required=False, initial=1)
    original = forms.BooleanField(label=_("Original"), required=False)
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def cells(self) -> Cells:
        """Return the row; without a number one copy is meant."""
        given = super().cells()
        return given | {"copies": given["copies"] or "1"}


class FeeRow(_Row):
    """What is paid through a channel."""

    named = "channel"
    mark = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", "—"), *CHANNELS.items()], required=False)
    amount = forms.IntegerField(label=_("Amount (đồng)"), min_value=0, required=False)
    text = forms.CharField(label=_("Text of the source"), max_length=2000, required=False)


class StepRow(_Row):
    """An internal step with its working hours."""

    named = "name_vi"
    code = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    mark = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    role = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    name_vi = forms.CharField(label=_("Step"), max_length=500, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=500, required=False)
    hours = forms.IntegerField(label=_("Working hours"), min_value=0, max_value=16000, required=False)

    def cells(self) -> Cells:
        """Return the row; without a number no time is given to the step."""
        given = super().cells()
        return given | {"hours": given["hours"] or "0"}


_TABLES: Mapping[str, tuple[type[_Row], int]] = {
    PAPERS: (PaperRow, 3),
    FEES: (FeeRow, 1),
    STEPS: (StepRow, 2),
}


class VersionForms:
    """The form of a version together with its three tables."""

    def __init__(self, data: Any, *, version: ProcedureVersion | None) -> None:
        initial = _initial(version) if version else {}
        self.main = VersionForm(data, new=version is None, initial=initial)
        self.tables: dict[str, Any] = {
            name: forms.formset_factory(
                row, extra=extra, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS
            )(data, prefix=name, initial=_rows_of(version, name))
            for name, (row, extra) in _TABLES.items()
        }
        for rows in self.tables.values():
            for form in rows.forms:
                form.fields["DELETE"].widget.attrs["class"] = "form-check-input"
                form.fields["DELETE"].widget.attrs["aria-label"] = str(_("Leave out"))

    def is_valid(self) -> bool:
        """Say whether all four are filled in well; asks each, so that each shows its faults."""
        return all([self.main.is_valid(), *(rows.is_valid() for rows in self.tables.values())])

    @property
    def has_errors(self) -> bool:
        """Say whether anything is wrong."""
        return bool(self.main.errors) or self.has_row_errors

    @property
    def has_row_errors(self) -> bool:
        """Say whether anything is wrong in a table."""
        return any(rows.total_error_count() for rows in self.tables.values())

    def filled(self, table: str) -> list[_Row]:
        """Return the rows of a table that count."""
        return [form for form in self.tables[table].forms if not form.is_empty()]

    def add_faults(self, faults: Sequence[Fault]) -> None:
        """Show each fault beside the field it is about."""
        for fault in faults:
            if fault.file == PROCEDURES or fault.row is None:
                form: Form = self.main
            else:
                form = self.filled(fault.file)[fault.row - 1]
            field = form.fields.get(fault.column or "")
            shown = field is not None and not field.widget.is_hidden
            form.add_error(fault.column if shown else None, str(fault.message))


def _initial(version: ProcedureVersion) -> dict[str, Any]:
    names = [name for name in VersionForm.base_fields if name not in ("code", "valid_from", "competent_body")]
    body = version.competent_body.code if version.competent_body else None
    return {name: getattr(version, name) for name in names} | {"competent_body": body}


def _rows_of(version: ProcedureVersion | None, table: str) -> list[dict[str, Any]]:
    if version is None:
        return []
    rows: dict[str, list[dict[str, Any]]] = {PAPERS: version.papers, FEES: version.fees, STEPS: version.steps}
    return rows[table]
