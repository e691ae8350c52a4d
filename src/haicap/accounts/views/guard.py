"""A second look at who is there, before what cannot be undone: a code given not long ago."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, resolve_url

from haicap.accounts import factor
from haicap.kernel.http import Request

FACTOR_AT = "factor_at"
RECENT = 15 * 60  # seconds
WHILE_TYPING = 60 * 60  # seconds: a form opened in time may be sent within the hour, nothing typed is lost
P = ParamSpec("P")


def recent_factor(
    view: Callable[Concatenate[Request, P], HttpResponse],
) -> Callable[Concatenate[Request, P], HttpResponse]:
    """Ask a person who has a second factor for a code where the last one is older than 15 minutes."""

    @wraps(view)
    def guarded(request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if _is_stale(request):
            back = request.path if request.method == "GET" else request.META.get("HTTP_REFERER", "")
            return redirect(f"{resolve_url('accounts:factor-again')}?{urlencode({'next': back})}")
        return view(request, *args, **kwargs)

    return guarded


def _is_stale(request: Request) -> bool:
    longest = RECENT if request.method == "GET" else WHILE_TYPING
    age = time.time() - float(request.session.get(FACTOR_AT, 0))
    return age > longest and factor.is_enrolled(person_id=request.actor.person_id)
