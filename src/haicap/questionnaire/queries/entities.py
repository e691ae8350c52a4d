"""Reads of follow-through lists: which there are for whom, their members a page at a time, and as clients read them.

Whoever keeps lists sees all. Lists about people are otherwise seen only by those who fill in a form that needs them.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, NullIf
from django.utils.translation import gettext_lazy as _
from lxml import etree

from haicap.campaign.models import Campaign
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.tables import safe_cell
from haicap.kernel.text import fold
from haicap.questionnaire.models import Dataset, Entity, EntityVersion, Form, FormMedia, FormVersion
from haicap.questionnaire.queries.collect import fillable_forms_for, forms_for
from haicap.questionnaire.rules import entities as rules

READ, WRITE = "questionnaire.dataset:read", "questionnaire.dataset:write"
PAGE = 50
MOST_VERSIONS = 100  # shown of one entity
_CHUNK = 10_000


def datasets_for(*, actor: Actor, campaign: Campaign | None = None) -> QuerySet[Dataset]:
    """Return the lists `actor` may see, by name."""
    rows = Dataset.objects.select_related("campaign").order_by("name", "pk")
    if campaign is not None:
        rows = rows.filter(campaign=campaign)
    if actor.may(WRITE):
        return rows
    forms = fillable_forms_for(actor=actor, campaign=campaign).values("pk")
    needed = FormMedia.objects.filter(
        version__state=FormVersion.State.PUBLISHED, version__form__in=forms, dataset__isnull=False
    )
    open_to = Q(pk__in=needed.values("dataset"))
    return rows.filter(open_to | Q(is_personal=False)) if actor.may(READ) else rows.filter(open_to)


def dataset_of(*, actor: Actor, campaign: Campaign | None = None, name: str = "", pk: int = 0) -> Dataset:
    """Return a list by its name in a campaign, or by key; raises Missing where it is not there for `actor`."""
    rows = datasets_for(actor=actor, campaign=campaign)
    row = rows.filter(pk=pk).first() if pk else rows.filter(name=name).first()
    if row is None:
        raise Missing(
            "dataset.missing", _("There is no such list, or not for you."), details={"number": "404.1"}
        )
    return row


def entities_for(*, actor: Actor, dataset: Dataset, deleted: bool = False) -> QuerySet[Entity]:
    """Return the members of a list in the order they came, or those that were deleted."""
    if not datasets_for(actor=actor, campaign=dataset.campaign).filter(pk=dataset.pk).exists():
        return Entity.objects.none()
    return _members(dataset, deleted=deleted)


def _members(dataset: Dataset, *, deleted: bool = False) -> QuerySet[Entity]:
    return Entity.objects.filter(dataset=dataset, deleted_at__isnull=not deleted).order_by("pk")


def entity_of(*, actor: Actor, dataset: Dataset, uuid: str | UUID, deleted: bool | None = False) -> Entity:
    """Return one member by its uuid; `deleted` None takes it either way. Raises Missing."""
    identity = rules.uuid_of(str(uuid))
    visible = datasets_for(actor=actor, campaign=dataset.campaign).filter(pk=dataset.pk)
    rows = Entity.objects.filter(dataset__in=visible, uuid=identity).select_related(
        "dataset__campaign", "created_by"
    )
    if deleted is not None:
        rows = rows.filter(deleted_at__isnull=not deleted)
    row = rows.first() if identity else None
    if row is None:
        raise Missing(
            "entity.missing", _("There is no such entity, or not for you."), details={"number": "404.1"}
        )
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPage:
    """A page of members: `before` and `after` are what to ask for the pages around it, None where there is none."""

    rows: Sequence[Entity]
    before: int | None
    after: int | None


def entity_page(
    *,
    dataset: Dataset,
    text: str = "",
    show: str = "",
    after: int = 0,
    before: int = 0,
    size: int = PAGE,
) -> EntityPage:
    """Return the members after the one with key `after` (or before `before`): one query, however long the list is.

    `text` is sought in labels and values, with or without diacritics; `show` is "", conflicts or deleted. The list
    must be one that its reader sees: take it from `dataset_of`.
    """
    rows = _members(dataset, deleted=show == "deleted")
    if show == "conflicts":
        rows = rows.exclude(conflict="")
    for word in fold(text).split():
        rows = rows.filter(folded__contains=word)
    if before:
        found = list(rows.filter(pk__lt=before).order_by("-pk")[: size + 1])
        more, some = len(found) > size, found[:size][::-1]
        return EntityPage(rows=some, before=some[0].pk if more else None, after=before - 1 if some else None)
    found = list(rows.filter(pk__gt=after)[: size + 1])
    more, some = len(found) > size, found[:size]
    return EntityPage(rows=some, before=after + 1 if after else None, after=some[-1].pk if more else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """The forms whose published version reads a list, and those that write it."""

    reads: Sequence[Form]
    writes: Sequence[Form]


def uses_of(*, actor: Actor, datasets: Sequence[Dataset]) -> dict[int, Uses]:
    """Return by list which forms that `actor` knows read it and write it; three queries."""
    campaigns = {dataset.campaign_id for dataset in datasets}
    forms = {form.pk: form for form in forms_for(actor=actor).filter(campaign__in=campaigns)}
    published = FormVersion.objects.filter(form__in=forms, state=FormVersion.State.PUBLISHED)
    reads: dict[int, list[Form]] = {}
    media = FormMedia.objects.filter(version__in=published, dataset__in=datasets)
    for dataset_id, form_id in media.order_by("pk").values_list("dataset_id", "version__form_id"):
        reads.setdefault(dataset_id, []).append(forms[form_id])
    writes: dict[tuple[int, str], list[Form]] = {}
    for form_id, declared in published.values_list("form_id", "schema__entities"):
        for name in sorted({one["dataset"] for one in declared or []}):
            writes.setdefault((forms[form_id].campaign_id, name), []).append(forms[form_id])
    return {
        row.pk: Uses(reads=reads.get(row.pk, []), writes=writes.get((row.campaign_id, row.name), []))
        for row in datasets
    }


def properties_of(dataset: Dataset) -> list[str]:
    """Return the names of the properties in the order they came."""
    return list(dataset.properties.order_by("pk").values_list("name", flat=True))


def values_of(entity: Entity) -> list[tuple[str, bool]]:
    """Return the label and the properties of a member in order, each with whether the register keeps it there."""
    rows = entity.dataset.properties.order_by("pk").values_list("name", "is_kept")
    is_known = bool(entity.key)
    return [(rules.LABEL, is_known), *((name, is_kept and is_known) for name, is_kept in rows)]


def dataset_csv(dataset: Dataset, *, safe: bool = False) -> Iterator[bytes]:
    """Yield a list as the CSV that clients read, in UTF-8: name (the uuid), label, __version, then the properties.

    With `safe` no cell can be taken for a formula, and the mark of UTF-8 stands first: for people with spreadsheets.
    Rows are read some thousand at a time, so that memory does not grow with the list. Who may have it, the caller says.
    """
    properties = properties_of(dataset)
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(rules.csv_heading(properties))
    yield (f"\ufeff{buffer.getvalue()}" if safe else buffer.getvalue()).encode()
    write = _copied if connection.vendor == "postgresql" and not safe else partial(_written, safe=safe)
    rows = _members(dataset)
    while edge := list(rows.values_list("pk", flat=True)[_CHUNK - 1 : _CHUNK]):
        yield write(rows.filter(pk__lte=edge[0]), properties)
        rows = _members(dataset).filter(pk__gt=edge[0])
    yield write(rows, properties)


def _columns(properties: Sequence[str]) -> list[Any]:
    """Return what the database is asked for: the columns of `csv_heading`; blank values as NULL, which COPY leaves
    blank."""
    blank = Value("", output_field=TextField())
    values = [NullIf(KeyTextTransform(name, "data"), blank) for name in properties]
    return [
        Cast("uuid", TextField()) if connection.vendor == "postgresql" else F("uuid"),
        F("label"),
        F("number"),
        *values,
    ]


def _written(rows: QuerySet[Entity], properties: Sequence[str], *, safe: bool) -> bytes:
    buffer = io.StringIO()
    found: Iterable[Sequence[object]] = rows.values_list(*_columns(properties))
    if safe:
        found = ([safe_cell(cell) for cell in row] for row in found)
    csv.writer(buffer, lineterminator="\n").writerows(found)
    return buffer.getvalue().encode()


def _copied(rows: QuerySet[Entity], properties: Sequence[str]) -> bytes:
    """Let PostgreSQL write the rows: some ten times as fast as reading and writing them here."""
    from psycopg import ClientCursor

    statement, given = rows.values_list(*_columns(properties)).query.sql_with_params()
    with connection.cursor() as cursor:
        written = ClientCursor(cursor.connection).mogrify(statement, given)
        with cursor.copy(f"COPY ({written}) TO STDOUT WITH (FORMAT csv)") as copy:
            return b"".join(bytes(piece) for piece in copy)


def dataset_md5(dataset: Dataset) -> str:
    """Return the MD5 that changes when the CSV of a list changes, and never else; one query, whatever its size.

    It stands for the content and is not the MD5 of the bytes; clients compare it with what they were told before.
    """
    return rules.list_hash(digest=dataset.digest, properties=properties_of(dataset))


def integrity(dataset: Dataset, ids: Iterable[str]) -> bytes:
    """Return the XML that says which of the entities with `ids` (uuids) are deleted; unknown ones are left out.

    A client that keeps an entity which is no longer in the CSV asks this before it forgets it.
    """
    identities = [one for one in map(rules.uuid_of, ids) if one]
    rows = Entity.objects.filter(dataset=dataset, uuid__in=identities).order_by("pk")
    root = etree.Element("data")
    holder = etree.SubElement(root, "entities")
    for identity, deleted_at in rows.values_list("uuid", "deleted_at"):
        node = etree.SubElement(holder, "entity", id=str(identity))
        etree.SubElement(node, "deleted").text = "true" if deleted_at else "false"
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One version of an entity: what it changed as (property, before, after), and where that went over a change of
    somebody else."""

    version: EntityVersion
    changes: Sequence[tuple[str, str, str]]
    clashes: Sequence[tuple[str, str, str]]


def versions_for(*, actor: Actor, entity: Entity) -> QuerySet[EntityVersion]:
    """Return the versions of an entity, the first one first, with where each came from."""
    if not datasets_for(actor=actor, campaign=entity.dataset.campaign).filter(pk=entity.dataset_id).exists():
        return EntityVersion.objects.none()
    rows = EntityVersion.objects.filter(entity=entity).order_by("number")
    return rows.select_related("person", "submission__form").defer("submission__xml")


def steps_for(*, actor: Actor, entity: Entity) -> list[Step]:
    """Return the newest versions of an entity, newest first, each with what it changed."""
    newest = list(versions_for(actor=actor, entity=entity).order_by("-number")[: MOST_VERSIONS + 1])
    return [_step(row, before) for row, before in zip(newest, [*newest[1:], None], strict=False)][
        :MOST_VERSIONS
    ]


def _step(row: EntityVersion, before: EntityVersion | None) -> Step:
    old = {**before.data, rules.LABEL: before.label} if before else {}
    new = {**row.data, rules.LABEL: row.label}
    names = [name for name in [rules.LABEL, *row.data] if old.get(name, "") != new.get(name, "")]
    return Step(
        version=row,
        changes=[(name, old.get(name, ""), new.get(name, "")) for name in names],
        clashes=[(name, old.get(name, ""), new.get(name, "")) for name in row.clashing],
    )
