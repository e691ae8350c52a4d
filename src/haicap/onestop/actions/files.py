"""Files handed in with a dossier: bounded, and of a kind that their first bytes tell."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.onestop.models import Attachment, Dossier
from haicap.onestop.rules.uploads import MOST_FILES, kind_of, safe_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file for a demanded paper ("" for another one)."""

    file: "UploadedFile[Any]"
    paper: str = ""
    field: str = "files"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    paper: Paper
    kind: str
    sha256: str


def checked(*, papers: Iterable[Paper]) -> list[_Checked]:
    """Look at every file before any is kept; raises Refused naming the file and what to do."""
    rows = list(papers)
    if len(rows) > MOST_FILES:
        raise Refused(
            "files.too_many",
            _("At most %(most)s files at one time. Put several pages into one PDF.") % {"most": MOST_FILES},
            field=rows[-1].field,
        )
    return [_checked(row) for row in rows]


def _checked(row: Paper) -> _Checked:
    name, limit = nfc(row.file.name or "")[:100], settings.HAICAP_MAX_EVIDENCE
    if (row.file.size or 0) > limit:
        raise Refused(
            "files.too_large",
            _("“%(name)s” is larger than %(limit)s MB. Scan it in black and white, or split it.")
            % {"name": name, "limit": limit // 1_048_576},
            field=row.field,
        )
    row.file.seek(0)
    kind = kind_of(head=row.file.read(16))
    if not kind:
        raise Refused(
            "files.kind",
            _("“%(name)s” is not a PDF, JPEG or PNG file. Save it as one of these.") % {"name": name},
            field=row.field,
        )
    row.file.seek(0)
    digest = hashlib.sha256()
    for piece in row.file.chunks():
        digest.update(piece)
    row.file.seek(0)
    return _Checked(paper=row, kind=kind, sha256=digest.hexdigest())


@transaction.atomic
def keep(*, dossier: Dossier, papers: Iterable[Paper], person_id: int | None = None) -> list[Attachment]:
    """Keep files with a dossier inside the caller's transaction; a file that is there already is not kept twice.

    If the transaction fails, the files written so far are removed again. Raises Refused.
    """
    known = set(Attachment.objects.filter(dossier=dossier).values_list("sha256", "paper"))
    kept: list[Attachment] = []
    try:
        for row in checked(papers=papers):
            if (row.sha256, row.paper.paper) not in known:
                known.add((row.sha256, row.paper.paper))
                kept.append(_kept(dossier, row, person_id))
    except BaseException:
        discard(kept)
        raise
    return kept


def _kept(dossier: Dossier, row: _Checked, person_id: int | None) -> Attachment:
    name = safe_name(name=nfc(row.paper.file.name or ""), kind=row.kind)
    attachment = Attachment(
        dossier=dossier,
        paper=row.paper.paper[:40],
        name=name,
        size=row.paper.file.size or 0,
        sha256=row.sha256,
        content_type=row.kind,
        uploaded_by_id=person_id,
        uploaded_at=timezone.now(),
    )
    attachment.file.save(f"{dossier.reference}-{row.sha256[:16]}", File(row.paper.file), save=False)
    attachment.save()
    return attachment


def discard(rows: Iterable[Attachment]) -> None:
    """Remove the files of rows whose transaction did not hold."""
    for row in rows:
        row.file.storage.delete(str(row.file.name))
