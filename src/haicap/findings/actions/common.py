"""What several writes share: whose unit it is, which area is meant, what a gap is called."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Campaign, ContentArea
from haicap.campaign.queries import surveyed_units_for
from haicap.findings.rules import Gap
from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed, Refused, Text
from haicap.register.models import Unit
from haicap.timetable.queries import visits_for

TEXTS: Mapping[str, Text] = {
    "text_missing": _("Say what the difficulty is."),
    "group_unknown": _("Choose one of the groups."),
    "level_unknown": _("Choose one of the levels."),
    "severity_out_of_range": _("Severity goes from 1 to 4."),
    "verb_unknown": _("Choose one of the verbs."),
    "level_missing": _("Say which level is competent: commune, City or Central."),
    "evidence_missing": _("Severity 4 needs a reference to evidence."),
    "verb_missing": _("A proposal starts with one verb."),
    "proposal_missing": _("Say what is proposed."),
    "body_missing": _("Name the one body the proposal goes to."),
    "body_several": _("One body only. Make one record for each body."),
    "due_missing": _("Give the one day by which it is asked for."),
    "required": _("This is needed before the visit is closed."),
    "ends_before_start": _("The visit ends after it starts."),
    "action_incomplete": _("Each agreed action needs its text and its day."),
    "areas_unverified": _("Some areas are not verified. State the reason, or verify them first."),
}


def refuse_gaps(*, code: str, gaps: Sequence[Gap]) -> None:
    """Raise Refused for the first of `gaps`, naming all of them in its details."""
    if gaps:
        raise Refused(
            f"{code}.{gaps[0].code}",
            TEXTS[gaps[0].code],
            field=gaps[0].field,
            details={"gaps": {gap.field: str(TEXTS[gap.code]) for gap in gaps}},
        )


def must_write_for(*, actor: Actor, campaign: Campaign, unit: Unit) -> None:
    """Raise NotAllowed unless `actor` may enter findings about `unit`.

    Communes write about themselves, team people about the units their teams visit, central people about all.
    """
    if actor.is_central or (actor.is_commune and actor.unit_id == unit.pk):
        known = surveyed_units_for(actor=actor, campaign=campaign).filter(pk=unit.pk).exists()
    else:
        known = actor.is_team and visits_for(actor=actor, campaign=campaign).filter(unit=unit).exists()
    if not known:
        raise NotAllowed("findings.other_unit", _("You may only write about your own units."), field="unit")


def area_of(*, campaign: Campaign, code: str) -> ContentArea:
    """Return a content area of `campaign` by code; raises Refused."""
    area = campaign.areas.filter(code=code).first()
    if area is None:
        raise Refused("findings.area_unknown", _("Choose one of the content areas."), field="area")
    return area
