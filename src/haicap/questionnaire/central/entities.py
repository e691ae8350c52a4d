"""Entities: the members of a dataset, with their versions."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.db.models import F
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from haicap.kernel.http import Request
from haicap.kernel.models import AuditEntry
from haicap.questionnaire.actions.entities import (
    Row,
    create_entities,
    delete_entity,
    restore_entity,
    update_entity,
)
from haicap.questionnaire.central import lookups
from haicap.questionnaire.central.errors import Problem, missing_parameter, unexpected, wrong_type
from haicap.questionnaire.central.shapes import (
    Json,
    actor_id,
    actor_shape,
    answer,
    body_of,
    flag,
    is_extended,
    moment,
    success,
    window,
)
from haicap.questionnaire.central.stream import CHUNK, listed, rows_in_chunks
from haicap.questionnaire.models import Entity, EntityVersion
from haicap.questionnaire.queries.entities import entities_for, entity_of, versions_for

_KEYS = ("label", "uuid", "data")
_UUID4 = re.compile(r"^(uuid:)?[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", re.I)
_Pair = tuple[Entity, EntityVersion | None]


def _version_shape(row: EntityVersion, *, current: bool, with_data: bool) -> Json:
    found: Json = {
        "label": row.label, "current": current, "createdAt": moment(row.at),
        "creatorId": actor_id(person_id=row.person_id), "userAgent": row.agent, "version": row.number,
        "baseVersion": row.base, "conflictingProperties": row.clashing or None,
        "branchId": row.branch or None, "branchBaseVersion": row.branch_base, "trunkVersion": None,
    }  # fmt: skip
    if with_data:
        found |= {"data": row.data, "dataReceived": row.received}
    return found


def _shape(pair: _Pair, *, with_data: bool, extended: bool = False) -> Json:
    row, version = pair
    found: Json = {
        "uuid": str(row.uuid), "createdAt": moment(row.created_at), "updatedAt": moment(row.updated_at),
        "deletedAt": moment(row.deleted_at), "creatorId": actor_id(person_id=row.created_by_id),
        "conflict": row.conflict or None,
        "currentVersion": _version_shape(version, current=True, with_data=with_data) if version else None,
    }  # fmt: skip
    if extended:
        found["creator"] = actor_shape(row.created_by)
    return found


def _with_versions(rows: Iterable[Entity]) -> Iterator[_Pair]:
    """Yield entities with their newest versions, read some at a time."""
    chunk: list[Entity] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            yield from _paired(chunk)
            chunk = []
    yield from _paired(chunk)


def _paired(rows: Sequence[Entity]) -> Iterator[_Pair]:
    newest = EntityVersion.objects.filter(entity__in=rows, number=F("entity__number"))
    found = {one.entity_id: one for one in newest}
    return ((row, found.get(row.pk)) for row in rows)


def index(request: Request, project: int, name: str) -> HttpResponseBase:
    """Return the entities of a list, newest first, without their data."""
    dataset = lookups.dataset(request.actor, project, name)
    rows = entities_for(actor=request.actor, dataset=dataset, deleted=flag(request, "deleted"))
    if (state := request.GET.get("conflict")) is not None:
        rows = rows.filter(conflict=state) if state in ("soft", "hard") else rows.exclude(conflict="")
    extended = is_extended(request)
    pairs = _with_versions(rows_in_chunks(rows.select_related("created_by"), window=window(request)))
    return listed(pairs, lambda pair: _shape(pair, with_data=False, extended=extended))


def _answer(row: Entity, *, extended: bool = False) -> HttpResponse:
    return answer(_shape(next(_paired([row])), with_data=True, extended=extended))


def _read(body: Any, *, is_new: bool) -> Row:
    """Read an entity as clients send it; raises Problem 400.2, 400.8, 400.11, 400.28, 400.31 as Central does."""
    if not isinstance(body, dict):
        raise wrong_type("entity", "object")
    if others := sorted(set(body) - set(_KEYS)):
        raise Problem(
            400.31, _("An entity has uuid, label and data, and nothing else."),
            expected=list(_KEYS), actual=[*body], other=others,
        )  # fmt: skip
    identity, label, data = body.get("uuid"), body.get("label"), body.get("data")
    if identity is not None and is_new and (not isinstance(identity, str) or not _UUID4.match(identity)):
        raise wrong_type("uuid", "valid version 4 UUID")
    if label is not None and not isinstance(label, str):
        raise wrong_type("label", "string")
    if label is None and is_new:
        raise missing_parameter("label")
    if label is not None and not label.strip():
        raise unexpected("label", "", _("it cannot be blank"))
    if label is None and data is None:
        raise Problem(400.28, _("The entity is invalid: neither a label nor data is given."))
    return Row(label=label or "", data=_values(data), uuid=(identity or "") if is_new else "")


def _values(data: Any) -> Mapping[str, str]:
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise wrong_type("data", "object")
    for name, value in data.items():
        if not isinstance(value, str):
            raise wrong_type(name, "string")
    return data


def create(request: Request, project: int, name: str) -> HttpResponse:
    """Make one entity, or with `entities` and `source` many at once: all or none."""
    dataset = lookups.dataset(request.actor, project, name)
    body = body_of(request)
    agent = request.headers.get("User-Agent", "")[:255]
    if "entities" not in body:
        made = create_entities(
            actor=request.actor, dataset=dataset, rows=[_read(body, is_new=True)], agent=agent
        )
        return _answer(made[0])
    many = body["entities"]
    if not isinstance(many, list) or not many:
        raise Problem(
            400.31, _("Give a list of entities with at least one in it."), expected=["entities: [...]"]
        )
    source = body.get("source")
    if not isinstance(source, dict):
        raise missing_parameter("source")
    if not isinstance(said := source.get("name"), str) or not said:
        raise missing_parameter("source.name")
    rows = [_read(one, is_new=True) for one in many]
    create_entities(actor=request.actor, dataset=dataset, rows=rows, agent=said[:255])
    return success()


def _find(request: Request, project: int, name: str, identity: str, *, deleted: bool = False) -> Entity:
    dataset = lookups.dataset(request.actor, project, name)
    return entity_of(actor=request.actor, dataset=dataset, uuid=identity, deleted=deleted)


def one(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Return one entity with its data."""
    return _answer(_find(request, project, name, identity), extended=is_extended(request))


def update(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Change an entity: `baseVersion` is the version it was read as, `force` changes whatever is there."""
    row = _find(request, project, name, identity)
    settle, base = flag(request, "resolve"), request.GET.get("baseVersion", "")
    if settle and not row.conflict:
        raise Problem(400.32, _("This entity has no conflict."))
    body = body_of(request)
    given = Row(label="") if settle and not body else _read(body, is_new=False)
    row = update_entity(
        actor=request.actor, entity=row, label=body.get("label"), data=given.data, settle=settle,
        base_version=int(base) if base.isascii() and base.isdigit() and len(base) < 10 else None,
        force=flag(request, "force"), agent=request.headers.get("User-Agent", "")[:255],
    )  # fmt: skip
    return _answer(row)


def delete(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Take an entity off its list."""
    delete_entity(actor=request.actor, entity=_find(request, project, name, identity))
    return success()


def restore(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Put an entity on its list again."""
    restore_entity(actor=request.actor, entity=_find(request, project, name, identity, deleted=True))
    return success()


def _versions(request: Request, project: int, name: str, identity: str) -> list[EntityVersion]:
    return list(
        versions_for(actor=request.actor, entity=_find(request, project, name, identity)).order_by("number")
    )


def versions(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Return the versions of an entity, the first one first."""
    rows = _versions(request, project, name, identity)
    found = []
    for row in rows:
        one = _version_shape(row, current=row is rows[-1], with_data=True)
        one["source"] = {}
        if row.submission is not None:
            one["source"] = {
                "submission": {
                    "instanceId": row.submission.instance_id, "xmlFormId": row.submission.form.form_id,
                }
            }  # fmt: skip
        found.append(one)
    return answer(found)


def diffs(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Return what each version changed."""
    rows = [{"label": row.label, **row.data} for row in _versions(request, project, name, identity)]
    found = []
    for before, after in pairwise(rows):
        names = [one for one in after if after[one] != before.get(one)]
        found.append([{"old": before.get(one), "new": after[one], "propertyName": one} for one in names])
    return answer(found)


_ACTIONS = {
    "entity.created": "entity.create", "entity.updated": "entity.update.version", "entity.deleted": "entity.delete",
    "entity.restored": "entity.restore", "entity.settled": "entity.update.resolve",
}  # fmt: skip


def audits(request: Request, project: int, name: str, identity: str) -> HttpResponse:
    """Return what happened to an entity, newest first."""
    row = _find(request, project, name, identity)
    rows = AuditEntry.objects.filter(subject_type=Entity._meta.label_lower, subject_id=str(row.pk))
    return answer(
        [
            {
                "actorId": actor_id(person_id=one.person_id), "action": _ACTIONS.get(one.action, one.action),
                "acteeId": str(row.dataset_id), "loggedAt": moment(one.at), "notes": None,
                "details": {"entity": {"uuid": str(row.uuid), "dataset": name}},
            }
            for one in rows.order_by("-sequence")[window(request)]
        ]
    )  # fmt: skip
