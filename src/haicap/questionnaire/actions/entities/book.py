"""A list opened for writing: the one place that writes entities, so that count and digest always fit them.

The row of the list stays locked until the transaction ends. Whoever holds it may then take the lock of the audit chain;
never the other way round.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from haicap.kernel.text import fold
from haicap.questionnaire.models import Dataset, Entity, EntityVersion, Submission
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.entities import LABEL, Outcome

T = TypeVar("T")
_BATCH = 500
_MOST_FOLDED = 2000
_CHANGED = ["label", "data", "number", "updated_at", "conflict", "folded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """An entity to be made. `branch_base` is set where an update of a device came before the creation, which may
    have said no label."""

    label: str
    data: Mapping[str, str]
    uuid: UUID | None = None
    key: str = ""
    branch: str = ""
    branch_base: int | None = None
    has_label: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An entity and what a change made of it."""

    entity: Entity
    outcome: Outcome
    received: Mapping[str, str]
    branch: str = ""
    branch_base: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where changes come from: a person, a submission, a file, the register."""

    person_id: int | None = None
    submission: Submission | None = None
    agent: str = ""


class Book:
    """The list while it is open; see `opened`."""

    def __init__(self, dataset: Dataset, source: Source, at: datetime) -> None:
        self.dataset, self.source, self.at = dataset, source, at
        names = dict(dataset.properties.order_by("pk").values_list("name", "is_kept"))
        self.properties = list(names)
        self._kept = frozenset(name for name, is_kept in names.items() if is_kept) | {LABEL}
        self._plus: list[int] = []
        self._minus: list[int] = []
        self._count = 0

    @property
    def is_changed(self) -> bool:
        """True once something was written."""
        return bool(self._plus or self._minus)

    def kept_of(self, entity: Entity) -> frozenset[str]:
        """Return what the register keeps of an entity, the label among it; nothing of those it does not know."""
        return self._kept if entity.key else frozenset()

    def create(self, rows: Iterable[New]) -> list[EntityVersion]:
        """Write new entities with their first versions."""
        made: list[EntityVersion] = []
        for some in _batches(rows):
            entities = Entity.objects.bulk_create([self._entity(row) for row in some])
            versions = [
                self._version(
                    entity, received={**row.data, **({LABEL: row.label} if row.has_label else {})},
                    branch=row.branch, branch_base=row.branch_base,
                )
                for entity, row in zip(entities, some, strict=True)
            ]  # fmt: skip
            made += EntityVersion.objects.bulk_create(versions)
            self._plus += [mark_of(entity) for entity in entities]
            self._count += len(entities)
        return made

    def change(self, rows: Iterable[Changed]) -> list[EntityVersion]:
        """Write the next version of entities."""
        made: list[EntityVersion] = []
        for some in _batches(rows):
            versions = []
            for row in some:
                entity = row.entity
                self._minus.append(mark_of(entity))
                entity.label, entity.data = row.outcome.label, dict(row.outcome.data)
                entity.number, entity.updated_at = entity.number + 1, self.at
                entity.conflict = rules.worse(entity.conflict, row.outcome.conflict)
                entity.folded = folded_of(entity)
                self._plus.append(mark_of(entity))
                versions.append(
                    self._version(
                        entity, received=row.received, base=row.outcome.base, branch=row.branch,
                        branch_base=row.branch_base, conflict=row.outcome.conflict,
                        clashing=row.outcome.clashing,
                    )
                )  # fmt: skip
            if len(some) == 1:
                some[0].entity.save(update_fields=_CHANGED)
            else:
                Entity.objects.bulk_update([row.entity for row in some], _CHANGED)
            made += EntityVersion.objects.bulk_create(versions)
        return made

    def remove(self, entity: Entity) -> None:
        """Take an entity off the list."""
        self._minus.append(mark_of(entity))
        self._count -= 1
        entity.deleted_at = entity.updated_at = self.at
        entity.save(update_fields=["deleted_at", "updated_at"])

    def restore(self, entity: Entity) -> None:
        """Put a deleted entity on the list again."""
        self._plus.append(mark_of(entity))
        self._count += 1
        entity.deleted_at, entity.updated_at = None, self.at
        entity.save(update_fields=["deleted_at", "updated_at"])

    def close(self) -> None:
        """Write what the list as a whole is now."""
        if not self.is_changed:
            return
        dataset = self.dataset
        dataset.digest = rules.moved_digest(dataset.digest, plus=self._plus, minus=self._minus)
        dataset.count, dataset.changed_at = dataset.count + self._count, self.at
        dataset.save(update_fields=["digest", "count", "changed_at"])

    def _entity(self, row: New) -> Entity:
        entity = Entity(
            dataset=self.dataset, uuid=row.uuid or uuid4(), key=row.key, label=row.label, data=dict(row.data),
            created_by_id=self.source.person_id, created_at=self.at,
        )  # fmt: skip
        entity.folded = folded_of(entity)
        return entity

    def _version(
        self,
        entity: Entity,
        *,
        received: Mapping[str, str],
        base: int | None = None,
        branch: str = "",
        branch_base: int | None = None,
        conflict: str = "",
        clashing: Sequence[str] = (),
    ) -> EntityVersion:
        return EntityVersion(
            entity=entity, number=entity.number, label=entity.label, data=entity.data, received=dict(received),
            base=base, branch=branch, branch_base=branch_base, conflict=conflict, clashing=list(clashing),
            submission=self.source.submission, person_id=self.source.person_id, agent=self.source.agent[:255],
            at=self.at,
        )  # fmt: skip


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while some := list(islice(rest, _BATCH)):
        yield some


def mark_of(entity: Entity) -> int:
    """Return the mark of an entity as it is."""
    return rules.mark(identity=entity.uuid, label=entity.label, number=entity.number, data=entity.data)


def folded_of(entity: Entity) -> str:
    """Return what an entity is searched by."""
    words: Sequence[str] = [entity.label, entity.key, *entity.data.values()]
    return fold(" ".join(words))[:_MOST_FOLDED]


@contextmanager
def opened(dataset: Dataset, *, source: Source) -> Iterator[Book]:
    """Lock a list, give it to be written, and keep its count and digest; all or nothing."""
    with transaction.atomic():
        locked = Dataset.objects.select_for_update(of=("self",)).select_related("campaign").get(pk=dataset.pk)
        book = Book(locked, source, timezone.now())
        yield book
        book.close()
