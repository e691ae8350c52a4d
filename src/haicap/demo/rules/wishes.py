"""Sample wishes of units: which half-days they rank, block, and how they want to be surveyed."""

from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from haicap.campaign.rules.registration import Terms, Wish, free_slots
from haicap.kernel.periods import Slot


def sample_wishes(
    *, random: Random, units: Sequence[str], terms: Terms, islands: frozenset[str]
) -> Mapping[str, Wish]:
    """Return a wish for each unit code that `terms` allow; islands ask to be surveyed online."""
    taken: list[Slot] = []
    found: dict[str, Wish] = {}
    for number, code in enumerate(units, start=1):
        open_slots = free_slots(terms=terms, firsts=taken)
        first = random.choice(open_slots)
        others = random.sample([slot for slot in terms.slots if slot != first], min(2, terms.choices - 1))
        rest = [slot for slot in terms.slots if slot != first and slot not in others]
        blocked = random.sample(rest, random.choice([0, 0, 1, 2, 3]))
        online = code in islands or random.random() < 0.02
        elsewhere = random.random() < 0.1
        found[code] = Wish(
            preferences=(first, *others),
            blocks=dict.fromkeys(blocked, "Họp Hội đồng nhân dân (mẫu)"),
            place_kind="other" if elsewhere else "seat",
            place="Trung tâm Phục vụ hành chính công (mẫu)" if elsewhere else "",
            mode="online" if online else "in_person",
            online_reason="Đi lại khó khăn (mẫu)" if online else "",
            contact_name=f"Cán bộ mẫu đầu mối {number:03d}",
            contact_phone=f"0000 {number:06d}",
            contact_post="Công chức Văn phòng",
        )
        taken.append(first)
    assert max(Counter(taken).values(), default=0) <= terms.capacity
    return found
