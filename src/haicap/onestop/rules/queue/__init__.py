"""Queues and appointments of a centre. Pure: data in, decisions out."""

from haicap.onestop.rules.queue.foretell import Standing, Wait, foretell, remaining
from haicap.onestop.rules.queue.hours import (
    Window,
    faults_of_hours,
    pauses_of,
    read_hours,
    read_windows,
    show_windows,
    takes_tickets,
    windows_on,
)
from haicap.onestop.rules.queue.order import Desk, Policy, Waiting, can_serve, choose
from haicap.onestop.rules.queue.service import Seen, means
from haicap.onestop.rules.queue.settings import LIMITS, Settings, faults_of_settings
from haicap.onestop.rules.queue.slots import Slot, bookable, slots_on

__all__ = [
    "LIMITS",
    "Desk",
    "Policy",
    "Seen",
    "Settings",
    "Slot",
    "Standing",
    "Wait",
    "Waiting",
    "Window",
    "bookable",
    "can_serve",
    "choose",
    "faults_of_hours",
    "faults_of_settings",
    "foretell",
    "means",
    "pauses_of",
    "read_hours",
    "read_windows",
    "remaining",
    "show_windows",
    "slots_on",
    "takes_tickets",
    "windows_on",
]
