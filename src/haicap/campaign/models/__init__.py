"""Tables of the area, by noun."""

from haicap.campaign.models.plan import AreaLead, Campaign, ContentArea, Field, Indicator, Question, Rule

__all__ = ["AreaLead", "Campaign", "ContentArea", "Field", "Indicator", "Question", "Rule"]
