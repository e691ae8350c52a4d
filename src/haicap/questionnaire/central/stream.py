"""Long lists and files as they are read."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

from django.core.files.base import File
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse

from haicap.questionnaire.central.shapes import Json

CHUNK = 1000
_HARMLESS = "sandbox; default-src 'none'"


def rows_in_chunks(rows: QuerySet[Any], *, window: slice) -> Iterator[Any]:
    """Yield rows newest first, some at a time, so that memory does not grow with the list."""
    ordered = rows.order_by("-pk")
    if window.stop is not None or window.start:
        yield from ordered[window]
        return
    last: int | None = None
    while True:
        chunk = list((ordered if last is None else ordered.filter(pk__lt=last))[:CHUNK])
        yield from chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk


def listed(rows: Iterator[Any], shape: Callable[[Any], Json]) -> HttpResponseBase:
    """Return rows as a JSON list, sent as they are read."""

    def pieces() -> Iterator[str]:
        buffer: list[str] = ["["]
        for number, row in enumerate(rows):
            buffer.append(("," if number else "") + json.dumps(shape(row), ensure_ascii=False))
            if len(buffer) > 500:
                yield "".join(buffer)
                buffer = []
        yield "".join([*buffer, "]"])

    return StreamingHttpResponse(pieces(), content_type="application/json; charset=utf-8")


def sent(file: "File[Any]", *, name: str, content_type: str = "") -> HttpResponseBase:
    """Return a file to be kept, never to be shown as a page of this site."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=content_type or None)
    return harmless(answer)


def download(pieces: Iterator[bytes], *, name: str, content_type: str) -> HttpResponseBase:
    """Return a file that is made while it is sent."""
    answer = StreamingHttpResponse(pieces, content_type=content_type)
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return harmless(answer)


def harmless(answer: HttpResponseBase) -> HttpResponseBase:
    """Let no browser run what somebody sent."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = _HARMLESS
    return answer
