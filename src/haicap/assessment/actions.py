"""The one write of the area: making a version of the consolidated report."""

from collections.abc import Callable

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.assessment import permissions
from haicap.assessment.annexes import annexes_xlsx
from haicap.assessment.freeze import freeze
from haicap.assessment.models import ConsolidatedReport
from haicap.assessment.paper import report_docx
from haicap.campaign.models import Campaign
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed, Text


def _silent(percent: int, message: Text) -> None:
    pass


def make_report(
    *, actor: Actor, campaign: Campaign, report: Callable[[int, Text], None] = _silent
) -> ConsolidatedReport:
    """Freeze the figures of `campaign` as they are now and write the report's files as a new version.

    `report(percent, message)` is told how far it is. The files are made before the transaction, so that nobody
    waits for them; the row is written whole or not at all.
    """
    actor.must(permissions.MAKE)
    if not actor.is_central:
        raise NotAllowed(
            "report.not_central", _("Only those who see every unit make the consolidated report.")
        )
    made_at = timezone.now()
    report(5, _("Reading the figures of all units"))
    frozen = freeze(actor=actor, campaign=campaign, made_at=made_at)
    report(40, _("Writing the report"))
    paper = report_docx(data=frozen.data, made_at=made_at)
    report(65, _("Writing the annexes"))
    annexes = annexes_xlsx(frozen=frozen, made_at=made_at)
    report(95, _("Keeping the version"))
    with transaction.atomic():
        held = Campaign.objects.select_for_update().get(pk=campaign.pk)  # one version number at a time
        last = ConsolidatedReport.objects.filter(campaign=held).aggregate(last=Max("number"))["last"] or 0
        row = ConsolidatedReport(
            campaign=held,
            number=last + 1,
            data=frozen.data,
            figures=frozen.figures,
            created_by_id=actor.person_id,
            created_at=made_at,
        )
        stem = f"{campaign.code}-bao-cao-{row.number}"
        row.docx.save(f"{stem}.docx", ContentFile(paper), save=False)
        row.xlsx.save(f"{stem}-phu-luc.xlsx", ContentFile(annexes), save=False)
        row.save()
        coverage = {name: frozen.data["coverage"][name] for name in ("units", "signed", "verified")}
        audit.record(
            actor=actor,
            action="assessment.report.made",
            subject=row,
            after={"number": row.number, "docx": row.docx.name, "xlsx": row.xlsx.name, **coverage},
        )
    return row
