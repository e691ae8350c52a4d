"""Why a reported figure differs from the ledger: other ways of counting are tried and the one that fits is named.

Nothing is guessed. An explanation is given only where counting the ledger in that way gives exactly what was
reported; otherwise the bare difference is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """The same figure counted in another way; `code` names the way, `detail` what its sentence needs."""

    code: str
    value: Decimal | None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What stands between a reported and a computed figure.

    `kind`: same, not_reported, not_recorded (the ledger has nothing to compare), explained (by `ways`, each of
    which gives the reported figure exactly), or unexplained. `by` is reported minus computed.
    """

    kind: str
    by: Decimal | None = None
    ways: tuple[Alternative, ...] = ()


def explain(
    *, computed: Decimal | None, reported: Decimal | None, alternatives: Sequence[Alternative] = ()
) -> Difference:
    """Return how `reported` relates to `computed`; `alternatives` in the order in which they are told."""
    if reported is None:
        return Difference(kind="not_reported")
    if computed is None:
        return Difference(kind="not_recorded")
    by = reported - computed
    if by == 0:
        return Difference(kind="same", by=by)
    ways = tuple(way for way in alternatives if way.value == reported)
    return Difference(kind="explained" if ways else "unexplained", by=by, ways=ways)
