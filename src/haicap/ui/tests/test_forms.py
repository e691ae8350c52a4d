"""Forms tell what is wrong, where, and what to do; they keep what was typed."""

from datetime import date
from decimal import Decimal

from django import forms
from django.template import Context, Template
from django.utils import translation

from haicap.kernel.errors import Conflict, Refused
from haicap.ui.forms import Form, RevisedForm
from haicap.ui.samples import SampleForm


class Small(RevisedForm):
    name = forms.CharField(label="Tên", help_text="Như trên biển hiệu")
    share = forms.DecimalField(label="Tỷ lệ", required=False)
    day = forms.DateField(label="Ngày", required=False)
    own = forms.CharField(label="Riêng", required=False, error_messages={"required": "Câu riêng"})
    mode = forms.ChoiceField(
        label="Hình thức", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect, required=False
    )


def field(form: forms.Form, name: str) -> str:
    return Template("{% load ui %}{% field bound %}").render(Context({"bound": form[name]}))


def test_a_field_points_to_its_help_and_its_error():
    html = field(Small({"revision": "1"}), "name")
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html and 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html and 'for="id_name"' in html


def test_a_group_of_choices_is_a_fieldset_with_a_legend():
    html = field(Small({"revision": "1"}), "mode")
    assert "<fieldset" in html and "<legend" in html
    assert html.count('class="form-check-input"') == 2 and 'for="id_mode_0"' in html


def test_every_id_on_a_form_is_there_once():
    import re

    html = str(SampleForm({"share": "x"}))
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    for described in re.findall(r'aria-describedby="([^"]+)"', html):
        assert set(described.split()) <= set(ids)


def test_an_error_says_what_to_do():
    with translation.override("en"):
        form = Small({"revision": "1", "share": "x", "day": "31/02/2025"})
        assert "Fill it in" in form.errors["name"][0]
        assert "12,5" in form.errors["share"][0]
        assert "25/11/2025" in form.errors["day"][0]


def test_a_sentence_of_the_form_itself_is_kept():
    class Own(Form):
        own = forms.CharField(error_messages={"required": "Câu riêng"})

    assert Own({}).errors["own"] == ["Câu riêng"]


def test_numbers_and_dates_are_read_as_vietnamese_write_them():
    with translation.override("vi"):
        form = Small({"revision": "1", "name": "x", "share": "1.234,5", "day": "25/11/2025"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["share"] == Decimal("1234.5")
        assert form.cleaned_data["day"] == date(2025, 11, 25)


def test_a_date_is_given_to_the_browser_in_the_one_form_it_reads():
    with translation.override("vi"):
        assert 'value="2025-11-25"' in field(Small(initial={"day": date(2025, 11, 25)}), "day")


def test_a_refusal_stands_beside_its_field_or_above_the_form():
    form = Small({"revision": "1", "name": "x"})
    form.add_refusal(Refused("name.taken", "Tên đã có.", field="name"))
    form.add_refusal(Refused("plan.closed", "Kế hoạch đã đóng.", field="nowhere"))
    assert form.errors["name"] == ["Tên đã có."]
    assert form.non_field_errors() == ["Kế hoạch đã đóng."]
    summary = Template("{% load ui %}{% form_errors form %}").render(Context({"form": form}))
    assert 'role="alert"' in summary and 'href="#id_name"' in summary and "Kế hoạch đã đóng." in summary


def test_after_a_conflict_what_was_typed_stays_and_the_next_save_carries_the_new_revision():
    form = Small({"revision": "1", "name": "Gõ dở"})
    assert form.is_valid()
    form.add_refusal(Conflict("record.changed", "Đã đổi."), revision=7)
    assert 'value="7"' in str(form["revision"])
    assert 'value="Gõ dở"' in str(form["name"])
