"""Lists that follow the register: communes, centres, officials, assets.

An entity is tied to its row by `key`. What the register says of it is written over; what forms added stays. Nobody is
ever taken off a list here: a unit that is no more keeps its entity, with its last day and its successors.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.accounts.queries import people_for
from haicap.campaign.models import Campaign
from haicap.campaign.queries import surveyed_units_for
from haicap.kernel import audit
from haicap.kernel.access import SYSTEM, Actor
from haicap.onestop.models import Centre
from haicap.onestop.queries.centres import centres_for
from haicap.questionnaire.actions.entities.book import Changed, New, Source, opened
from haicap.questionnaire.actions.entities.datasets import WRITE, add_properties, create_from_register
from haicap.questionnaire.models import Dataset, Entity
from haicap.questionnaire.rules.entities import LABEL, MOST_LABEL, Outcome
from haicap.register.models import Succession, Unit

AGENT = "register"
Values = dict[str, str]
Wanted = Iterator[tuple[str, str, Values]]  # key, label, what the register says


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What one list came to: entities made, and changed; the list itself knows how many there are."""

    dataset: Dataset
    created: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _List:
    read: Callable[[Campaign, frozenset[str]], Wanted]
    kept: tuple[str, ...]
    open: tuple[str, ...] = ()  # for forms to fill
    is_personal: bool = False


def sync_register(*, actor: Actor, campaign: Campaign) -> list[Synced]:
    """Bring the four lists of a campaign to what the register says now; makes those that are not there.

    The register has no tables of equipment, records and other assets yet: of assets it knows the premises, which are
    the seats of the units and the centres. The rest of that list is for forms to fill.
    """
    actor.must(WRITE)
    return [_sync(actor, campaign, source, plan) for source, plan in _LISTS.items()]


def follow_register() -> list[Synced]:
    """Bring the lists of every open campaign that has them to what the register says now."""
    rows = Campaign.objects.filter(state=Campaign.State.OPEN, datasets__source=Dataset.Source.COMMUNES)
    return [one for campaign in rows.distinct() for one in sync_register(actor=SYSTEM, campaign=campaign)]


def _sync(actor: Actor, campaign: Campaign, source: str, plan: _List) -> Synced:
    dataset = create_from_register(
        actor=actor, campaign=campaign, source=source, is_personal=plan.is_personal
    )
    with opened(dataset, source=Source(person_id=actor.person_id, agent=AGENT)) as book:
        add_properties(
            actor=actor, dataset=book.dataset, names=[*plan.kept, *plan.open], kept=frozenset(plan.kept)
        )
        rows = Entity.objects.filter(dataset=dataset).exclude(key="")
        known = {row.key: row for row in rows}
        wanted = list(plan.read(campaign, frozenset(known)))
        new = [New(key=key, label=label, data=values) for key, label, values in wanted if key not in known]
        changed = list(_changes(known, wanted))
        book.create(new)
        book.change(changed)
        if book.is_changed:
            after = {"created": len(new), "changed": len(changed)}
            audit.record(actor=actor, action="dataset.synced", subject=dataset, after=after)
    return Synced(dataset=book.dataset, created=len(new), changed=len(changed))


def _changes(known: Mapping[str, Entity], wanted: Iterable[tuple[str, str, Values]]) -> Iterator[Changed]:
    for key, label, values in wanted:
        row = known.get(key)
        if row is None or row.deleted_at is not None:
            continue
        received = {name: value for name, value in values.items() if row.data.get(name, "") != value}
        if label != row.label:
            received[LABEL] = label
        if received:
            outcome = Outcome(label=label, data={**row.data, **values}, base=row.number)
            yield Changed(entity=row, outcome=outcome, received=received)


def unit_key(unit: Unit) -> str:
    """Return the key of a unit: its official code, and its first day, because codes are used again."""
    return f"{unit.code}@{unit.valid_from}" if unit.valid_from else unit.code


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _point(latitude: float | None, longitude: float | None) -> str:
    """Return a place as forms draw it on a map."""
    return "" if latitude is None or longitude is None else f"{latitude} {longitude} 0 0"


def _units(campaign: Campaign, known: frozenset[str]) -> list[Unit]:
    """Return the units surveyed now, and those of the list that are no more."""
    now = list(surveyed_units_for(actor=SYSTEM, campaign=campaign).select_related("former_district"))
    keys = {unit_key(unit) for unit in now}
    codes = {key.partition("@")[0] for key in known - keys}
    past = Unit.objects.filter(level=Unit.Level.COMMUNE, code__in=codes).select_related("former_district")
    return now + [unit for unit in past if unit_key(unit) in known - keys]


def _communes(campaign: Campaign, known: frozenset[str]) -> Wanted:
    units = _units(campaign, known)
    centres = _Centres()
    ended = [unit.pk for unit in units if unit.valid_to]
    successors: dict[int, list[str]] = {}
    rows = (
        Succession.objects.filter(predecessor__in=ended)
        .select_related("successor")
        .order_by("successor__code")
    )
    for row in rows:
        successors.setdefault(row.predecessor_id, []).append(row.successor.code)
    for unit in units:
        district, centre = unit.former_district, centres.of(unit)
        yield unit_key(unit), unit.full_name, {
            "code": unit.code, "level": unit.level, "type": unit.unit_type,
            "former_district": district.full_name if district else "",
            "former_district_code": district.code if district else "",
            "centre": centre.name_vi if centre else "", "centre_code": centre.code if centre else "",
            "population": _text(unit.population), "area_km2": _text(unit.area_km2),
            "seat_address": unit.seat_address, "geometry": _point(unit.latitude, unit.longitude),
            "valid_from": _text(unit.valid_from), "valid_to": _text(unit.valid_to),
            "successors": " ".join(successors.get(unit.pk, [])),
        }  # fmt: skip


class _Centres:
    """Which open centre serves a unit: its own, else that of its former district."""

    def __init__(self) -> None:
        self._by_unit: dict[int, Centre] = {}
        self._by_district: dict[int, Centre] = {}
        for row in centres_for(actor=SYSTEM).filter(closed_on=None):
            if row.unit_id:
                self._by_unit.setdefault(row.unit_id, row)
            if row.former_district_id and row.kind == Centre.Kind.CITY:
                self._by_district.setdefault(row.former_district_id, row)

    def of(self, unit: Unit) -> Centre | None:
        return self._by_unit.get(unit.pk) or self._by_district.get(unit.former_district_id or 0)


def _centres(campaign: Campaign, known: frozenset[str]) -> Wanted:
    for row in centres_for(actor=SYSTEM):
        district = row.former_district
        yield row.code, row.name_vi[:MOST_LABEL], {
            "code": row.code, "kind": row.kind, "address": row.address, "phone": row.phone,
            "former_district": district.full_name if district else "",
            "former_district_code": district.code if district else "",
            "unit_code": row.unit.code if row.unit else "", "geometry": _point(row.latitude, row.longitude),
            "opened_on": _text(row.opened_on), "closed_on": _text(row.closed_on),
            "successor": row.successor.code if row.successor else "",
        }  # fmt: skip


def _officials(campaign: Campaign, known: frozenset[str]) -> Wanted:
    people = people_for(actor=SYSTEM).prefetch_related(None).select_related("body__unit")
    for person in people.order_by("pk"):
        unit = person.body.unit
        yield str(person.pk), person.full_name, {
            "post": person.post, "body": person.body.name_vi, "body_code": person.body.code,
            "unit": unit.full_name if unit else "", "unit_code": unit.code if unit else "",
            "active": "yes" if person.is_active else "no",
        }  # fmt: skip


def _seat(name: str) -> str:
    """Return the label of a seat, in one language whoever asks: it would change to and fro otherwise."""
    with override(settings.LANGUAGE_CODE):
        return _("Seat of %(name)s") % {"name": name}


def _assets(campaign: Campaign, known: frozenset[str]) -> Wanted:
    units = {f"seat/{unit_key(unit)}": unit for unit in _units(campaign, frozenset())}
    for key, unit in units.items():
        if unit.seat_address:
            yield key, _seat(unit.full_name), {
                "kind": "premises", "holder": unit.full_name, "unit_code": unit.code, "address": unit.seat_address,
            }  # fmt: skip
    for row in centres_for(actor=SYSTEM).filter(closed_on=None).exclude(address=""):
        yield f"centre/{row.code}", _seat(row.name_vi)[:MOST_LABEL], {
            "kind": "premises", "holder": row.name_vi, "unit_code": row.unit.code if row.unit else "",
            "address": row.address,
        }  # fmt: skip


_DISTRICT = ("former_district", "former_district_code")
_LISTS: Mapping[str, _List] = {
    Dataset.Source.COMMUNES: _List(
        read=_communes,
        kept=(
            "code", "level", "type", *_DISTRICT, "centre", "centre_code", "population", "area_km2", "seat_address",
            "geometry", "valid_from", "valid_to", "successors",
        ),
    ),
    Dataset.Source.CENTRES: _List(
        read=_centres,
        kept=(
            "code", "kind", "address", "phone", *_DISTRICT, "unit_code", "geometry", "opened_on", "closed_on",
            "successor",
        ),
    ),
    Dataset.Source.OFFICIALS: _List(
        read=_officials, kept=("post", "body", "body_code", "unit", "unit_code", "active"), is_personal=True
    ),
    Dataset.Source.ASSETS: _List(
        read=_assets, kept=("kind", "holder", "unit_code", "address"),
        open=("code", "condition", "quantity", "area_m2", "in_use_since", "note"),
    ),
}  # fmt: skip
