"""What is chosen for an export, who gets it, and the ways it is asked for: page, job, terminal."""

import io
import uuid
from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from haicap.accounts.queries import actor_of
from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM, Role
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.models import AuditEntry, Job
from haicap.questionnaire.actions import export as actions
from haicap.questionnaire.models import Assignment, Form, Submission
from haicap.questionnaire.queries.export import export_for
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.tests.export.survey import (
    AT,
    put,
    sheets,
    tables,
    written,
)


def test_states_and_days_choose_which_are_exported(survey, rows):
    def keys(**options):
        return [row["__id"] for row in tables(written(survey, **options))["submissions"]]

    assert keys(states=("approved", "rejected")) == [rows[0].instance_id, rows[2].instance_id]
    assert keys(since=date(2025, 8, 6), until=date(2025, 8, 6)) == [rows[0].instance_id, rows[1].instance_id]
    assert keys(until=date(2025, 8, 5)) == []
    assert keys(since=date(2025, 8, 7), until=date.max) == [rows[2].instance_id]


def test_an_edit_keeps_the_key_of_its_submission(survey, rows):
    row = rows[0]
    row.xml = row.xml.replace(row.instance_id, "uuid:edited")
    row.current_id = "uuid:edited"
    row.save()
    found = tables(written(survey))
    assert found["submissions"][0]["__id"] == row.instance_id
    assert found["office"][0]["__Submissions-id"] == row.instance_id


def test_a_broken_stored_form_is_named_and_does_not_stop_the_rest(survey, rows):
    Submission.objects.filter(pk=rows[1].pk).update(xml="<broken")
    found = tables(written(survey))["submissions"]
    assert [row["__fault"] for row in found] == ["", "not_xml", ""]
    assert found[2]["people"] == "12345678901234567"


def test_everybody_exports_what_they_see_and_no_more(survey, rows, actor, person):
    officer = person(Role.DEPARTMENT_OFFICER)
    Submission.objects.filter(pk=rows[1].pk).update(person=officer)
    Assignment.objects.create(form=survey, verb="read", scope="own", person=officer)
    found = tables(written(survey, actor=actor_of(person=officer)))
    assert [row["__id"] for row in found["submissions"]] == [rows[1].instance_id]
    assert [row["hall/hall_name"] for row in found["office"]] == ["'@Số 3"]
    with pytest.raises(NotAllowed):
        actions.export_submissions(actor=actor(Role.BRIDGE_TECHNICIAN), form=survey, options=Options())


def test_pages_of_rows_leave_none_out_and_repeat_none(survey, monkeypatch):
    monkeypatch.setattr("haicap.questionnaire.queries.export.PAGE", 3)
    kept = [put(survey, 2, {"staff": str(number)}).instance_id for number in range(10)]
    said = []
    export = export_for(actor=SYSTEM, form=survey, options=Options())
    put(survey, 2, {"staff": "later"})
    target = io.BytesIO()
    export.write(target, report=lambda done, of: said.append((done, of)))
    assert [row["__id"] for row in tables(target.getvalue())["submissions"]] == kept
    assert said == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_a_form_that_was_never_published_has_nothing_to_export(campaign):
    row = Form.objects.create(campaign=campaign, form_id="x", title="x", created_at=AT)
    with pytest.raises(Refused) as caught:
        export_for(actor=SYSTEM, form=row, options=Options())
    assert caught.value.code == "export.no_version"
    with pytest.raises(Refused):
        export_for(actor=SYSTEM, form=row, options=Options(format="doc"))


def test_the_plans_report_has_reported_and_verified_values_side_by_side(commune, campaign, plan, actor):
    from haicap.questionnaire.models import UnitReport, VerifiedValue

    commune.save()
    commune.submit()
    commune.sign()
    report = UnitReport.objects.get(unit=commune.unit)
    form = report.version.form
    if report.submission is None:
        Submission.objects.create(
            form=form, version=report.version, instance_id=str(report.instance_id), current_id="x", xml=report.xml,
            sha256="x", unit=commune.unit, received_at=AT,
        )  # fmt: skip
    field = campaign.fields.filter(reported_values__report=report, reported_values__na_reason="").first()
    VerifiedValue.objects.create(
        campaign=campaign, unit=commune.unit, field=field, text="77", reason="đếm lại", current=True, at=AT
    )
    (row,) = tables(written(form))["submissions"]
    column = next(name for name in row if name.rpartition("/")[2] == field.key)
    assert row[column] == commune.answers[field.key]
    assert (row[f"{column}~verified"], row[f"{column}~verified_note"]) == ("77", "đếm lại")
    assert row["__unit"] == commune.unit.code


def test_the_page_hands_out_the_file_and_notes_it(survey, rows, client_as):
    client = client_as(Role.SECRETARIAT)
    address = reverse("questionnaire:export", args=[survey.pk])
    assert client.get(address).status_code == 200
    answer = client.post(address, {"format": "csv", "states": ["approved"], "language": "Tiếng Việt (vi)"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="mot-cua-')
    found = tables(b"".join(answer.streaming_content))
    assert [row["__id"] for row in found["submissions"]] == [rows[0].instance_id]
    entry = AuditEntry.objects.filter(action="questionnaire.submissions.exported").latest("sequence")
    after = entry.after or {}
    assert (after["format"], after["count"]) == ("csv", 1)
    assert client.post(address, {"format": "doc"}).status_code == 422
    span = {"format": "csv", "since": "2025-08-06", "until": "2025-08-05"}
    assert client.post(address, span).status_code == 422


def test_a_large_export_is_made_by_a_job_for_who_asked(survey, rows, client_as, monkeypatch):
    monkeypatch.setitem(actions.AT_ONCE, "xlsx", 2)
    client, other = client_as(Role.SECRETARIAT), client_as(Role.ADMINISTRATOR)
    answer = client.post(
        reverse("questionnaire:export", args=[survey.pk]), {"format": "xlsx", "since": "2025-08-06"}
    )
    job = Job.objects.get(kind="questionnaire.export")
    assert answer.headers["Location"] == reverse("kernel:job", args=[job.pk])
    people = {client.person.pk: client.actor}
    assert jobs.run_next(actor_of=lambda key: people[key])
    job.refresh_from_db()
    assert (job.state, job.error) == ("done", "")
    result = job.result or {}
    assert result["count"] == 3
    ready = client.get(result["url"])
    assert result["filename"] in ready.content.decode()
    file = client.get(reverse("questionnaire:export-file", args=[result["token"]]))
    assert len(sheets(b"".join(file.streaming_content))["submissions"]) == 3
    assert other.get(result["url"]).status_code == 404
    assert other.get(reverse("questionnaire:export-file", args=[result["token"]])).status_code == 404


def test_old_exports_are_taken_away(survey, rows, monkeypatch, actor):
    who = actor(Role.SECRETARIAT)
    job = Job.objects.create(kind="questionnaire.export", state="done", requested_by_id=who.person_id)
    result = actions.keep_export(
        actor=who, form=survey, options=Options(), progress=jobs._Terminal(print, bool)
    )
    Job.objects.filter(pk=job.pk).update(result=result)
    token = uuid.UUID(result["token"])
    assert actions.drop_old_exports() == 0
    with actions.open_export(actor=who, token=token).source as source:
        assert len(source.read()) == result["bytes"]
    monkeypatch.setattr(actions, "KEPT_DAYS", -1)
    assert actions.drop_old_exports() >= 1
    with pytest.raises(Missing):
        actions.open_export(actor=who, token=token)


def test_the_terminal_writes_a_file(survey, rows, tmp_path):
    target = tmp_path / "mot-cua.zip"
    call_command("questionnaire", "export", "mot-cua", "--format", "csv", "--labels", "--language", "en",
                 "--out", str(target), stdout=io.StringIO())  # fmt: skip
    assert [row["People"] for row in tables(target.read_bytes())["submissions"]][:2] == ["12", "-5"]
