"""Lists that forms read and update: what a change makes of an entity, and when two changes stand against each other.

The words are those of ODK (https://getodk.github.io/xforms-spec/entities): a change names the version it was made upon,
its base. A conflict is soft where others changed other properties since, hard where they changed the same one.
Changes that one device made after each other without a line share a branch; they count from a trunk, the last version
the device had from here.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

LABEL = "label"  # stands among the received properties where a change names the label
SOFT, HARD = "soft", "hard"
MOST_LABEL = 1000
MOST_NAME = 255
_WORST = {"": 0, SOFT: 1, HARD: 2}
_RESERVED = frozenset({"name", "label"})
_MODULUS = 1 << 128


class NoBase(Exception):
    """The version that a change says it was made upon is not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One version of an entity: everything after the change, and what the change named.

    `branch` and `branch_base` are those of the device that made it without a line, else "" and None.
    """

    number: int
    label: str
    data: Mapping[str, str]
    received: Mapping[str, str] = field(default_factory=dict)
    branch: str = ""
    branch_base: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What somebody wants: properties (and the label, under LABEL) to their new values, and the base.

    In a branch, `base` counts as the device does, and `trunk` is None where the device made the entity itself.
    """

    received: Mapping[str, str]
    base: int
    branch: str = ""
    trunk: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The entity after a change: `base` is a version of ours, `clashing` what both sides changed."""

    label: str
    data: Mapping[str, str]
    base: int
    conflict: str = ""
    clashing: tuple[str, ...] = ()


def values_of(past: Past) -> dict[str, str]:
    """Return all properties, the label under LABEL among them."""
    return {**past.data, LABEL: past.label}


def moved(before: Past, after: Past) -> frozenset[str]:
    """Return the properties whose values differ; a blank one is as good as none."""
    old, new = values_of(before), values_of(after)
    return frozenset(name for name in old.keys() | new.keys() if old.get(name, "") != new.get(name, ""))


def decide(past: Sequence[Past], change: Change) -> Outcome:
    """Return what `change` makes of the entity, whose versions from the base (the trunk) on are `past`, in order.

    The last who comes wins property by property, and a conflict says so; within a branch the order is the device's,
    in whatever order its changes arrive. Raises NoBase.
    """
    if change.branch:
        return _in_branch(past, change)
    base = _numbered(past, change.base)
    now = past[-1]
    return _merged(
        now, change.received, base=base.number, others=base.number < now.number, changed=moved(base, now)
    )


def _numbered(past: Sequence[Past], number: int) -> Past:
    for one in past:
        if one.number == number:
            return one
    raise NoBase(number)


def _in_branch_order(one: Past) -> int:
    return one.branch_base or 0


def _in_branch(past: Sequence[Past], change: Change) -> Outcome:
    trunk = _numbered(past, change.trunk or 1)
    since = [one for one in past if one.number > trunk.number]
    own = [one for one in past if one.branch == change.branch]
    later = [one for one in own if _in_branch_order(one) > change.base]
    earlier = [one for one in own if one not in later]
    changed: frozenset[str] = frozenset()
    for before, after in pairwise([trunk, *since]):
        if after.branch != change.branch:
            changed |= moved(before, after)
    kept = {name for one in later for name in one.received}
    received = {name: value for name, value in change.received.items() if name not in kept}
    return _merged(
        past[-1], received, base=max(earlier, key=_in_branch_order).number if earlier else trunk.number,
        others=any(one.branch != change.branch for one in since), changed=changed,
    )  # fmt: skip


def decide_late_create(past: Sequence[Past], received: Mapping[str, str]) -> Outcome:
    """Return what the creation makes of an entity whose updates arrived before it: all that came since stays."""
    kept = {name for one in past for name in one.received}
    left = {name: value for name, value in received.items() if name not in kept}
    return _merged(past[-1], left, base=past[0].number, others=False, changed=frozenset())


def _merged(
    now: Past, received: Mapping[str, str], *, base: int, others: bool, changed: frozenset[str]
) -> Outcome:
    present = values_of(now)
    clashing = tuple(
        sorted(name for name, value in received.items() if name in changed and present.get(name, "") != value)
    )
    data = {**now.data, **{name: value for name, value in received.items() if name != LABEL}}
    conflict = HARD if clashing else SOFT if others else ""
    return Outcome(
        label=received.get(LABEL) or now.label, data=data, base=base, conflict=conflict, clashing=clashing
    )


def worse(first: str, second: str) -> str:
    """Return the graver of two conflicts: one that nobody settled is never played down."""
    return max(first, second, key=_WORST.__getitem__)


def property_fault(name: str) -> str:
    """Say what is wrong with the name of a property: "", empty, long, reserved, or form (of the characters)."""
    if name.casefold() in _RESERVED or name.startswith("__"):
        return "reserved"
    return _name_fault(name, extra=".-_")


def dataset_fault(name: str) -> str:
    """Say what is wrong with the name of a dataset; see `property_fault`. A dot is not taken."""
    return "reserved" if name.startswith("__") else _name_fault(name, extra="-_")


def _name_fault(name: str, *, extra: str) -> str:
    if not name:
        return "empty"
    if len(name) > MOST_NAME:
        return "long"
    rest = all(char.isalnum() or char in extra for char in name)
    return "" if rest and (name[0].isalpha() or name[0] == "_") else "form"


def twin(name: str, names: Iterable[str]) -> str:
    """Return the one of `names` that differs from `name` in capital letters only, else ""."""
    folded = name.casefold()
    return next((one for one in names if one != name and one.casefold() == folded), "")


def uuid_of(text: str) -> uuid.UUID | None:
    """Return the identity that `text` writes, with or without "uuid:" before it; None where it is none."""
    plain = text.strip().lower().removeprefix("uuid:")
    if len(plain) != 36:
        return None
    try:
        return uuid.UUID(plain)
    except ValueError:
        return None


def mark(*, identity: uuid.UUID, label: str, number: int, data: Mapping[str, str]) -> int:
    """Return a number of 128 bits that stands for an entity as a list shows it; blank values do not count."""
    shown = sorted((name, value) for name, value in data.items() if value)
    text = json.dumps([identity.hex, label, number, shown], ensure_ascii=False, separators=(",", ":"))
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest(), "big")


def moved_digest(digest: str, *, plus: Iterable[int] = (), minus: Iterable[int] = ()) -> str:
    """Return the sum of the marks of a list after some came and some went.

    Sums do not know an order, so the digest of a list of any size follows from that of before and from what changed.
    """
    return f"{(int(digest, 16) + sum(plus) - sum(minus)) % _MODULUS:032x}"


def list_hash(*, digest: str, properties: Sequence[str]) -> str:
    """Return the MD5 that stands for a list: its columns in order and the sum of its marks."""
    text = json.dumps([digest, list(properties)], ensure_ascii=False, separators=(",", ":"))
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def csv_heading(properties: Sequence[str]) -> list[str]:
    """Return the columns of a list as clients read it."""
    return ["name", LABEL, "__version", *properties]


def csv_row(
    identity: object, label: str, number: int, data: Mapping[str, str], properties: Sequence[str]
) -> list[object]:
    """Return one row of a list under `csv_heading`."""
    get = data.get
    return [identity, label, number, *[get(name, "") for name in properties]]
