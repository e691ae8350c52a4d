"""Files that arrive in pieces: a broken line costs one piece, not the file.

The offset counts what is safely here. A piece is read from the network first and written under the lock of its row, so
two senders of one file cannot mix. Protocol: tus 1.0.0, https://tus.io/protocols/resumable-upload.
"""

import os
import uuid
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Conflict, Missing, NotAllowed, Refused
from haicap.questionnaire.actions.attachments import clean_name
from haicap.questionnaire.models import Upload
from haicap.questionnaire.queries.collect import form_of

MOST_PIECE = 8 * 1024 * 1024  # bytes of one request
MOST_OPEN = 2 * 1024 * 1024 * 1024  # bytes one person may have on the way
KEPT_FOR = timedelta(days=60)
_MEBIBYTE = 1024 * 1024


class TooLarge(Refused):
    """A file or a piece of it is larger than the house takes (HTTP 413)."""

    status = 413


def purpose_of_form(*, form_id: int, instance_id: str) -> str:
    """Return the purpose of files of a filled form."""
    return f"form/{form_id}/{instance_id}"


def _check_purpose(actor: Actor, purpose: str) -> None:
    """Raise unless `actor` may bring files for `purpose`: a form they know, or the report of their unit."""
    kind, _slash, rest = purpose.partition("/")
    key, _slash, instance = rest.partition("/")
    if kind == "form" and key.isdecimal() and instance:
        form_of(actor=actor, pk=int(key))
    elif kind == "report" and instance:
        actor.must("questionnaire.report:write")
    else:
        raise Refused("upload.purpose", _("What this file belongs to is not said."), field="purpose")


def begin_upload(*, actor: Actor, purpose: str, name: str, size: int) -> Upload:
    """Announce a file of `size` bytes; its bytes come with `append`.

    Raises TooLarge, Refused where too much is on its way already, Missing for a form that is not there.
    """
    if actor.person_id is None:
        raise NotAllowed("upload.person", _("Files in pieces are taken from people who are signed in."))
    if not actor.may("questionnaire.submission:fill"):
        actor.must("questionnaire.report:write")
    _check_purpose(actor, purpose)
    limit = settings.HAICAP_MAX_EVIDENCE
    if not 0 < size <= limit:
        sizes = {"size": -(-size // _MEBIBYTE), "limit": limit // _MEBIBYTE}
        raise TooLarge(
            "upload.too_large", _("The file has %(size)s MB; at most %(limit)s MB are taken.") % sizes
        )
    _forget_old(actor)
    own = Upload.objects.filter(person_id=actor.person_id)
    if (own.aggregate(all=Sum("size"))["all"] or 0) + size > MOST_OPEN:
        raise Refused(
            "upload.too_much", _("Too many files are on their way. Send the forms in your queue first.")
        )
    key = uuid.uuid4()
    with transaction.atomic():
        row = Upload.objects.create(
            id=key, person_id=actor.person_id, purpose=purpose[:300], name=clean_name(name), size=size,
            path=f"uploads/{key}", created_at=timezone.now(),
        )  # fmt: skip
        audit.record(
            actor=actor, action="questionnaire.upload.begun", subject=row,
            after={"purpose": purpose, "name": row.name, "size": size},
        )  # fmt: skip
    return row


def _own(actor: Actor, upload_id: uuid.UUID, *, locked: bool = False) -> Upload:
    rows = Upload.objects.select_for_update() if locked else Upload.objects.all()
    row = rows.filter(pk=upload_id, person_id=actor.person_id or -1).first()
    if row is None:
        raise Missing("upload.missing", _("There is no such upload, or not for you."))
    return row


def append(*, actor: Actor, upload_id: uuid.UUID, offset: int, piece: bytes) -> Upload:
    """Add a piece that begins at byte `offset`; return the row with the new offset.

    Raises Conflict where the next byte wanted is another one, TooLarge where the file would become longer than
    announced, Missing for what is not the actor's.
    """
    if len(piece) > MOST_PIECE:
        raise TooLarge("upload.piece_too_large", _("This piece of the file is too large."))
    with transaction.atomic():
        row = _own(actor, upload_id, locked=True)
        if row.offset != offset:
            raise Conflict(
                "upload.offset", _("The file goes on at another place."), details={"offset": row.offset}
            )
        if offset + len(piece) > row.size:
            raise TooLarge("upload.longer", _("More bytes came than were announced."))
        _write(Path(default_storage.path(row.path)), offset, piece)
        row.offset = offset + len(piece)
        if row.offset == row.size:
            row.ended_at = timezone.now()
        row.save(update_fields=["offset", "ended_at"])
    return row


def _write(path: Path, offset: int, piece: bytes) -> None:
    """Write a piece and make it durable before its offset is told; leftovers of a broken write are overwritten."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT, settings.FILE_UPLOAD_PERMISSIONS)
    with os.fdopen(handle, "wb") as file:
        file.truncate(offset)
        file.seek(offset)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def upload_of(*, actor: Actor, upload_id: uuid.UUID) -> Upload:
    """Return an upload of the actor's own; raises Missing."""
    return _own(actor, upload_id)


def open_file(row: Upload) -> "File[bytes]":
    """Open the bytes of an upload that are here."""
    return default_storage.open(row.path)


def drop_upload(*, actor: Actor, upload_id: uuid.UUID) -> None:
    """Give up an upload; raises Missing."""
    with transaction.atomic():
        row = _own(actor, upload_id, locked=True)
        _remove([row])
        audit.record(actor=actor, action="questionnaire.upload.dropped", subject=f"upload:{upload_id}")


def files_of(*, actor: Actor, purpose: str) -> list[tuple[str, "File[bytes]"]]:
    """Return (name, open file) of the whole files here for `purpose`, the newest of each name."""
    rows = Upload.objects.filter(person_id=actor.person_id or -1, purpose=purpose, ended_at__isnull=False)
    newest = {row.name: row for row in rows.order_by("created_at")}
    return [(row.name, default_storage.open(row.path)) for row in newest.values()]


def taken_over(row: Upload) -> None:
    """Forget an upload whose bytes were taken over, or refused."""
    _remove([row])


def clear(*, actor: Actor, purpose: str) -> None:
    """Forget the uploads of what was received; their bytes were taken over."""
    _remove(list(Upload.objects.filter(person_id=actor.person_id or -1, purpose=purpose)))


def _forget_old(actor: Actor) -> None:
    old = timezone.now() - KEPT_FOR
    _remove(list(Upload.objects.filter(person_id=actor.person_id or -1, created_at__lt=old)))


def _remove(rows: list[Upload]) -> None:
    Upload.objects.filter(pk__in=[row.pk for row in rows]).delete()
    for row in rows:
        path = row.path
        transaction.on_commit(lambda path=path: default_storage.delete(path))  # type: ignore[misc]
