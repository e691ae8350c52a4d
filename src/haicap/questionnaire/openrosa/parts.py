"""The parts of a submission as they come over the line, with Django's streaming parser and bounds of their own.

The server hands a broken-off body over as if it had ended (granian does so, also for chunked bodies), and Django's
parser takes what it got: a form cut in the middle would be received as whole, and a file as shorter. So the closing
boundary must be the last thing, and the declared length must be there.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.http import HttpRequest
from django.http.multipartparser import (
    RAW,
    ChunkIter,
    LazyStream,
    MultiPartParserError,
    Parser,
)
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _

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
    """The body with a bound on its length; remembers its end."""

    def __init__(self, read: Callable[[int], bytes], declared: int | None) -> None:
        self._read, self.declared, self.taken, self.tail = read, declared, 0, b""

    def read(self, size: int = _PIECE) -> bytes:
        """Return at most `size` bytes, none at the end; raises TooLarge."""
        left = size if self.declared is None else min(size, self.declared - self.taken)
        data = self._read(left) if left else b""
        self.taken += len(data)
        if self.taken > settings.HAICAP_MAX_BODY:
            raise _too_large(settings.HAICAP_MAX_BODY)
        if data:
            self.tail = (self.tail + data)[-2 * _LONGEST_BOUNDARY :] if len(data) < 400 else data[-400:]
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
        _fill(parts, line, boundary)
        line.drain()
        whole = line.tail.rstrip(b"\r\n \t").endswith(b"--" + boundary + b"--")
        if not whole or (line.declared is not None and line.taken != line.declared):
            raise _broken("the body ended before its last boundary")
    except (MultiPartParserError, OSError) as error:
        parts.close()
        raise _broken(str(error)) from error
    except BaseException:
        parts.close()
        raise
    return parts


def _boundary(request: HttpRequest) -> bytes:
    kind, options = parse_header_parameters(request.META.get("CONTENT_TYPE", ""))
    boundary = options.get("boundary", "")
    if kind != "multipart/form-data" or not 0 < len(boundary) <= _LONGEST_BOUNDARY or not boundary.isascii():
        raise BadCall(
            "openrosa.multipart",
            _("A submission is sent as multipart/form-data with a boundary."),
            details={"number": 400.39},
        )
    return bytes(boundary.encode())


def _line(request: HttpRequest) -> _Line:
    given = request.META.get("CONTENT_LENGTH") or ""
    if given.isascii() and given.isdecimal():
        if len(given) > 18 or int(given) > settings.HAICAP_MAX_BODY:
            raise _too_large(settings.HAICAP_MAX_BODY)
        return _Line(request.read, int(given))
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
        return _Line(request.environ["wsgi.input"].read, None)  # type: ignore[attr-defined]  # Django reads nothing here
    return _Line(request.read, 0)


def _fill(parts: Parts, line: _Line, boundary: bytes) -> None:
    pieces: Any = line  # it reads like a file, which is all that is asked of it
    for count, (kind, said, stream) in enumerate(Parser(LazyStream(ChunkIter(pieces, _PIECE)), boundary)):
        if count > MOST_PARTS:
            raise BadCall(
                "openrosa.many_parts",
                _("More than %(most)s files came at once.") % {"most": MOST_PARTS},
                details={"number": 400.39},
            )
        if kind == RAW:
            continue
        name, file_name = _names(said)
        if name == XML_PART:
            if parts.xml:
                raise _broken("two filled forms")
            parts.xml = b"".join(_bounded(stream, MAX_SUBMISSION_BYTES))
        elif name == MARK_PART:
            parts.is_incomplete = b"".join(_bounded(stream, 1024)).strip().lower() == b"yes"
        elif name or file_name:
            parts.files.append((name or file_name, _spooled(stream)))


def _names(said: dict[str, Any]) -> tuple[str, str]:
    options: dict[str, bytes] = said["content-disposition"][1]
    name, file_name = (options.get(one, b"").decode("utf-8", "replace") for one in ("name", "filename"))
    return name.strip(), file_name.strip()


def _bounded(stream: Iterator[bytes], most: int) -> Iterator[bytes]:
    taken = 0
    for piece in stream:
        taken += len(piece)
        if taken > most:
            raise _too_large(most)
        yield piece


def _spooled(stream: Iterator[bytes]) -> "File[Any]":
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed with the parts
    size = 0
    try:
        for piece in _bounded(stream, settings.HAICAP_MAX_EVIDENCE):
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
