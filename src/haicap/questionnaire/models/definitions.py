"""Tables of forms: what is asked, by version; who fills it in; the devices that do."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from haicap.campaign.models import Campaign
from haicap.kernel.models import Revised


class Form(Revised):
    """A form of a campaign over all its versions. The campaign is what field clients call a project."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSING = "closing"  # no longer offered, what was begun is still taken
        CLOSED = "closed"
        ARCHIVED = "archived"  # closed, and out of the lists

    class Purpose(models.TextChoices):
        REPORT = "report"  # the questionnaire of the plan: one per campaign, filled in once by each unit
        COLLECTION = "collection"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="forms")
    form_id = models.CharField(max_length=255)  # the id attribute of the XForm's instance
    title = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.COLLECTION)
    unit_question = models.CharField(max_length=500, blank=True)  # path of the question holding a unit's code
    due = models.DateField(null=True)  # by when it is to be filled in
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["campaign", "form_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "form_id"], condition=Q(deleted_at=None), name="form_id_once"
            ),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(purpose="report"), name="form_one_report"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.form_id}"


class FormVersion(models.Model):
    """One version of a form: what its author brought, and the XForm made from it. Once published it never
    changes."""

    class State(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"
        SUPERSEDED = "superseded"

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()  # 1, 2, 3 in the order they were made
    version = models.CharField(max_length=255, blank=True)  # the version attribute of the XForm's instance
    state = models.CharField(max_length=10, choices=State, default=State.PUBLISHED)
    source = models.FileField(
        upload_to="forms/", max_length=200, blank=True
    )  # the workbook, as it was brought
    xform = models.TextField()
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)  # of the XForm: what clients compare
    schema = models.JSONField(default=dict)  # `rules.schema.Schema.to_json`
    warnings = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["form", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="formversion_number_once"),
            models.UniqueConstraint(
                fields=["form", "version"], condition=~Q(state="draft"), name="formversion_version_once"
            ),
            models.UniqueConstraint(
                fields=["form"], condition=Q(state="published"), name="formversion_one_published"
            ),
            models.UniqueConstraint(
                fields=["form"], condition=Q(state="draft"), name="formversion_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.version}"


class FormMedia(models.Model):
    """A file that a version of a form needs: brought by its author, or made from a dataset when asked for."""

    version = models.ForeignKey(FormVersion, on_delete=models.CASCADE, related_name="media")
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=20)  # image audio video file
    file = models.FileField(upload_to="forms/media/", max_length=300, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    md5 = models.CharField(max_length=32, blank=True)
    dataset = models.ForeignKey(
        "questionnaire.Dataset", null=True, on_delete=models.PROTECT, related_name="form_media"
    )
    updated_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["version", "name"]
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="formmedia_name_once")]

    def __str__(self) -> str:
        return self.name


class FieldKey(models.Model):
    """The key of a device: made for one person, whose role it acts with, or for a device that only sees the
    forms assigned to it. The token is derived from `nonce` and the house's secret key, and is stored nowhere.
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="field_keys")
    name = models.CharField(max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="field_keys"
    )
    nonce = models.CharField(max_length=40)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["campaign", "name", "pk"]

    def __str__(self) -> str:
        return self.name


class Assignment(models.Model):
    """Who may do what with a form, and over which of its submissions: exactly one of role, person and key."""

    class Verb(models.TextChoices):
        FILL = "fill"
        REVIEW = "review"
        READ = "read"

    class Scope(models.TextChoices):
        OWN = "own"  # what the person handed in
        UNIT = "unit"  # what is about the person's own unit
        BODY = "body"  # what people of the person's body handed in
        UNITS = "units"  # what is about the units named in `units`
        ALL = "all"

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="assignments")
    verb = models.CharField(max_length=10, choices=Verb)
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.OWN)
    units = models.JSONField(default=list)  # codes
    role = models.CharField(max_length=40, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="assignments"
    )
    key = models.ForeignKey(FieldKey, null=True, on_delete=models.CASCADE, related_name="assignments")

    class Meta:
        ordering = ["form", "verb", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "verb", "role"], condition=~Q(role=""), name="assignment_role_once"
            ),
            models.UniqueConstraint(
                fields=["form", "verb", "person"],
                condition=Q(person__isnull=False),
                name="assignment_person_once",
            ),
            models.UniqueConstraint(
                fields=["form", "verb", "key"], condition=Q(key__isnull=False), name="assignment_key_once"
            ),
            models.CheckConstraint(
                condition=(
                    (~Q(role="") & Q(person=None) & Q(key=None))
                    | (Q(role="") & Q(person__isnull=False) & Q(key=None))
                    | (Q(role="") & Q(person=None) & Q(key__isnull=False))
                ),
                name="assignment_one_holder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.form_id} {self.verb} {self.role or self.person_id or self.key_id}"
