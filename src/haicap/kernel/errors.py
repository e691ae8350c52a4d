"""The four ways an action or a query says no.

A refusal carries a stable code, a sentence a clerk understands and the field it is about. It becomes a page in
`middleware.RefusalMiddleware` and JSON in `haicap.api`, and nowhere else.
"""

from collections.abc import Mapping

from django.utils.functional import Promise

Text = str | Promise


class Refusal(Exception):
    """Base of the four kinds; raise one of them, never this."""

    status = 400

    def __init__(
        self,
        code: str,
        message: Text,
        *,
        field: str | None = None,
        details: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.details: Mapping[str, object] = details or {}

    def __str__(self) -> str:
        return f"{self.message} [{self.code}]"


class Refused(Refusal):
    """A rule of the domain says no (HTTP 422)."""

    status = 422


class NotAllowed(Refusal):
    """The actor may not do this (HTTP 403)."""

    status = 403


class Missing(Refusal):
    """It is not there, or not for this actor (HTTP 404)."""

    status = 404


class Conflict(Refusal):
    """Somebody else changed it first (HTTP 409)."""

    status = 409
