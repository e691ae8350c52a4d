"""Loading the national list: idempotent, in bulk, with a report of everything decided on the way."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from django.db import models, transaction
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.audit import record
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.text import fold, nfc
from haicap.register.actions.bodies import committee_of
from haicap.register.models import Body, Succession, Unit
from haicap.register.notes import sentence_of
from haicap.register.rules.names import spelling
from haicap.register.rules.snapshot import REORGANISED, Key, LinkFact, UnitFact, snapshot_of
from haicap.register.rules.source import PACKAGE, National, SourceUnreadableError, read_national
from haicap.register.rules.succession import Note

BATCH = 500
_FACT_FIELDS = ("unit_type", "name", "full_name", "province_code", "latitude", "longitude", "area_km2")
_LINK_FIELDS = ("parent", "former_district", "former_province")
_LOADED_FIELDS = (*_FACT_FIELDS, "spelling", "folded", "valid_to", *(f"{name}_id" for name in _LINK_FIELDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a load found and did. Counts are rows; `notes` are the decisions and doubts, in full."""

    provinces: Sequence[str]
    units: int
    by_type: Mapping[str, int]
    former_districts: int
    former_units: int
    links: int
    links_in_part: int
    added: int
    changed: int
    removed: int
    bodies_added: int
    notes: Sequence[Note] = field(default=())

    @property
    def did_nothing(self) -> bool:
        """True where the register already held all of it."""
        return not (self.added or self.changed or self.removed or self.bodies_added)

    @property
    def ambiguous(self) -> Sequence[Note]:
        """The notes on what the list does not let us tell apart."""
        return [note for note in self.notes if note.kind in AMBIGUOUS]

    def lines(self) -> list[str]:
        """Return the report as sentences, in the current language."""
        return [
            _("%(units)d units: %(wards)d wards, %(communes)d communes, %(zones)d special zones") % {
                "units": self.units,
                "wards": self.by_type.get("ward", 0),
                "communes": self.by_type.get("commune", 0),
                "zones": self.by_type.get("special_zone", 0),
            },
            _("%(districts)d former districts, %(former)d units before 1 July 2025") % {
                "districts": self.former_districts, "former": self.former_units,
            },
            _("%(links)d successions, %(parts)d of them of a part") % {
                "links": self.links, "parts": self.links_in_part,
            },
            _("Nothing changed: the register already held all of it.")
            if self.did_nothing
            else _("%(added)d added, %(changed)d changed, %(removed)d removed, %(bodies)d bodies added") % {
                "added": self.added, "changed": self.changed,
                "removed": self.removed, "bodies": self.bodies_added,
            },
            *map(sentence_of, self.notes),
            _("%(count)d ambiguities are left") % {"count": len(self.ambiguous)},
        ]  # fmt: skip


AMBIGUOUS = frozenset({"namesakes_ambiguous", "crosses_provinces", "lost"})


def load_province(*, actor: Actor, province: str) -> LoadReport:
    """Load the province with this two-digit code (as of 1 July 2025) and the former ones merged into it.

    Raises NotAllowed without register.unit:load, Missing for an unknown code, Refused without the list.
    """
    actor.must("register.unit:load")
    national = _national()
    if province not in national.provinces:
        raise Missing(
            "register.province_unknown",
            _("There is no province with the code %(code)s. Known: %(known)s.")
            % {"code": province, "known": ", ".join(sorted(national.provinces))},
            field="province",
        )
    return _load(actor=actor, national=national, provinces=[province])


def load_all(*, actor: Actor) -> LoadReport:
    """Load all 34 provinces: 3,321 units, the 10,035 before them, 696 former districts."""
    actor.must("register.unit:load")
    national = _national()
    return _load(actor=actor, national=national, provinces=sorted(national.provinces))


def _national() -> National:
    try:
        return read_national()
    except SourceUnreadableError as error:
        raise Refused(
            "register.list_unreadable",
            _("The national list cannot be read (%(error)s). Install the package again.") % {"error": error},
        ) from error


@transaction.atomic
def _load(*, actor: Actor, national: National, provinces: Sequence[str]) -> LoadReport:
    snapshot = snapshot_of(national=national, provinces=provinces)
    rows, added, changed = _store_units(snapshot.units)
    links_added, links_changed, removed = _store_links(snapshot.links, rows)
    current = [rows[fact.key] for fact in snapshot.units if fact.key[0] == "commune" and fact.key[2]]
    bodies_added = _store_bodies(current)
    kinds = Counter((fact.key[0], fact.key[2]) for fact in snapshot.units)
    report = LoadReport(
        provinces=list(provinces),
        units=len(current),
        by_type=Counter(unit.unit_type for unit in current),
        former_districts=kinds["district", False],
        former_units=kinds["commune", False],
        links=len(snapshot.links) - sum(1 for link in snapshot.links if link.successor[0] == "province"),
        links_in_part=sum(1 for link in snapshot.links if link.extent == "part"),
        added=added + links_added,
        changed=changed + links_changed,
        removed=removed,
        bodies_added=bodies_added,
        notes=snapshot.notes,
    )
    if not report.did_nothing:
        counts = {
            name: getattr(report, name) for name in ("units", "added", "changed", "removed", "bodies_added")
        }
        record(
            actor=actor,
            action="register.loaded",
            subject=f"register.province:{provinces[0] if len(provinces) == 1 else 'all'}",
            after={"source": f"{PACKAGE} {version(PACKAGE)}", "provinces": list(provinces), **counts},
        )
    return report


def _store_units(facts: Sequence[UnitFact]) -> tuple[dict[Key, Unit], int, int]:
    """Bring the units up to the facts; return them by key with the numbers added and changed."""
    rows: dict[Key, Unit] = {(unit.level, unit.code, unit.valid_to is None): unit for unit in _held(facts)}
    added, changed = 0, 0
    # A parent must have its row before its children name it: provinces, then districts, then communes.
    for level in ("province", "district", "commune"):
        new: list[tuple[Key, Unit]] = []
        stale: list[Unit] = []
        for fact in facts:
            if fact.key[0] != level:
                continue
            wanted = _wanted(fact, rows)
            unit = rows.get(fact.key)
            if unit is None:
                new.append(
                    (fact.key, Unit(level=level, code=fact.key[1], valid_from=fact.valid_from, **wanted))
                )
            elif any(getattr(unit, name) != value for name, value in wanted.items()):
                for name, value in wanted.items():
                    setattr(unit, name, value)
                unit.revision += 1
                stale.append(unit)
        Unit.objects.bulk_create([unit for _key, unit in new], batch_size=BATCH)
        rows.update(new)
        Unit.objects.bulk_update(stale, [*_names(_LOADED_FIELDS), "revision"], batch_size=BATCH)
        added, changed = added + len(new), changed + len(stale)
    return rows, added, changed


def _held(facts: Sequence[UnitFact]) -> models.QuerySet[Unit]:
    """Return the rows that may already hold the facts; the whole table where a statement cannot list them."""
    codes = {fact.key[1] for fact in facts}
    rows = Unit.objects.all()
    return rows.filter(code__in=codes) if len(codes) <= 10 * BATCH else rows


def _names(fields: Iterable[str]) -> list[str]:
    return [name.removesuffix("_id") for name in fields]


def _wanted(fact: UnitFact, rows: Mapping[Key, Unit]) -> dict[str, object]:
    wanted: dict[str, object] = {name: getattr(fact, name) for name in _FACT_FIELDS}
    wanted["name"], wanted["full_name"] = nfc(fact.name), nfc(fact.full_name)
    wanted["spelling"], wanted["folded"] = spelling(fact.full_name), fold(fact.full_name)
    wanted["valid_to"] = fact.valid_to
    for name in _LINK_FIELDS:
        key: Key | None = getattr(fact, name)
        wanted[f"{name}_id"] = rows[key].pk if key else None
    return wanted


def _store_links(links: Sequence[LinkFact], rows: Mapping[Key, Unit]) -> tuple[int, int, int]:
    """Bring successions into the loaded units up to the links; return the numbers added, changed, removed."""
    wanted = {(rows[link.predecessor].pk, rows[link.successor].pk): link.extent for link in links}
    successors = {successor for _predecessor, successor in wanted}
    held = {
        (row.predecessor_id, row.successor_id): row
        for row in Succession.objects.all()
        if row.successor_id in successors
    }
    new = [
        Succession(predecessor_id=old, successor_id=new, extent=extent, effective=REORGANISED)
        for (old, new), extent in wanted.items()
        if (old, new) not in held
    ]
    stale = [row for pair, row in held.items() if pair in wanted and row.extent != wanted[pair]]
    for row in stale:
        row.extent = wanted[row.predecessor_id, row.successor_id]
    gone = [row.pk for pair, row in held.items() if pair not in wanted]
    Succession.objects.bulk_create(new, batch_size=BATCH)
    Succession.objects.bulk_update(stale, ["extent"], batch_size=BATCH)
    for start in range(0, len(gone), BATCH):
        Succession.objects.filter(pk__in=gone[start : start + BATCH]).delete()
    return len(new), len(stale), len(gone)


def _store_bodies(units: Sequence[Unit]) -> int:
    held = set(Body.objects.filter(kind=Body.Kind.COMMUNE_COMMITTEE).values_list("code", flat=True))
    new = [body for body in (committee_of(unit=unit) for unit in units) if body.code not in held]
    Body.objects.bulk_create(new, batch_size=BATCH)
    return len(new)
