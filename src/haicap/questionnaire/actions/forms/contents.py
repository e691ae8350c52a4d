"""What a version of a form is made of: its file converted, its XForm, the files it needs."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.questionnaire.actions.forms.lock import earlier_schemas
from haicap.questionnaire.models import FormMedia, FormVersion
from haicap.questionnaire.rules import form_diff
from haicap.questionnaire.rules.convert import Converted, convert_form
from haicap.questionnaire.rules.schema import Schema
from haicap.questionnaire.rules.troubles import FormError
from haicap.questionnaire.rules.workbook import without_macros
from haicap.questionnaire.texts.troubles import FormFaulty, to_json

TYPES = {"xlsx": "xlsx", "xlsm": "xlsx", "xls": "xls", "csv": "csv", "md": "md", "xml": "xml"}


def convert(raw: bytes, *, name: str, fallback_form_id: str = "", accept_warnings: bool = True) -> Converted:
    """Convert a file; raises FormFaulty with every fault, and for warnings where they are not accepted."""
    try:
        made = convert_form(raw, name=name, fallback_form_id=fallback_form_id)
    except FormError as bad:
        message = _("The form cannot be taken. Correct what is listed and send it again.")
        raise FormFaulty("form.faulty", message, name=name, bad=bad) from bad
    if made.warnings and not accept_warnings:
        message = _("The form can be taken, but something in it is doubtful.")
        raise FormFaulty("form.warnings", message, name=name, bad=FormError((), made.warnings))
    return made


def fill_version(
    row: FormVersion, made: Converted, *, actor: Actor, now: datetime, raw: bytes, name: str
) -> None:
    """Write what a file says into a version that is a draft."""
    _write_xform(row, made.xform)
    columns = form_diff.columns_of(made.schema, earlier=earlier_schemas(row.form))
    row.schema = made.schema.with_columns(columns).to_json()
    row.version, row.note = made.version, name[:500]
    row.warnings = to_json(made.warnings)
    row.created_by_id, row.created_at = actor.person_id, now
    if made.kind == "xlsm":
        raw = without_macros(raw)
    row.source = store(raw, folder="forms", ending=TYPES[made.kind])


def rewrite(row: FormVersion, xform: str, schema: Schema) -> None:
    """Write another XForm of the same questions into a draft."""
    _write_xform(row, xform)
    row.schema, row.version = schema.to_json(), schema.version


def _write_xform(row: FormVersion, xform: str) -> None:
    raw = xform.encode()
    row.xform = xform
    row.sha256 = hashlib.sha256(raw).hexdigest()
    row.md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()


def store(raw: bytes, *, folder: str, ending: str) -> str:
    """Keep bytes under their digest, once; returns the name in storage."""
    digest = hashlib.sha256(raw).hexdigest()
    path = f"{folder}/{digest[:2]}/{digest}" + (f".{ending}" if ending else "")
    if not default_storage.exists(path) or default_storage.size(path) != len(raw):
        default_storage.delete(path)
        path = default_storage.save(path, ContentFile(raw))
    return path


def fill_media(row: FormVersion, made: Converted, *, before: Sequence[FormVersion], now: datetime) -> None:
    """Make the list of files a draft needs; what an earlier version had under the same name is taken along."""
    had: dict[str, FormMedia] = {}
    for version in before:
        for one in version.media.all():
            if one.file or one.dataset_id:
                had.setdefault(one.name, one)
    row.media.all().delete()
    rows = []
    for needed in made.schema.media:
        old = had.get(needed.name)
        one = FormMedia(version=row, name=needed.name[:255], kind=needed.kind)
        if old is not None:
            one.file, one.dataset_id = old.file.name, old.dataset_id
            one.size, one.md5, one.updated_at = old.size, old.md5, old.updated_at
        if needed.name == "itemsets.csv" and made.itemsets:
            give(one, made.itemsets.encode(), now=now)
        rows.append(one)
    FormMedia.objects.bulk_create(rows)


def give(row: FormMedia, raw: bytes, *, now: datetime) -> None:
    """Put bytes into a file a form needs."""
    ending = row.name.rpartition(".")[2].lower() if "." in row.name else ""
    row.file = store(raw, folder="forms/media", ending=ending[:10])
    row.md5 = hashlib.md5(raw, usedforsecurity=False).hexdigest()
    row.size, row.updated_at, row.dataset = len(raw), now, None
