"""Puts the person behind each request, as queries and actions see them, on the request."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from haicap.accounts.models import Person
from haicap.accounts.queries import actor_of
from haicap.kernel.access import ANONYMOUS, Actor
from haicap.kernel.errors import NotAllowed
from haicap.kernel.middleware import refusal_page

Answer = Callable[[HttpRequest], HttpResponse]
SEEN = "seen"
SEEN_EVERY = 300  # seconds: how exactly the idle time is kept, against one write of the session each
WITH_TEMPORARY_PASSWORD = frozenset({"accounts:password", "accounts:sign-out", "accounts:factor-again"})


class ActorMiddleware:
    """Sets `request.actor`, read when first used (two queries: person with body, roles)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def actor() -> Actor:
            return actor_of(person=request.user) if isinstance(request.user, Person) else ANONYMOUS

        request.actor = SimpleLazyObject(actor)  # type: ignore[attr-defined]  # the attribute of kernel.http.Request
        response = self.get_response(request)
        _note_seen(request)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let a person with a temporary password do nothing but choose their own."""
        if getattr(view, "door", "") == "public" or not isinstance(request.user, Person):
            return None
        if not request.user.password_is_temporary:
            return None
        match = request.resolver_match
        if match is not None and match.view_name in WITH_TEMPORARY_PASSWORD:
            return None
        if request.method == "GET" and not request.path.startswith("/api/"):
            return redirect("accounts:password")
        return refusal_page(
            request,
            NotAllowed("password.temporary", _("Choose your own password first, on your account's page.")),
        )


def _note_seen(request: HttpRequest) -> None:
    """Keep the session of somebody at work alive: it ends so long after the last use, not after sign-in."""
    session = request.session
    if not session.accessed or SESSION_KEY not in session:
        return
    now = int(time.time())
    if now - session.get(SEEN, 0) >= SEEN_EVERY:
        session[SEEN] = now


class LanguageMiddleware:
    """Vietnamese unless the person switched: the language of the browser is not asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        known = {code for code, _name in settings.LANGUAGES}
        with translation.override(wanted if wanted in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE or settings.LANGUAGE_CODE)
        return response
