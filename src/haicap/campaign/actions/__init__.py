"""Writes of the area."""

from haicap.campaign.actions.plan import (
    LoadReport,
    change_settings,
    close_campaign,
    load_plan,
    mark_sample,
    open_campaign,
)

__all__ = ["LoadReport", "change_settings", "close_campaign", "load_plan", "mark_sample", "open_campaign"]
