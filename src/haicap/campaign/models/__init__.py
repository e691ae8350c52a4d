"""Tables of the area, by noun."""

from haicap.campaign.models.plan import AreaLead, Campaign, ContentArea, Field, Indicator, Question, Rule
from haicap.campaign.models.registration import SlotBlock, SlotPreference, SlotRegistration
from haicap.campaign.models.teams import (
    Absence,
    Nomination,
    NominationArea,
    NominationRequest,
    Team,
    TeamMember,
)

__all__ = [
    "Absence",
    "AreaLead",
    "Campaign",
    "ContentArea",
    "Field",
    "Indicator",
    "Nomination",
    "NominationArea",
    "NominationRequest",
    "Question",
    "Rule",
    "SlotBlock",
    "SlotPreference",
    "SlotRegistration",
    "Team",
    "TeamMember",
]
