"""Tables of the area, by noun."""

from haicap.onestop.models.calendar import CalendarChange, DueMove
from haicap.onestop.models.catalogue import Procedure, ProcedureVersion, Publication
from haicap.onestop.models.centres import Centre, CentreFact, Counter, Outage
from haicap.onestop.models.dossiers import Applicant, Attachment, Dossier, Event, Part
from haicap.onestop.models.feedback import Feedback, TrackingTry
from haicap.onestop.models.hooks import Delivery, Dispatch, Subscription
from haicap.onestop.models.papers import Slip, SlipLine
from haicap.onestop.models.queue import Appointment, Priority, Ticket
from haicap.onestop.models.signing import Certificate, IssuedDocument, ResultDraft

__all__ = [
    "Applicant",
    "Appointment",
    "Attachment",
    "CalendarChange",
    "Centre",
    "CentreFact",
    "Certificate",
    "Counter",
    "Delivery",
    "Dispatch",
    "Dossier",
    "DueMove",
    "Event",
    "Feedback",
    "IssuedDocument",
    "Outage",
    "Part",
    "Priority",
    "Procedure",
    "ProcedureVersion",
    "Publication",
    "ResultDraft",
    "Slip",
    "SlipLine",
    "Subscription",
    "Ticket",
    "TrackingTry",
]
