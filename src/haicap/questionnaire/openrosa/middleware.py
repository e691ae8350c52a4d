"""The short way of what devices send: no session, no cookies, no token against forgery, for none of them is used."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404
from django.urls.resolvers import RegexPattern, URLResolver
from django.utils.functional import cached_property

START = "/v1/"
SHARED = frozenset({"openrosa-form", "openrosa-media"})  # where programs of people come too, by Central's API


def is_device(request: HttpRequest) -> bool:
    """Say whether the caller of an address that two interfaces share is a device: by its header, or how it signs in."""
    scheme = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[0].lower()
    return "HTTP_X_OPENROSA_VERSION" in request.META or "st" in request.GET or scheme == "digest"


class ShortWay:
    """Answers addresses of OpenRosa that say themselves who calls, before the middleware of pages begins its work.

    The addresses are the same as in the site's table; those that a cookie may open go the long way.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    @cached_property
    def _addresses(self) -> URLResolver:
        return URLResolver(RegexPattern(r"^/v1/"), "haicap.questionnaire.openrosa.urls")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(START) or not _says_who(request):
            return self.get_response(request)
        try:
            match = self._addresses.resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        if match.url_name in SHARED and not is_device(request):
            return self.get_response(request)
        request.resolver_match = match
        answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return answer


def _says_who(request: HttpRequest) -> bool:
    """Say whether the address or a header says who calls; else it may be a person with a cookie."""
    path = request.path_info
    return (
        path.startswith(("/v1/key/", "/v1/test/")) or "HTTP_AUTHORIZATION" in request.META or "st" in request.GET
        or request.method not in ("GET", "HEAD")
    )  # fmt: skip
