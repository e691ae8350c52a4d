"""What a commune does with its report: save, submit, sign off, take back. Each is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.actions import notify
from haicap.accounts.queries import people_with
from haicap.campaign.models import Campaign, ContentArea
from haicap.kernel import audit
from haicap.kernel.access import Actor, Role
from haicap.kernel.errors import Conflict, NotAllowed, Refused
from haicap.kernel.revision import claim
from haicap.questionnaire.actions import values as stored
from haicap.questionnaire.actions.checks import refuse_problems, report_problems
from haicap.questionnaire.actions.report_record import record
from haicap.questionnaire.models import Form, FormVersion, Section, UnitReport
from haicap.questionnaire.queries.forms import plan_of, template_of
from haicap.questionnaire.queries.reports import digest
from haicap.questionnaire.rules import instance, names, report, states
from haicap.questionnaire.rules.instance import Instance, InstanceError
from haicap.questionnaire.rules.plan import Plan
from haicap.register.models import Unit

REPORT_WRITE = "questionnaire.report:write"
REPORT_SIGN = "questionnaire.report:sign"


def must_own(actor: Actor, unit: Unit, permission: str) -> None:
    actor.must(permission)
    if not actor.is_system and actor.unit_id != unit.pk:
        raise NotAllowed("report.not_yours", _("Only people of the unit itself may do this."))


def read_instance(*, campaign: Campaign, unit: Unit, xml: str) -> tuple[Instance, FormVersion]:
    """Return what `xml` says and the version of the form it was made with; raises Refused where it is
    neither."""
    try:
        given = instance.read(xml)
    except InstanceError as bad:
        raise Refused(
            f"report.{bad.code}",
            _(
                "What the page sent cannot be read as a report. Reload the page; your answers are on this "
                "device."
            ),
            details={"detail": bad.detail},
        ) from bad
    expected = str(names.instance_id(campaign=campaign.code, unit=unit.code))
    form = (
        FormVersion.objects.filter(form__campaign=campaign, form__purpose=Form.Purpose.REPORT)
        .filter(version=given.version)
        .first()
    )
    if given.form_id != names.element(campaign.code) or form is None or given.instance_id != expected:
        raise Refused("report.other_form", _("This is the report of another unit or another form."))
    return given, form


def row_of(campaign: Campaign, unit: Unit, form: FormVersion, *, actor: Actor, now: datetime) -> UnitReport:
    """Return the report's row, made with revision 0 where it is the first save; a racing first save
    conflicts."""
    row = UnitReport.objects.select_for_update().filter(campaign=campaign, unit=unit).first()
    if row is not None:
        return row
    identity = names.instance_id(campaign=campaign.code, unit=unit.code)
    blank = template_of(form=form).fill(instance_id=str(identity), values={})
    try:
        with transaction.atomic():
            row = UnitReport.objects.create(
                campaign=campaign, unit=unit, version=form, instance_id=identity, xml=blank, xml_sha256="",
                revision=0, saved_by_id=actor.person_id, saved_at=now,
            )  # fmt: skip
            areas = ContentArea.objects.filter(campaign=campaign)
            Section.objects.bulk_create(Section(report=row, area=area) for area in areas)
    except IntegrityError:
        row = UnitReport.objects.select_for_update().get(campaign=campaign, unit=unit)
    return row


def _conflict(row: UnitReport, conflict: Conflict) -> Conflict:
    """Return the conflict with the report as it is now, so that the page can lay both side by side."""
    row.refresh_from_db()
    return Conflict(
        conflict.code,
        conflict.message,
        details={
            "revision": row.revision,
            "xml": row.xml,
            "saved_by": row.saved_by.full_name if row.saved_by else "",
            "saved_at": row.saved_at.isoformat(),
            "state": row.state,
        },
    )


def _is_repeat(row: UnitReport, *, revision: int, xml: str) -> bool:
    """Say whether this very save was done before: its answer was lost on the way."""
    return row.revision == revision + 1 and row.xml_sha256 == digest(xml)


def _refuse_locked(row: UnitReport, plan: Plan, given: Mapping[str, str]) -> None:
    """Refuse a change in an area that is accepted or verified while another was returned."""
    if row.state != UnitReport.State.RETURNED or not row.xml_sha256:
        return
    before = instance.read(row.xml).values
    locked = set(row.sections.exclude(state__in=states.OPEN_SECTIONS).values_list("area__code", flat=True))
    for topic in plan.topics:
        if topic.code in locked:
            for name in report.names_in(topic):
                if before.get(name, "") != given.get(name, ""):
                    raise Refused(
                        "report.area_locked",
                        _("Area %(area)s was not returned to you and cannot be changed.")
                        % {"area": topic.code},
                        field=name,
                    )


def _store(
    row: UnitReport, plan: Plan, given: Instance, form: FormVersion, *, actor: Actor, xml: str, now: datetime
) -> None:
    row.version, row.xml, row.xml_sha256 = form, xml, digest(xml)
    row.saved_by_id, row.saved_at = actor.person_id, now
    row.save()
    done = report.progress(plan, given.values)
    topics = {topic.code: topic for topic in plan.topics}
    sections: Sequence[Section] = list(row.sections.select_related("area"))
    for section in sections:
        topic = topics[section.area.code]
        section.answered, section.wanted = done[topic.code].answered, done[topic.code].wanted
        section.state = states.after_save(state=section.state, started=report.is_started(topic, given.values))
    Section.objects.bulk_update(sections, ["answered", "wanted", "state"])


def _save(
    *, actor: Actor, campaign: Campaign, unit: Unit, revision: int, xml: str
) -> tuple[UnitReport, Plan, Instance]:
    """Write the draft; call it inside a transaction. A save that was done before changes nothing."""
    given, form = read_instance(campaign=campaign, unit=unit, xml=xml)
    now = timezone.now()
    row = row_of(campaign, unit, form, actor=actor, now=now)
    plan = plan_of(campaign=campaign)
    if _is_repeat(row, revision=revision, xml=xml):
        return row, plan, given
    if row.state not in states.EDITABLE:
        raise Refused(
            "report.not_open",
            _("The report was submitted and cannot be changed unless it is returned."),
            details={"state": row.state, "revision": row.revision},
        )
    try:
        claim(row, revision=revision)
    except Conflict as conflict:
        raise _conflict(row, conflict) from conflict
    _refuse_locked(row, plan, given.values)
    _store(row, plan, given, form, actor=actor, xml=xml, now=now)
    return row, plan, given


def save_draft(*, actor: Actor, campaign: Campaign, unit: Unit, revision: int, xml: str) -> UnitReport:
    """Keep the form as it is now, complete or not. `revision` is the one last read, 0 for the first save.

    Raises Refused for something that is not this unit's report or is closed to changes, Conflict where
    somebody
    else saved in between (details: revision, xml, saved_by, saved_at). Sending the same save twice is
    harmless.
    """
    must_own(actor, unit, REPORT_WRITE)
    with transaction.atomic():
        before = (
            UnitReport.objects.filter(campaign=campaign, unit=unit).values_list("revision", flat=True).first()
        )
        row, _plan, _given = _save(actor=actor, campaign=campaign, unit=unit, revision=revision, xml=xml)
        if row.revision != before:
            audit.record(
                actor=actor,
                action="questionnaire.report.saved",
                subject=row,
                before={"revision": before},
                after={"revision": row.revision, "sha256": row.xml_sha256},
            )
    return row


def submit(*, actor: Actor, campaign: Campaign, unit: Unit, revision: int, xml: str) -> UnitReport:
    """Hand the report to the chair: every rule of the plan is checked, every value kept as a new edition.

    Raises Refused("report.problems") naming the fields; the draft itself is kept as it was sent, before that.
    Sending the same submission twice is harmless.
    """
    must_own(actor, unit, REPORT_WRITE)
    row = UnitReport.objects.filter(campaign=campaign, unit=unit).first()
    if row is not None and row.state == UnitReport.State.SUBMITTED and row.xml_sha256 == digest(xml):
        return row
    save_draft(actor=actor, campaign=campaign, unit=unit, revision=revision, xml=xml)
    with transaction.atomic():
        row = UnitReport.objects.select_for_update().get(campaign=campaign, unit=unit)
        if row.xml_sha256 != digest(xml) or row.state not in states.EDITABLE:
            raise _conflict(row, Conflict("record.changed", _("Somebody else changed the report meanwhile.")))
        plan = plan_of(campaign=campaign)
        values = instance.read(row.xml).values
        now, today = timezone.now(), timezone.localdate()
        problems = report_problems(plan=plan, values=values, today=today)
        refuse_problems(problems, revision=row.revision)
        row.edition += 1
        row.state, row.submitted_by_id, row.submitted_at = UnitReport.State.SUBMITTED, actor.person_id, now
        claim(row, revision=row.revision)
        row.save()
        stored.write_edition(
            row=row, plan=plan, values=values, person_id=actor.person_id, now=now, today=today
        )
        audit.record(
            actor=actor, action="questionnaire.report.submitted", subject=row,
            after={"edition": row.edition, "sha256": row.xml_sha256},
        )  # fmt: skip
        _tell(actor, unit, [Role.COMMUNE_CHAIR],
              "Báo cáo khảo sát của đơn vị chờ đồng chí ký duyệt.",
              "The survey report of your unit waits for your signature.")  # fmt: skip
    return row


def _tell(actor: Actor, unit: Unit, roles: Sequence[Role], text_vi: str, text_en: str) -> None:
    people = {
        person.pk: person for role in roles for person in people_with(role=role).filter(body__unit=unit)
    }
    url = reverse("questionnaire:report", args=[unit.code])
    notify(actor=actor, people=people.values(), text_vi=text_vi, text_en=text_en, url=url)


def sign(*, actor: Actor, campaign: Campaign, unit: Unit, revision: int) -> UnitReport:
    """Sign the submitted report off: its values become the reported ones, its areas go to the reviewers."""
    must_own(actor, unit, REPORT_SIGN)
    with transaction.atomic():
        row = _submitted(campaign, unit, revision)
        now = timezone.now()
        row.state, row.signed_by_id, row.signed_at = UnitReport.State.SIGNED, actor.person_id, now
        stored.make_current(row=row)
        sections = row.sections.filter(state__in=states.OPEN_SECTIONS)
        sections.filter(submitted_at=None).update(submitted_at=row.submitted_at)
        sections.update(state=Section.State.SUBMITTED)
        row.state = states.report_state(row.sections.values_list("state", flat=True))
        row.save()
        record(report=row)
        audit.record(
            actor=actor, action="questionnaire.report.signed", subject=row,
            after={"edition": row.edition, "sha256": row.xml_sha256},
        )  # fmt: skip
    return row


def take_back(*, actor: Actor, campaign: Campaign, unit: Unit, revision: int, reason: str) -> UnitReport:
    """The chair gives a submitted report back to the officer, with a reason, before signing it."""
    must_own(actor, unit, REPORT_SIGN)
    if not reason.strip():
        raise Refused("report.reason", _("Say what is to be changed."), field="reason")
    with transaction.atomic():
        row = _submitted(campaign, unit, revision)
        returned = row.sections.filter(state=Section.State.RETURNED).exists()
        row.state = UnitReport.State.RETURNED if returned else UnitReport.State.DRAFTING
        row.save()
        audit.record(
            actor=actor,
            action="questionnaire.report.taken_back",
            subject=row,
            after={"reason": reason.strip()},
        )
        _tell(actor, unit, [Role.COMMUNE_OFFICER],
              f"Lãnh đạo đơn vị trả lại báo cáo khảo sát: {reason.strip()}",
              f"The chair gave the survey report back: {reason.strip()}")  # fmt: skip
    return row


def _submitted(campaign: Campaign, unit: Unit, revision: int) -> UnitReport:
    row = UnitReport.objects.select_for_update().filter(campaign=campaign, unit=unit).first()
    if row is None or row.state != UnitReport.State.SUBMITTED:
        raise Refused("report.not_submitted", _("The report is not waiting for a signature."))
    claim(row, revision=revision)
    return row
