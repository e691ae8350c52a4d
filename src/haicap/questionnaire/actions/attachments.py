"""Files of submissions: written to the disk before the row that names them, kept once by what is in them."""

import hashlib
import mimetypes
import os
import re
import tempfile
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.models import Attachment, Submission

LONGEST_NAME = 255
MOST_FILES = 5000  # that one submission may name
_UNFIT = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MEBIBYTE = 1024 * 1024
_MEDIA_TYPES = mimetypes.MimeTypes()


class FileTooLarge(Refused):
    """A file of a submission is larger than the house takes (HTTP 413)."""

    status = 413


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file that is on the disk: its name in the submission, and where its bytes are."""

    name: str
    path: str
    size: int
    sha256: str
    content_type: str


def clean_name(name: str) -> str:
    """Return a file's own name: NFC, without folders and control characters, at most 255 characters.

    Two long names stay two: what is cut off is told apart by a digest.
    """
    base = re.split(r"[\\/]", _UNFIT.sub("", nfc(name)))[-1].strip()
    if base in ("", ".", ".."):
        base = "file"
    if len(base) <= LONGEST_NAME:
        return base
    ending = Path(base).suffix[:16]
    return f"{base[:200]}-{hashlib.sha256(base.encode()).hexdigest()[:12]}{ending}"


def keep(files: "Iterable[tuple[str, File[Any]]]", *, wanted: Collection[str]) -> list[Kept]:
    """Write the files whose names the answers speak of, and return them once they are on the disk.

    Other files are left out: nothing refers to them. Raises FileTooLarge.
    """
    found = {}
    for given, upload in files:
        name = clean_name(given)
        if name in wanted:
            found[name] = _kept(name, upload)
    return list(found.values())


def _kept(name: str, upload: "File[Any]") -> Kept:
    size = upload.size or 0
    if size > settings.HAICAP_MAX_EVIDENCE:
        sizes = {
            "name": name,
            "size": -(-size // _MEBIBYTE),
            "limit": settings.HAICAP_MAX_EVIDENCE // _MEBIBYTE,
        }
        raise FileTooLarge(
            "submission.file_too_large",
            _(
                "The file %(name)s has %(size)s MB; at most %(limit)s MB are taken. Make it smaller and send again."
            )
            % sizes,
            details={"number": 413, **sizes},
        )
    sha256, path = store(upload)
    return Kept(name=name, path=path, size=size, sha256=sha256, content_type=media_type(name))


def media_type(name: str) -> str:
    """Return the media type a name promises; nothing is ever shown by it without being asked for as a file."""
    return _MEDIA_TYPES.guess_type(name)[0] or "application/octet-stream"


def store(upload: "File[Any]", *, folder: str = "submissions") -> tuple[str, str]:
    """Keep bytes under their SHA-256, once, safe against a power cut; return the digest and the name in storage."""
    root = Path(default_storage.path(folder))
    root.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=root, prefix=".part-", delete=False) as file:
        part = Path(file.name)
        try:
            for chunk in upload.chunks():
                digest.update(chunk)
                file.write(chunk)
            return digest.hexdigest(), _settle(
                file, part, f"{folder}/{digest.hexdigest()[:2]}", digest.hexdigest()
            )
        finally:
            part.unlink(missing_ok=True)


def _settle(file: Any, part: Path, folder: str, name: str) -> str:
    """Give the written part its lasting name, unless the same bytes are there already."""
    place = Path(default_storage.path(folder))
    path = place / name
    file.flush()
    if path.exists() and path.stat().st_size == part.stat().st_size:
        return f"{folder}/{name}"
    os.fchmod(file.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
    os.fsync(file.fileno())
    if not place.exists():
        place.mkdir(exist_ok=True)
        _sync_folder(place.parent)
    part.replace(path)
    _sync_folder(place)
    return f"{folder}/{name}"


def _sync_folder(path: Path) -> None:
    """Make a new name in a folder durable (POSIX: the name is data of the folder, not of the file)."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def expect(*, submission: Submission, wanted: Iterable[str], kept: Iterable[Kept]) -> None:
    """Write the rows of all files a new submission names, with those that came along."""
    here = {one.name: one for one in kept}
    now = timezone.now()
    rows = []
    for name in wanted:
        row = Attachment(submission=submission, name=name)
        if (one := here.get(name)) is not None:
            row.file.name, row.size, row.sha256, row.at = one.path, one.size, one.sha256, now
            row.content_type = one.content_type
        rows.append(row)
    Attachment.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def fill(*, submission: Submission, kept: Iterable[Kept]) -> None:
    """Put files into the rows that wait for them; the same file again changes nothing, another takes its place."""
    for one in kept:
        Attachment.objects.filter(submission=submission, name=one.name).exclude(sha256=one.sha256).update(
            file=one.path, size=one.size, sha256=one.sha256, content_type=one.content_type, at=timezone.now()
        )


def expect_now(*, submission: Submission, wanted: Collection[str], kept: Iterable[Kept]) -> None:
    """After an edit: files now named are waited for, files no longer named that never came are not."""
    expect(submission=submission, wanted=wanted, kept=())
    fill(submission=submission, kept=kept)
    Attachment.objects.filter(submission=submission, file="").exclude(name__in=list(wanted)).delete()
