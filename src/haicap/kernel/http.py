"""The request as haicap's views see it."""

from django.http import HttpRequest

from haicap.kernel.access import Actor


class Request(HttpRequest):
    """A request with the person behind it; set by the accounts middleware."""

    actor: Actor


def client_address(request: HttpRequest) -> str:
    """Return the address of the peer; a proxy in front must overwrite, not append, X-Real-IP under TLS."""
    if request.is_secure() and (given := request.META.get("HTTP_X_REAL_IP")):
        return str(given)
    return str(request.META.get("REMOTE_ADDR", ""))
