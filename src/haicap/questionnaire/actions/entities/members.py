"""Writing the members of a list by hand or through an interface: one or many, with versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.actions.entities.book import Book, Changed, New, Source, opened
from haicap.questionnaire.actions.entities.datasets import WRITE
from haicap.questionnaire.models import Dataset, Entity
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.entities import LABEL, Outcome

_LOOK_UP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An entity to be made: `uuid` as text, "" for a new one."""

    label: str
    data: Mapping[str, str] = field(default_factory=dict)
    uuid: str = ""


def create_entity(
    *,
    actor: Actor,
    dataset: Dataset,
    label: str,
    data: Mapping[str, str] | None = None,
    uuid: str = "",
    agent: str = "",
) -> Entity:
    """Make one entity; see `create_entities`."""
    row = Row(label=label, data=data or {}, uuid=uuid)
    return create_entities(actor=actor, dataset=dataset, rows=[row], agent=agent)[0]


def create_entities(*, actor: Actor, dataset: Dataset, rows: Sequence[Row], agent: str = "") -> list[Entity]:
    """Make entities, all or none; `agent` is the program or the file they come from.

    Raises Refused (label, uuid, property) and Conflict (a uuid twice, or there already, also deleted).
    """
    actor.must(WRITE)
    with opened(dataset, source=Source(person_id=actor.person_id, agent=agent)) as book:
        made = book.create(checked(book, rows))
        _record_new(actor, book, made=[version.entity for version in made], agent=agent)
    return [version.entity for version in made]


def _record_new(actor: Actor, book: Book, *, made: Sequence[Entity], agent: str) -> None:
    if len(made) == 1:
        after = {"uuid": made[0].uuid, "label": made[0].label, "data": made[0].data, "agent": agent}
        audit.record(actor=actor, action="entity.created", subject=made[0], after=after)
    elif made:
        after = {"count": len(made), "agent": agent}
        audit.record(actor=actor, action="entity.created_many", subject=book.dataset, after=after)


def checked(book: Book, rows: Sequence[Row]) -> list[New]:
    """Return the rows as they are written; raises as `create_entities` does, naming the first row at fault."""
    found: list[New] = []
    for place, row in enumerate(rows, start=1):
        identity = rules.uuid_of(row.uuid) if row.uuid else None
        if row.uuid and identity is None:
            raise Refused(
                "entity.uuid", _("This is no uuid: 32 digits and letters a to f in five groups."), field="uuid",
                details={"number": "400.11", "row": place, "value": row.uuid},
            )  # fmt: skip
        label = checked_label(row.label, row=place)
        found.append(New(label=label, data=checked_data(book, row.data, row=place), uuid=identity))
    _refuse_twins(book, [row.uuid for row in found if row.uuid])
    return found


def checked_label(label: str, *, row: int = 0) -> str:
    """Return the label as it is kept; raises Refused where it is blank or too long."""
    text = nfc(label)
    if not text or len(text) > rules.MOST_LABEL:
        message = _("Write a label of at most 1000 characters: it is what people choose by.")
        raise Refused("entity.label", message, field=LABEL, details={"number": "400.8", "row": row})
    return text


def checked_data(book: Book, data: Mapping[str, str], *, row: int = 0) -> dict[str, str]:
    """Return the values as they are kept; raises Refused for a property the list does not have."""
    for name in data:
        if name not in book.properties:
            message = _("The list %(dataset)s has no property %(name)s.")
            raise Refused(
                "entity.property", str(message) % {"dataset": book.dataset.name, "name": name}, field=name,
                details={"number": "400.28", "row": row, "name": name},
            )  # fmt: skip
    return {name: nfc(value) for name, value in data.items()}


def _refuse_twins(book: Book, identities: Sequence[UUID]) -> None:
    seen: set[UUID] = set()
    for start in range(0, len(identities), _LOOK_UP):
        some = identities[start : start + _LOOK_UP]
        found = set(Entity.objects.filter(dataset=book.dataset, uuid__in=some).values_list("uuid", flat=True))
        for identity in some:
            if identity in found or identity in seen:
                raise Conflict(
                    "entity.exists", _("There is an entity with this uuid already, maybe a deleted one."),
                    field="uuid", details={"number": "409.3", "uuid": str(identity)},
                )  # fmt: skip
            seen.add(identity)


def update_entity(
    *,
    actor: Actor,
    entity: Entity,
    label: str | None = None,
    data: Mapping[str, str] | None = None,
    base_version: int | None = None,
    force: bool = False,
    settle: bool = False,
    agent: str = "",
) -> Entity:
    """Change the label and some properties of an entity, `base_version` being the one it was read as.

    `force` changes whatever is there; `settle` says that the conflict is settled by it, also where nothing is changed.
    Raises Conflict where the entity changed since, Missing where it is deleted, Refused (label, property, kept).
    """
    actor.must(WRITE)
    with opened(entity.dataset, source=Source(person_id=actor.person_id, agent=agent)) as book:
        row = _present(book, entity)
        if not force and base_version != row.number:
            _refuse_stale(row, base_version)
        received = checked_data(book, data or {})
        if label is not None:
            received = {**received, LABEL: checked_label(label)}
        refuse_kept(book, row, received)
        before = audit.snapshot(row, fields=["label", "data", "number", "conflict"])
        if settle and row.conflict:
            row.conflict = ""
            row.save(update_fields=["conflict"])
        if received:
            outcome = Outcome(
                label=received.get(LABEL, row.label), base=row.number,
                data={**row.data, **{name: value for name, value in received.items() if name != LABEL}},
            )  # fmt: skip
            book.change([Changed(entity=row, outcome=outcome, received=received)])
        audit.record(
            actor=actor, action="entity.settled" if settle else "entity.updated", subject=row, before=before,
            after=audit.snapshot(row, fields=["label", "data", "number", "conflict"]),
        )  # fmt: skip
    return row


def _refuse_stale(row: Entity, base_version: int | None) -> None:
    raise Conflict(
        "entity.version",
        _(
            "Somebody else changed this entity after you opened it. What you typed is kept: compare it with the "
            "entity as it is now, then save again."
        ),
        details={"number": "409.15", "current": row.number, "provided": base_version, "revision": row.number},
    )


def _present(book: Book, entity: Entity) -> Entity:
    row = Entity.objects.filter(dataset=book.dataset, pk=entity.pk, deleted_at=None).first()
    if row is None:
        raise Missing(
            "entity.missing", _("There is no such entity, or it is deleted."), details={"number": "404.1"}
        )
    return row


def refuse_kept(book: Book, row: Entity, received: Mapping[str, str]) -> None:
    """Raise Refused where a change names something else for what the register keeps."""
    for name in sorted(book.kept_of(row) & received.keys()):
        present = row.label if name == LABEL else row.data.get(name, "")
        if received[name] != present:
            message = _("The register keeps %(name)s. Change it there; this list follows.")
            raise Refused(
                "entity.kept",
                str(message) % {"name": name},
                field=name,
                details={"number": "400.28", "name": name},
            )


def delete_entity(*, actor: Actor, entity: Entity) -> Entity:
    """Take an entity off its list; it stays with its versions and can be restored. Raises Missing."""
    actor.must(WRITE)
    with opened(entity.dataset, source=Source(person_id=actor.person_id)) as book:
        row = _present(book, entity)
        book.remove(row)
        audit.record(actor=actor, action="entity.deleted", subject=row, before={"label": row.label})
    return row


def restore_entity(*, actor: Actor, entity: Entity) -> Entity:
    """Put a deleted entity on its list again; raises Missing where it is not deleted."""
    actor.must(WRITE)
    with opened(entity.dataset, source=Source(person_id=actor.person_id)) as book:
        row = Entity.objects.filter(dataset=book.dataset, pk=entity.pk).exclude(deleted_at=None).first()
        if row is None:
            raise Missing(
                "entity.missing", _("There is no such deleted entity."), details={"number": "404.1"}
            )
        book.restore(row)
        audit.record(actor=actor, action="entity.restored", subject=row, after={"label": row.label})
    return row
