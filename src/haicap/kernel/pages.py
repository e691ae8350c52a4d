"""Paging: every list page shows a bounded part of its rows."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest


def page_of(rows: Any, request: HttpRequest, *, size: int = 50) -> Page[Any]:
    """Return the page of `rows` that the request's ?page= asks for, the nearest one where it is out of range."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
