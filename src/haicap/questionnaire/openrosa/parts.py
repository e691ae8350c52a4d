"""The parts of a submission as they come over the line, with bounds of their own.

The server hands a broken-off body over as if it had ended (granian does so, also for chunked bodies), and Django's own
parser takes what it got: a form cut in the middle would be received as whole, and a file as shorter. So the closing
boundary must have come, and the declared length must be there.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.http import HttpRequest
from django.utils.translation import gettext as _
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from haicap.kernel.middleware import MEBIBYTE, TooLarge
from haicap.questionnaire.openrosa.errors import BadCall
from haicap.questionnaire.rules.instance import MAX_SUBMISSION_BYTES

XML_PART = "xml_submission_file"
MARK_PART = "*isIncomplete*"
MOST_PARTS = 1000
_IN_MEMORY = 256 * 1024  # bytes of a file before it goes to the disk
_PIECE = 64 * 1024
_LONGEST_BOUNDARY = 200


@dataclass(slots=True)
class Parts:
    """What a client sent: the filled form, the files by name, and whether more files follow."""

    xml: bytes = b""
    files: list[tuple[str, "File[Any]"]] = field(default_factory=list)
    is_incomplete: bool = False

    def close(self) -> None:
        """Let go of the files."""
        for _name, file in self.files:
            file.close()


class _Line:
    """The body with a bound on its length."""

    def __init__(self, read: Callable[[int], bytes], declared: int | None) -> None:
        self._read, self.declared, self.taken = read, declared, 0

    def read(self, size: int = _PIECE) -> bytes:
        """Return at most `size` bytes, none at the end; raises TooLarge."""
        left = size if self.declared is None else min(size, self.declared - self.taken)
        data = self._read(left) if left else b""
        self.taken += len(data)
        if self.taken > settings.HAICAP_MAX_BODY:
            raise _too_large(settings.HAICAP_MAX_BODY)
        return data

    def drain(self) -> None:
        """Read what is left, so that the answer is heard."""
        while self.read():
            pass


def read_parts(request: HttpRequest) -> Parts:
    """Read the body of a submission; raises BadCall for what is no whole multipart body, TooLarge."""
    boundary = _boundary(request)
    line = _line(request)
    parts = Parts()
    try:
        _fill(parts, PushMultipartParser(boundary).parse_blocking(line.read, _PIECE))
        line.drain()
        if line.declared is not None and line.taken != line.declared:
            raise _broken("the body is shorter than was declared")
    except (MultipartError, OSError) as error:
        parts.close()
        raise _broken(str(error)) from error
    except BaseException:
        parts.close()
        raise
    return parts


def _boundary(request: HttpRequest) -> str:
    kind, options = parse_options_header(request.META.get("CONTENT_TYPE", ""))
    boundary: str = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= _LONGEST_BOUNDARY or not boundary.isascii():
        raise BadCall(
            "openrosa.multipart",
            _("A submission is sent as multipart/form-data with a boundary."),
            details={"number": 400.39},
        )
    return boundary


def _line(request: HttpRequest) -> _Line:
    given = request.META.get("CONTENT_LENGTH") or ""
    if given.isascii() and given.isdecimal():
        if len(given) > 18 or int(given) > settings.HAICAP_MAX_BODY:
            raise _too_large(settings.HAICAP_MAX_BODY)
        return _Line(request.read, int(given))
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return _Line(request.environ["wsgi.input"].read, None)  # type: ignore[attr-defined]  # Django reads nothing here
    return _Line(request.read, 0)


def _fill(parts: Parts, events: "Iterator[MultipartSegment | bytes | None]") -> None:
    """Take the parts one by one: a segment says which one begins, its bytes follow, None ends it."""
    for count, segment in enumerate(events):
        if not isinstance(segment, MultipartSegment):
            raise TypeError(segment)
        if count > MOST_PARTS:
            raise BadCall(
                "openrosa.many_parts",
                _("More than %(most)s files came at once.") % {"most": MOST_PARTS},
                details={"number": 400.39},
            )
        name, file_name = (segment.name or "").strip(), (segment.filename or "").strip()
        if name == XML_PART:
            if parts.xml:
                raise _broken("two filled forms")
            parts.xml = b"".join(_bounded(events, MAX_SUBMISSION_BYTES))
        elif name == MARK_PART:
            parts.is_incomplete = b"".join(_bounded(events, 1024)).strip().lower() == b"yes"
        else:
            parts.files.append((name or file_name, _spooled(events)))


def _bounded(events: "Iterator[MultipartSegment | bytes | None]", most: int) -> Iterator[bytes]:
    """Yield the bytes of the segment that began; raises TooLarge."""
    taken = 0
    for piece in events:
        if not isinstance(piece, bytes):
            return
        taken += len(piece)
        if taken > most:
            raise _too_large(most)
        yield piece


def _spooled(events: "Iterator[MultipartSegment | bytes | None]") -> "File[Any]":
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed with the parts
    size = 0
    try:
        for piece in _bounded(events, settings.HAICAP_MAX_EVIDENCE):
            file.write(piece)
            size += len(piece)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    found: File[Any] = File(file)
    found.size = size
    return found


def _too_large(most: int) -> TooLarge:
    return TooLarge(
        "submission.too_large",
        _("At most %(limit)s MB are taken of one file or form. Make it smaller and send again.")
        % {"limit": most // MEBIBYTE},
        details={"number": 413},
    )


def _broken(detail: str) -> BadCall:
    return BadCall(
        "openrosa.broken",
        _("What you sent did not arrive whole. It stays on the device: send it again."),
        details={"number": 400.39, "detail": detail},
    )
