"""Make and publish versions of the plan's own form."""

import hashlib
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.tables import Faulty
from haicap.questionnaire.models import Form, FormVersion
from haicap.questionnaire.queries.forms import plan_of
from haicap.questionnaire.rules import names, workbook, xlsform
from haicap.questionnaire.rules.plan import Plan
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.rules.troubles import FormError
from haicap.questionnaire.texts.troubles import FormFaulty

FORM_WRITE = "questionnaire.form:write"


def _next_version(campaign: Campaign) -> int:
    rows = FormVersion.objects.filter(form__campaign=campaign, form__purpose=Form.Purpose.REPORT)
    last = rows.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def _faulty(name: str, bad: FormError) -> Faulty:
    return FormFaulty("form.faulty", _("The workbook is not a form of this plan."), name=name, bad=bad)


def publish_form(*, actor: Actor, campaign: Campaign, raw: bytes, xform: str, note: str = "") -> FormVersion:
    """Publish a converted workbook as the next version; the one before stays readable for its reports."""
    actor.must(FORM_WRITE)
    with transaction.atomic():
        Campaign.objects.select_for_update().get(pk=campaign.pk)
        version, now = _next_version(campaign), timezone.now()
        form = _report_form(campaign, actor, now)
        form.versions.filter(state=FormVersion.State.PUBLISHED).update(state=FormVersion.State.SUPERSEDED)
        row = FormVersion(
            form=form,
            number=version,
            version=str(version),
            xform=xform,
            sha256=hashlib.sha256(xform.encode()).hexdigest(),
            md5=hashlib.md5(xform.encode(), usedforsecurity=False).hexdigest(),
            schema=Schema.of(xform).to_json(),
            note=note[:500],
            created_by_id=actor.person_id,
            created_at=now,
            published_at=now,
        )
        row.source.save(f"{names.element(campaign.code)}-v{version}.xlsx", ContentFile(raw), save=False)
        row.save()
        audit.record(
            actor=actor,
            action="questionnaire.form.published",
            subject=row,
            after={"version": version, "sha256": row.sha256, "note": row.note},
        )
    return row


def _report_form(campaign: Campaign, actor: Actor, now: datetime) -> Form:
    return Form.objects.get_or_create(
        campaign=campaign,
        purpose=Form.Purpose.REPORT,
        defaults={
            "form_id": names.element(campaign.code),
            "title": campaign.title_vi,
            "created_by_id": actor.person_id,
            "created_at": now,
        },
    )[0]


def build_form(*, actor: Actor, campaign: Campaign) -> FormVersion:
    """Make the form from the plan and publish it; a form equal to the published one is returned unchanged."""
    actor.must(FORM_WRITE)
    plan = plan_of(campaign=campaign)
    published = FormVersion.objects.filter(
        form__campaign=campaign, form__purpose=Form.Purpose.REPORT, state=FormVersion.State.PUBLISHED
    ).first()
    if published is not None and _convert(plan, version=published.number)[1] == published.xform:
        return published
    raw, xform = _convert(plan, version=_next_version(campaign))
    return publish_form(actor=actor, campaign=campaign, raw=raw, xform=xform, note="plan")


def _convert(plan: Plan, *, version: int) -> tuple[bytes, str]:
    raw = workbook.write(
        survey=xlsform.survey_rows(plan),
        choices=xlsform.choice_rows(plan),
        settings=xlsform.setting_rows(plan, version=version),
    )
    try:
        return raw, workbook.to_xform(raw)
    except FormError as bad:
        raise _faulty(plan.code, bad) from bad


def load_form(
    *, actor: Actor, campaign: Campaign, raw: bytes, name: str
) -> tuple[FormVersion, tuple[str, ...]]:
    """Publish an edited workbook; returns it and the questions it adds, which stay in the XML only.

    Raises Faulty naming every fault by sheet, row and column; nothing is published then.
    """
    actor.must(FORM_WRITE)
    plan = plan_of(campaign=campaign)
    rows = [row for row in xlsform.survey_rows(plan) if "name" in row and not row["type"].startswith("begin")]
    wanted = {row["name"]: row["type"] for row in rows if row["type"] != "note"}
    settings = {
        column: value
        for column, value in xlsform.setting_rows(plan, version=_next_version(campaign))[0].items()
        if column in ("form_id", "version")
    }
    try:
        loaded = workbook.read(raw, settings=settings, wanted=wanted, known=())
    except FormError as bad:
        raise _faulty(name, bad) from bad
    form = publish_form(actor=actor, campaign=campaign, raw=loaded.raw, xform=loaded.xform, note=name)
    return form, loaded.extra
