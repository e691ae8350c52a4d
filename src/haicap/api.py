"""The JSON API: the same queries and actions as the pages, with an OpenAPI document at /api/openapi.json."""

from importlib import import_module
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.security import django_auth

from haicap import __version__
from haicap.kernel.errors import Refusal

api = NinjaAPI(title="haicap", version=__version__, auth=django_auth, docs_url=None, urls_namespace="api")

for area in ["register", "accounts", "campaign", "timetable", "questionnaire", "findings", "assessment"]:
    if (Path(__file__).parent / area / "api.py").exists():
        api.add_router(f"/{area}", import_module(f"haicap.{area}.api").router, tags=[area])


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
