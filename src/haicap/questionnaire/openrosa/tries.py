"""Wrong keys are bounded: so many per user name and per address within a quarter of an hour.

Secrets of devices have 120 bits and more, so a right one is never guessed; the bound keeps the guessing itself out.
The counter is the one of the service centres' public pages.
"""

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused
from haicap.kernel.http import client_address
from haicap.onestop.actions.tries import scope_of, take_try
from haicap.onestop.models import TrackingTry
from haicap.questionnaire.openrosa.errors import TooMany

WINDOW = timedelta(minutes=15)
BY_NAME, BY_ADDRESS = 20, 200


def _scopes(request: HttpRequest, name: str) -> list[tuple[str, int]]:
    scopes = [(scope_of(purpose="key-address", value=client_address(request)), BY_ADDRESS)]
    return [*scopes, (scope_of(purpose="key-name", value=name), BY_NAME)] if name else scopes


def must_have_tries(request: HttpRequest, *, name: str) -> None:
    """Raise TooMany where no try is left; asked before a user name and password are looked at."""
    for scope, most in _scopes(request, name):
        rows = TrackingTry.objects.filter(pk=scope, count__gte=most, window_start__gt=timezone.now() - WINDOW)
        if rows.exists():
            raise _too_many()


def count_wrong(request: HttpRequest, *, name: str = "") -> None:
    """Count a wrong key; raises TooMany where no try is left."""
    try:
        for scope, most in _scopes(request, name):
            take_try(scope=scope, most=most, window=WINDOW)
    except Refused as refused:
        raise _too_many() from refused


def _too_many() -> TooMany:
    return TooMany("openrosa.too_many_tries", _("Too many wrong tries. Wait a quarter of an hour."))
