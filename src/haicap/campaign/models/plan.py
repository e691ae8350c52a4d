"""Tables of a plan: the campaign, its content areas, indicators, fields, rules and questions."""

from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised
from haicap.register.models import Body


class Campaign(Revised):
    """One run of the survey. `settings` holds every value the plan leaves open, each with source and mark."""

    class State(models.TextChoices):
        DRAFT = "draft", _("in preparation")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    code = models.CharField(_("code"), max_length=40, unique=True)
    title_vi = models.CharField(_("Vietnamese title"), max_length=400)
    title_en = models.CharField(_("English title"), max_length=400)
    number = models.CharField(_("number of the plan"), max_length=60, blank=True)
    issued_on = models.DateField(_("date of the plan"), null=True, blank=True)
    stage = models.CharField(_("stage surveyed"), max_length=10)
    window_start = models.DateField(_("first day of visits"))
    window_end = models.DateField(_("last day of visits"))
    cutoff = models.DateField(_("figures counted up to"))
    nomination_deadline = models.DateField(_("deadline for nominations"))
    registration_deadline = models.DateField(_("deadline for slot registration"))
    report_deadline = models.DateField(_("deadline for reports"))
    team_count = models.PositiveSmallIntegerField(_("number of teams"))
    settings = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    legal = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(_("version of the plan"), default=1)
    plan_hash = models.CharField(max_length=64, blank=True)
    loaded_at = models.DateTimeField(null=True)
    is_sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        ordering = ["-window_start", "code"]

    def __str__(self) -> str:
        return self.code

    def setting(self, key: str, default: Any = None) -> Any:
        """Return the value of setting `key`, or `default` where the plan has none."""
        return self.settings.get(key, {}).get("value", default)


class ContentArea(models.Model):
    """One of the areas A0 to A11; `parts` names the sub-areas ("A4a") where the area has them.

    `composition` is the composition rule: posts and levels demanded of the members who cover the area.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="areas")
    code = models.CharField(_("code"), max_length=10)
    name_vi = models.CharField(_("Vietnamese name"), max_length=300)
    name_en = models.CharField(_("English name"), max_length=300)
    order = models.PositiveSmallIntegerField(_("order"))
    parts = models.JSONField(default=list)
    min_members = models.PositiveSmallIntegerField(_("least number of members per team"), default=1)
    composition = models.JSONField(default=dict)
    mark = models.CharField(_("source mark"), max_length=100, blank=True)

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "code"], name="area_once_per_campaign")]

    def __str__(self) -> str:
        return self.code


class AreaLead(models.Model):
    """A body that leads a content area, and so names people for it; `order` 1 is the first in charge."""

    area = models.ForeignKey(ContentArea, on_delete=models.CASCADE, related_name="leads")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="areas_led")
    order = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ["area", "order"]
        constraints = [models.UniqueConstraint(fields=["area", "body"], name="lead_once_per_area")]

    def __str__(self) -> str:
        return f"{self.area_id} {self.body_id}"


class Indicator(models.Model):
    """One measured item. `part` is the sub-area code where the area has parts, else the area's own code."""

    class Direction(models.TextChoices):
        UP = "up", _("more is better")
        DOWN = "down", _("less is better")
        YES = "yes", _("yes is better")
        EARLIER = "earlier", _("earlier is better")
        CONTEXT = "context", _("context, never scored")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="indicators")
    area = models.ForeignKey(ContentArea, on_delete=models.PROTECT, related_name="indicators")
    part = models.CharField(max_length=10)
    code = models.CharField(_("code"), max_length=12)
    name_vi = models.CharField(_("Vietnamese name"), max_length=300)
    name_en = models.CharField(_("English name"), max_length=300)
    folded = models.CharField(max_length=650)
    unit = models.CharField(_("unit of measure"), max_length=100, blank=True)
    direction = models.CharField(_("direction"), max_length=10, choices=Direction)
    reported_by = models.CharField(_("reported by"), max_length=60)
    evidence = models.CharField(_("evidence"), max_length=60)
    verification = models.CharField(_("how verified"), max_length=60)
    legal_basis = models.CharField(_("legal basis"), max_length=100)
    mark = models.CharField(_("source mark"), max_length=100)
    rule_text = models.CharField(_("rule in the draft"), max_length=400, blank=True)
    note_vi = models.CharField(_("checked by people"), max_length=600, blank=True)
    note_en = models.CharField(_("checked by people (English)"), max_length=600, blank=True)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "code"], name="indicator_once_per_campaign")
        ]

    def __str__(self) -> str:
        return self.code


class Field(models.Model):
    """One typed value of an indicator; a field with a `calculation` is computed, never asked."""

    class Type(models.TextChoices):
        INTEGER = "integer", _("whole number")
        DECIMAL = "decimal", _("number")
        PERCENT = "percent", _("per cent")
        DATE = "date", _("date")
        YES_NO = "yes_no", _("yes or no")
        CHOICE = "choice", _("one choice")
        MULTI = "multi", _("several choices")
        TEXT = "text", _("text")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="fields")
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="fields")
    key = models.CharField(_("key"), max_length=40)
    label_vi = models.CharField(_("Vietnamese label"), max_length=300)
    label_en = models.CharField(_("English label"), max_length=300)
    type = models.CharField(_("type"), max_length=10, choices=Type)
    unit = models.CharField(_("unit of measure"), max_length=40, blank=True)
    required = models.BooleanField(_("required"), default=False)
    minimum = models.CharField(_("smallest value"), max_length=20, blank=True)
    maximum = models.CharField(_("largest value"), max_length=20, blank=True)
    choices = models.JSONField(default=list)
    calculation = models.CharField(_("calculation"), max_length=600, blank=True)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="field_once_per_campaign")]

    def __str__(self) -> str:
        return self.key

    @property
    def is_computed(self) -> bool:
        """True where the value follows from other fields."""
        return bool(self.calculation)


class Rule(models.Model):
    """A condition over fields that must hold; false is an error or a warning for the person who reports."""

    class Severity(models.TextChoices):
        ERROR = "error", _("error")
        WARNING = "warning", _("warning")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="rules")
    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="rules")
    key = models.CharField(_("key"), max_length=60)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity)
    expression = models.CharField(_("expression"), max_length=1000)
    fields = models.JSONField(default=list)
    message_vi = models.CharField(_("Vietnamese message"), max_length=600)
    message_en = models.CharField(_("English message"), max_length=600)
    order = models.PositiveSmallIntegerField(_("order"))

    class Meta:
        ordering = ["campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["campaign", "key"], name="rule_once_per_campaign")]

    def __str__(self) -> str:
        return self.key


class Question(models.Model):
    """A narrative question of an area (or of its `part`)."""

    area = models.ForeignKey(ContentArea, on_delete=models.CASCADE, related_name="questions")
    part = models.CharField(max_length=10)
    number = models.PositiveSmallIntegerField(_("number"))
    key = models.CharField(_("key"), max_length=20)
    text_vi = models.CharField(_("Vietnamese text"), max_length=600)
    text_en = models.CharField(_("English text"), max_length=600)
    mark = models.CharField(_("source mark"), max_length=100, blank=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        ordering = ["area__campaign", "order"]
        constraints = [models.UniqueConstraint(fields=["area", "key"], name="question_once_per_area")]

    def __str__(self) -> str:
        return self.key
