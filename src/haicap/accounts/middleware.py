"""Puts the person behind each request, as queries and actions see them, on the request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.functional import SimpleLazyObject

from haicap.accounts.queries import actor_by_id
from haicap.kernel.access import ANONYMOUS, Actor

Answer = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Sets `request.actor`, read when first used (two queries: person with body, roles)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        def actor() -> Actor:
            return actor_by_id(request.user.pk) if request.user.is_authenticated else ANONYMOUS

        request.actor = SimpleLazyObject(actor)  # type: ignore[attr-defined]  # the attribute of kernel.http.Request
        return self.get_response(request)


class LanguageMiddleware:
    """Vietnamese unless the person switched: the language of the browser is not asked."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        known = {code for code, _ in settings.LANGUAGES}
        with translation.override(wanted if wanted in known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE or settings.LANGUAGE_CODE)
        return response
