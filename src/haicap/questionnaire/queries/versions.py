"""Versions of forms as submissions are read with them. Published versions never change, so they are kept in memory."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.db.models import QuerySet

from haicap.questionnaire.models import Form, FormVersion
from haicap.questionnaire.rules.schema import Reader, Schema

MOST_KEPT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A version of a form with what reads its submissions."""

    pk: int
    version: str
    schema: Schema
    reader: Reader


_Key = tuple[int, datetime, str]  # the time too: a key that was rolled back is given again
_kept: "OrderedDict[_Key, Opened]" = OrderedDict()
_lock = Lock()


def opened(*, form: Form, version: str) -> Opened | None:
    """Return the published or superseded version of `form` with this version attribute; None where there is none.

    No query once it was read in this process.
    """
    key = (form.pk, form.created_at, version)
    with _lock:
        if (found := _kept.get(key)) is not None:
            _kept.move_to_end(key)
            return found
    row = _rows(form).exclude(state=FormVersion.State.DRAFT).filter(version=version).first()
    if row is None:
        return None
    found = _open(row)
    with _lock:
        _kept[key] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def opened_draft(*, form: Form) -> Opened | None:
    """Return the draft of `form`, read anew: drafts change."""
    row = _rows(form).filter(state=FormVersion.State.DRAFT).first()
    return None if row is None else _open(row)


def opened_row(*, row: FormVersion) -> Opened:
    """Return a version that the caller has at hand."""
    if row.state == FormVersion.State.DRAFT:
        return _open(row)
    return opened(form=row.form, version=row.version) or _open(row)


def _rows(form: Form) -> QuerySet[FormVersion]:
    return FormVersion.objects.filter(form=form).defer("xform", "warnings")


def _open(row: FormVersion) -> Opened:
    schema = Schema.from_json(row.schema) if row.schema else Schema.of(row.xform)
    return Opened(pk=row.pk, version=row.version, schema=schema, reader=Reader(schema))
