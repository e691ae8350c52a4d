"""Forms of the field with their answers: read from `tests/forms`, written as instances, compared with what comes back.

Beside each form (`name.md`, an XLSForm as Markdown) stands `name.json`: `answers` is what a person enters, `expected`
what the form reckons by itself. A key is the path below the root or below its row ("group/question"); a repeat is a
list of rows; several choices are a list. `lists` is what follow-through lists (ODK entities) must hold afterwards: by
name, members by some of their columns. Texts that begin with @ stand for something else:

- `@png:x`, `@wav:x`, `@mp4:x`, `@pdf:x`, `@csv:x`: a small file of that name, made by `file_of`;
- `@drawn:x`: an image drawn on the page, whose bytes nobody knows beforehand;
- `@today`, `@datetime`: a day or moment of now, compared by its form only; `@any`: any text; `@maybe`: any or none.
"""

import copy
import hashlib
import io
import json
import re
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree
from openpyxl import Workbook
from pyxform.xls2xform import convert

FORMS = Path(__file__).parent / "forms"
HOME = ZoneInfo("Asia/Ho_Chi_Minh")
TEMPLATE = "{http://openrosa.org/javarosa}template"
TYPES = {
    "png": "image/png",
    "wav": "audio/wav",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "csv": "text/csv",
}
_LIKE = {"jpg": "png", "jpeg": "png", "gif": "png", "mp3": "wav", "m4a": "wav", "3gp": "mp4", "3gpp": "mp4"}
STANDS_FOR = ("@today", "@datetime", "@any", "@maybe")
Answers = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PublicForm:
    """A form, the answers a person enters, and all that the submission must then hold."""

    name: str
    markdown: str
    answers: Answers
    expected: Answers
    lists: Mapping[str, list[dict[str, str]]]

    @property
    def complete(self) -> dict[str, Any]:
        """The answers and what the form reckons from them, together."""
        return merged(self.answers, self.expected)


def names() -> list[str]:
    """Return the names of all forms."""
    return sorted(path.stem for path in FORMS.glob("*.json"))


def form_named(name: str) -> PublicForm:
    """Read a form and its answers."""
    data = json.loads((FORMS / f"{name}.json").read_text())
    return PublicForm(
        name, (FORMS / f"{name}.md").read_text(), data["answers"], data["expected"], data.get("lists", {})
    )


def converted(form: PublicForm) -> Any:
    """Return what pyxform makes of a form."""
    return convert(form.markdown, file_type=".md", form_name="data")


def tables(markdown: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the rows of an XLSForm in Markdown: the name of the sheet, and the cells by column."""
    sheet = ""
    columns: list[str] = []
    for line in markdown.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells[0]:
            sheet, columns = cells[0], []
        elif not columns:
            columns = cells[1:]
        else:
            yield sheet, dict(zip(columns, cells[1:], strict=True))


def workbook(form: PublicForm) -> bytes:
    """Return a form as the workbook its author would bring."""
    book = Workbook()
    book.remove(book.active)
    for title, row in tables(form.markdown):
        if title not in book.sheetnames:
            book.create_sheet(title).append(list(row))
        book[title].append([cell or None for cell in row.values()])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def media_named(name: str) -> bytes:
    """Return the bytes of a file a form shows or chooses from: beside the forms, else made."""
    path = FORMS / name
    return path.read_bytes() if path.exists() else made(Path(name).suffix[1:], Path(name).stem)


# -- small files --------------------------------------------------------------------------------------------------


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def made(kind: str, seed: str) -> bytes:
    """Return a small valid file of a kind (png, wav, mp4, pdf, csv); the same seed gives the same bytes."""
    noise = hashlib.sha256(seed.encode()).digest()
    kind = _LIKE.get(kind.lower(), kind)
    if kind == "png":
        rows = b"".join(b"\0" + noise[:3] * 16 for _ in range(12))
        header = struct.pack(">IIBBBBB", 16, 12, 8, 2, 0, 0, 0)
        body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
        return b"\x89PNG\r\n\x1a\n" + body
    if kind == "wav":
        sound = noise * 8
        form = struct.pack("<HHIIHH", 1, 1, 8000, 8000, 1, 8)
        inner = b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(sound)) + sound
        return b"RIFF" + struct.pack("<I", len(inner)) + inner
    if kind == "mp4":
        brand = b"isom\0\0\2\0isomiso2mp41"
        return struct.pack(">I", 8 + len(brand)) + b"ftyp" + brand + struct.pack(">I", 40) + b"free" + noise
    if kind == "pdf":
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"
        parts = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page]
        body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, part) for n, part in enumerate(parts, 1))
        return b"%PDF-1.4\n%" + noise.hex().encode() + b"\n" + body + b"trailer << /Root 1 0 R >>\n%%EOF\n"
    return f"ten,so\n{seed},{noise[0]}\n".encode()


def is_file(value: object) -> bool:
    """Say whether an answer stands for a file that `file_of` makes."""
    return isinstance(value, str) and value[:1] == "@" and value[1:].partition(":")[0] in TYPES


def file_of(value: str) -> tuple[str, bytes, str]:
    """Return name, bytes and content type of the file an answer like `@png:x` stands for."""
    kind, _, seed = value[1:].partition(":")
    return f"{seed}.{kind}", made(kind, seed), TYPES[kind]


# -- answers as paths ---------------------------------------------------------------------------------------------


def merged(answers: Answers, more: Answers) -> dict[str, Any]:
    """Return answers with others laid over them; rows of a repeat are joined by place."""
    out = dict(answers)
    for key, value in more.items():
        rows = out.get(key)
        if isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(rows, list):
            out[key] = [merged(row, value[i]) if i < len(value) else row for i, row in enumerate(rows)]
        else:
            out[key] = value
    return out


def is_rows(value: object) -> bool:
    """Say whether a value is the rows of a repeat, not several choices."""
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def flat(answers: Answers, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every answer with its place: "/group/question", "/repeat[2]/question"."""
    for key, value in answers.items():
        if is_rows(value):
            for number, row in enumerate(value, 1):
                yield from flat(row, f"{at}/{key}[{number}]")
        else:
            yield f"{at}/{key}", value


def flat_nested(nested: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """Yield the answers of `Reader.nested` by place."""
    for key, value in nested.items():
        if isinstance(value, list):
            for number, row in enumerate(value, 1):
                yield from flat_nested(row, f"{at}/{key}[{number}]")
        elif isinstance(value, dict):
            yield from flat_nested(value, f"{at}/{key}")
        elif value is not None and key != "__id":
            yield f"{at}/{key}", value


def path_of(place: str) -> str:
    """Return the path of a place, without the numbers of its rows."""
    return "/".join(part.partition("[")[0] for part in place.split("/"))


# -- instances ----------------------------------------------------------------------------------------------------


def local(node: Any) -> str:
    """Return the name of an element without its namespace."""
    return str(etree.QName(node).localname)


def as_text(value: Any) -> str:
    """Return an answer as an instance writes it."""
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, str) and value.startswith("@"):
        today = {"@today": "2025-07-01", "@datetime": "2025-07-01T08:00:00.000+07:00", "@maybe": ""}
        drawn = value.replace("@drawn:", "@png:")
        return file_of(drawn)[0] if is_file(drawn) else today.get(value, "gì đó")
    return str(value)


def _put(parent: Any, steps: Sequence[str], value: Any) -> None:
    found = [node for node in parent if local(node) == steps[0] and node.get(TEMPLATE) is None]
    if len(steps) > 1:
        _put(found[0], steps[1:], value)
    elif is_rows(value):
        place, pattern = parent.index(found[0]), copy.deepcopy(found[0])
        for node in found:
            parent.remove(node)
        for number, row in enumerate(value):
            node = copy.deepcopy(pattern)
            parent.insert(place + number, node)
            for key, inner in row.items():
                _put(node, key.split("/"), inner)
    else:
        found[0].text = as_text(value)


def instance_of(xform: str, answers: Answers, *, instance_id: str) -> bytes:
    """Return the form's own empty instance with the answers in it, as a client would send it."""
    root = etree.fromstring(xform.encode())
    model = next(node for node in root.iter("{*}instance"))
    primary = copy.deepcopy(model[0])
    for key, value in answers.items():
        _put(primary, key.split("/"), value)
    for node in list(primary.iter(etree.Element)):
        if node.get(TEMPLATE) is not None:
            node.getparent().remove(node)
    next(primary.iter("{*}instanceID")).text = instance_id
    return bytes(etree.tostring(primary, encoding="UTF-8", xml_declaration=True))


# -- comparison ---------------------------------------------------------------------------------------------------


def _number(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=HOME)).astimezone(HOME)


def _clock(text: str) -> tuple[int, int]:
    found = time.fromisoformat(text)
    return found.hour, found.minute


def _places(text: str) -> list[tuple[float, float]]:
    parts = [part.split() for part in text.split(";") if part.strip()]
    return [(round(float(part[0]), 7), round(float(part[1]), 7)) for part in parts]


def _same_number(one: object, other: object) -> bool:
    first, second = _number(one), _number(other)
    if first is None or second is None:
        return False
    return abs(first - second) <= Decimal("1e-9") * max(Decimal(1), abs(first))


def same(kind: str, expected: Any, found: str) -> bool:
    """Say whether a text that came back is the answer: numbers as numbers, moments as moments, places as places."""
    text = unicodedata.normalize("NFC", as_text(expected))
    if expected in STANDS_FOR:
        reads = {"@today": date.fromisoformat, "@datetime": _moment}.get(expected)
        return bool(found) and (reads is None or bool(reads(found)))
    if isinstance(expected, int | float) or kind in ("int", "decimal"):
        return _same_number(expected, found)
    if kind == "select":
        return sorted(text.split()) == sorted(found.split())
    reader = {"date": date.fromisoformat, "dateTime": _moment, "time": _clock, "geopoint": _places,
              "geotrace": _places, "geoshape": _places}.get(kind)  # fmt: skip
    if reader is None:
        return unicodedata.normalize("NFC", found) == text
    return bool(reader(text) == reader(found))


def differences(
    kinds: Mapping[str, str], expected: Answers, found: Mapping[str, str], files: Mapping[str, bytes]
) -> list[str]:
    """Return what is not as expected, a line each; `found` maps places to texts, `files` names to bytes.

    An answer nobody gave and no rule reckons is a difference too, except identity and labels in `meta`.
    """
    out: list[str] = []
    wanted = {place: value for place, value in flat(expected) if value not in ("", [])}
    for place, value in wanted.items():
        text, kind = found.get(place, ""), kinds.get(path_of(place), "")
        if not kind:
            out.append(f"{place}: the form has no such question")
        elif not text:
            if value != "@maybe":
                out.append(f"{place}: expected {value!r}, found nothing")
        elif is_file(value) or str(value).startswith("@drawn:"):
            out.extend(_file_differs(place, value, files.get(text)))
        elif not _judged(kind, value, text):
            out.append(f"{place}: expected {value!r}, found {text!r}")
    extra = found.keys() - wanted.keys()
    out.extend(
        f"{place}: nobody answered {found[place]!r}" for place in sorted(extra) if "/meta/" not in place
    )
    return out


def _judged(kind: str, value: Any, text: str) -> bool:
    try:
        return same(kind, value, text)
    except ValueError:
        return False


def _file_differs(place: str, value: str, found: bytes | None) -> Iterator[str]:
    if found is None:
        yield f"{place}: the file did not arrive"
    elif value.startswith("@drawn:"):
        if not found.startswith((b"\x89PNG", b"\xff\xd8\xff")):
            yield f"{place}: no image"
    elif hashlib.sha256(found).digest() != hashlib.sha256(file_of(value)[1]).digest():
        yield f"{place}: other bytes ({len(found)})"
