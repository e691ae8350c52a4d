"""Figures of the calendar in templates: ``{% load timetable %}``."""

from django import template

from haicap.kernel.models import Job
from haicap.timetable.present import Course, course_of

register = template.Library()


@register.filter
def course(job: Job) -> Course | None:
    """Return how the computation of a job went so far."""
    return course_of(job.readings)
