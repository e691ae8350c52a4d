"""What an address names: project, form, version, submission; 404.1 where it is not there for the actor."""

from collections.abc import Iterator
from contextlib import contextmanager

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.central.errors import not_found
from haicap.questionnaire.models import Dataset, Form, FormVersion, Submission
from haicap.questionnaire.queries import collect
from haicap.questionnaire.queries.entities import dataset_of
from haicap.questionnaire.queries.projects import project_for


@contextmanager
def _or_not_found() -> Iterator[None]:
    try:
        yield
    except Missing as missing:
        raise not_found() from missing


def project(actor: Actor, pk: int) -> Campaign:
    """Return a project."""
    with _or_not_found():
        return project_for(actor=actor, pk=pk)


def form(actor: Actor, project_id: int, form_id: str) -> Form:
    """Return a form of a project."""
    with _or_not_found():
        campaign = Campaign.objects.filter(pk=project_id).first()
        if campaign is None:
            raise not_found()
        return collect.form_of(actor=actor, campaign=campaign, form_id=form_id)


def version(actor: Actor, project_id: int, form_id: str, *, is_draft: bool = False) -> FormVersion:
    """Return the published version of a form, or its draft."""
    found = form(actor, project_id, form_id)
    if not is_draft:
        with _or_not_found():
            row = collect.published_version(form=found)
    else:
        row = draft(actor, found)
    row.form = found
    return row


def draft(actor: Actor, form: Form) -> FormVersion:
    """Return the draft of a form, for those who write forms."""
    actor.must("questionnaire.form:write")
    row = form.versions.filter(state=FormVersion.State.DRAFT).first()
    if row is None:
        raise not_found()
    row.form = form
    return row


def submission(
    actor: Actor, form: Form, instance_id: str, *, verb: str = "", is_draft: bool = False
) -> Submission:
    """Return a submission by the identity it came with, or that of its newest edit."""
    with _or_not_found():
        return collect.submission_of(
            actor=actor, form=form, instance_id=instance_id, verb=verb, is_test=is_draft
        )


def dataset(actor: Actor, project_id: int, name: str) -> Dataset:
    """Return a list of a project."""
    with _or_not_found():
        campaign = Campaign.objects.filter(pk=project_id).first()
        if campaign is None:
            raise not_found()
        return dataset_of(actor=actor, campaign=campaign, name=name)
