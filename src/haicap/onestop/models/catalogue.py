"""The catalogue of procedures: a code that stays, versions that change, and where each was made public."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as pgettext

from haicap.kernel.models import Revised
from haicap.register.models import Body


class Procedure(models.Model):
    """A procedure by its national code, such as 1.001193; what it demands stands in its versions."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    withdrawn_on = models.DateField(_("withdrawn on"), null=True, blank=True)
    is_sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class ProcedureVersion(Revised):
    """What a procedure demands from `valid_from` until the day before `valid_to`.

    `papers`: [{code, name_vi, name_en, copies, original, note}]; `fees`: [{channel, amount (đồng) or null,
    text}], the text copied whole from its source; `steps`: [{code, name_vi, name_en, role, hours}], hours of
    working time each, which never replace the legal limit.
    """

    class Level(models.TextChoices):
        COMMUNE = "commune", pgettext("level", "commune")
        CITY = "city", _("City")

    class Competent(models.TextChoices):
        ADDRESS = "address", _("commune of the applicant's address")
        LAND = "land", _("commune where the land lies")
        DEPARTMENT = "department", _("department")
        DELEGATED = "delegated", _("delegated body")
        CHOSEN = "chosen", _("any commune, as the applicant chooses")

    class LimitUnit(models.TextChoices):
        HOURS = "working_hours", _("working hours")
        WORKING_DAYS = "working_days", _("working days")
        DAYS = "days", _("days")

    class Online(models.TextChoices):
        NONE = "none", _("information only")
        PART = "part", _("partly online")
        FULL = "full", _("fully online")

    procedure = models.ForeignKey(Procedure, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"), default=1)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("first day no longer valid"), null=True, blank=True)
    name_vi = models.CharField(_("Vietnamese name"), max_length=500)
    name_en = models.CharField(_("English name"), max_length=500, blank=True)
    folded = models.CharField(max_length=1200)
    field = models.CharField(_("field"), max_length=200)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    competent = models.CharField(_("competent body"), max_length=10, choices=Competent)
    competent_body = models.ForeignKey(
        Body, null=True, blank=True, on_delete=models.PROTECT, related_name="procedures"
    )
    limit_value = models.PositiveSmallIntegerField(_("time limit"))
    limit_unit = models.CharField(_("unit of the limit"), max_length=13, choices=LimitUnit)
    same_day = models.BooleanField(_("same day; next working day after the cut-off"), default=False)
    papers = models.JSONField(_("papers required"), default=list)
    fees = models.JSONField(_("fees by channel"), default=list)
    steps = models.JSONField(_("internal steps"), default=list)
    online = models.CharField(_("online level"), max_length=4, choices=Online, default=Online.NONE)
    non_territorial = models.BooleanField(_("received at any centre"), default=True)
    legal_basis = models.TextField(_("legal basis"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    mark = models.CharField(_("source mark"), max_length=100, blank=True)

    class Meta:
        ordering = ["procedure", "-valid_from"]
        indexes = [models.Index(fields=["valid_from", "valid_to"])]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "number"], name="procedure_version_once"),
            models.UniqueConstraint(fields=["procedure", "valid_from"], name="procedure_version_per_day"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
                name="procedure_version_some_days",
            ),
            models.CheckConstraint(
                condition=Q(competent__in=["department", "delegated"], competent_body__isnull=False)
                | (~Q(competent__in=["department", "delegated"]) & Q(competent_body=None)),
                name="procedure_names_its_body",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.number}"


class Publication(models.Model):
    """A procedure was published by a decision, or posted at a body: survey indicators count these."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", pgettext("publication", "published")
        POSTED = "posted", _("posted")

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="publications")
    kind = models.CharField(_("kind"), max_length=9, choices=Kind)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="publications")
    document = models.CharField(_("document or place"), max_length=300)
    decided_on = models.DateField(_("day of the decision"), null=True, blank=True)
    done_on = models.DateField(_("day made public"))
    full = models.BooleanField(_("all contents shown"), default=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-done_on", "procedure"]
        constraints = [
            models.UniqueConstraint(fields=["procedure", "kind", "body", "done_on"], name="publication_once")
        ]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.kind} {self.body_id}"
