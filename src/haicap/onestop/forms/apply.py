"""The form with which a dossier is handed in online."""

import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from haicap.kernel.text import localized
from haicap.onestop.actions.dossiers import Person
from haicap.onestop.actions.files import Paper
from haicap.onestop.forms.public import FilesField, choices, papers_of
from haicap.onestop.models import Centre, ProcedureVersion
from haicap.onestop.queries.online import centres_taking, communes_today
from haicap.onestop.rules.uploads import ACCEPTED
from haicap.register.models import Unit
from haicap.ui.forms import Form

PAPER = "paper_"


class ApplyForm(Form):
    """Centre, applicant, address, files and declaration; one file field for each demanded paper."""

    centre = forms.ChoiceField(label=_("Centre that receives it"))
    full_name = forms.CharField(
        label=_("Full name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    id_number = forms.CharField(
        label=_("Identity number"),
        max_length=20,
        help_text=_("Twelve digits of the identity card."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    phone = forms.CharField(
        label=_("Telephone"), max_length=30, widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"})
    )  # fmt: skip
    email = forms.EmailField(label=_("E-mail"), required=False)
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("House number, street, quarter or hamlet."),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    unit = forms.ChoiceField(label=_("Commune of the address"))
    land_unit = forms.ChoiceField(label=_("Commune of the land"))
    proxy_name = forms.CharField(
        label=_("Name of the proxy"),
        required=False,
        max_length=200,
        help_text=_("Only if you hand in for somebody else."),
    )
    others = FilesField(label=_("Other files"), required=False)
    declared = forms.BooleanField(
        label=_("I declare that what I say here is true and that the files are my own papers.")
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, *args: Any, version: ProcedureVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.version = version
        self.centres = {row.code: row for row in centres_taking(version=version)}
        self.units = {row.code: row for row in communes_today()}
        empty = _("choose")
        centre: Any = self.fields["centre"]
        centre.choices = choices(
            ((code, _named(row)) for code, row in self.centres.items()), empty=empty
        )  # fmt: skip
        for name in ("unit", "land_unit"):
            if name in self.fields:
                field: Any = self.fields[name]
                field.choices = choices(
                    ((code, row.full_name) for code, row in self.units.items()), empty=empty
                )
        if version.competent != ProcedureVersion.Competent.LAND:
            del self.fields["land_unit"]
        self._ask_for_papers()

    def _ask_for_papers(self) -> None:
        order = [name for name in self.fields if name not in ("others", "declared", "key")]
        for number, paper in enumerate(self.version.papers[:12]):
            name = f"{PAPER}{number}"
            self.fields[name] = FilesField(
                label=_paper_name(paper), required=False, help_text=str(paper.get("note") or "")
            )
            self.fields[name].widget.attrs |= {"class": "form-control", "accept": ACCEPTED}
            order.append(name)
        self.order_fields([*order, "others", "declared", "key"])

    def clean_id_number(self) -> str:
        """Take nine or twelve digits, as identity cards have them."""
        bare = re.sub(r"[\s.]", "", self.cleaned_data["id_number"])
        if not re.fullmatch(r"\d{9}|\d{12}", bare):
            raise forms.ValidationError(_("An identity number has twelve digits (older cards: nine)."))
        return bare

    def clean_phone(self) -> str:
        """Take eight to fifteen digits with an optional plus."""
        bare = re.sub(r"[\s.\-()]", "", self.cleaned_data["phone"])
        if not re.fullmatch(r"\+?\d{8,15}", bare):
            raise forms.ValidationError(_("A telephone number has 8 to 15 digits, for example 0901234567."))
        return bare

    def person(self) -> Person:
        """Return the applicant as typed."""
        data = self.cleaned_data
        return Person(
            full_name=data["full_name"], id_number=data["id_number"], phone=data["phone"], email=data["email"],
            address=data["address"], unit=self._unit("unit"), land_unit=self._unit("land_unit"),
            proxy_name=data["proxy_name"],
        )  # fmt: skip

    def _unit(self, name: str) -> Unit | None:
        return self.units.get(self.cleaned_data.get(name, ""))

    def centre_row(self) -> Centre:
        """Return the chosen centre."""
        return self.centres[self.cleaned_data["centre"]]

    def papers(self) -> list[Paper]:
        """Return the files with the paper that each is for."""
        found = papers_of(rows=self.cleaned_data.get("others") or [], field="others")
        for number, paper in enumerate(self.version.papers[:12]):
            name = f"{PAPER}{number}"
            rows = self.cleaned_data.get(name) or []
            found += papers_of(rows=rows, field=name, paper=str(paper.get("code", "")))
        return found


def _named(centre: Centre) -> str:
    name = localized(centre, "name")
    return f"{name}, {centre.address}" if centre.address else name


def _paper_name(paper: Mapping[str, Any]) -> str:
    return localized(
        SimpleNamespace(name_vi=paper.get("name_vi", ""), name_en=paper.get("name_en", "")), "name"
    )
