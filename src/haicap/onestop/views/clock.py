"""The clock of a dossier as its page shows it."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from haicap.onestop.models import Dossier
from haicap.onestop.queries.clock import explained
from haicap.onestop.rules.lifecycle import Life
from haicap.onestop.texts import clock as texts


def clock_context(*, dossier: Dossier, life: Life, now: datetime) -> dict[str, Any] | None:
    """Return what the part `onestop/parts/clock.html` needs, None before the receipt."""
    found = explained(life=life, appointment=dossier.appointment_at, now=now)
    if found is None:
        return None
    label, colour = texts.STANDINGS[found.position.standing]
    return {
        "explained": found,
        "label": label,
        "colour": colour,
        "position": texts.position(found.position),
        "lines": [(texts.span(line), texts.sentence(line), texts.amount(line)) for line in found.lines],
        "words": f"{_('on time')},{_('late')}",
    }
