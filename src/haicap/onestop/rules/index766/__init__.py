"""The index of Decision 766 from counts: a dated pack of items as data, and exact points from it."""

from haicap.onestop.rules.index766.pack import (
    Class,
    Group,
    Item,
    Pack,
    PackFault,
    Term,
    Zero,
    pack_on,
    read_packs,
)
from haicap.onestop.rules.index766.score import (
    GroupResult,
    IndexResult,
    ItemResult,
    Rule,
    State,
    score,
    score_item,
)

__all__ = [
    "Class",
    "Group",
    "GroupResult",
    "IndexResult",
    "Item",
    "ItemResult",
    "Pack",
    "PackFault",
    "Rule",
    "State",
    "Term",
    "Zero",
    "pack_on",
    "read_packs",
    "score",
    "score_item",
]
