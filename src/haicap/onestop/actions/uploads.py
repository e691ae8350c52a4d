"""An export on its way in: kept until it is entered, never longer than a day."""

import time
import uuid
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.onestop import permissions
from haicap.onestop.queries.importing import path_of, read

KEPT = 24 * 60 * 60  # seconds


def keep_upload(*, actor: Actor, file: "UploadedFile[Any]") -> str:
    """Keep an export and return its token; raises Refused for what cannot be read as a table."""
    actor.must(permissions.IMPORT)
    content = b"".join(file.chunks())
    read(source=content, name=str(file.name)[:200])
    token = uuid.uuid4().hex
    path = path_of(token=token)
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("*.csv"):
        if time.time() - old.stat().st_mtime > KEPT:
            old.unlink(missing_ok=True)
    path.write_bytes(content)
    path.chmod(0o640)
    return token


def must_be_there(*, token: str) -> None:
    """Raise Missing where the upload is gone."""
    try:
        there = path_of(token=token).exists()
    except ValueError:
        there = False
    if not there:
        raise Missing("import.file", _("The uploaded file is no longer there. Upload it again."))
