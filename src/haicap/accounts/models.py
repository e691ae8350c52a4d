"""Tables of people: who they are, which body they belong to, which roles they hold, what they were told."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from haicap.kernel.models import Revised
from haicap.register.models import Body


class PersonManager(BaseUserManager["Person"]):
    """Brings the body with each person (whoever asks for one needs it); user names are lower case."""

    def get_queryset(self) -> models.QuerySet["Person"]:
        return super().get_queryset().select_related("body")

    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(username=(username or "").lower())


class Person(AbstractBaseUser, Revised):
    """A person who may sign in; what they see follows from the body and the roles."""

    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=200)
    folded = models.CharField(max_length=300, db_index=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    post = models.CharField(max_length=200, blank=True)
    level = models.CharField(max_length=40, blank=True)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="people")
    language = models.CharField(max_length=5, default="vi")
    is_active = models.BooleanField(default=True)
    password_is_temporary = models.BooleanField(default=False)
    is_sample = models.BooleanField(default=False)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]
    objects = PersonManager()

    class Meta:
        ordering = ["folded", "pk"]

    def __str__(self) -> str:
        return self.full_name


class PersonRole(models.Model):
    """A role held by a person; a string that is no Role of the kernel gives nothing."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=40, db_index=True)

    class Meta:
        ordering = ["person", "role"]
        constraints = [models.UniqueConstraint(fields=["person", "role"], name="person_role_once")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class Notice(models.Model):
    """Something a person was told, in both languages, with the page it is about."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    text_vi = models.TextField()
    text_en = models.TextField()
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["person", "read_at"])]

    def __str__(self) -> str:
        return self.text_vi
