"""The national list as the package vietnamadminunits carries it, read from its data files.

The package itself is never imported: that would load 4 MB of parser tables nobody here needs.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

PACKAGE = "vietnamadminunits"
COMMUNE_TYPES = MappingProxyType(
    {"Phường": "ward", "Xã": "commune", "Đặc khu": "special_zone", "Thị trấn": "township"}
)
DISTRICT_TYPES = MappingProxyType(
    {
        "Quận": "urban_district",
        "Huyện": "rural_district",
        "Thị xã": "town",
        "Thành phố": "district_city",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUnit:
    """A commune-level unit from 1 July 2025 on; `key` is (province key, unit key) in the package."""

    key: tuple[str, str]
    code: str
    unit_type: str
    name: str
    full_name: str
    province_code: str
    latitude: float | None
    longitude: float | None
    area_km2: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldUnit:
    """A commune-level unit before 1 July 2025, or (`code` None) an island district that had none."""

    key: str
    namesake: str
    code: str | None
    unit_type: str
    name: str
    full_name: str
    district_code: str
    province_code: str
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A province or a former district: `parent_code` is the former district's former province."""

    code: str
    unit_type: str
    name: str
    full_name: str
    latitude: float | None
    longitude: float | None
    parent_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLink:
    """The package's claim that all (`divided` False) or a part of `old` became part of `new`."""

    old: str
    new: tuple[str, str]
    divided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class National:
    """The whole list: 34 provinces, 63 former ones, 696 former districts, old and new communes, links."""

    provinces: Mapping[str, Area]
    former_provinces: Mapping[str, Area]
    merged_into: Mapping[str, str]
    districts: Mapping[str, Area]
    new: Mapping[tuple[str, str], NewUnit]
    old: Mapping[str, OldUnit]
    links: Sequence[RawLink]


class SourceUnreadableError(Exception):
    """The package is not installed or its data are not as expected."""


def data_folder() -> Path:
    """Return the folder of the package's data files, without importing the package."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise SourceUnreadableError(PACKAGE)
    return Path(spec.submodule_search_locations[0]) / "data"


def read_national(*, folder: Path | None = None) -> National:
    """Read the national list; raises SourceUnreadableError where a file or a column is not there."""
    folder = folder or data_folder()
    try:
        converter = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
        connection = sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro&immutable=1", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            new_rows = connection.execute("SELECT * FROM admin_units").fetchall()
            old_rows = connection.execute("SELECT * FROM admin_units_legacy").fetchall()
        finally:
            connection.close()
        return _assemble(new_rows, old_rows, converter)
    except (OSError, sqlite3.Error, KeyError, IndexError, ValueError) as error:
        raise SourceUnreadableError(f"{PACKAGE}: {error}") from error


def _assemble(
    new_rows: list[sqlite3.Row], old_rows: list[sqlite3.Row], converter: dict[str, Any]
) -> National:
    codes = {row["provinceKey"]: row["provinceCode"] for row in new_rows}
    former_codes = {row["provinceKey"]: row["provinceCode"] for row in old_rows}
    return National(
        provinces={row["provinceCode"]: _province(row) for row in new_rows},
        former_provinces={row["provinceCode"]: _province(row) for row in old_rows},
        merged_into={
            former_codes[former]: codes[key]
            for key, formers in converter["DICT_PROVINCE"].items()
            for former in formers
        },
        districts={row["districtCode"]: _district(row) for row in old_rows},
        new={unit.key: unit for unit in map(_new_unit, new_rows)},
        old={unit.key: unit for unit in map(_old_unit, old_rows)},
        links=[
            *(
                RawLink(old=old, new=(province, new), divided=False)
                for province, units in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items()
                for new, olds in units.items()
                for old in olds
            ),
            *(
                RawLink(old=old, new=(province, part["newWardKey"]), divided=True)
                for province, units in converter["DICT_PROVINCE_WARD_DIVIDED"].items()
                for old, parts in units.items()
                for part in parts
            ),
        ],
    )


def _province(row: sqlite3.Row) -> Area:
    return Area(
        code=row["provinceCode"],
        unit_type="municipality" if row["province"].startswith("Thành phố") else "province",
        name=row["provinceShort"],
        full_name=row["province"],
        latitude=row["provinceLat"],
        longitude=row["provinceLon"],
    )


def _district(row: sqlite3.Row) -> Area:
    return Area(
        code=row["districtCode"],
        unit_type=DISTRICT_TYPES[row["districtType"]],
        name=row["districtShort"],
        full_name=row["district"],
        latitude=row["districtLat"],
        longitude=row["districtLon"],
        parent_code=row["provinceCode"],
    )


def _new_unit(row: sqlite3.Row) -> NewUnit:
    return NewUnit(
        key=(row["provinceKey"], row["wardKey"]),
        code=row["wardCode"],
        unit_type=COMMUNE_TYPES[row["wardType"]],
        name=row["wardShort"],
        full_name=row["ward"],
        province_code=row["provinceCode"],
        latitude=row["wardLat"],
        longitude=row["wardLon"],
        area_km2=row["wardAreaKm2"] or None,  # the list writes 0 where it does not know
    )


def _old_unit(row: sqlite3.Row) -> OldUnit:
    is_commune = row["wardCode"] is not None
    return OldUnit(
        key=f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}",
        namesake=row["wardKey"] or row["districtKey"],
        code=row["wardCode"],
        unit_type=COMMUNE_TYPES[row["wardType"]] if is_commune else DISTRICT_TYPES[row["districtType"]],
        name=row["wardShort"] if is_commune else row["districtShort"],
        full_name=row["ward"] if is_commune else row["district"],
        district_code=row["districtCode"],
        province_code=row["provinceCode"],
        latitude=row["wardLat"],
        longitude=row["wardLon"],
    )
