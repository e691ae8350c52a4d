"""What a commune may wish for: ranked half-days, blocked half-days, place, mode, contact."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from haicap.kernel.periods import Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A registration as a unit hands it in; `preferences` by rank, first choice first."""

    preferences: tuple[Slot, ...] = ()
    blocks: Mapping[Slot, str] = field(default_factory=dict)
    place_kind: str = "seat"
    place: str = ""
    mode: str = "in_person"
    online_reason: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    contact_post: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What may be wished for: the window, how many visits a half-day holds, how many choices to rank."""

    slots: tuple[Slot, ...]
    capacity: int
    choices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WishFault:
    """Why a wish is refused: a stable code, the form field it is about, the half-day if there is one."""

    code: str
    field: str
    slot: Slot | None = None
    count: int = 0


def free_slots(*, terms: Terms, firsts: Iterable[Slot]) -> list[Slot]:
    """Return the half-days on which fewer units than `capacity` have their first choice."""
    taken = Counter(firsts)
    return [slot for slot in terms.slots if taken[slot] < terms.capacity]


def faults_of(*, wish: Wish, terms: Terms, firsts: Sequence[Slot]) -> list[WishFault]:
    """Return everything wrong with `wish`; `firsts` are the first choices of the other units."""
    found = [*_slot_faults(wish, terms), *_word_faults(wish)]
    first = wish.preferences[0] if wish.preferences else None
    if first in terms.slots and first not in free_slots(terms=terms, firsts=firsts):
        found.append(WishFault(code="slot.full", field="preferences", slot=first, count=terms.capacity))
    return found


def _slot_faults(wish: Wish, terms: Terms) -> list[WishFault]:
    window = set(terms.slots)
    found = []
    if not wish.preferences:
        found.append(WishFault(code="preferences.none", field="preferences"))
    if len(wish.preferences) > terms.choices:
        found.append(WishFault(code="preferences.many", field="preferences", count=terms.choices))
    for slot, times in Counter(wish.preferences).items():
        if times > 1:
            found.append(WishFault(code="preferences.twice", field="preferences", slot=slot))
    for name, slots in (("preferences", wish.preferences), ("blocks", tuple(wish.blocks))):
        found += [
            WishFault(code="slot.outside", field=name, slot=slot) for slot in slots if slot not in window
        ]
    found += [
        WishFault(code="slot.both", field="preferences", slot=slot)
        for slot in wish.preferences
        if slot in wish.blocks
    ]
    found += [
        WishFault(code="block.reason", field="blocks", slot=slot)
        for slot, reason in wish.blocks.items()
        if not reason.strip()
    ]
    if window and window <= set(wish.blocks):
        found.append(WishFault(code="blocks.all", field="blocks"))
    return found


def _word_faults(wish: Wish) -> list[WishFault]:
    found = []
    if wish.place_kind == "other" and not wish.place.strip():
        found.append(WishFault(code="place.missing", field="place"))
    if wish.mode == "online" and not wish.online_reason.strip():
        found.append(WishFault(code="online.reason", field="online_reason"))
    if not wish.contact_name.strip():
        found.append(WishFault(code="contact.name", field="contact_name"))
    if sum(char.isdigit() for char in wish.contact_phone) < 8:
        found.append(WishFault(code="contact.phone", field="contact_phone"))
    return found
