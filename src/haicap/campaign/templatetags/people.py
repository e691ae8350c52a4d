"""Sentences of nominations for templates: ``{% load people %}``."""

from django import template

from haicap.campaign import texts_people
from haicap.campaign.rules.composition import Lack

register = template.Library()


@register.filter
def lack_text(lack: Lack) -> str:
    """Return what nominations lack for an area."""
    return texts_people.lack_text(lack)
