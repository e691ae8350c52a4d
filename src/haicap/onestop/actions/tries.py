"""How often a visitor without an account may try something: a bound per scope and window of time."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused
from haicap.onestop.models import TrackingTry

KEPT = timedelta(days=2)


def scope_of(*, purpose: str, value: str) -> str:
    """Return the scope of a code or address: a keyed digest, so that the table holds neither."""
    return f"{purpose}:{salted_hmac('onestop.tries', value.strip().upper(), algorithm='sha256').hexdigest()[:40]}"


def take_try(*, scope: str, most: int, window: timedelta) -> None:
    """Count a try before it is made; raises Refused when `most` were made within `window`.

    The count is raised in one statement, so tries at the same moment do not slip through together.
    """
    now = timezone.now()
    row, _made = TrackingTry.objects.get_or_create(pk=scope, defaults={"window_start": now})
    rows = TrackingTry.objects.filter(pk=scope)
    rows.filter(window_start__lte=now - window).update(count=0, window_start=now)
    if not rows.filter(count__lt=most).update(count=F("count") + 1):
        until = timezone.localtime(max(row.window_start, now - window) + window)
        raise Refused(
            "tries.too_many",
            _("Too many tries. Try again after %(time)s, or ask at any centre.") % {"time": f"{until:%H:%M}"},
        )


def forget_tries(*, scope: str) -> None:
    """Begin anew after a success."""
    TrackingTry.objects.filter(pk=scope).delete()


def sweep_tries() -> int:
    """Remove the rows of windows long past; return how many."""
    return TrackingTry.objects.filter(window_start__lt=timezone.now() - KEPT).delete()[0]
