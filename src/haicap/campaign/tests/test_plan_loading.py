"""Loading a plan: once, again, changed, faulty; and what the command line says."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from haicap.campaign import queries
from haicap.campaign.actions import change_settings, load_plan
from haicap.campaign.models import Campaign, Field, Indicator, Rule
from haicap.campaign.tests.plans import SHIPPED, shipped, with_rows, write
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.calendar import working_calendar
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.models import AuditEntry
from haicap.kernel.tables import Faulty

pytestmark = pytest.mark.django_db


def test_the_shipped_plan_is_loaded_with_all_its_rows(campaign):
    assert campaign.indicators.count() == 148
    assert campaign.areas.count() == 12
    assert len(queries.questions_of(campaign=campaign)) == 25
    assert len(queries.fields_of(campaign=campaign)) == campaign.fields.count()
    assert len(queries.rules_of(campaign)) == campaign.rules.count()
    assert campaign.number == ""
    assert campaign.issued_on is None
    assert {part["code"] for part in campaign.areas.get(code="A4").parts} == {"A4a", "A4b", "A4c"}


def test_loading_the_same_plan_again_changes_nothing_and_leaves_no_audit_entry(campaign):
    entries = AuditEntry.objects.count()
    report = load_plan(actor=SYSTEM, path=SHIPPED)
    assert not report.changed
    assert report.campaign.version == campaign.version
    assert AuditEntry.objects.count() == entries


def test_changed_files_make_a_new_version_and_keep_the_rows(campaign, tmp_path):
    before = dict(Field.objects.filter(campaign=campaign).values_list("key", "pk"))
    files = with_rows("indicators.csv", lambda rows: rows[0].update(name_vi="Tên mới"))
    report = load_plan(actor=SYSTEM, path=write(files, tmp_path))
    assert report.changed
    assert report.campaign.version == campaign.version + 1
    assert Indicator.objects.get(campaign=campaign, code="A0.01").name_vi == "Tên mới"
    assert dict(Field.objects.filter(campaign=campaign).values_list("key", "pk")) == before


def test_a_field_and_rule_taken_out_of_the_plan_go(campaign, tmp_path):
    files = with_rows(
        "fields.csv", lambda rows: rows.remove(next(r for r in rows if r["key"] == "a0_01_list"))
    )
    files |= {
        "rules.csv": with_rows(
            "rules.csv", lambda rows: rows.remove(next(r for r in rows if r["key"] == "a0_01.list"))
        )["rules.csv"]
    }
    load_plan(actor=SYSTEM, path=write(files, tmp_path))
    assert not Field.objects.filter(campaign=campaign, key="a0_01_list").exists()
    assert not Rule.objects.filter(campaign=campaign, key="a0_01.list").exists()


@pytest.fixture
def answered(campaign):
    """Return a field of the plan that has an answer."""
    from django.apps import apps
    from django.utils import timezone

    from haicap.register.models import Unit

    field = Field.objects.get(campaign=campaign, key="a0_05")
    apps.get_model("questionnaire", "VerifiedValue").objects.create(
        campaign=campaign, unit=Unit.objects.get(code="26740", level="commune", valid_to=None), field=field,
        text="3", number=3, at=timezone.now(), current=True,
    )  # fmt: skip
    return field


def test_a_field_with_answers_is_never_dropped(answered, tmp_path):
    files = with_rows("fields.csv", lambda rows: rows.remove(next(r for r in rows if r["key"] == "a0_05")))
    files |= {"fields.csv": files["fields.csv"] + b"A0.05,a0_05_new,Moi,New,integer,,no,,,,\n"}
    with pytest.raises(Refused) as refusal:
        load_plan(actor=SYSTEM, path=write(files, tmp_path))
    assert refusal.value.code == "plan.field_in_use"
    assert refusal.value.details == {"fields": ["a0_05"]}
    assert Field.objects.filter(pk=answered.pk).exists()


def test_a_field_with_answers_never_changes_its_type(answered, tmp_path):
    files = with_rows(
        "fields.csv", lambda rows: next(r for r in rows if r["key"] == "a0_05").update(type="decimal")
    )
    with pytest.raises(Refused, match="a0_05"):
        load_plan(actor=SYSTEM, path=write(files, tmp_path))


def test_what_the_secretariat_changed_stays_when_a_new_version_is_loaded(campaign, actor, tmp_path):
    from haicap.campaign.forms_plan import SettingsForm

    values = SettingsForm.initial_of(campaign) | {"number": "12/KH-UBND", "team_count": 11}
    change_settings(actor=actor(Role.SECRETARIAT), campaign=campaign, **values)
    files = with_rows("indicators.csv", lambda rows: rows[0].update(name_en="New name"))
    loaded = load_plan(actor=SYSTEM, path=write(files, tmp_path)).campaign
    assert (loaded.number, loaded.team_count) == ("12/KH-UBND", 11)


def test_a_faulty_plan_loads_nothing_and_names_every_fault(campaign, tmp_path):
    files = with_rows("rules.csv", lambda rows: [row.update(expression="${a9_99} > 0") for row in rows[:3]])
    with pytest.raises(Faulty) as refusal:
        load_plan(actor=SYSTEM, path=write(files, tmp_path), code="other")
    assert [(fault.row, fault.column) for fault in refusal.value.faults] == [
        (2, "expression"),
        (3, "expression"),
        (4, "expression"),
    ]
    assert "A9.99" in str(refusal.value.faults[0].message)
    assert not Campaign.objects.filter(code="other").exists()


def test_a_folder_without_a_plan_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"plan\.absent"):
        load_plan(actor=SYSTEM, path=tmp_path)


def test_only_those_who_may_change_a_plan_load_one(actor):
    with pytest.raises(NotAllowed):
        load_plan(actor=actor(Role.COMMUNE_OFFICER), path=SHIPPED)


def test_a_second_campaign_waits_while_one_is_open(campaign):
    second = load_plan(actor=SYSTEM, path=SHIPPED, code="hcmc-2026").campaign
    assert second.state == Campaign.State.DRAFT
    assert queries.current_campaign_for(actor=SYSTEM) == campaign


def test_days_off_come_with_the_plan(campaign):
    from datetime import date

    calendar = working_calendar()
    assert not calendar.is_working(date(2025, 9, 2))
    assert calendar.is_working(date(2025, 4, 26))


def test_the_default_window_holds_168_visits(campaign):
    slots = queries.slots_of(campaign=campaign)
    assert len(slots) == 20
    assert (
        len(slots) * campaign.team_count
        >= queries.surveyed_units_for(actor=SYSTEM, campaign=campaign).count()
        == 168
    )


def test_the_command_loads_validates_and_shows(campaign, tmp_path):
    out = StringIO()
    call_command("campaign", "load", str(SHIPPED), stdout=out)
    assert "148 indicators" in out.getvalue()
    call_command("campaign", "validate", str(SHIPPED), stdout=out)
    assert "no fault" in out.getvalue()
    call_command("campaign", "show", stdout=out)
    assert "180 places for 168 units; 0 short" in out.getvalue()


def test_the_command_prints_file_row_and_column_of_each_fault(db, tmp_path):
    files = shipped()
    files["legal.csv"] = files["legal.csv"].replace(b"B2,", b"B1,", 1)
    err = StringIO()
    with pytest.raises(CommandError):
        call_command("campaign", "validate", str(write(files, tmp_path)), stderr=err)
    assert "legal.csv:3:code:" in err.getvalue()


def test_a_loaded_sample_is_marked_on_every_page(campaign, client_as):
    load_plan(actor=SYSTEM, path=SHIPPED, sample=True)
    page = client_as(Role.SECRETARIAT).get("/campaign/")
    assert "DỮ LIỆU MẪU" in page.content.decode()
