"""Bodies of requests as they come over the line: a form, a filled form, a file; with a length before them or in chunks.

Django reads nothing of a body that says no length, so those are read from the server itself. A body that ends before
its declared length was broken off on the way and is refused.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.http import HttpRequest
from django.utils.translation import gettext as _

from haicap.questionnaire.central.errors import Problem

_PIECE = 64 * 1024
_IN_MEMORY = 256 * 1024


def _source(request: HttpRequest) -> tuple[Callable[[int], bytes], int | None]:
    """Return what reads the body, and how long it says to be."""
    given = request.META.get("CONTENT_LENGTH") or ""
    if given.isascii() and given.isdecimal():
        return request.read, int(given)
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return request.environ["wsgi.input"].read, None  # type: ignore[attr-defined]
    return request.read, 0


def _pieces(request: HttpRequest, most: int) -> Iterator[bytes]:
    read, declared = _source(request)
    taken = 0
    while declared is None or taken < declared:
        piece = read(_PIECE if declared is None else min(_PIECE, declared - taken))
        if not piece:
            break
        taken += len(piece)
        if taken > most:
            raise _too_large(most)
        yield piece
    if declared is not None and taken != declared:
        raise Problem(400.39, _("The body of the request was broken off on the way. Send it again."))


def _too_large(most: int) -> Problem:
    sentence = _("What you sent is too large: at most %(limit)s MB are taken.")
    return Problem(400.36, sentence % {"limit": most // 1024 // 1024})


def raw_body(request: HttpRequest, *, most: int) -> bytes:
    """Return a whole body of at most `most` bytes; raises Problem 400.36, 400.39."""
    return b"".join(_pieces(request, most))


@contextmanager
def body_as_file(request: HttpRequest, *, name: str) -> Iterator["File[Any]"]:
    """Give a body as a file, on the disk where it is long; gone at the end of the block."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as kept:
        size = 0
        for piece in _pieces(request, settings.HAICAP_MAX_BODY):
            kept.write(piece)
            size += len(piece)
        kept.seek(0)
        file = File(kept, name=name)
        file.size = size
        yield file
