"""Members of a list from a CSV table: new ones, and changed ones that say which version they were read as."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.tables import Fault, Faulty, Table, read_csv
from haicap.kernel.tables import Row as Line
from haicap.questionnaire.actions.entities.book import Book, Changed, New, Source, opened
from haicap.questionnaire.actions.entities.datasets import WRITE, add_properties
from haicap.questionnaire.models import Dataset, Entity
from haicap.questionnaire.rules import entities as rules
from haicap.questionnaire.rules.entities import LABEL, Outcome

MOST_ROWS = 100_000
MOST_BYTES = 50_000_000
_FORMULAS = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """How many rows made an entity, changed one, or said nothing new."""

    created: int
    changed: int
    same: int


def import_entities(
    *, actor: Actor, dataset: Dataset, raw: bytes, name: str, with_new_columns: bool = False
) -> Imported:
    """Take a CSV table with the column `label`: rows with a known `name` (uuid) change that entity, others make one.

    A row that changes an entity says in `__version` which version it was read as. Other columns are properties;
    `with_new_columns` adds those the list does not have. All rows or none. Raises Refused (too large) and Faulty
    with every fault by row and column.
    """
    actor.must(WRITE)
    table = read_csv(raw, name=name, required=[LABEL], max_rows=MOST_ROWS, max_bytes=MOST_BYTES)
    with opened(dataset, source=Source(person_id=actor.person_id, agent=name)) as book:
        columns = _Columns(book, table)
        if with_new_columns and columns.unknown:
            add_properties(actor=actor, dataset=book.dataset, names=columns.unknown)
            book.properties += columns.unknown
            columns = _Columns(book, table)
        reader = _Rows(book, table, columns)
        rows = list(reader.read())
        faults = [*table.faults, *columns.faults(), *reader.faults]
        if faults:
            raise Faulty("entity.table", _("Nothing was taken from the table: it has faults."), faults=faults)
        new = [row for row in rows if isinstance(row, New)]
        changed = [row for row in rows if isinstance(row, Changed)]
        book.create(new)
        book.change(changed)
        after = {"file": name, "created": len(new), "changed": len(changed)}
        audit.record(actor=actor, action="entity.imported", subject=book.dataset, after=after)
    return Imported(created=len(new), changed=len(changed), same=len(table.rows) - len(new) - len(changed))


class _Columns:
    """Which column of a table is which property; `read_csv` gives the heading in small letters."""

    def __init__(self, book: Book, table: Table) -> None:
        self.table = table
        folded = {name.casefold(): name for name in book.properties}
        own = {"name", LABEL, "__version", "__id"}
        given = [column for column in table.columns if column and column not in own]
        self.properties = {column: folded[column] for column in given if column in folded}
        self.unknown = [column for column in given if column not in folded and not column.startswith("__")]

    def faults(self) -> Iterator[Fault]:
        for column in self.unknown:
            yield Fault(
                file=self.table.name, row=1, column=column, code="entity.property",
                message=_("the list has no such property; add it to the list, or take the column out"),
            )  # fmt: skip


class _Rows:
    """Reads the rows of a table as what is to be written; what is wrong gathers in `faults`."""

    def __init__(self, book: Book, table: Table, columns: _Columns) -> None:
        self.book, self.table, self.columns = book, table, columns
        self.faults: list[Fault] = []
        self._known = _known(book.dataset, table)
        self._seen: set[UUID] = set()

    def read(self) -> Iterator[New | Changed]:
        for line in self.table.rows:
            said = line["name"] or line["__id"]
            identity = rules.uuid_of(said) if said else None
            if said and identity is None:
                self._fault(
                    line, "name", "entity.uuid", _("this is no uuid; leave it blank for a new entity")
                )
            elif identity is not None and identity in self._seen:
                self._fault(line, "name", "entity.twice", _("this uuid stands in another row too"))
            else:
                if identity is not None:
                    self._seen.add(identity)
                row = self._row(line, identity)
                if row is not None:
                    yield row

    def _row(self, line: Line, identity: UUID | None) -> New | Changed | None:
        label = _plain(line[LABEL])
        if not label or len(label) > rules.MOST_LABEL:
            message = _("write a label of at most %(most)s characters") % {"most": rules.MOST_LABEL}
            self._fault(line, LABEL, "entity.label", message)
            return None
        data = {name: _plain(line[column]) for column, name in self.columns.properties.items()}
        entity = self._known.get(identity) if identity else None
        if entity is None:
            return New(
                uuid=identity, label=label, data={name: value for name, value in data.items() if value}
            )
        return self._changed(line, entity, {**data, LABEL: label})

    def _changed(self, line: Line, entity: Entity, given: Mapping[str, str]) -> Changed | None:
        if entity.deleted_at is not None:
            self._fault(line, "name", "entity.deleted", _("this entity was deleted; restore it first"))
            return None
        present = {**entity.data, LABEL: entity.label}
        received = {name: value for name, value in given.items() if value != present.get(name, "")}
        if not received:
            return None
        if line["__version"] != str(entity.number):
            message = _("the entity is at version %(now)s now; download the list again") % {
                "now": entity.number
            }
            self._fault(line, "__version", "entity.version", message)
        for name in sorted(self.book.kept_of(entity) & received.keys()):
            self._fault(line, name, "entity.kept", _("the register keeps this; change it there"))
        data = {**entity.data, **{name: value for name, value in received.items() if name != LABEL}}
        outcome = Outcome(label=given[LABEL], data=data, base=entity.number)
        return Changed(entity=entity, outcome=outcome, received=received)

    def _fault(self, line: Line, column: str, code: str, message: str) -> None:
        self.faults.append(
            Fault(file=self.table.name, row=line.line, column=column, code=code, message=message)
        )


def _plain(text: str) -> str:
    """Take the apostrophe off that keeps spreadsheets from reading a formula."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULAS) else text


def _known(dataset: Dataset, table: Table) -> dict[UUID, Entity]:
    said = [rules.uuid_of(line["name"] or line["__id"]) for line in table.rows]
    identities: Sequence[UUID] = [one for one in said if one]
    found: dict[UUID, Entity] = {}
    for start in range(0, len(identities), 500):
        rows = Entity.objects.filter(dataset=dataset, uuid__in=identities[start : start + 500])
        found.update({row.uuid: row for row in rows})
    return found
