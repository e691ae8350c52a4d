"""Centres, their counters, what they are equipped with, and dated facts about them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised
from haicap.register.models import Body, Unit


class Centre(Revised):
    """A place where dossiers are received and results returned, from `opened_on` until the day before `closed_on`.

    The 38 of the City stand in the former district offices and have a body of their own; a commune's own centre
    has the body of its committee. `hours`: {"0": [["07:30", "11:30"], ["13:00", "17:00"]], …} by weekday from
    Monday "0"; a day without an entry is closed. `queue`: what differs from `rules.queue.Settings`. `successor`
    is the centre that took over when this one closed. `source` and `mark` say where the row comes from.
    """

    class Kind(models.TextChoices):
        CITY = "city", _("City centre")
        BRANCH = "branch", _("branch of a centre")
        COMMUNE = "commune", _("commune's own centre")

    code = models.CharField(_("code"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    name_vi = models.CharField(_("Vietnamese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    folded = models.CharField(max_length=420)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="centres")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches"
    )
    former_district = models.ForeignKey(
        Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="centres_of_district"
    )
    unit = models.ForeignKey(Unit, null=True, blank=True, on_delete=models.PROTECT, related_name="centres")
    agency = models.CharField(_("agency part of dossier codes"), max_length=30, unique=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    hours = models.JSONField(_("opening hours"), default=dict)
    queue = models.JSONField(_("settings of the queue"), default=dict)
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    successor = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors"
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    mark = models.CharField(_("source mark"), max_length=100, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["former_district"], condition=Q(kind="city"), name="centre_one_per_former_district"
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None) | Q(opened_on__lt=F("closed_on")), name="centre_open_some_days"
            ),
        ]

    def __str__(self) -> str:
        return self.name_vi


class Counter(Revised):
    """A counter of a centre; `skills` are the fields of procedures it serves, [] = all."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="counters")
    number = models.PositiveSmallIntegerField(_("number"))
    name_vi = models.CharField(_("Vietnamese name"), max_length=200, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    skills = models.JSONField(_("fields served"), default=list)
    is_priority = models.BooleanField(_("priority counter"), default=False)
    is_open = models.BooleanField(_("open now"), default=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="counters"
    )

    class Meta:
        ordering = ["centre", "number"]
        constraints = [
            models.UniqueConstraint(fields=["centre", "number"], name="counter_once_per_centre"),
            models.UniqueConstraint(
                fields=["officer"], condition=Q(is_open=True), name="counter_one_open_per_officer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.number}"


class CentreFact(models.Model):
    """A fact about a centre on a day, with its proof: `key` is a field of the survey plan such as a11_02_area.

    Append-only: a later row about the same key takes its place.
    """

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="facts")
    key = models.CharField(_("fact"), max_length=40)
    value = models.CharField(_("value"), max_length=200)
    as_of = models.DateField(_("as of"))
    source = models.CharField(_("source"), max_length=300)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["centre", "key", "-as_of", "-pk"]
        indexes = [models.Index(fields=["key", "as_of"])]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.key} {self.value}"


class Outage(models.Model):
    """An outage of a line or device of a centre, counted by the survey."""

    centre = models.ForeignKey(Centre, on_delete=models.CASCADE, related_name="outages")
    what = models.CharField(_("what failed"), max_length=200)
    began_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-began_at"]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.what}"
