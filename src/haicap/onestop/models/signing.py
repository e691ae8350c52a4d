"""Certificates of people and bodies, and the results that were signed with them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised
from haicap.onestop.models.dossiers import Dossier
from haicap.register.models import Body


class Certificate(models.Model):
    """A certificate; `alias` names its key in the token of this installation, "" where the key is elsewhere."""

    class Kind(models.TextChoices):
        PERSON = "person", _("of a person")
        BODY = "body", _("of a body")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="certificates")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    alias = models.CharField(_("key"), max_length=60, blank=True)
    subject = models.CharField(_("issued to"), max_length=300)
    issuer = models.CharField(_("issued by"), max_length=300)
    serial = models.CharField(_("serial number"), max_length=64)
    fingerprint = models.CharField(max_length=64, unique=True)
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"))
    pem = models.TextField()
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    asked_on = models.DateField(_("asked for on"), null=True, blank=True)
    registered_at = models.DateTimeField(auto_now_add=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["valid_to"]
        indexes = [models.Index(fields=["body", "kind", "valid_to"])]

    def __str__(self) -> str:
        return self.subject


class ResultDraft(Revised):
    """The words of a result before it is signed; `number` is reserved when it is signed first, and never lost."""

    dossier = models.OneToOneField(
        Dossier, on_delete=models.CASCADE, primary_key=True, related_name="result_draft"
    )
    type_name = models.CharField(_("kind of document"), max_length=100)
    summary = models.CharField(_("about"), max_length=300)
    text = models.TextField(_("text"))
    symbol = models.CharField(_("symbol"), max_length=30)
    number = models.PositiveIntegerField(null=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.type_name}"


class IssuedDocument(models.Model):
    """A signed result; sealed and out once `issued_at` is set. `key` is what its QR code leads to.

    `place` is where the seal goes: {"page": from 0, "box": [left, bottom, right, top] in points}.
    """

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="documents")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=60)
    day = models.DateField(_("day"))
    key = models.CharField(max_length=20, unique=True)
    file = models.FileField(upload_to="results/%Y/%m/%d")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    signer = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="+")
    seal = models.ForeignKey(Certificate, null=True, on_delete=models.PROTECT, related_name="+")
    place = models.JSONField(default=dict)
    signed_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["body", "number", "day"], name="issued_number_once_per_body"),
            models.UniqueConstraint(fields=["dossier"], name="issued_once_per_dossier"),
        ]

    def __str__(self) -> str:
        return self.number
