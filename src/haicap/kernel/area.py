"""What each area tells the rest of the house about itself: its menu, its tasks, its banner."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, cast

from django.apps import AppConfig, apps
from django.utils.module_loading import import_string

from haicap.kernel.access import Actor
from haicap.kernel.errors import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """An entry of the navigation, shown to those who hold `permission` ("" = everybody signed in).

    One `for_visitors` is shown to those alone who have not signed in.
    """

    label: Text
    url_name: str
    icon: str
    permission: str = ""
    order: int = 100
    for_visitors: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a person has to do now; `due` is the last day for it."""

    title: Text
    url: str
    detail: Text = ""
    due: date | None = None
    urgent: bool = False


class AreaConfig(AppConfig):
    """Base of the areas' app configurations; the dotted paths are read when first needed."""

    default = False
    default_auto_field = "django.db.models.BigAutoField"
    menu: tuple[MenuItem, ...] = ()
    tasks: str | None = None
    banner: str | None = None
    unread: str | None = None

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.default = True  # Django then takes the area's own class, not this base imported beside it


T = TypeVar("T")


def _configs() -> Iterator[AreaConfig]:
    return (config for config in apps.get_app_configs() if isinstance(config, AreaConfig))


def menu_for(*, actor: Actor) -> list[MenuItem]:
    """Return the navigation of `actor`, ordered."""
    items = [item for config in _configs() for item in config.menu if item.for_visitors != actor.is_signed_in]
    return sorted(
        (item for item in items if not item.permission or actor.may(item.permission)),
        key=lambda item: item.order,
    )


def tasks_for(*, actor: Actor) -> list[Task]:
    """Return what `actor` has to do now, over all areas: urgent first, then by due day."""
    found: list[Task] = []
    for config in _configs():
        if config.tasks:
            found += cast(Callable[..., list[Task]], import_string(config.tasks))(actor=actor)
    return sorted(found, key=lambda task: (not task.urgent, task.due or date.max))


def banner_for(*, actor: Actor) -> Text | None:
    """Return the sentence that must stand on every page, such as the mark of sample data."""
    for config in _configs():
        if config.banner and (text := import_string(config.banner)(actor=actor)):
            return cast(Text, text)
    return None
