"""Reads of the kernel's own tables."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.models import AuditEntry, Job


def audit_for(*, actor: Actor, text: str = "") -> QuerySet[AuditEntry]:
    """Return the audit entries, newest first, whose action, actor or subject holds `text`."""
    actor.must("kernel.audit:read")
    rows = AuditEntry.objects.order_by("-sequence")
    if text:
        rows = rows.filter(
            Q(action__icontains=text) | Q(actor_name__icontains=text) | Q(subject_id__iexact=text)
        )
    return rows


def jobs_for(*, actor: Actor) -> QuerySet[Job]:
    """Return the jobs `actor` may follow: all with kernel.job:read, else those they asked for."""
    rows = Job.objects.select_related("requested_by")
    return rows if actor.may("kernel.job:read") else rows.filter(requested_by_id=actor.person_id or -1)


def job_for(*, actor: Actor, job_id: UUID) -> Job:
    """Return one job; raises Missing where it is not there for `actor`."""
    job = jobs_for(actor=actor).filter(pk=job_id).first()
    if job is None:
        raise Missing("job.missing", _("There is no such work in progress."))
    return job
