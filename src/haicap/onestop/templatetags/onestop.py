"""Small helpers of the pages of this area: ``{% load onestop %}``."""

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def at(table: Mapping[Any, Any], key: Any) -> Any:
    """Return what `table` holds under `key`, "" where it holds nothing."""
    return table.get(key, "")
