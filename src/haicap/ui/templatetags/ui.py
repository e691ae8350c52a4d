"""Components as template tags: ``{% load ui %}``."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from haicap.kernel import text as texts

register = template.Library()
COLOURS = frozenset({"green", "yellow", "red", "blue", "grey", "orange", "purple"})
_ALIASES: Mapping[str, str] = {
    "": "grey", "gray": "grey", "secondary": "grey", "muted": "grey", "azure": "blue", "info": "blue",
    "primary": "blue", "cyan": "blue", "indigo": "blue", "success": "green", "teal": "green", "lime": "green",
    "warning": "yellow", "amber": "yellow", "danger": "red", "error": "red", "pink": "purple",
}  # fmt: skip


BUILD_MARK = Path(__file__).resolve().parents[1] / "static/ui/build.txt"


@lru_cache(maxsize=1)
def _build() -> str:
    return BUILD_MARK.read_text() if BUILD_MARK.exists() else ""


@register.simple_tag
def asset(path: str) -> str:
    """Return the address of a built file with the mark of the build, so that browsers fetch a new one."""
    mark = _build()
    return f"{static(path)}?v={mark}" if mark else static(path)


@register.filter
def localized(instance: object, name: str) -> str:
    """Return `name`_vi or `name`_en of `instance`, by the language of the page."""
    return texts.localized(instance, name)


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """Draw a Tabler icon from the sprite; without `label` it is decoration and hidden from screen readers."""
    source = asset("ui/icons.svg")
    if label:
        return format_html(
            '<svg class="icon {}" role="img" aria-label="{}"><use href="{}#{}"></use></svg>',
            css, label, source, name,
        )  # fmt: skip
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css, source, name,
    )  # fmt: skip


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Render label, control, help and error of a form field, wired for screen readers."""
    return bound.as_field_group()


@register.inclusion_tag("ui/forms/errors.html")
def form_errors(form: BaseForm) -> dict[str, Any]:
    """Render the summary above a form: what is wrong, with a link to each field."""
    faulty = [form[name] for name in form.errors if name in form.fields]
    return {
        "form": form,
        "general": form.non_field_errors(),
        "fields": [bound for bound in faulty if not bound.is_hidden],
        "hidden": [(bound, error) for bound in faulty if bound.is_hidden for error in bound.errors],
    }


@register.inclusion_tag("ui/parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], name: str = "page") -> dict[str, Any]:
    """Render the links to the pages of a list, keeping the rest of the query string."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query.pop(name, None)
    kept = query.urlencode()
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "numbers": list(numbers) if page.has_other_pages() else [],
        "ellipsis": page.paginator.ELLIPSIS,
        "prefix": f"?{kept}&{name}=" if kept else f"?{name}=",
    }


@register.inclusion_tag("ui/parts/empty_state.html")
def empty_state(
    title: str, text: str = "", url: str = "", action: str = "", icon: str = "inbox"
) -> dict[str, str]:
    """Render the place of a list that has no rows yet, and what to do about it."""
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon}


@register.simple_tag
def status_badge(text: object, colour: str = "grey") -> SafeString:
    """Render a state in words with a dot of `colour`; the words carry the meaning, the colour only helps."""
    known = colour if colour in COLOURS else _ALIASES.get(colour, "grey")
    return format_html('<span class="state state-{}">{}</span>', known, text)


@register.inclusion_tag("ui/parts/progress.html")
def progress(percent: float | None, label: object = "") -> dict[str, Any]:
    """Render how far something is, `percent` from 0 to 100."""
    value = max(0, min(100, round(float(percent or 0))))
    return {"percent": value, "label": label}


@register.inclusion_tag("ui/parts/stat.html")
def stat(value: object, label: object, url: str = "", icon: str = "", detail: object = "") -> dict[str, Any]:
    """Render one figure with its label; with `url` the whole tile leads there."""
    return {"value": value, "label": label, "url": url, "icon": icon, "detail": detail}


@register.inclusion_tag("ui/parts/breadcrumbs.html")
def breadcrumbs(*pairs: object) -> dict[str, Any]:
    """Render the way to the page: ``{% breadcrumbs url label url label %}``; the page itself is left out."""
    return {"crumbs": list(zip(pairs[::2], pairs[1::2], strict=True))}


@register.inclusion_tag("ui/parts/sort_header.html", takes_context=True)
def sort_header(context: Context, label: object, key: str, number: bool = False) -> dict[str, Any]:
    """Render a column heading that sorts on the server: ``?sort=key`` upward, ``?sort=-key`` downward."""
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    current = query.get("sort", "")
    query.pop("page", None)
    query["sort"] = f"-{key}" if current == key else key
    direction = {key: "ascending", f"-{key}": "descending"}.get(current, "")
    return {"label": label, "url": f"?{query.urlencode()}", "direction": direction, "number": number}
