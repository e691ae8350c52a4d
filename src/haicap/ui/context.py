"""What every page shows around its content: navigation, banner, person, version."""

from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from typing import Any

from django.apps import apps
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from haicap.kernel.access import ANONYMOUS, ROLE_LABELS, Actor
from haicap.kernel.area import banner_for, menu_for
from haicap.kernel.errors import Text


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """An entry of the navigation as the page shows it."""

    label: Text
    url: str
    icon: str
    is_current: bool


@lru_cache(maxsize=1)
def version() -> str:
    """Return the installed version of haicap."""
    try:
        return metadata.version("haicap")
    except metadata.PackageNotFoundError:
        return ""


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def navigation(*, actor: Actor, path: str) -> list[NavigationItem]:
    """Return the menu of `actor`; the entry whose address is the longest beginning of `path` is current."""
    found = [(item, url) for item in menu_for(actor=actor) if (url := _url(item.url_name))]
    holding = [url for _, url in found if path == url or (url != "/" and path.startswith(url))]
    current = max(holding, key=len, default=None)
    return [NavigationItem(item.label, url, item.icon, url == current) for item, url in found]


def unread(*, actor: Actor) -> int:
    """Return how many notices wait, asked of the area that names a function in its attribute `unread`."""
    paths = (getattr(config, "unread", None) for config in apps.get_app_configs())
    return sum(import_string(path)(actor=actor) for path in paths if path)


def page(request: HttpRequest) -> dict[str, Any]:
    """Give templates the frame of the page; works for requests that never reached the accounts middleware."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    context: dict[str, Any] = {
        "actor": actor,
        "version": version(),
        "language_url": _url("ui:language"),
        "banner": banner_for(actor=actor) if getattr(request, "resolver_match", None) else None,
        "navigation": navigation(actor=actor, path=request.path),
    }
    if not actor.is_signed_in:
        return context
    person = getattr(request, "user", None)
    return context | {
        "roles": [ROLE_LABELS[role] for role in sorted(actor.roles)],
        "body": getattr(person, "body", None),
        "notices_url": _url("accounts:notices"),
        "notices_unread": unread(actor=actor),
        "account_url": _url("accounts:profile"),
        "sign_out_url": _url("accounts:sign-out"),
    }
