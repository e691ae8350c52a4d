"""The door of every address under /v1/: authentication, methods, and refusals as Central writes them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from haicap.kernel.access import Actor
from haicap.kernel.errors import Refusal
from haicap.kernel.http import Request
from haicap.questionnaire.central import errors
from haicap.questionnaire.central.auth import actor_for
from haicap.questionnaire.rules.odata import ODataError

Handler = Callable[..., HttpResponseBase]
_AREA = "questionnaire."
CHALLENGE = 'Basic realm="haicap", charset="UTF-8"'


def _enter(request: Request, *, is_account: bool) -> None:
    """Put who calls on the request; only people and devices with a part in collecting go further."""
    actor: Actor = actor_for(request)
    request.actor = actor
    works_here = actor.key_id is not None or any(held.startswith(_AREA) for held in actor.permissions)
    if not (is_account or works_here):
        raise errors.not_allowed()


def _is_unfit(request: HttpRequest) -> bool:
    """Say whether an address holds what no name here has and no database takes."""
    return "\0" in request.path or any("\0" in value for values in request.GET.lists() for value in values[1])


def resource(
    *,
    door: str = "signed in",
    is_account: bool = False,
    challenge: bool = False,
    also: Mapping[str, Handler] | None = None,
    **own: Handler,
) -> Callable[..., HttpResponseBase]:
    """Return the view of one address: a handler for each method it answers (`also`: more of them).

    `door` "public" asks for nothing; `is_account` lets in who has no part in collecting. `challenge` makes a 401 ask
    for a name and password, which spreadsheet programs wait for.
    """

    handlers = {**own, **(also or {})}

    @csrf_exempt  # `actor_for` asks for the token where a cookie is all there is
    def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        answer: HttpResponseBase
        try:
            if _is_unfit(request):
                raise errors.not_found()
            if door != "public":
                _enter(request, is_account=is_account)  # type: ignore[arg-type]  # the middleware gives it an actor
            handler = handlers.get("GET" if request.method == "HEAD" else request.method or "")
            if handler is None:
                raise errors.method_not_supported(request.method or "")
            answer = handler(request, **arguments)
        except ODataError as error:
            answer = errors.answer(errors.of_odata(error))
        except Refusal as refusal:
            answer = errors.answer(refusal)
        if answer.status_code == 401 and challenge:
            answer["WWW-Authenticate"] = CHALLENGE
        elif answer.status_code == 405:
            answer["Allow"] = ", ".join(handlers)
        patch_cache_control(answer, private=True, no_cache=True)
        return answer

    view.door = door  # type: ignore[attr-defined]  # read by the sweep over all URLs
    return view


def plain(answer: HttpResponse) -> HttpResponse:
    """Return an answer whose bytes a browser never runs."""
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
