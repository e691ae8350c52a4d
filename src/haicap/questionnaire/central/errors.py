"""The one place where a refusal becomes Central's JSON: `message`, `code` and `details`.

The numbers are Central's: clients compare them (`409.15`) to tell one refusal from another.
"""

from collections.abc import Mapping
from math import floor

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from haicap.kernel.errors import Refusal, Text
from haicap.questionnaire.rules.odata import ODataError

NUMBERS: Mapping[str, float] = {
    "form.unpublished": 404.1,
    "form.no_draft": 404.1,
    "form.media_unknown": 404.1,
    "form.id_taken": 409.3,
    "form.version_taken": 409.6,
    "form.never_published": 409.7,
    "form.faulty": 400.15,
    "form.warnings": 400.16,
}  # what actions refuse without a number of their own in the details
_BY_STATUS: Mapping[int, float] = {
    400: 400.8, 401: 401.2, 403: 403.1, 404: 404.1, 409: 409.3, 413: 400.36, 422: 400.8, 429: 429.7,
}  # fmt: skip


class Problem(Refusal):
    """A refusal of this interface itself, by Central's number."""

    def __init__(self, number: float, message: Text, **details: object) -> None:
        super().__init__(f"central.{number}", message, details={"number": number, **details})
        self.status = floor(number)


def missing_parameter(field: str) -> Problem:
    """Return 400.2."""
    return Problem(400.2, _("A parameter is missing: %(field)s.") % {"field": field}, field=field)


def unexpected(field: str, value: object, reason: Text) -> Problem:
    """Return 400.8."""
    sentence = _("The value %(value)s of %(field)s was not expected: %(reason)s")
    return Problem(
        400.8, sentence % {"field": field, "value": value, "reason": reason}, field=field, value=value
    )


def wrong_type(field: str, expected: str) -> Problem:
    """Return 400.11."""
    sentence = _("%(field)s must be: %(expected)s.")
    return Problem(400.11, sentence % {"field": field, "expected": expected}, field=field, expected=expected)


def not_authenticated() -> Problem:
    """Return 401.2, the same for everything that is wrong with a sign-in."""
    return Problem(401.2, _("The sign-in is missing, wrong or over. Sign in again."))


def not_allowed() -> Problem:
    """Return 403.1."""
    return Problem(403.1, _("Your role does not allow this. Ask the secretariat if you need it."))


def not_found() -> Problem:
    """Return 404.1."""
    return Problem(404.1, _("There is nothing at this address, or not for you."))


def method_not_supported(method: str) -> Problem:
    """Return 405.1 for a method that the address does not answer."""
    return Problem(405.1, _("This address does not answer %(method)s.") % {"method": method})


_ODATA: Mapping[str, tuple[float, Text]] = {
    "filter_unreadable": (400.18, _("The filter cannot be read: %(detail)s")),
    "filter_unsupported": (501.4, _("The filter uses what is not supported here: %(detail)s")),
    "filter_field": (501.5, _("The filter names a property that cannot be filtered by: %(detail)s")),
    "table": (404.1, _("There is no table named %(detail)s.")),
    "property": (400.23, _("There is no property named %(detail)s.")),
    "select_repeat": (400.24, _("Properties inside a repeat cannot be selected from here: %(detail)s.")),
    "select_expand": (501.11, _("$select and $expand cannot be used together.")),
    "expand": (501.6, _("$expand=%(detail)s is not supported; only $expand=* is.")),
    "skiptoken": (400.35, _("The $skiptoken is not one of this server.")),
    "number": (400.11, _("%(detail)s must be a whole number.")),
    "orderby": (501.5, _("It is not possible to order by %(detail)s.")),
}


def of_odata(error: ODataError) -> Problem:
    """Return the refusal of a question that OData's rules could not read."""
    number, sentence = _ODATA[error.code]
    return Problem(number, str(sentence) % {"detail": error.detail}, at=error.at, text=error.detail)


def number_of(refusal: Refusal) -> float:
    """Return Central's number of a refusal: its own, by its code, or by its kind."""
    given = refusal.details.get("number")
    if isinstance(given, int | float | str):
        return float(given)
    if (known := NUMBERS.get(refusal.code)) is not None:
        return known
    return _BY_STATUS.get(refusal.status, 400.8)


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


def _more(refusal: Refusal) -> dict[str, object]:
    """Return what Central's clients look for in the details beside our own."""
    if refusal.code == "form.warnings":
        faults = refusal.details.get("faults", [])
        return {"warnings": {"xlsFormWarnings": faults, "workflowWarnings": []}}
    if refusal.code == "form.id_taken":
        return {
            "table": "forms",
            "fields": ["projectId", "xmlFormId"],
            "values": [refusal.details.get("form_id")],
        }
    if refusal.code == "form.version_taken":
        return {"xmlFormId": refusal.details.get("form_id")}
    return {}


def answer(refusal: Refusal) -> HttpResponse:
    """Return a refusal as Central writes it; `details.error` holds the house's own code."""
    number = number_of(refusal)
    details = {name: value for name, value in refusal.details.items() if name != "number"} | _more(refusal)
    if not refusal.code.startswith("central."):
        details["error"] = refusal.code
    if refusal.field:
        details.setdefault("field", refusal.field)
    status = floor(number) if 400 <= number < 600 else refusal.status
    return JsonResponse(
        {"message": str(refusal.message), "code": _plain(number), "details": details},
        status=status,
        json_dumps_params={"ensure_ascii": False, "default": str},
    )
