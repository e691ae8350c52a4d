"""What every noun of Central's API needs: times, ids of actors, JSON in and out, paging."""

import json
import re
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.questionnaire.central.bodies import raw_body
from haicap.questionnaire.central.errors import Problem, wrong_type
from haicap.questionnaire.models import FieldKey
from haicap.questionnaire.queries.feeds import moment
from haicap.questionnaire.queries.odata import KEY_BASE
from haicap.questionnaire.rules.odata.paging import is_true

__all__ = [
    "Json", "actor_id", "actor_shape", "address_of", "answer", "body_of", "flag", "is_extended", "key_shape", "moment",
    "person_shape", "success", "text_in", "window",
]  # fmt: skip

_MOST = 50 * 1024 * 1024
_ODD = re.compile(rb"\\u(?:0000|d[89a-f])", re.I)
SUCCESS = {"success": True}
Json = dict[str, Any]


def actor_id(*, person_id: int | None, key_id: int | None = None) -> int:
    """Return the id of who did something: a person's own, a device's above 2^30, 0 for the house itself."""
    if person_id is not None:
        return person_id
    return KEY_BASE + key_id if key_id is not None else 0


def person_shape(person: Person) -> Json:
    """Return a person as a web user."""
    return {
        "id": person.pk, "type": "user", "displayName": person.full_name, "email": person.email or person.username,
        "createdAt": None, "updatedAt": None, "deletedAt": None,
    }  # fmt: skip


def key_shape(key: FieldKey) -> Json:
    """Return a device's key as the actor behind it."""
    return {
        "id": KEY_BASE + key.pk, "type": "field_key", "displayName": key.name, "createdAt": moment(key.created_at),
        "updatedAt": None, "deletedAt": moment(key.revoked_at),
    }  # fmt: skip


def actor_shape(person: Person | None, key: FieldKey | None = None) -> Json | None:
    """Return who did something; None for the house itself."""
    if person is not None:
        return person_shape(person)
    return key_shape(key) if key is not None else None


def answer(data: Any, *, status: int = 200) -> HttpResponse:
    """Return JSON."""
    return JsonResponse(data, safe=False, status=status, json_dumps_params={"ensure_ascii": False})


def success() -> HttpResponse:
    """Return what Central answers where there is nothing to say."""
    return answer(SUCCESS)


def body_of(request: HttpRequest) -> Mapping[str, Any]:
    """Return the JSON object of a request, {} where it is empty; raises Problem 400.1."""
    raw = raw_body(request, most=_MOST)
    if not raw.strip():
        return {}
    try:
        found = json.loads(raw)
        if _ODD.search(raw):
            found = json.loads(_storable(json.dumps(found, ensure_ascii=False)))
    except (ValueError, RecursionError) as error:
        raise _unreadable(raw) from error
    if not isinstance(found, dict):
        raise _unreadable(raw)
    return found


def _storable(text: str) -> bytes:
    """Return text as UTF-8; raises ValueError for halves of characters and for NUL, which no database takes."""
    if "\\u0000" in text:
        raise ValueError("NUL")
    return text.encode()


def _unreadable(raw: bytes) -> Problem:
    return Problem(400.1, _("What was sent is no JSON object."), format="json", rawLength=len(raw))


def text_in(body: Mapping[str, Any], field: str) -> str:
    """Return a text of a JSON body, "" where it is not there; raises Problem 400.11 for another type."""
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise wrong_type(field, "string")
    return value


def is_extended(request: HttpRequest) -> bool:
    """Say whether the caller asks for more than the bare rows."""
    return is_true(request.headers.get("X-Extended-Metadata", ""))


def flag(request: HttpRequest, name: str) -> bool:
    """Say whether a parameter of the address is true."""
    return is_true(request.GET.get(name, ""))


def window(request: HttpRequest) -> slice:
    """Return which rows `offset` and `limit` ask for; raises Problem 400.11."""
    found = {}
    for name in ("offset", "limit"):
        text = request.GET.get(name)
        if text is None:
            continue
        if not (text.isascii() and text.isdigit()) or len(text) > 9:
            raise wrong_type(name, "integer")
        found[name] = int(text)
    start = found.get("offset", 0)
    return slice(start, start + found["limit"] if "limit" in found else None)


def address_of(request: HttpRequest) -> str:
    """Return the address of the request without its parameters."""
    return request.build_absolute_uri(request.path)
