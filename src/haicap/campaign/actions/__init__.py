"""Writes of the area."""

from haicap.campaign.actions.nominations import nominate, nominate_bulk, request_nominations
from haicap.campaign.actions.plan import (
    LoadReport,
    change_settings,
    close_campaign,
    load_plan,
    mark_sample,
    open_campaign,
)
from haicap.campaign.actions.registration import register_slots, register_slots_bulk
from haicap.campaign.actions.teams import form_teams, place

__all__ = [
    "LoadReport",
    "change_settings",
    "close_campaign",
    "form_teams",
    "load_plan",
    "mark_sample",
    "nominate",
    "nominate_bulk",
    "open_campaign",
    "place",
    "register_slots",
    "register_slots_bulk",
    "request_nominations",
]
