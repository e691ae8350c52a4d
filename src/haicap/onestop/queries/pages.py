"""Pages of lists of dossiers, by number and by cursor, as fast for a body with old dossiers as for any other."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Value
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.onestop import permissions
from haicap.onestop.models import Dossier, Part
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.queries.lists import by_due


class Parted(Sequence[Dossier]):
    """All dossiers in which the actor's body has a part, the newest first, for pages of a list.

    Reads the keys from the index part_of_body alone, so that a body whose dossiers are old, or few among very
    many, waits no longer than another. The same rows as `dossiers_for`.
    """

    def __init__(self, *, actor: Actor) -> None:
        self._rows = dossiers_for(actor=actor)
        own = Part.objects.filter(body_id=actor.body_id or -1)
        keys: QuerySet[Any] = own.order_by("-dossier_id").values_list("dossier_id", flat=True).distinct()
        self._keys = keys if actor.may(permissions.READ) else keys.none()

    def __len__(self) -> int:
        return self._keys.count()

    def __getitem__(self, wanted: Any) -> Any:
        keys = list(self._keys[wanted])
        return list(self._rows.filter(pk__in=keys).order_by("-pk"))


def newest(rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
    """Return narrowed `rows`, the newest first.

    The sum keeps the planner from walking the whole table backwards in search of a body's few rows.
    """
    return rows.order_by((F("pk") + Value(0)).desc())


def page_after(*, rows: QuerySet[Dossier], cursor: str, size: int, due: bool) -> tuple[list[Dossier], str]:
    """Return up to `size` rows after `cursor` and the next cursor, "" at the end.

    `due`: in the order of the due time, else the newest first. Raises Refused for a cursor that is none.
    """
    ordered = by_due(rows) if due else newest(rows)
    if cursor:
        ordered = ordered.filter(_beyond(cursor, due))
    found = list(ordered[: size + 1])
    return found[:size], _cursor(found[size - 1], due) if len(found) > size else ""


def _cursor(row: Dossier, due: bool) -> str:
    moment = row.due_at.isoformat() if due and row.due_at else ""
    return base64.urlsafe_b64encode(f"{moment}|{row.pk}".encode()).decode()


def _beyond(cursor: str, due: bool) -> Q:
    try:
        text, _bar, number = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        last, moment = int(number), datetime.fromisoformat(text) if text else None
    except (ValueError, binascii.Error):
        raise Refused("cursor.unknown", _("This is no cursor of this list."), field="cursor") from None
    if not due:
        return Q(pk__lt=last)
    if moment is None:
        return Q(due_at=None, pk__gt=last)
    return Q(due_at__gt=moment) | Q(due_at=moment, pk__gt=last) | Q(due_at=None)
