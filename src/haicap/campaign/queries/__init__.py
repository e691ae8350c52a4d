"""Reads of the area."""

from haicap.campaign.queries.plan import (
    area_for,
    areas_of,
    banner,
    campaign_for,
    campaigns_for,
    checker_of,
    current_campaign_for,
    fields_of,
    indicator_for,
    indicators_of,
    questions_of,
    rules_of,
    slots_of,
    surveyed_units_for,
)
from haicap.campaign.queries.registration import registrations_for
from haicap.campaign.queries.teams import nominations_for, teams_for

__all__ = [
    "area_for",
    "areas_of",
    "banner",
    "campaign_for",
    "campaigns_for",
    "checker_of",
    "current_campaign_for",
    "fields_of",
    "indicator_for",
    "indicators_of",
    "nominations_for",
    "questions_of",
    "registrations_for",
    "rules_of",
    "slots_of",
    "surveyed_units_for",
    "teams_for",
]
