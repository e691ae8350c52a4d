"""The one place where a refusal becomes an OpenRosa answer."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from django.conf import settings
from django.http import HttpResponse
from django.utils.http import http_date

from haicap.kernel.errors import Refusal

TEXT_XML = "text/xml; charset=utf-8"


class Unknown(Refusal):
    """The caller said nothing of who they are, or not the right thing (HTTP 401)."""

    status = 401

    def __init__(self, *args: object, challenges: tuple[str, ...] = ()) -> None:
        super().__init__(*args)  # type: ignore[arg-type]  # code and sentence, as every refusal
        self.challenges = challenges


class TooMany(Refusal):
    """Too many wrong tries (HTTP 429)."""

    status = 429


class BadCall(Refusal):
    """The request is not as OpenRosa says (HTTP 400)."""

    status = 400


def message(text: str, *, status: int, nature: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Return an OpenRosaResponse; clients show its message to the person."""
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
        f'<message nature="{nature}">{escape(_printable(text))}</message></OpenRosaResponse>'
    )
    return HttpResponse(body, status=status, content_type=TEXT_XML, headers=headers)


def refusal(refused: Refusal) -> HttpResponse:
    """Return the answer of a refusal; the number clients of Central know is its status."""
    number = refused.details.get("number")
    status = int(number) if isinstance(number, int | float) else refused.status
    answer = message(str(refused.message), status=status, nature="error")
    if isinstance(refused, Unknown):
        answer.headers["WWW-Authenticate"] = ", ".join(refused.challenges)
    return answer


def finished(answer: HttpResponse) -> HttpResponse:
    """Give an answer the headers every OpenRosa answer has."""
    answer.headers["X-OpenRosa-Version"] = "1.0"
    answer.headers["X-OpenRosa-Accept-Content-Length"] = str(settings.HAICAP_MAX_BODY)
    answer.headers["Date"] = http_date()
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    if not answer.streaming:
        answer.headers.setdefault("Content-Length", str(len(answer.content)))
    return answer


def _printable(text: str) -> str:
    return "".join(
        char for char in text if char in "\t\n\r" or (ord(char) >= 32 and not 0xD800 <= ord(char) < 0xE000)
    )
