"""Asking a unit about a figure that stands out."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.actions import notify
from haicap.accounts.models import Person
from haicap.campaign.models import Campaign, Field
from haicap.kernel import audit
from haicap.kernel.access import COMMUNE_ROLES, Actor
from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.models import Comment
from haicap.questionnaire.queries.reports import unit_report_for
from haicap.questionnaire.queries.versions import opened_row
from haicap.register.models import Unit

ASK = "questionnaire.submission:review"


def ask_about(*, actor: Actor, campaign: Campaign, unit: Unit, field: Field, text: str) -> Comment:
    """Ask the people of a unit about one of its signed figures; the question is kept with the report.

    It changes no state: an area that has to be completed is returned on its own page.
    """
    actor.must(ASK)
    actor.must("questionnaire.report:read")
    if not text.strip():
        raise Refused("quality.text", _("Write what you want to know."), field="text")
    report = unit_report_for(actor=actor, campaign=campaign, unit=unit)
    if report.submission is None:
        raise Refused("quality.unsigned", _("This report is not signed yet: there is nothing to ask about."))
    by_path = opened_row(row=report.submission.version).schema.by_path
    path = next((path for path, one in by_path.items() if one.name == field.key), f"/{field.key}")
    with transaction.atomic():
        comment = Comment.objects.create(
            submission=report.submission,
            path=path,
            text=nfc(text),
            person_id=actor.person_id,
            at=timezone.now(),
        )
        audit.record(
            actor=actor, action="questionnaire.figure.asked", subject=report.submission,
            after={"unit": unit.code, "field": field.key, "comment": comment.pk},
        )  # fmt: skip
        people = Person.objects.filter(
            body__unit=unit, is_active=True, roles__role__in=COMMUNE_ROLES
        ).distinct()
        notify(
            actor=actor, people=people, text_vi=f"Hỏi về số liệu báo cáo: {comment.text}"[:2000],
            text_en=f"A question about a reported figure: {comment.text}"[:2000],
            url=reverse("questionnaire:figure", args=[unit.code, field.key]),
        )  # fmt: skip
    return comment
