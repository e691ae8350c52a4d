"""Who may do what: roles, the actor behind a request, and the door of every view."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import NotAllowed, Text


class Role(StrEnum):
    """The roles of the survey and of the service centres; what each may do is data in each area's permissions."""

    ADMINISTRATOR = "administrator"
    SECRETARIAT = "secretariat"
    DEPARTMENT_OFFICER = "department_officer"
    TEAM_HEAD = "team_head"
    TEAM_DEPUTY = "team_deputy"
    TEAM_SECRETARY = "team_secretary"
    TEAM_MEMBER = "team_member"
    COMMUNE_OFFICER = "commune_officer"
    COMMUNE_CHAIR = "commune_chair"
    BRIDGE_TECHNICIAN = "bridge_technician"
    CITY_LEADER = "city_leader"
    COUNTER_OFFICER = "counter_officer"
    SPECIALIST = "specialist"
    SIGNER = "signer"
    CLERK = "clerk"
    CENTRE_MANAGER = "centre_manager"
    REVIEWER = "reviewer"


ROLE_LABELS: Mapping[Role, Text] = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.SECRETARIAT: _("Secretariat"),
    Role.DEPARTMENT_OFFICER: _("Department officer"),
    Role.TEAM_HEAD: _("Team head"),
    Role.TEAM_DEPUTY: _("Team deputy head"),
    Role.TEAM_SECRETARY: _("Team secretary"),
    Role.TEAM_MEMBER: _("Team member"),
    Role.COMMUNE_OFFICER: _("Commune officer"),
    Role.COMMUNE_CHAIR: _("Commune chair"),
    Role.BRIDGE_TECHNICIAN: _("Bridge technician"),
    Role.CITY_LEADER: _("City leader"),
    Role.COUNTER_OFFICER: _("Counter officer"),
    Role.SPECIALIST: _("Specialist"),
    Role.SIGNER: _("Signer"),
    Role.CLERK: _("Clerk"),
    Role.CENTRE_MANAGER: _("Centre manager"),
    Role.REVIEWER: _("Reviewer of forms"),
}
TEAM_ROLES = frozenset({Role.TEAM_HEAD, Role.TEAM_DEPUTY, Role.TEAM_SECRETARY, Role.TEAM_MEMBER})
COMMUNE_ROLES = frozenset({Role.COMMUNE_OFFICER, Role.COMMUNE_CHAIR})
SERVICE_ROLES = frozenset(
    {Role.COUNTER_OFFICER, Role.SPECIALIST, Role.SIGNER, Role.CLERK, Role.CENTRE_MANAGER}
)
CENTRAL_ROLES = frozenset({Role.ADMINISTRATOR, Role.SECRETARIAT, Role.CITY_LEADER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The person behind a call, as queries and actions see them."""

    person_id: int | None
    name: str
    roles: frozenset[Role] = frozenset()
    permissions: frozenset[str] = frozenset()
    body_id: int | None = None
    unit_id: int | None = None
    is_system: bool = field(default=False)
    key_id: int | None = None  # the device's key, where a device calls

    @property
    def is_signed_in(self) -> bool:
        """True for a person, for a device with a key of its own, and for the command line."""
        return self.is_system or self.person_id is not None or self.key_id is not None

    @property
    def is_central(self) -> bool:
        """True for those who see the rows of every unit and body."""
        return self.is_system or bool(self.roles & CENTRAL_ROLES)

    @property
    def is_team(self) -> bool:
        """True for people of survey teams."""
        return bool(self.roles & TEAM_ROLES)

    @property
    def is_commune(self) -> bool:
        """True for people of a commune."""
        return bool(self.roles & COMMUNE_ROLES)

    def may(self, permission: str) -> bool:
        """Say whether the actor holds `permission`."""
        return self.is_system or permission in self.permissions

    def must(self, permission: str) -> None:
        """Raise NotAllowed unless the actor holds `permission`."""
        if not self.may(permission):
            raise NotAllowed(
                "access.denied",
                _("Your role does not allow this. Ask the secretariat if you need it."),
                details={"permission": permission},
            )


SYSTEM = Actor(person_id=None, name="system", is_system=True)
ANONYMOUS = Actor(person_id=None, name="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All permissions of the installed areas, and what each role holds by default."""

    labels: Mapping[str, Text]
    defaults: Mapping[Role, frozenset[str]]

    def of(self, roles: frozenset[Role]) -> frozenset[str]:
        """Return the permissions held by anyone with `roles`."""
        held: frozenset[str] = frozenset()
        for role in roles:
            held |= self.defaults.get(role, frozenset())
        return held


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Collect `LABELS` and `DEFAULTS` from the permissions module of each installed area."""
    labels: dict[str, Text] = {}
    defaults: dict[Role, frozenset[str]] = {}
    for config in apps.get_app_configs():
        if not config.name.startswith("haicap.") or find_spec(f"{config.name}.permissions") is None:
            continue
        module = import_module(f"{config.name}.permissions")
        labels.update(module.LABELS)
        for role, held in module.DEFAULTS.items():
            unknown = held - module.LABELS.keys()
            if unknown:
                raise ValueError(f"{config.name}.permissions gives {role} unlabelled {sorted(unknown)}")
            defaults[role] = defaults.get(role, frozenset()) | held
    return Catalogue(labels=labels, defaults=defaults)


P = ParamSpec("P")
R = TypeVar("R")
View = Callable[Concatenate[Any, P], R]


def _answer_anonymous(request: HttpRequest) -> HttpResponse | None:
    """Return the way to sign in for a page; the API and htmx get a plain 401."""
    if getattr(request, "actor", ANONYMOUS).is_signed_in:
        return None
    if request.path.startswith("/api/"):
        return HttpResponse(
            '{"code": "access.anonymous", "message": "Sign in first.", "field": null, "details": {}}',
            status=401,
            content_type="application/json",
        )
    if request.headers.get("HX-Request"):
        return HttpResponse(status=401, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    from django.contrib.auth.views import redirect_to_login  # its module needs loaded apps, this one does not

    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


def _door(name: str, check: Callable[[Actor], None] | None) -> Callable[[View[P, R]], View[P, R]]:
    def guard(view: View[P, R]) -> View[P, R]:
        @wraps(view)
        def guarded(request: Any, /, *args: P.args, **kwargs: P.kwargs) -> Any:
            if (answer := _answer_anonymous(request)) is not None:
                return answer
            if check is not None:
                check(request.actor)
            return view(request, *args, **kwargs)

        guarded.door = name  # type: ignore[attr-defined]  # read by the sweep over all URLs
        return guarded

    return guard


def needs(permission: str) -> Callable[[View[P, R]], View[P, R]]:
    """Open a view or API operation only to actors who hold `permission`."""
    return _door(permission, lambda actor: actor.must(permission))


def signed_in(view: View[P, R]) -> View[P, R]:
    """Open a view to everybody who is signed in."""
    return _door("signed in", None)(view)


def public(view: View[P, R]) -> View[P, R]:
    """Open a view to the world; say why in the view's docstring."""
    view.door = "public"  # type: ignore[attr-defined]  # read by the sweep over all URLs
    return view
