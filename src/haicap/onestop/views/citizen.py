"""What the pages of a citizen share: the dossiers this browser session has opened."""

import time
from typing import Any

from haicap.kernel.http import Request

OPENED, SHOWN = "onestop_opened", "onestop_shown"
OPEN_FOR = 2 * 60 * 60  # seconds that a page stays open in the session of a browser
MOST_OPEN = 5


def keep_open(request: Request, *, reference: str) -> None:
    """Remember that this session opened a dossier; the session gets a new key, so none was planted before."""
    now = int(time.time())
    held = {key: at for key, at in _held(request).items() if now - at < OPEN_FOR and key != reference}
    newest = sorted(held.items(), key=lambda pair: pair[1])[-(MOST_OPEN - 1) :]
    request.session.cycle_key()
    request.session[OPENED] = dict(newest) | {reference: now}


def is_open(request: Request, *, reference: str) -> bool:
    """Say whether this session has the dossier open."""
    return time.time() - _held(request).get(reference, 0) < OPEN_FOR


def close(request: Request, *, reference: str) -> None:
    """Forget it, as on a computer that others use too."""
    held = _held(request)
    held.pop(reference, None)
    request.session[OPENED] = held


def show_once(request: Request, **values: Any) -> None:
    """Keep something for the next page only."""
    request.session[SHOWN] = values


def shown(request: Request) -> dict[str, Any]:
    """Return what was kept for this page, and forget it."""
    found: dict[str, Any] = request.session.get(SHOWN) or {}
    if found:
        del request.session[SHOWN]
    return found


def _held(request: Request) -> dict[str, int]:
    found = request.session.get(OPENED)
    return dict(found) if isinstance(found, dict) else {}
