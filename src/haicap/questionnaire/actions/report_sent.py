"""A filled plan's form from a client of the field becomes the report of its sender's unit, submitted to the chair.

The client knows nothing of the report as it is here. What it answers is laid over the report, indicator by indicator:
where it says nothing, what is here stays; areas that were not returned stay; answers that somebody else gave
differently are never overwritten unseen.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.questionnaire.actions.attachments import clean_name
from haicap.questionnaire.actions.evidence import attach_evidence
from haicap.questionnaire.actions.filled import text_of
from haicap.questionnaire.actions.parcel import Malformed
from haicap.questionnaire.actions.reports import REPORT_WRITE, submit
from haicap.questionnaire.models import Form, FormVersion, UnitReport
from haicap.questionnaire.queries.forms import plan_of, template_of
from haicap.questionnaire.queries.reports import digest
from haicap.questionnaire.rules import instance, names, states
from haicap.questionnaire.rules.instance import InstanceError
from haicap.questionnaire.rules.plan import Plan
from haicap.questionnaire.rules.schema import Envelope
from haicap.register.models import Unit

MOST_TOLD = 5  # findings in one message


def send_report(
    *,
    actor: Actor,
    form: Form,
    xml: bytes,
    envelope: Envelope,
    files: "Iterable[tuple[str, File[Any]]]" = (),
    is_incomplete: bool = False,
) -> str:
    """Take the report of the actor's unit and submit it; return the sentence its sender reads.

    Files of evidence_* questions become evidence first. With `is_incomplete` more files follow: nothing is submitted
    yet. The same again is harmless. Raises what `submit` raises, its findings told in the message; Missing 404.6 for
    an unknown version; Conflict where somebody else's answers would be lost.
    """
    actor.must(REPORT_WRITE)
    unit = _unit(actor)
    version = _version(form, envelope)
    plan = plan_of(campaign=form.campaign)
    given = _values(xml, envelope)
    report = UnitReport.objects.filter(campaign=form.campaign, unit=unit).select_related("saved_by").first()
    values = _laid_over(plan, report, given, actor)
    template = template_of(form=version)
    filled = template.fill(
        instance_id=str(names.instance_id(campaign=form.campaign.code, unit=unit.code)),
        values={name: text for name, text in values.items() if name in template.names},
    )
    if report is not None and report.state not in states.EDITABLE and report.xml_sha256 == digest(filled):
        return _("The report of your unit was here already.")
    for indicator, name, file in _evidence(plan, given, files):
        upload = UploadedFile(file=file, name=name, size=file.size)
        attach_evidence(
            actor=actor, campaign=form.campaign, unit=unit, indicator=indicator, name=name, upload=upload
        )
    if is_incomplete:
        return _("Received; more files are to follow.")
    _submit(actor, form, unit, filled)
    return _("The report of your unit was received and waits for the chair's signature.")


def _submit(actor: Actor, form: Form, unit: Unit, xml: str) -> None:
    revision = (
        UnitReport.objects.filter(campaign=form.campaign, unit=unit)
        .values_list("revision", flat=True)
        .first()
    )
    try:
        submit(actor=actor, campaign=form.campaign, unit=unit, revision=revision or 0, xml=xml)
    except Refused as refused:
        raise _told(refused) from refused


def _told(refused: Refused) -> Refused:
    """Return a refusal whose message names its findings: a client of the field shows nothing else."""
    problems: Any = refused.details.get("problems", ())
    wrong = [problem for problem in problems if problem["severity"] == "error"]
    lines = [f"{problem['label']}: {problem['message']}" for problem in wrong[:MOST_TOLD]]
    if len(wrong) > MOST_TOLD:
        lines.append(_("and %(count)s more") % {"count": len(wrong) - MOST_TOLD})
    text = "\n".join([str(refused.message), *lines])
    return Refused(refused.code, text, field=refused.field, details=refused.details)


def _unit(actor: Actor) -> Unit:
    unit = Unit.objects.filter(pk=actor.unit_id or -1).first()
    if unit is None:
        raise NotAllowed(
            "report.no_unit",
            _("You do not belong to a unit that reports in this survey."),
            details={"number": 403.1},
        )
    return unit


def _version(form: Form, envelope: Envelope) -> FormVersion:
    rows = form.versions.exclude(state=FormVersion.State.DRAFT).defer("schema")
    found = rows.filter(version=envelope.version).first()
    if found is None:
        raise Missing(
            "submission.version",
            _("This was filled in with version %(version)s of the form, which this server does not know.")
            % {"version": envelope.version[:100] or '""'},
            details={"number": 404.6},
        )
    return found


def _values(xml: bytes, envelope: Envelope) -> Mapping[str, str]:
    try:
        return instance.read(text_of(xml, envelope.root)).values
    except InstanceError as bad:
        raise Malformed(
            f"report.{bad.code}",
            _("What was sent cannot be read as a report of the plan."),
            details={"number": 400.1, "detail": bad.detail},
        ) from bad


def _groups(plan: Plan) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield (area, names that are answered together): the questions of an indicator, or one narrative question."""
    for topic in plan.topics:
        for item in topic.items:
            asked = tuple(ask.key for ask in item.fields if not ask.calculation)
            yield topic.code, (*asked, names.not_applicable(item.code), names.na_reason(item.code))
        for question in topic.questions:
            yield topic.code, (question.key,)


def _laid_over(
    plan: Plan, report: UnitReport | None, given: Mapping[str, str], actor: Actor
) -> dict[str, str]:
    """Return the answers of the report with `given` laid over it; raises Conflict."""
    here = dict(instance.read(report.xml).values) if report is not None else {}
    section = dict(report.sections.values_list("area__code", "state")) if report is not None else {}
    returned = report is not None and report.state == UnitReport.State.RETURNED
    own = report is None or report.saved_by_id in (None, actor.person_id)
    lost: list[str] = []
    found = {}
    for area, together in _groups(plan):
        locked = returned and section.get(area) not in states.OPEN_SECTIONS
        use_given = not locked and any(given.get(name) for name in together)
        for name in together:
            text = (given if use_given else here).get(name, "")
            if text:
                found[name] = text
            before = here.get(name, "")
            if before and text != before and not own and section.get(area) != "returned":
                lost.append(name)
    if lost and report is not None and report.state in states.EDITABLE:
        raise _would_be_lost(report, lost)
    return found


def _would_be_lost(report: UnitReport, lost: list[str]) -> Conflict:
    who = report.saved_by.full_name if report.saved_by else ""
    return Conflict(
        "report.other_answers",
        _(
            "%(who)s answered %(count)s questions of this report differently (%(names)s). Nothing was overwritten: "
            "open the report on the website and put both together there."
        )
        % {"who": who, "count": len(lost), "names": ", ".join(lost[:MOST_TOLD])},
        details={"number": 409.1, "names": lost},
    )


def _evidence(
    plan: Plan, given: Mapping[str, str], files: "Iterable[tuple[str, File[Any]]]"
) -> "Iterator[tuple[str, str, File[Any]]]":
    """Yield (indicator, file name, file) for the files that answer evidence questions and came along."""
    here = {clean_name(name): file for name, file in files}
    for topic in plan.topics:
        for item in topic.items:
            name = clean_name(given.get(names.evidence(item.code), "") or "-")
            if name in here:
                yield item.code, name, here[name]
