"""Tables of the register: units with validity, succession between them, boundaries, bodies.

Keys are codes, never names: xã Thanh An and xã Thạnh An are two communes. A code is used again by the new
system (26740 is a ward before and another ward after 1 July 2025), so a row is known by code, level and the
day it came into being.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from haicap.kernel.models import Revised


class Unit(Revised):
    """A province, a former district or a commune-level unit, as it was from `valid_from` to `valid_to`.

    `valid_from` None means: since before the register begins. `valid_to` is the first day it is no more.
    """

    class Level(models.TextChoices):
        COMMUNE = "commune", _("commune level")
        DISTRICT = "district", _("district level")
        PROVINCE = "province", _("province level")

    class Type(models.TextChoices):
        WARD = "ward", _("ward")
        COMMUNE = "commune", _("commune")
        SPECIAL_ZONE = "special_zone", _("special zone")
        TOWNSHIP = "township", _("township")
        URBAN_DISTRICT = "urban_district", _("urban district")
        RURAL_DISTRICT = "rural_district", _("rural district")
        TOWN = "town", _("district-level town")
        DISTRICT_CITY = "district_city", _("district-level city")
        PROVINCE = "province", _("province")
        MUNICIPALITY = "municipality", _("centrally run city")

    code = models.CharField(_("code"), max_length=5)
    level = models.CharField(_("level"), max_length=8, choices=Level)
    unit_type = models.CharField(_("type"), max_length=14, choices=Type)
    name = models.CharField(_("name"), max_length=100)
    full_name = models.CharField(_("full name"), max_length=120)
    spelling = models.CharField(max_length=120)
    folded = models.CharField(max_length=120, db_index=True)
    province_code = models.CharField(_("province code"), max_length=2)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="children")
    former_district = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="district_units"
    )
    former_province = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="province_units"
    )
    latitude = models.FloatField(_("latitude"), null=True)
    longitude = models.FloatField(_("longitude"), null=True)
    area_km2 = models.FloatField(_("area (km²)"), null=True)
    population = models.PositiveIntegerField(_("population"), null=True)
    seat_address = models.CharField(_("seat address"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"), null=True)
    valid_to = models.DateField(_("valid to"), null=True)

    class Meta:
        ordering = ["province_code", "level", "code", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "level", "valid_from"], name="unit_identity"),
            models.UniqueConstraint(
                fields=["code", "level"], condition=Q(valid_from=None), name="unit_identity_from_the_start"
            ),
            models.UniqueConstraint(
                fields=["code", "level"], condition=Q(valid_to=None), name="unit_one_current_per_code"
            ),
        ]
        indexes = [
            models.Index(fields=["level", "valid_to", "province_code", "code"]),
            models.Index(fields=["province_code", "level", "valid_to"]),
        ]

    def __str__(self) -> str:
        return f"{self.full_name} ({self.code})"

    @property
    def is_current(self) -> bool:
        """True while the unit exists."""
        return self.valid_to is None


class Succession(models.Model):
    """From `effective` on, all (`whole`) or a part of the predecessor's territory is the successor's."""

    class Extent(models.TextChoices):
        WHOLE = "whole", _("whole")
        PART = "part", _("part")

    predecessor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="as_predecessor")
    successor = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="as_successor")
    extent = models.CharField(_("extent"), max_length=5, choices=Extent)
    effective = models.DateField(_("effective"))

    class Meta:
        ordering = ["successor", "predecessor"]
        constraints = [
            models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once_per_pair"),
            models.CheckConstraint(
                condition=~Q(predecessor=models.F("successor")), name="succession_of_two_different_units"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} > {self.successor} ({self.extent})"


class Boundary(models.Model):
    """The boundary of a unit as imported: a GeoJSON Polygon or MultiPolygon in WGS 84, and its box."""

    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="boundary")
    geometry = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    source = models.CharField(max_length=200, blank=True)
    imported_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"boundary of {self.unit_id}"


class ImportReport(models.Model):
    """What an import matched and what it did not: counts, and the rows that need a look."""

    class Kind(models.TextChoices):
        ATTRIBUTES = "attributes", _("attributes")
        BOUNDARIES = "boundaries", _("boundaries")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    file_name = models.CharField(_("file"), max_length=200)
    encoding = models.CharField(_("encoding"), max_length=20)
    counts = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    rows_left_out = models.PositiveIntegerField(default=0)
    actor_name = models.CharField(_("by"), max_length=200)
    created_at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"


class Body(models.Model):
    """An organisation that people belong to: a department, a Party or Front body, a commune's committee."""

    class Kind(models.TextChoices):
        CITY_COMMITTEE = "city_committee", _("City committee")
        DEPARTMENT = "department", _("department")
        PARTY = "party", _("Party body")
        FRONT = "front", _("Front body")
        CENTRE = "centre", _("centre")
        COMMUNE_COMMITTEE = "commune_committee", _("commune committee")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    code = models.CharField(_("code"), max_length=20, unique=True)
    name_vi = models.CharField(_("Vietnamese name"), max_length=200)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="bodies")

    class Meta:
        ordering = ["kind", "code"]
        verbose_name_plural = "bodies"

    def __str__(self) -> str:
        return self.name_vi
