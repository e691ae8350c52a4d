"""Dossiers and their ledger.

The ledger (`Event`) is the truth: append-only, chained by hash, and free of personal identifiers. `Dossier` holds
what was computed from it, so that lists are fast; `haicap onestop verify` replays the ledger and compares.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.onestop.models.catalogue import ProcedureVersion
from haicap.register.models import Body, Unit


class Dossier(models.Model):
    """One applicant's case as its ledger tells it. Three bodies stay apart: received, competent, returned.

    `reference` is given when it is registered, `code` when it is received: both never change. `holder` is the
    body that must act now; `due_at` None means that no time runs. `life` is the whole state as JSON.
    """

    class Status(models.IntegerChoices):
        NEW = 1, _("newly registered")
        RECEIVED = 2, _("received")
        NOT_RECEIVED = 3, _("not received")
        PROCESSING = 4, _("processing")
        SUPPLEMENT = 5, _("supplement requested")
        FINANCIAL = 6, _("financial obligation")
        WITHDRAWING = 7, _("applicant withdraws")
        STOPPED = 8, _("stopped")
        PROCESSED = 9, _("processed")
        RETURNED = 10, _("result returned")

    class Channel(models.TextChoices):
        DIRECT = "direct", _("at a counter")
        ONLINE = "online", _("online")
        POST = "post", _("by public post")

    class Payment(models.TextChoices):
        NONE = "none", _("nothing to pay")
        DUE = "due", _("to be paid")
        PAID = "paid", _("paid")

    class DeliveryState(models.TextChoices):
        NONE = "none", _("no result yet")
        READY = "ready", _("ready to be returned")
        POSTED = "posted", _("posted")
        DELIVERED = "delivered", _("delivered")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    code = models.CharField(_("code"), max_length=60, unique=True, null=True)  # noqa: DJ001  # none before receipt
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="dossiers")
    channel = models.CharField(_("channel"), max_length=6, choices=Channel)
    status = models.PositiveSmallIntegerField(_("status"), choices=Status, default=Status.NEW)
    received_body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")
    competent_body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")
    returned_body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="dossiers"
    )
    registered_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    appointment_at = models.DateTimeField(_("appointment"), null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    ended_at = models.DateTimeField(null=True)
    returned_at = models.DateTimeField(null=True)
    is_open = models.BooleanField(default=True)
    on_time = models.BooleanField(null=True)
    portal_on_time = models.BooleanField(null=True)
    supplements = models.PositiveSmallIntegerField(default=0)
    apologies = models.PositiveSmallIntegerField(default=0)
    payment = models.CharField(max_length=4, choices=Payment, default=Payment.NONE)
    paid_online = models.BooleanField(default=False)
    fee = models.PositiveIntegerField(_("fee (đồng)"), default=0)
    digitised = models.BooleanField(default=False)
    reused = models.BooleanField(default=False)
    e_result = models.BooleanField(default=False)
    synchronised = models.BooleanField(default=False)
    delivery = models.CharField(max_length=9, choices=DeliveryState, default=DeliveryState.NONE)
    sequence = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)
    life = models.JSONField(default=dict)
    is_imported = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["holder", "due_at", "id"], condition=Q(is_open=True), name="dossier_work"),
            models.Index(fields=["assignee", "due_at"], condition=Q(is_open=True), name="dossier_own"),
            models.Index(fields=["received_body", "received_at"], name="dossier_received"),
            models.Index(fields=["competent_body", "received_at"], name="dossier_competent"),
            models.Index(fields=["competent_body", "ended_at"], name="dossier_ended"),
            models.Index(fields=["registered_at"], name="dossier_registered"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=1) | Q(status=3) | Q(status=5) | Q(code__isnull=False),
                name="dossier_received_has_code",
            ),
        ]

    def __str__(self) -> str:
        return self.code or self.reference


class Applicant(models.Model):
    """Who asks: personal data, kept apart from the dossier and its ledger, masked unless somebody unmasks it.

    `secret` is the salted digest of the tracking secret that is good for one use; empty once used.
    """

    dossier = models.OneToOneField(
        Dossier, on_delete=models.CASCADE, primary_key=True, related_name="applicant"
    )
    full_name = models.CharField(_("full name"), max_length=200)
    folded = models.CharField(max_length=220)
    id_number = models.CharField(_("identity number"), max_length=20, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    address = models.CharField(_("address"), max_length=300, blank=True)
    unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("commune of the address")
    )
    land_unit = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("commune of the land")
    )
    proxy_name = models.CharField(_("name of the proxy"), max_length=200, blank=True)
    secret = models.CharField(max_length=128, blank=True)

    class Meta:
        indexes = [models.Index(fields=["id_number"], name="applicant_id_number")]

    def __str__(self) -> str:
        return f"applicant of {self.dossier_id}"


class Part(models.Model):
    """A body has a part in a dossier; who may see the dossier follows from it."""

    class Kind(models.TextChoices):
        RECEIVED = "received", _("received it")
        COMPETENT = "competent", _("competent")
        RETURNED = "returned", _("returned the result")
        CONSULTED = "consulted", _("consulted")

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="parts")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9, choices=Kind)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "body", "kind"], name="part_once")]
        indexes = [models.Index(fields=["body", "dossier"], name="part_of_body")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.body_id} {self.kind}"


class Event(models.Model):
    """One thing that happened to a dossier. `digest` covers the event and the digest before it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    at = models.DateTimeField()
    kind = models.CharField(max_length=20)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    body = models.ForeignKey(Body, null=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField(default=dict)
    key = models.CharField(max_length=64, null=True)  # noqa: DJ001  # only a given key must be unique
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["dossier", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["dossier", "sequence"], name="event_once"),
            models.UniqueConstraint(fields=["dossier", "key"], name="event_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id}.{self.sequence} {self.kind}"


class Attachment(models.Model):
    """A scan or file handed in with a dossier, or made in its course; what it is was told by its first bytes."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="attachments")
    paper = models.CharField(_("paper"), max_length=40, blank=True)
    file = models.FileField(upload_to="dossiers/%Y/%m/%d")
    name = models.CharField(max_length=255)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["dossier", "pk"]

    def __str__(self) -> str:
        return self.name
