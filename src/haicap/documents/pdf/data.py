"""A document as the plain data that layout.typ sets: numbered, in NFC, only characters the typeface has."""

import io
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import segno

from haicap.documents.decree30.page import LEFT, PAGE_HEIGHT, RIGHT, TABLE_SIZE, TEXT_WIDTH, clean
from haicap.documents.decree30.parts import (
    Article,
    Block,
    Cell,
    Document,
    Heading,
    Item,
    Paragraph,
    QrCode,
    Signer,
    Table,
)
from haicap.documents.decree30.words import (
    COUNTRY,
    MOTTO,
    SAMPLE_LINE,
    Counters,
    annex_label,
    annex_source,
    number_words,
    signer_lines,
    title_words,
)
from haicap.documents.pdf.typeface import UNKNOWN
from haicap.documents.rules import (
    bold_width_cm,
    date_words,
    grounds_lines,
    point_letter,
    recipient_lines,
)

_LONG = 25  # lines; a taller cell may be broken between pages
_RUN, _PIECE = re.compile(r"[^\s\u200b]{70,}"), re.compile(r".{1,30}")  # a line holds about 80 characters


def data_of(*, document: Document, room: Mapping[str, float]) -> dict[str, Any]:
    """Return `document` as the data of layout.typ; `room` is the place for a signature, in mm."""
    words = date_words(day=document.day, year=document.year)
    return {
        "title": title_words(document=document),
        "author": " ".join(document.issuer.split()),
        "sample": SAMPLE_LINE if document.sample else None,
        "landscape": document.landscape,
        "country": COUNTRY,
        "motto": MOTTO,
        "superior": _lines(document.superior.upper()),
        "issuer": document.issuer.upper().split("\n"),
        "number": number_words(document=document),
        "place_date": f"{document.place}, {words}",
        "about": "" if document.type_name else f"V/v {document.summary}",
        "kind": document.type_name.upper(),
        "summary": document.summary if document.type_name else "",
        "addressees": _addressees(document.addressees),
        "grounds": list(grounds_lines(grounds=document.grounds)),
        "blocks": _blocks(document.blocks, width=_width(document.landscape)),
        "signers": [_signer(signer) for signer in document.signers],
        "recipients": _recipients(document),
        "annexes": [
            {
                "label": annex_label(document=document, index=index),
                "title": " ".join(annex.title.upper().split()),
                "source": annex_source(document=document),
                "landscape": annex.landscape,
                "blocks": _blocks(annex.blocks, width=_width(annex.landscape)),
            }
            for index, annex in enumerate(document.annexes, 1)
        ],
        "room": dict(room),
    }


def printable(value: Any, *, known: frozenset[str], replaced: set[str]) -> Any:
    """Return `value` with every text in it fit to print.

    Texts come in NFC, without control characters and without marks that turn the direction of writing round;
    a character that is not `known` becomes an empty square and is noted in `replaced`. Pictures stay as they are.
    """
    if isinstance(value, str):
        return _fit(value, known, replaced)
    if isinstance(value, dict):
        return {
            key: item if key == "svg" else printable(item, known=known, replaced=replaced)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [printable(item, known=known, replaced=replaced) for item in value]
    return value


def _fit(text: str, known: frozenset[str], replaced: set[str]) -> str:
    shown = []
    for char in clean(text):
        category = unicodedata.category(char)
        if char in "\n\u200b":
            shown.append(char)
        elif category in {"Cc", "Zl", "Zp"}:
            shown.append(" ")
        elif category == "Cf":
            continue
        elif char in known:
            shown.append(char)
        else:
            replaced.add(char)
            shown.append("" if category == "Mn" else UNKNOWN)
    return _RUN.sub(lambda run: "\u200b".join(_PIECE.findall(run[0])), "".join(shown))


def _width(landscape: bool) -> float:
    return (PAGE_HEIGHT - LEFT - RIGHT) if landscape else TEXT_WIDTH


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _addressees(names: tuple[str, ...]) -> list[str]:
    if len(names) < 2:
        return list(names)
    return [f"- {name}{'.' if index == len(names) else ';'}" for index, name in enumerate(names, 1)]


def _recipients(document: Document) -> list[str]:
    wanted = len(document.signers) == 1 or document.recipients or document.kept_by
    if not wanted:
        return []
    return list(recipient_lines(recipients=document.recipients, kept_by=document.kept_by))


def _signer(signer: Signer) -> dict[str, Any]:
    return {
        "lines": list(signer_lines(signer=signer)),
        "size": 13 if signer.heading else 14,
        "note": signer.note,
        "name": signer.name,
    }


def _text(text: str, *, lead: str = "", bold: bool = False, italic: bool = False) -> dict[str, Any]:
    return {"kind": "text", "text": text, "lead": lead, "bold": bold, "italic": italic}


def _blocks(blocks: tuple[Block, ...], *, width: float) -> list[dict[str, Any]]:
    counters = Counters()
    shown: list[dict[str, Any]] = []
    for block in blocks:
        match block:
            case Paragraph():
                shown.append(_text(block.text, lead=block.lead, italic=block.italic))
            case Heading():
                text = block.text.upper() if block.level == 1 else block.text
                number = counters.next_heading(block.level)
                shown.append({"kind": "heading", "level": block.level, "text": f"{number} {text}"})
            case Item():
                shown.append(_text(f"- {block.text}"))
            case Article():
                counters.articles += 1
                shown.extend(_article(block, counters.articles))
            case Table():
                shown.append(_table(block, width))
            case QrCode():
                shown.append(_code(block, room=block.side))
    return shown


def _article(block: Article, number: int) -> list[dict[str, Any]]:
    shown = [_text(f"Điều {number}. {block.title}", bold=True)]
    for count, clause in enumerate(block.clauses, 1):
        prefix = f"{count}. " if len(block.clauses) > 1 else ""
        shown.append(_text(f"{prefix}{clause.text}"))
        points = enumerate(clause.points)
        shown.extend(_text(f"{point_letter(index=index)}) {point}") for index, point in points)
    return shown


def _table(block: Table, width: float) -> dict[str, Any]:
    whole = sum(column.share for column in block.columns)
    rooms = [width * column.share / whole - 0.3 for column in block.columns]
    return {
        "kind": "table",
        "caption": block.caption,
        "columns": [
            {"label": _breakable(column.label, room), "share": column.share, "align": column.align}
            for column, room in zip(block.columns, rooms, strict=True)
        ],
        "rows": [[_cell(cell, room) for cell, room in zip(row, rooms, strict=True)] for row in block.rows],
        "total_rows": block.total_rows,
    }


def _cell(cell: Cell, room: float) -> dict[str, Any] | str:
    if isinstance(cell, QrCode):
        return _code(cell, room=room)
    text = _breakable(cell, room)
    lines = bold_width_cm(text=text, points=TABLE_SIZE) / room + text.count("\n")
    return {"long": text} if lines > _LONG else text


def _breakable(text: str, room: float) -> str:
    """Let a word wider than `room` cm be broken, first after its own signs, so that nothing leaves its column."""
    if len(text) * TABLE_SIZE / 72 * 2.54 < room:
        return text
    return " ".join(_broken(word, room) for word in text.split(" "))


def _broken(word: str, room: float) -> str:
    if bold_width_cm(text=word, points=TABLE_SIZE) <= room:
        return word
    pieces, piece = [], ""
    for char in word:
        if piece and bold_width_cm(text=piece + char, points=TABLE_SIZE) > room:
            pieces.append(piece)
            piece = ""
        piece += char
        if char in "-/._@:":
            pieces.append(piece)
            piece = ""
    return "\u200b".join((*pieces, piece) if piece else pieces)


def _code(block: QrCode, *, room: float) -> dict[str, Any]:
    picture = io.BytesIO()
    code = segno.make(clean(block.text), error="m", micro=False)
    code.save(picture, kind="svg", xmldecl=False, border=4)
    return {
        "kind": "code",
        "svg": picture.getvalue().decode("ascii"),
        "side": block.side,
        "room": room,
        "caption": block.caption,
        "alt": f"Mã QR: {block.text}",
    }
