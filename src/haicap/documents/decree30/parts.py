"""The words of an official document, without any layout."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from haicap.documents.rules import Authority

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """A paragraph of the body; `lead` stands before it in bold."""

    text: str
    lead: str = ""
    italic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading, numbered by the builder: level 1 `I.`, level 2 `1.`, level 3 `a)`."""

    text: str
    level: Literal[1, 2, 3] = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An entry of a list: `- text`."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A clause (khoản), `1.`, with its points (điểm), `a)`; both numbered by the builder."""

    text: str
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An article, `Điều 1. title`, with its clauses; a single clause is not numbered."""

    title: str
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class QrCode:
    """A square of `side` cm that a telephone reads as `text`; `caption` stands at its right, not in a table."""

    text: str
    caption: str = ""
    side: float = 2.5


Cell = str | QrCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table; `share` is its part of the width."""

    label: str
    share: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a heading row that repeats on every page; the last `total_rows` rows are bold.

    Without a `caption` nothing stands above it.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total_rows: int = 0


Block = Paragraph | Heading | Item | Article | Table | QrCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """One who signs: `given` is the authority (see rules.authority_lines); an empty name leaves room for it.

    `heading` replaces the lines of authority where a record has several signatures (THƯ KÝ, TRƯỞNG ĐOÀN).
    `note` stands in italics under them: (Ký, ghi rõ họ tên).
    """

    post: str = ""
    name: str = ""
    given: tuple[tuple[Authority, str], ...] = ()
    heading: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """An annex, `Phụ lục I`, with page numbers of its own."""

    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An official document.

    `type_name` "" makes it a letter, whose summary stands as `V/v …` under the number. `number` and `day`
    None leave room for them; `year` is then the year shown. `superior` and `issuer` may be broken with a
    newline. `kept_by` is the unit after `Lưu: VT,`. `number_text` replaces the line of the number and symbol
    (`Mã hồ sơ: …` of a receipt). `landscape` turns the body, for a register whose table is not in an annex.
    """

    issuer: str
    symbol: str
    place: str
    year: int
    type_name: str
    summary: str
    superior: str = ""
    number: int | None = None
    day: date | None = None
    addressees: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()
    signers: tuple[Signer, ...] = ()
    recipients: tuple[str, ...] = ()
    kept_by: str = ""
    annexes: tuple[Annex, ...] = ()
    number_text: str = ""
    landscape: bool = False
    sample: bool = False
