"""Which content areas a person reviews."""

from haicap.campaign.models import Campaign, NominationArea
from haicap.kernel.access import Actor, Role

_ALL_AREAS = frozenset({Role.SECRETARIAT, Role.TEAM_HEAD, Role.TEAM_DEPUTY, Role.TEAM_SECRETARY})


def review_areas_of(*, actor: Actor, campaign: Campaign) -> frozenset[int] | None:
    """Return the ids of the areas `actor` reviews, None for all: a plain member reviews those they were
    named for."""
    if actor.is_system or actor.roles & _ALL_AREAS:
        return None
    return frozenset(
        NominationArea.objects.filter(
            nomination__campaign=campaign,
            nomination__person_id=actor.person_id or 0,
            nomination__membership__isnull=False,
        ).values_list("area_id", flat=True)
    )
