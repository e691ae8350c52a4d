"""Forms of the register: filters of the list, questions to the past, files to import."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.register import queries
from haicap.register.models import Unit
from haicap.ui.forms import Form

CURRENT_TYPES = (Unit.Type.WARD, Unit.Type.COMMUNE, Unit.Type.SPECIAL_ZONE)


class FilterForm(Form):
    """What to show of the list of units."""

    q = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    province = forms.ChoiceField(label=_("Province"), required=False)
    district = forms.ChoiceField(label=_("Former district"), required=False)
    unit_type = forms.ChoiceField(
        label=_("Type"),
        required=False,
        choices=[("", _("All")), *((kind.value, kind.label) for kind in CURRENT_TYPES)],
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = [(row.code, row.full_name) for row in queries.provinces_for(actor=actor)]
        asked = self.data.get("province") if len(provinces) > 1 else None
        self.choose("province", provinces)
        if len(provinces) <= 1:
            del self.fields["province"]
        # 696 former districts are too many for one menu: where several provinces are loaded, one comes first.
        rows = queries.districts_for(actor=actor, province=asked or (provinces[0][0] if provinces else ""))
        districts = [(row.code, row.full_name) for row in rows]
        self.choose("district", districts if asked or len(provinces) <= 1 else [])

    def choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        """Offer `choices` and, first, all of them."""
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("All")), *choices]

    def asked(self, name: str) -> str:
        """Return a valid answer, "" for none or an invalid one."""
        self.is_valid()
        return str(self.cleaned_data.get(name) or "")


class HistoryForm(Form):
    """What was here on a date: by name, code or point."""

    on = forms.DateField(label=_("On this day"), initial=timezone.localdate)
    q = forms.CharField(label=_("Name or code"), max_length=100, required=False)
    lat = forms.FloatField(label=_("Latitude (degrees)"), required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label=_("Longitude (degrees)"), required=False, min_value=-180, max_value=180)

    def clean(self) -> dict[str, Any]:
        """A point needs both of its coordinates."""
        data: dict[str, Any] = super().clean() or {}
        for one, other in (("lat", "lon"), ("lon", "lat")):
            if data.get(one) is None and data.get(other) is not None and one not in self.errors:
                self.add_error(one, _("Give both latitude and longitude, or neither."))
        return data


class MapForm(FilterForm):
    """Which province the map shows, and what its colours mean."""

    colour = forms.ChoiceField(
        label=_("Colours"),
        required=False,
        choices=[
            ("former_province", _("Former province")),
            ("unit_type", _("Type")),
            ("none", _("One colour")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["q"], self.fields["unit_type"], self.fields["district"]


class AttributesForm(Form):
    """A CSV file of population and seat addresses."""

    file = forms.FileField(
        label=_("CSV file"),
        help_text=_(
            "Columns: code, and population or seat_address or both. A column name is checked as well."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )


class BoundariesForm(Form):
    """A GeoJSON file of boundaries."""

    file = forms.FileField(
        label=_("GeoJSON file"),
        help_text=_(
            "WGS 84 (EPSG:4326), longitude first; each feature carries the unit's code as property code."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".geojson,.json,application/geo+json"}),
    )
