"""Files that a draft of a form needs: brought by its author, or served from a list."""

import csv
import io

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.questionnaire.actions.forms.contents import give
from haicap.questionnaire.actions.forms.lock import FORM_WRITE, draft_of, locked
from haicap.questionnaire.models import Dataset, Form, FormMedia
from haicap.questionnaire.rules.instance import InstanceError, parse

MAX_MEDIA = 60 * 1024 * 1024
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")  # how their bytes begin


def attach_media(
    *, actor: Actor, form: Form, name: str, raw: bytes, revision: int | None = None
) -> FormMedia:
    """Add a file to the draft of a form, over the one there was.

    `name` must be one the draft asks for. Raises Missing form.no_draft, form.media_unknown; Refused form.media_large,
    form.media_bad for a table, picture or XML that is none.
    """
    actor.must(FORM_WRITE)
    with transaction.atomic():
        form = locked(form, revision=revision)
        row = _row(form, name)
        _check(row, raw)
        before = {"md5": row.md5, "dataset": row.dataset_id}
        give(row, raw, now=timezone.now())
        row.save()
        audit.record(
            actor=actor,
            action="questionnaire.form.media_attached",
            subject=row,
            before=before,
            after={"form_id": form.form_id, "name": row.name, "md5": row.md5, "size": row.size},
        )
    return row


def remove_media(*, actor: Actor, form: Form, name: str, revision: int | None = None) -> FormMedia:
    """Take a file, or the list behind it, away from the draft of a form; the draft still asks for it."""
    actor.must(FORM_WRITE)
    return _link(actor, form, name, None, revision, action="questionnaire.form.media_removed")


def link_dataset(
    *, actor: Actor, form: Form, name: str, dataset: Dataset, revision: int | None = None
) -> FormMedia:
    """Let a list of the campaign serve a .csv file that the draft of a form asks for."""
    actor.must(FORM_WRITE)
    if dataset.campaign_id != form.campaign_id:
        raise Missing("dataset.missing", _("There is no such list, or not for you."))
    return _link(actor, form, name, dataset, revision, action="questionnaire.form.media_linked")


def _link(
    actor: Actor, form: Form, name: str, dataset: Dataset | None, revision: int | None, *, action: str
) -> FormMedia:
    with transaction.atomic():
        form = locked(form, revision=revision)
        row = _row(form, name)
        if dataset is not None and not row.name.lower().endswith(".csv"):
            raise Refused(
                "form.media_not_csv", _("Only a .csv file can be served from a list."), field="dataset"
            )
        before = {"md5": row.md5, "dataset": row.dataset_id}
        row.dataset, row.file, row.size, row.md5 = dataset, "", 0, ""
        row.updated_at = timezone.now()
        row.save()
        audit.record(
            actor=actor,
            action=action,
            subject=row,
            before=before,
            after={
                "form_id": form.form_id,
                "name": row.name,
                "dataset": dataset.name if dataset is not None else None,
            },
        )
    return row


def _row(form: Form, name: str) -> FormMedia:
    draft = draft_of(form)
    row = draft.media.filter(name=name).first()
    if row is None:
        known = ", ".join(draft.media.values_list("name", flat=True)[:20]) or "–"
        text = _("The draft asks for no file named %(name)s. It asks for: %(known)s.")
        raise Missing("form.media_unknown", str(text) % {"name": name, "known": known}, field="file")
    return row


def _check(row: FormMedia, raw: bytes) -> None:
    if len(raw) > MAX_MEDIA:
        text = _("The file has %(size)s MB; at most %(limit)s MB are taken.")
        size = {"size": len(raw) // 1024 // 1024, "limit": MAX_MEDIA // 1024 // 1024}
        raise Refused("form.media_large", str(text) % size, field="file")
    if not raw:
        raise Refused("form.media_bad", _("The file is empty."), field="file")
    ending = row.name.lower().rpartition(".")[2]
    if ending == "csv":
        _check_table(raw)
    elif ending == "xml":
        try:
            parse(raw, max_bytes=MAX_MEDIA)
        except InstanceError as error:
            text = _("The file is no XML that can be taken: %(detail)s")
            raise Refused(
                "form.media_bad", str(text) % {"detail": error.detail or error.code}, field="file"
            ) from error
    elif row.kind == "image" and ending != "svg" and not raw.startswith(_PICTURES):
        raise Refused("form.media_bad", _("By its content this is no picture."), field="file")


def _check_table(raw: bytes) -> None:
    try:
        text = raw.decode("utf-8-sig")
        heading = next(csv.reader(io.StringIO(text[:100_000], newline="")), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(
            "form.media_bad",
            _("The file is no table in UTF-8. Save it in Excel as “CSV UTF-8”."),
            field="file",
        ) from error
    if not any(cell.strip() for cell in heading):
        raise Refused("form.media_bad", _("The table has no headings in its first row."), field="file")
