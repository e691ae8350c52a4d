"""Small helpers of the pages of this area: ``{% load onestop %}``."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def at(table: Mapping[Any, Any], key: Any) -> Any:
    """Return what `table` holds under `key`, "" where it holds nothing."""
    return table.get(key, "")


@register.filter
def amount(value: int) -> str:
    """Return a sum of money with its thousands parted."""
    return number_format(value, use_l10n=True, force_grouping=True)
