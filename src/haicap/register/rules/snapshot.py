"""The rows the register should hold for some provinces, computed from the national list."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from haicap.register.rules.geometry import distance_km
from haicap.register.rules.source import Area, National, NewUnit, OldUnit
from haicap.register.rules.succession import Link, Note, district_of, most_common_district, resolve

REORGANISED = date(2025, 7, 1)
"""First day of the two-tier system: Resolution 1685/NQ-UBTVQH15 and its 33 sisters."""
FAR_KM = 40.0
"""A centre further than this from every predecessor's is named as doubtful; islands apart, none is so far."""

Key = tuple[str, str, bool]
"""(level, code, is current)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFact:
    """What the list says of one unit."""

    key: Key
    unit_type: str
    name: str
    full_name: str
    province_code: str
    latitude: float | None
    longitude: float | None
    area_km2: float | None = None
    parent: Key | None = None
    former_district: Key | None = None
    former_province: Key | None = None

    @property
    def valid_from(self) -> date | None:
        """First day of the unit; None where it is older than the register."""
        return REORGANISED if self.key[2] else None

    @property
    def valid_to(self) -> date | None:
        """First day on which the unit is no more."""
        return None if self.key[2] else REORGANISED


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFact:
    """What the list says of one succession."""

    predecessor: Key
    successor: Key
    extent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Units ordered so that a parent stands before its children, links, and notes for the report."""

    units: Sequence[UnitFact]
    links: Sequence[LinkFact]
    notes: Sequence[Note]


def snapshot_of(*, national: National, provinces: Collection[str] | None = None) -> Snapshot:
    """Return the rows for the provinces with these codes (as of 1 July 2025), or for all of them."""
    wanted = set(national.provinces if provinces is None else provinces)
    former = {old for old, new in national.merged_into.items() if new in wanted}
    resolution = resolve(national=national)
    links = [link for link in resolution.links if link.new.province_code in wanted]
    by_new: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        by_new[link.new.code].append(link)
    units = [
        *(_province(area, current=True) for code, area in national.provinces.items() if code in wanted),
        *(
            _province(area, current=False)
            for code, area in national.former_provinces.items()
            if code in former
        ),
        *(_district(area) for area in national.districts.values() if area.parent_code in former),
        *(_old(unit) for unit in national.old.values() if unit.code and unit.province_code in former),
        *(
            _new(unit, by_new[unit.code], national)
            for unit in national.new.values()
            if unit.province_code in wanted
        ),
    ]
    return Snapshot(
        units=units,
        links=[*_province_links(national, wanted), *map(_link, links)],
        notes=_notes_on(national, resolution.notes, by_new, former),
    )


def _province_links(national: National, wanted: set[str]) -> Iterator[LinkFact]:
    for former, new in national.merged_into.items():
        if new in wanted:
            yield LinkFact(
                predecessor=("province", former, False), successor=("province", new, True), extent="whole"
            )


def _key_of(old: OldUnit) -> Key:
    return ("commune", old.code, False) if old.code else ("district", old.district_code, False)


def _link(link: Link) -> LinkFact:
    return LinkFact(
        predecessor=_key_of(link.old), successor=("commune", link.new.code, True), extent=link.extent
    )


def _province(area: Area, *, current: bool) -> UnitFact:
    return UnitFact(
        key=("province", area.code, current),
        unit_type=area.unit_type,
        name=area.name,
        full_name=area.full_name,
        province_code=area.code,
        latitude=area.latitude,
        longitude=area.longitude,
    )


def _district(area: Area) -> UnitFact:
    province: Key = ("province", area.parent_code, False)
    return UnitFact(
        key=("district", area.code, False),
        unit_type=area.unit_type,
        name=area.name,
        full_name=area.full_name,
        province_code=area.parent_code,
        latitude=area.latitude,
        longitude=area.longitude,
        parent=province,
        former_province=province,
    )


def _old(unit: OldUnit) -> UnitFact:
    district: Key = ("district", unit.district_code, False)
    return UnitFact(
        key=_key_of(unit),
        unit_type=unit.unit_type,
        name=unit.name,
        full_name=unit.full_name,
        province_code=unit.province_code,
        latitude=unit.latitude,
        longitude=unit.longitude,
        parent=district,
        former_district=district,
        former_province=("province", unit.province_code, False),
    )


def _new(unit: NewUnit, links: Sequence[Link], national: National) -> UnitFact:
    district = district_of(new=unit, links=links) if links else None
    return UnitFact(
        key=("commune", unit.code, True),
        unit_type=unit.unit_type,
        name=unit.name,
        full_name=unit.full_name,
        province_code=unit.province_code,
        latitude=unit.latitude,
        longitude=unit.longitude,
        area_km2=unit.area_km2,
        parent=("province", unit.province_code, True),
        former_district=("district", district, False) if district else None,
        former_province=("province", national.districts[district].parent_code, False) if district else None,
    )


def _notes_on(
    national: National, notes: Sequence[Note], by_new: dict[str, list[Link]], former: set[str]
) -> list[Note]:
    """Return the notes on the wanted provinces, with those on districts and coordinates added."""
    found = [note for note in notes if national.districts[note.facts["district"]].parent_code in former]
    for links in by_new.values():
        new = links[0].new
        by_code, by_number = district_of(new=new, links=links), most_common_district(links=links)
        if by_code != by_number:
            found.append(
                Note(
                    kind="district_by_code",
                    code=new.code,
                    facts={"name": new.full_name, "district": by_code, "most": by_number},
                )
            )
        if (far := _nearest_km(new, links)) is not None and far > FAR_KM:
            found.append(
                Note(kind="far_centre", code=new.code, facts={"name": new.full_name, "km": f"{far:.0f}"})
            )
    return found


def _nearest_km(new: NewUnit, links: Sequence[Link]) -> float | None:
    if new.latitude is None or new.longitude is None:
        return None
    return min(
        (
            distance_km(
                latitude=new.latitude,
                longitude=new.longitude,
                other_latitude=link.old.latitude,
                other_longitude=link.old.longitude,
            )
            for link in links
            if link.old.latitude is not None and link.old.longitude is not None
        ),
        default=None,
    )
