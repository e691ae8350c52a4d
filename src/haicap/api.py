"""The JSON API: the same queries and actions as the pages, with an OpenAPI document at /api/openapi.json."""

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import django_auth

from haicap import __version__
from haicap.accounts.api import router as accounts
from haicap.assessment.api import router as assessment
from haicap.campaign.api import router as campaign
from haicap.findings.api import router as findings
from haicap.kernel.errors import Refusal
from haicap.onestop.api import router as onestop
from haicap.questionnaire.api import router as questionnaire
from haicap.register.api import router as register
from haicap.timetable.api import router as timetable

api = NinjaAPI(title="haicap", version=__version__, auth=django_auth, docs_url=None, urls_namespace="api")
api.add_router("/register", register, tags=["register"])
api.add_router("/accounts", accounts, tags=["accounts"])
api.add_router("/campaign", campaign, tags=["campaign"])
api.add_router("/onestop", onestop, tags=["onestop"])
api.add_router("/timetable", timetable, tags=["timetable"])
api.add_router("/questionnaire", questionnaire, tags=["questionnaire"])
api.add_router("/findings", findings, tags=["findings"])
api.add_router("/assessment", assessment, tags=["assessment"])


@api.exception_handler(Refusal)
def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer a refusal as JSON."""
    body = {
        "code": refusal.code,
        "message": str(refusal.message),
        "field": refusal.field,
        "details": dict(refusal.details),
    }
    return api.create_response(request, body, status=refusal.status)


@api.exception_handler(ValidationError)
def refuse_shape(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a body or parameter of the wrong shape in the form of a refusal."""
    first = error.errors[0] if error.errors else {"msg": "", "loc": ()}
    body = {
        "code": "request.shape",
        "message": str(first["msg"]),
        "field": ".".join(str(part) for part in first["loc"]),
        "details": {"errors": [{"loc": list(e["loc"]), "msg": e["msg"]} for e in error.errors]},
    }
    return api.create_response(request, body, status=422)
