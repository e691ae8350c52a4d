"""Campaigns as field clients know them: projects."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign
from haicap.campaign.queries import campaigns_for
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Dataset, FieldKey, Form, Submission
from haicap.questionnaire.queries.collect import forms_for

_READ = "campaign.plan:read"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFigures:
    """How much there is in a project, as far as the caller may know."""

    forms: int = 0
    app_users: int = 0
    datasets: int = 0
    last_submission: datetime | None = None
    last_entity: datetime | None = None


def projects_for(*, actor: Actor) -> QuerySet[Campaign]:
    """Return the campaigns `actor` may see as projects; for a device, those of its forms and its own."""
    if actor.may(_READ):
        return campaigns_for(actor=actor)
    known = Q(pk__in=forms_for(actor=actor).order_by().values("campaign"))
    if actor.key_id is not None:
        known |= Q(pk__in=FieldKey.objects.filter(pk=actor.key_id).values("campaign"))
    return Campaign.objects.filter(known)


def project_for(*, actor: Actor, pk: int) -> Campaign:
    """Return one visible campaign by its key; raises Missing."""
    found = projects_for(actor=actor).filter(pk=pk).first()
    if found is None:
        raise Missing("campaign.missing", _("There is no such campaign, or not for you."))
    return found


def figures_of_projects(*, actor: Actor) -> Mapping[int, ProjectFigures]:
    """Return the figures of all projects by key (four queries, and one for each)."""
    forms = dict(_by_campaign(forms_for(actor=actor), Count("pk")))
    keys = dict(_by_campaign(FieldKey.objects.filter(revoked_at=None), Count("pk")))
    sets = dict(_by_campaign(Dataset.objects.all(), Count("pk")))
    entities = dict(_by_campaign(Dataset.objects.all(), Max("changed_at")))
    return {
        pk: ProjectFigures(
            forms=forms.get(pk, 0), app_users=keys.get(pk, 0) if actor.may("questionnaire.key:write") else 0,
            datasets=sets.get(pk, 0) if actor.may("questionnaire.dataset:read") else 0,
            last_submission=_last(actor, pk),
            last_entity=entities.get(pk) if actor.may("questionnaire.dataset:read") else None,
        )
        for pk in {*forms, *keys, *sets}
    }  # fmt: skip


def _by_campaign(
    rows: QuerySet[Form] | QuerySet[FieldKey] | QuerySet[Dataset], what: Count | Max
) -> list[tuple[int, Any]]:
    return list(rows.order_by().values_list("campaign").annotate(found=what))


def _last(actor: Actor, campaign: int) -> datetime | None:
    if not actor.may("questionnaire.submission:see"):
        return None
    rows = Submission.objects.filter(form__campaign=campaign, deleted_at=None, is_test=False)
    return rows.order_by("-pk").values_list("received_at", flat=True).first()
