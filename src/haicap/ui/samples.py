"""What the gallery of components shows: made-up forms, lists and figures, none of them from the database."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import pgettext_lazy as pgettext

from haicap.ui.forms import RevisedForm

CHOICES = [
    ("", "—"),
    ("seat", pgettext("gallery", "At the seat")),
    ("other", pgettext("gallery", "Another place")),
]


class SampleForm(RevisedForm):
    """One field of each kind."""

    name = forms.CharField(
        label=pgettext("gallery", "Name of the place"),
        max_length=80,
        help_text=pgettext("gallery", "As on its sign."),
    )
    place = forms.ChoiceField(label=pgettext("gallery", "Kind of place"), choices=CHOICES)
    day = forms.DateField(label=pgettext("gallery", "Day"))
    share = forms.DecimalField(label=pgettext("gallery", "Share, in percent"), min_value=0, max_value=100)
    people = forms.IntegerField(label=pgettext("gallery", "Number of people"), min_value=0, required=False)
    reason = forms.CharField(label=pgettext("gallery", "Reason"), widget=forms.Textarea, required=False)
    mode = forms.ChoiceField(
        label=pgettext("gallery", "How the visit goes"),
        choices=[("in_person", pgettext("gallery", "In person")), ("online", pgettext("gallery", "Online"))],
        widget=forms.RadioSelect,
    )
    halves = forms.MultipleChoiceField(
        label=pgettext("gallery", "Half-days that suit"),
        choices=[
            ("morning", pgettext("gallery", "Morning")),
            ("afternoon", pgettext("gallery", "Afternoon")),
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    proof = forms.FileField(
        label=pgettext("gallery", "Evidence"),
        required=False,
        help_text=pgettext("gallery", "PDF or picture, at most 25 MB."),
    )
    agreed = forms.BooleanField(label=pgettext("gallery", "I have read the plan"))


def _chart() -> dict[str, Any]:
    return {
        "legend": {"top": 0, "left": 0},
        "xAxis": {"type": "category", "data": ["A1", "A2", "A3", "A4", "A5"]},
        "yAxis": {"type": "value"},
        "series": [
            {"name": str(pgettext("gallery", "Reported")), "type": "bar", "data": [120, 98, 143, 77, 160]},
            {"name": str(pgettext("gallery", "Verified")), "type": "bar", "data": [112, 98, 120, 70, 151]},
        ],
    }


def _map() -> dict[str, Any]:
    places = [("A", 10.78, 106.70), ("B", 10.98, 106.65), ("C", 10.41, 107.14), ("D", 8.69, 106.61)]
    points = [
        {
            "code": f"0000{i}",
            "name": f"{pgettext('gallery', 'Place')} {name}",
            "lat": lat,
            "lon": lon,
            "value": 20 * i,
            "url": None,
        }
        for i, (name, lat, lon) in enumerate(places, start=1)
    ]
    return {
        "points": points,
        "boundaries_url": None,
        "legend": {"title": str(pgettext("gallery", "Points")), "unit": ""},
    }


def gallery_context(*, data: Any, number: int = 2) -> dict[str, Any]:
    """Return what the gallery template needs; without posted `data` the second form shows every error."""
    return {
        "clean": SampleForm(initial={"revision": 1, "name": "Trụ sở mẫu", "share": 12.5}, prefix="clean"),
        "faulty": SampleForm(data or {"revision": 1, "share": "x"}, prefix="" if data else None),
        "page": Paginator(range(1, 1001), 50).get_page(number),
        "chart": _chart(),
        "map": _map(),
        "colours": ["grey", "blue", "green", "yellow", "orange", "red", "purple"],
    }
