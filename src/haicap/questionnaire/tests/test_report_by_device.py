"""The report of a unit from a client of the field, and signed reports as submissions."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile

from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.questionnaire import actions
from haicap.questionnaire.actions.taking import take
from haicap.questionnaire.models import Edit, Evidence, Submission, UnitReport
from haicap.questionnaire.queries.forms import template_of
from haicap.questionnaire.rules import names
from haicap.questionnaire.tests.collecting import new_id
from haicap.questionnaire.tests.conftest import Commune

pytestmark = pytest.mark.django_db
INDICATOR = "A0.02"


def filled(commune: Commune, **changes: str) -> bytes:
    """Return what a field client sends: the form's own instance under an identity of its own."""
    values = commune.answers | changes
    return template_of(form=commune.form).fill(instance_id=new_id()[5:], values=values).encode()


def send(
    commune: Commune, xml: bytes, *files: tuple[str, bytes], actor: Actor | None = None, **more: Any
) -> str:
    """Send it as the officer."""
    named = [(name, ContentFile(raw)) for name, raw in files]
    return take(actor=actor or commune.officer, campaign_id=commune.campaign.pk, xml=xml, files=named, **more)


def test_a_sent_form_becomes_the_report_and_its_files_evidence(commune: Commune) -> None:
    paper = b"%PDF-1.4\n% MAU\n%%EOF\n"
    xml = filled(commune, **{names.evidence(INDICATOR): "minh-chung.pdf"})
    send(commune, xml, is_incomplete=True)
    assert not UnitReport.objects.exists(), "nothing is submitted before the last file"
    send(commune, xml, ("minh-chung.pdf", paper))
    row = UnitReport.objects.get()
    assert (row.unit, row.state, row.edition) == (commune.unit, "submitted", 1)
    assert row.instance_id == names.instance_id(campaign=commune.campaign.code, unit=commune.unit.code)
    [evidence] = Evidence.objects.all()
    assert (evidence.indicator.code, evidence.name) == (INDICATOR, "minh-chung.pdf")
    assert send(commune, xml, ("minh-chung.pdf", paper)), "its answer was lost on the way"
    row.refresh_from_db()
    assert row.edition == 1
    assert Evidence.objects.count() == 1
    with pytest.raises(Refused):
        send(commune, filled(commune, **{next(iter(commune.answers)): "77"}))
    assert not Submission.objects.exists(), "it is no submission before the chair has signed"


def test_what_the_plan_refuses_is_told_by_name_and_the_draft_is_kept(commune: Commune) -> None:
    key = next(key for key, text in commune.answers.items() if text.isdigit())
    with pytest.raises(Refused) as caught:
        send(commune, filled(commune, **{key: "không phải số"}))
    assert "không phải số" in str(caught.value.message)
    assert UnitReport.objects.get().state == "drafting"
    assert send(commune, filled(commune))


def test_others_have_no_report_to_send(commune: Commune, actor: Callable[..., Actor]) -> None:
    for role in (Role.COMMUNE_CHAIR, Role.SECRETARIAT):
        with pytest.raises(NotAllowed):
            send(commune, filled(commune), actor=actor(role))
    with pytest.raises(Missing):
        send(commune, filled(commune).replace(b'version="', b'version="9'))


def test_answers_of_somebody_else_are_never_overwritten_unseen(
    commune: Commune, actor: Callable[..., Actor]
) -> None:
    key = next(key for key, text in commune.answers.items() if text.isdigit())
    commune.save()
    other = actor(Role.COMMUNE_OFFICER, unit=commune.unit)
    with pytest.raises(Conflict) as caught:
        send(commune, filled(commune, **{key: "123456"}), actor=other)
    assert key in str(caught.value.message)
    assert UnitReport.objects.get().state == "drafting"
    send(commune, filled(commune), actor=other)
    assert UnitReport.objects.get().state == "submitted", "the same answers are no conflict"


def test_a_signed_report_is_a_submission_and_a_later_one_its_edit(
    commune: Commune, actor: Callable[..., Actor]
) -> None:
    commune.submit()
    commune.sign()
    row = Submission.objects.get()
    report = UnitReport.objects.get()
    assert report.submission == row
    assert (row.form.purpose, row.unit, row.person_id) == ("report", commune.unit, commune.officer.person_id)
    assert (row.xml, row.state, row.edits) == (report.xml, "received", 0)
    area = report.sections.select_related("area")[0].area.code
    reviewer = actor(Role.SECRETARIAT)
    where: dict[str, Any] = {"campaign": commune.campaign, "unit": commune.unit}
    actions.return_section(actor=reviewer, area=area, reason="thiếu", **where)
    row.refresh_from_db()
    assert row.state == "has_issues"
    commune.revision = UnitReport.objects.get().revision
    commune.submit()
    commune.sign()
    row.refresh_from_db()
    assert (row.state, row.edits) == ("edited", 1)
    assert row.current_id != row.instance_id
    assert row.current_id in row.xml
    assert [edit.number for edit in Edit.objects.filter(submission=row)] == [0, 1]
    for section in UnitReport.objects.get().sections.select_related("area"):
        actions.accept_section(actor=reviewer, area=section.area.code, **where)
    row.refresh_from_db()
    assert row.state == "approved"
