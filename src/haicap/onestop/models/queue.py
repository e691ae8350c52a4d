"""Queue tickets and appointments of a centre."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models.catalogue import Procedure
from haicap.onestop.models.centres import Centre, Counter


class Priority(models.TextChoices):
    """Who is served before others (Law on the elderly, Law on persons with disabilities, Ordinance on merit)."""

    NONE = "none", _("none")
    ELDERLY = "elderly", _("elderly")
    DISABLED = "disabled", _("with a disability")
    PREGNANT = "pregnant", _("pregnant or with an infant")
    MERIT = "merit", _("person of merit")


class Appointment(models.Model):
    """A time slot booked at a centre; `code` is what the visitor shows at the kiosk.

    `seat` counts the places of a slot from 0; the database gives each of them once, so no slot is overbooked.
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("booked")
        ARRIVED = "arrived", _("arrived")
        CANCELLED = "cancelled", _("cancelled")
        MISSED = "missed", _("missed")

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="appointments")
    procedure = models.ForeignKey(Procedure, null=True, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(_("field"), max_length=200, blank=True)
    starts_at = models.DateTimeField(_("time"))
    seat = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(_("name"), max_length=120, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority, default=Priority.NONE)
    code = models.CharField(_("code"), max_length=12, unique=True)
    state = models.CharField(max_length=9, choices=State, default=State.BOOKED)
    booked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["starts_at", "seat"]
        constraints = [
            models.UniqueConstraint(
                fields=["centre", "starts_at", "seat"],
                condition=~Q(state="cancelled"),
                name="appointment_seat_once",
            )
        ]
        indexes = [models.Index(fields=["state", "starts_at"])]

    def __str__(self) -> str:
        return self.code


class Ticket(models.Model):
    """A place in the queue of a centre on a day.

    `place_at` orders it among its equals: when it was taken, or the time of the appointment. `called_at` is the
    first call, `announced_at` the latest. `key` opens the page on the visitor's phone.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        CALLED = "called", _("called")
        SERVING = "serving", _("being served")
        SKIPPED = "skipped", _("skipped")
        DONE = "done", _("done")
        LEFT = "left", _("left")

    centre = models.ForeignKey(Centre, on_delete=models.PROTECT, related_name="tickets")
    day = models.DateField(_("day"))
    number = models.PositiveIntegerField(_("number"))
    key = models.CharField(max_length=32, unique=True)
    field = models.CharField(_("field"), max_length=200, blank=True)
    priority = models.CharField(_("priority"), max_length=8, choices=Priority, default=Priority.NONE)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    counter = models.ForeignKey(Counter, null=True, on_delete=models.PROTECT, related_name="tickets")
    appointment = models.OneToOneField(
        Appointment, null=True, on_delete=models.PROTECT, related_name="ticket"
    )
    taken_at = models.DateTimeField()
    place_at = models.DateTimeField()
    foretold = models.PositiveSmallIntegerField(_("wait foretold (minutes)"), null=True)
    called_at = models.DateTimeField(null=True)
    announced_at = models.DateTimeField(null=True)
    calls = models.PositiveSmallIntegerField(default=0)
    served_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    served_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["centre", "day", "number"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "day", "number"], name="ticket_number_once_a_day"),
            models.UniqueConstraint(
                fields=["counter"],
                condition=Q(state__in=["called", "serving"]),
                name="ticket_one_per_counter",
            ),
        ]
        indexes = [models.Index(fields=["centre", "day", "state"])]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.day} {self.number}"
