"""The one place where a refusal becomes a page, and where too large a body is turned away."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import NotAllowed, Refusal, Refused

Answer = Callable[[HttpRequest], HttpResponse]
MEBIBYTE = 1024 * 1024
logger = logging.getLogger(__name__)


class TooLarge(Refused):
    """The body of the request is larger than the house takes (HTTP 413)."""

    status = 413


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the page of a refusal; to htmx, a short alert."""
    template = "ui/errors/fragment.html" if request.headers.get("HX-Request") else "ui/errors/error.html"
    context = {"status": refusal.status, "refusal": refusal}
    return render(request, template, context, status=refusal.status)


class RefusalMiddleware:
    """Turns a refusal that escapes a view into a page."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a refusal; everything else stays an error."""
        return refusal_page(request, exception) if isinstance(exception, Refusal) else None


def _megabytes(length: str) -> str:
    """Return a declared length in whole megabytes, ? for nonsense."""
    return str(-(-int(length) // MEBIBYTE)) if length.isdecimal() and len(length) < 19 else "?"


class BodyLimitMiddleware:
    """Refuses a body by its declared length before a byte of it is read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > settings.HAICAP_MAX_BODY:
            limit = settings.HAICAP_MAX_BODY // MEBIBYTE
            sentence = _(
                "What you sent has %(size)s MB; at most %(limit)s MB are taken at once. Split it or send a smaller "
                "file."
            )
            return HttpResponse(
                str(sentence) % {"limit": limit, "size": _megabytes(length)},
                status=413,
                content_type="text/plain; charset=utf-8",
                headers={"Connection": "close"},
            )
        return self.get_response(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without its token: the page was open too long, or it came from another site."""
    refusal = NotAllowed(
        "csrf.failed",
        _("This page was open too long or came from elsewhere. Go back, reload the page and send it again."),
    )
    return refusal_page(request, refusal)
