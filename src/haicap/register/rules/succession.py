"""Which old unit passed into which new one, wholly or in part.

The package keys units by names without diacritics, and where an old ward was divided it looked its successors
up by that name over the whole merged province. Two old wards with one name are therefore each given the
successors of both: xã Thạnh Quới of Vĩnh Thạnh (Cần Thơ) appears as a predecessor of xã Gia Hòa, 99 km away,
which took in xã Thạnh Quới of Mỹ Xuyên (Sóc Trăng). `resolve` takes such claims out and says so; what it
cannot tell apart it keeps and names as ambiguous.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from haicap.register.rules.source import National, NewUnit, OldUnit, RawLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """`old` passed into `new`; `extent` is "whole" where it has no other successor."""

    old: OldUnit
    new: NewUnit
    extent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the loader decided or could not decide: a stable kind, the unit, and the facts."""

    kind: str
    code: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """All links, grouped by neither side, and what had to be said on the way."""

    links: Sequence[Link]
    notes: Sequence[Note]


def resolve(*, national: National) -> Resolution:
    """Return the succession of the whole country from the package's claims."""
    claims: dict[tuple[str, str], list[RawLink]] = defaultdict(list)
    for link in national.links:
        claims[link.new].append(link)
    kept: list[RawLink] = []
    notes: list[Note] = []
    for key in sorted(claims, key=lambda key: national.new[key].code):
        sound, said = _judge(national, national.new[key], claims[key])
        kept += sound
        notes += said
    successors = Counter(link.old for link in kept)
    lost = sorted({link.old for link in national.links} - successors.keys())
    notes += [_note("lost", national.old[old], {}) for old in lost]
    links = [
        Link(
            old=national.old[link.old],
            new=national.new[link.new],
            extent="whole" if successors[link.old] == 1 else "part",
        )
        for link in kept
    ]
    divided = {link.old for link in kept if link.divided and successors[link.old] == 1}
    notes += [_note("not_divided", national.old[old], {}) for old in sorted(divided)]
    return Resolution(links=links, notes=notes)


def home_districts(*, national: National, new: NewUnit, claims: Iterable[RawLink]) -> set[str]:
    """Return the district codes that certainly lie in `new`: of its undivided predecessors and of its code.

    The statistics office gives a new unit the code of the predecessor it continues (true of 3,316 of 3,321).
    """
    claims = list(claims)
    return {
        national.old[claim.old].district_code
        for claim in claims
        if not claim.divided or national.old[claim.old].code == new.code
    }


def _judge(national: National, new: NewUnit, claims: Sequence[RawLink]) -> tuple[list[RawLink], list[Note]]:
    """Return the claims on `new` that stand, and notes on those that do not or may not."""
    home = home_districts(national=national, new=new, claims=claims)
    provinces = {national.districts[code].parent_code for code in home}
    by_name: dict[str, list[RawLink]] = defaultdict(list)
    for claim in claims:
        by_name[national.old[claim.old].namesake].append(claim)
    kept: list[RawLink] = []
    notes: list[Note] = []
    for rivals in by_name.values():
        sound = _of_home(national, rivals, home, provinces)
        for claim in rivals:
            if claim in sound:
                kept.append(claim)
            else:
                notes.append(_note("namesake_removed", national.old[claim.old], {"successor": new.code}))
        if len(sound) > 1:
            notes += [
                _note("namesakes_ambiguous", national.old[claim.old], {"successor": new.code})
                for claim in sound
                if claim.divided
            ]
    notes += [
        _note("crosses_provinces", national.old[claim.old], {"successor": new.code})
        for claim in kept
        if provinces and national.old[claim.old].province_code not in provinces
    ]
    return kept, notes


def _of_home(
    national: National, rivals: Sequence[RawLink], home: set[str], provinces: set[str]
) -> list[RawLink]:
    """Return those of the namesakes that fit best: undivided, or of a home district, else of the province."""
    if len(rivals) == 1:
        return list(rivals)
    near = [r for r in rivals if not r.divided or national.old[r.old].district_code in home]
    near = near or [r for r in rivals if national.old[r.old].province_code in provinces]
    return near or list(rivals)


def _note(kind: str, old: OldUnit, facts: Mapping[str, str]) -> Note:
    return Note(
        kind=kind,
        code=old.code or old.district_code,
        facts={"name": old.full_name, "district": old.district_code, **facts},
    )


def district_of(*, new: NewUnit, links: Sequence[Link]) -> str:
    """Return the code of the former district a new unit belongs to.

    It is the district of the predecessor whose code the unit keeps, which is the statistics office's own
    statement of what it continues; without one (five islands), the district of most predecessors.
    """
    for link in links:
        if link.old.code == new.code:
            return link.old.district_code
    return most_common_district(links=links)


def most_common_district(*, links: Sequence[Link]) -> str:
    """Return the district of most predecessors; a part counts half, a tie goes to the lower code."""
    weight: Counter[str] = Counter()
    for link in links:
        weight[link.old.district_code] += 2 if link.extent == "whole" else 1
    return min(weight, key=lambda code: (-weight[code], code))
