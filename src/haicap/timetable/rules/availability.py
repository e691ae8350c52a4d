"""When a team can work: somebody to lead it, and enough of its members, are there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from haicap.kernel.periods import Slot

LEADING = frozenset({"head", "deputy"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A member's role in the team and the half-days on which the member is away."""

    role: str
    absent: frozenset[Slot]


def available(
    *, members: Collection[Membership], slots: Sequence[Slot], quorum_percent: int
) -> frozenset[Slot]:
    """Return the half-days on which head or deputy and `quorum_percent` of all members are there.

    A team without members is never available. The rule is the plan's to set: no text prescribes a quorum.
    """
    return frozenset(slot for slot in slots if _can_work(members, slot, quorum_percent))


def _can_work(members: Collection[Membership], slot: Slot, quorum_percent: int) -> bool:
    present = [member for member in members if slot not in member.absent]
    led = any(member.role in LEADING for member in present)
    return led and len(present) * 100 >= quorum_percent * len(members)
