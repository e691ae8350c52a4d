"""What clients of the field may fetch: forms with their versions, and the files of a version."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.questionnaire.models import Dataset, Form, FormMedia, FormVersion
from haicap.questionnaire.queries.collect import fillable_forms_for, form_to_fill, published_version


def campaign_of(*, actor: Actor, pk: int) -> Campaign:
    """Return the campaign that clients call a project; raises Missing where nobody may fill anything in for it."""
    found = Campaign.objects.exclude(state=Campaign.State.DRAFT).filter(pk=pk).first()
    if found is None and actor.is_central:
        found = Campaign.objects.filter(pk=pk).first()
    if found is None:
        raise Missing("campaign.missing", _("There is no such project."), details={"number": 404.1})
    return found


def listed_for(*, actor: Actor, campaign: Campaign, form_id: str = "") -> Sequence[FormVersion]:
    """Return the published versions of the open forms that `actor` fills in, each with `has_media` (one query)."""
    forms = fillable_forms_for(actor=actor, campaign=campaign)
    if form_id:
        forms = forms.filter(form_id=form_id)
    rows = FormVersion.objects.filter(form__in=forms.values("pk"), state=FormVersion.State.PUBLISHED)
    return list(
        rows.select_related("form")
        .defer("xform", "schema", "warnings")
        .annotate(has_media=Exists(_there(FormMedia.objects.filter(version=OuterRef("pk")))))
        .order_by("form__title", "form__form_id")
    )


def _there(rows: QuerySet[FormMedia]) -> QuerySet[FormMedia]:
    return rows.exclude(file="", dataset=None)


def version_to_fetch(*, actor: Actor, campaign: Campaign, form_id: str) -> FormVersion:
    """Return the published version of a form that `actor` fills in; raises Missing, NotAllowed."""
    form: Form = form_to_fill(actor=actor, campaign=campaign, form_id=form_id)
    return published_version(form=form)


def media_of(*, version: FormVersion, name: str = "") -> Sequence[FormMedia]:
    """Return the files of a version that are there (brought by its author, or made from a dataset)."""
    rows = _there(FormMedia.objects.filter(version=version).select_related("dataset"))
    return list(rows.filter(name=name) if name else rows)


def one_media_of(*, version: FormVersion, name: str) -> FormMedia:
    """Return one file of a version; raises Missing."""
    found = media_of(version=version, name=name)
    if not found:
        raise Missing("media.missing", _("This form has no such file."), details={"number": 404.1})
    return found[0]


def dataset_to_fetch(*, actor: Actor, campaign: Campaign, name: str) -> Dataset:
    """Return a dataset that a form `actor` fills in reads; raises Missing."""
    forms = fillable_forms_for(actor=actor, campaign=campaign)
    found = Dataset.objects.filter(
        campaign=campaign, name=name, form_media__version__form__in=forms.values("pk"),
        form_media__version__state=FormVersion.State.PUBLISHED,
    ).first()  # fmt: skip
    if found is None:
        raise Missing(
            "dataset.missing", _("There is no such list, or not for you."), details={"number": 404.1}
        )
    return found
