"""Names as OData allows them, and the one error of this package."""

import re
from collections.abc import Iterable

_FIRST = re.compile(r"^([^A-Za-z_])")
_OTHER = re.compile(r"[^A-Za-z0-9_]+")


class ODataError(Exception):
    """A request that cannot be answered; `code` is what Central's errors call it.

    Codes: filter_unreadable, filter_unsupported, filter_field, property, select_repeat, select_expand, expand,
    skiptoken, number, orderby. `detail` is what is wrong, as it was sent.
    """

    def __init__(self, code: str, detail: str = "", *, at: int = 0) -> None:
        super().__init__(code, detail)
        self.code, self.detail, self.at = code, detail, at


def identifier(name: str) -> str:
    """Return `name` as an OData identifier: other characters become one underscore, as Central writes them."""
    return _OTHER.sub("_", _FIRST.sub(r"_\1", name))


def distinct(names: Iterable[str]) -> list[str]:
    """Return identifiers for `names` in order; where two would be equal the later gets _2, _3 behind it."""
    taken: set[str] = set()
    found = []
    for name in names:
        base = made = identifier(name)
        number = 1
        while made in taken:
            number += 1
            made = f"{base}_{number}"
        taken.add(made)
        found.append(made)
    return found
