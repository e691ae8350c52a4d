"""Figures and papers of the calendar in templates: ``{% load timetable %}``."""

import json
from datetime import date

from django import template

from haicap.kernel.models import Job
from haicap.timetable.models import Calendar, Visit
from haicap.timetable.paper import day_heading, place_text
from haicap.timetable.present import Course, course_of, proof_of

register = template.Library()


@register.filter
def course(job: Job) -> Course | None:
    """Return how the computation of a job went so far."""
    return course_of(job.readings)


@register.filter
def gap_percent(calendar: Calendar) -> str:
    """Return by how many per cent a version may cost more than the best; empty while nothing is proven."""
    return proof_of(calendar).percent


@register.filter
def as_json(value: object) -> str:
    """Return data as JSON text, to be escaped: fragments drop scripts, so charts there read it from an element."""
    return json.dumps(value, ensure_ascii=False)


@register.filter
def official_day(day: date) -> str:
    """Return a day as official documents write it."""
    return day_heading(day)


@register.filter
def official_place(visit: Visit) -> str:
    """Return the place or bridge point of a visit as the appendix writes it."""
    return place_text(visit)
