"""The one form of the counter."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from haicap.onestop.actions.dossiers import Person
from haicap.onestop.actions.files import Paper
from haicap.onestop.actions.intake import Deliver, Intake, Outcome, Wish
from haicap.onestop.forms.events import file_field, long_text, new_key
from haicap.onestop.models import Centre, ProcedureVersion
from haicap.onestop.queries.desk import fee_of, paper_names
from haicap.onestop.rules.lifecycle import Channel
from haicap.onestop.rules.payloads import LONGEST
from haicap.register.models import Unit
from haicap.ui.forms import Form

Competent = ProcedureVersion.Competent


def _unit(*, label: Any, help_text: Any = "") -> Any:
    """Return the choice of a commune; the form fills in which."""
    return forms.ModelChoiceField(
        queryset=Unit.objects.none(), label=label, required=False, help_text=help_text
    )


class IntakeForm(Form):
    """What somebody hands in at a counter, and what the officer decides."""

    key = forms.CharField(max_length=60, widget=forms.HiddenInput)
    channel = forms.ChoiceField(
        label=gettext_lazy("How it comes"),
        choices=[
            (Channel.DIRECT.value, gettext_lazy("at the counter")),
            (Channel.POST.value, gettext_lazy("by public post")),
        ],
        initial=Channel.DIRECT.value,
        widget=forms.RadioSelect,
    )
    full_name = forms.CharField(
        label=gettext_lazy("Full name of the applicant"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    id_number = forms.CharField(
        label=gettext_lazy("Identity number"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    address = forms.CharField(
        label=gettext_lazy("House number and street"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    proxy_name = forms.CharField(
        label=gettext_lazy("Handed in by (proxy)"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    unit = _unit(label=gettext_lazy("Commune of the address"))
    land_unit = _unit(label=gettext_lazy("Commune where the land lies"))
    chosen = _unit(
        label=gettext_lazy("Commune that is to handle it"),
        help_text=gettext_lazy("Any commune, as the applicant chooses."),
    )
    papers = forms.MultipleChoiceField(
        label=gettext_lazy("Papers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    enough = forms.BooleanField(
        label=gettext_lazy("The papers that are not ticked are not needed in this case"), required=False
    )
    fee = forms.IntegerField(
        label=gettext_lazy("Fee (đồng)"), min_value=0, max_value=2_000_000_000, localize=True
    )
    deliver = forms.ChoiceField(
        label=gettext_lazy("Result wanted"),
        choices=[
            (Deliver.COUNTER.value, gettext_lazy("at a counter")),
            (Deliver.POST.value, gettext_lazy("by public post")),
            (Deliver.ONLINE.value, gettext_lazy("online")),
        ],
        initial=Deliver.COUNTER.value,
        widget=forms.RadioSelect,
    )
    return_at = forms.ChoiceField(label=gettext_lazy("At which centre"), required=False)
    reason = long_text(
        label=gettext_lazy("What is lacking, or why it is refused"),
        required=False,
        help_text=gettext_lazy("It is printed on the form; write it completely and in one go."),
    )
    scan_other = file_field(label=gettext_lazy("Another scan"))

    def __init__(
        self,
        *args: Any,
        version: ProcedureVersion,
        communes: Any,
        centres: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        initial = {
            "key": new_key(),
            "fee": fee_of(version=version, channel="direct"),
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.version = version
        self.names = paper_names(version=version)
        self.fields["papers"].choices = list(self.names.items())  # type: ignore[attr-defined]
        self.fields["return_at"].choices = [("", _("this centre")), *centres]  # type: ignore[attr-defined]
        self._offer_communes(communes)
        self.fields["scan_other"].widget.attrs["hx-preserve"] = "true"
        for code in self.names:
            label = _("Scan of “%(paper)s”") % {"paper": self.names[code]}
            self.fields[f"scan_{code}"] = file_field(label=label)
            self.fields[f"scan_{code}"].widget.attrs |= {"class": "form-control", "hx-preserve": "true"}

    def _offer_communes(self, communes: Any) -> None:
        choices = [("", ""), *((unit.pk, f"{unit.full_name} ({unit.code})") for unit in communes)]
        needed = {Competent.ADDRESS: "unit", Competent.LAND: "land_unit", Competent.CHOSEN: "chosen"}
        for name in ("unit", "land_unit", "chosen"):
            field: Any = self.fields[name]
            field.queryset = communes
            field.choices = choices
        demanded = needed.get(Competent(self.version.competent))
        if demanded:
            self.fields[demanded].required = True
        for name in ("land_unit", "chosen"):
            if name != demanded:
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Hold what is ticked against what is decided."""
        data = super().clean() or {}
        outcome = self.data.get("outcome", Outcome.RECEIVE.value)
        if outcome not in set(Outcome):
            self.add_error(None, _("Choose what is to be done."))
            return data
        data["outcome"] = Outcome(outcome)
        if data["outcome"] is Outcome.RECEIVE:
            self._check_papers(data)
        elif not data.get("reason"):
            self.add_error("reason", _("Write what is lacking, or why it is refused."))
        return data

    def _check_papers(self, data: dict[str, Any]) -> None:
        lacking = self.lacking(data)
        if lacking and not data.get("enough"):
            names = "; ".join(self.names[code] for code in lacking)
            text = _(
                "Not ticked: %(papers)s. Tick them, say that they are not needed, or ask for a supplement."
            )
            self.add_error("papers", text % {"papers": names})

    def lacking(self, data: dict[str, Any]) -> tuple[str, ...]:
        """Return the codes of the papers that are not there; what was scanned is there."""
        there = {*(data.get("papers") or ()), *(paper.paper for paper in self.scans())}
        return tuple(code for code in self.names if code not in there)

    def intake(self, *, centre: Centre | None) -> Intake:
        """Return what the action takes; `centre` is where the result is wanted, None here."""
        data = self.cleaned_data
        names = ("full_name", "id_number", "phone", "email", "address", "unit", "proxy_name")
        person = Person(**{name: data[name] for name in names}, land_unit=data.get("land_unit"))
        wish = Wish(
            chosen=data.get("chosen"),
            fee=data["fee"],
            papers=tuple(code for code in self.names if code not in self.lacking(data)),
            deliver=Deliver(data["deliver"]),
            return_at=centre,
        )
        return Intake(
            version=self.version,
            person=person,
            wish=wish,
            channel=Channel(data["channel"]),
            outcome=data["outcome"],
            reason=data["reason"][:LONGEST],
            lacking=self.lacking(data),
            scans=self.scans(),
        )

    def scans(self) -> list[Paper]:
        """Return the files that were chosen, each with the paper it shows."""
        found = []
        for name in self.fields:
            file = self.files.get(name)
            if name.startswith("scan_") and isinstance(file, UploadedFile):
                code = "" if name == "scan_other" else name.removeprefix("scan_")
                found.append(Paper(file=file, paper=code, field=name))
        return found

    @property
    def checklist(self) -> list[dict[str, Any]]:
        """Return the papers with their tick and their scan, for the page."""
        ticked = set(self["papers"].value() or ())
        demanded = {str(paper.get("code")): paper for paper in self.version.papers}
        return [
            {
                "code": code,
                "name": name,
                "paper": demanded[code],
                "ticked": code in ticked,
                "scan": self[f"scan_{code}"],
            }
            for code, name in self.names.items()
        ]
