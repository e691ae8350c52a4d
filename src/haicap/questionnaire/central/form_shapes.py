"""Forms, their versions, questions and files as Central writes them."""

from collections.abc import Iterator

from django.db.models import Count, Max, Q

from haicap.questionnaire import keys
from haicap.questionnaire.central.shapes import Json, actor_shape, moment
from haicap.questionnaire.models import Form, FormMedia, FormVersion, Submission
from haicap.questionnaire.queries.entities import dataset_md5
from haicap.questionnaire.rules.odata import identifier
from haicap.questionnaire.rules.schema import Field, Schema

NO_VERSION = "___"  # how addresses name a version without a name
EXCEL = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
}
_STRUCTURES = {"group": "structure", "repeat": "repeat"}
_BARE = {"select1", "select", "rank", "barcode", "string", ""}


def form_shape(form: Form, version: FormVersion, *, with_token: bool = False) -> Json:
    """Return a form as one of its versions has it."""
    is_draft = version.state == FormVersion.State.DRAFT
    return {
        "projectId": form.campaign_id, "xmlFormId": form.form_id, "name": form.title or None,
        "state": Form.State.CLOSED.value if form.state == Form.State.ARCHIVED else form.state,
        "version": version.version, "hash": version.md5, "sha": None, "sha256": version.sha256,
        "createdAt": moment(form.created_at), "updatedAt": moment(version.published_at or version.created_at),
        "publishedAt": moment(version.published_at), "keyId": None, "enketoId": None, "enketoOnceId": None,
        "webformsEnabled": True, "draftToken": keys.draft_token_of(version) if is_draft and with_token else None,
    }  # fmt: skip


def excel_of(version: FormVersion) -> str:
    """Return xlsx or xls where the author brought such a workbook, else ""."""
    ending = (version.source.name or "").rpartition(".")[2]
    return ending if ending in EXCEL else ""


def more_of(form: Form, version: FormVersion) -> Json:
    """Return what is only told on request: figures of submissions, the author, the kind of the file (two queries)."""
    rows = Submission.objects.filter(
        form=form, deleted_at=None, is_test=version.state == FormVersion.State.DRAFT
    )
    states = Submission.State
    found = rows.aggregate(
        total=Count("pk"), last=Max("received_at"), received=Count("pk", Q(state=states.RECEIVED)),
        issues=Count("pk", Q(state=states.HAS_ISSUES)), edited=Count("pk", Q(state=states.EDITED)),
    )  # fmt: skip
    return {
        "submissions": found["total"], "lastSubmission": moment(found["last"]),
        "reviewStates": {
            "received": found["received"], "hasIssues": found["issues"], "edited": found["edited"],
        },
        "excelContentType": EXCEL.get(excel_of(version)), "publicLinks": 0,
        "entityRelated": bool((version.schema or {}).get("entities")),
        "createdBy": actor_shape(form.created_by),
    }  # fmt: skip


def field_shapes(schema: Schema, *, odata: bool) -> Iterator[Json]:
    """Yield the questions in order, groups and repeats among them; with names as OData has them on request."""
    for one in schema.fields:
        steps = one.path.strip("/").split("/")
        yield {
            "path": "/" + "/".join(map(identifier, steps)) if odata else one.path,
            "name": identifier(one.name) if odata else one.name, "type": _type(one),
            "binary": True if one.binary else None, "selectMultiple": True if one.type == "select" else None,
        }  # fmt: skip


def _type(one: Field) -> str:
    if one.kind != "field":
        return _STRUCTURES[one.kind]
    if one.binary:
        return "binary"
    return "string" if one.type in _BARE else one.type


def media_shape(row: FormMedia) -> Json:
    """Return a file that a version needs."""
    found: Json = {
        "name": row.name, "type": row.kind, "exists": bool(row.file or row.dataset_id), "blobExists": bool(row.file),
        "datasetExists": row.dataset_id is not None, "hash": row.md5 or None, "updatedAt": moment(row.updated_at),
    }  # fmt: skip
    if row.dataset is not None:
        found["hash"] = dataset_md5(row.dataset)
    if row.file:
        found["size"] = row.size
    return found
