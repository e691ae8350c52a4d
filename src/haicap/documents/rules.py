"""Rules of official documents: numbers, dates, letters, authority (Decree 30/2020/NĐ-CP, Appendices I, III).

Party documents follow guidance 36-HD/VPTW instead: their symbol is `143-BC/ĐU`, not `143/BC-ĐU`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

BLANK_NUMBER = "\u00a0" * 8
BLANK_DAY = "\u00a0" * 4
# The order of points in Vietnamese documents: đ follows d; f, j, w, z, ă, â, ê, ô, ơ, ư are not used.
POINT_LETTERS = "abcdđeghiklmnopqrstuvxy"
# Abbreviations of the types of document (Appendix III); a letter (công văn) has none.
_TYPES = "NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ CĐ BGN BTT GUQ GM GGT GNP PG PC PB"
_PARTY_TYPES = "NQ QĐ CT KL QC QyĐ TT BC KH QH CTr ĐA PA DA TTr CV TB HD GM BB LKG TC"
TYPES, PARTY_TYPES = frozenset(_TYPES.split()), frozenset(_PARTY_TYPES.split())
_BODY = r"[A-ZĐÂĂÊÔƠƯ&]+(?:[-.][A-ZĐÂĂÊÔƠƯ0-9&]+)*"
_STATE = re.compile(rf"(?P<number>\d+)/(?P<type>[A-ZĐa-zđ]+)-(?P<body>{_BODY})")
_LAW = re.compile(r"(?P<number>\d+)/(?P<year>\d{4})/(?P<type>[A-ZĐ]+)(?:-(?P<body>[A-ZĐ]+))?(?P<term>\d*)")
_PARTY = re.compile(rf"(?P<number>\d+)-(?P<type>[A-ZĐa-zđ]+)/(?P<body>{_BODY})")


class SymbolForm(StrEnum):
    """Which of the forms a number and symbol follows."""

    STATE = "state"
    LETTER = "letter"
    NORMATIVE = "normative"
    PARTY = "party"


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A number and symbol taken apart. `type` is empty for a letter."""

    form: SymbolForm
    number: int
    type: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolFault:
    """Why a number and symbol is not right: `shape`, `space`, `leading_zero`, `number` or `type`."""

    code: str


def parse_symbol(*, text: str) -> Symbol | SymbolFault:
    """Take `15/QĐ-BNV`, `12/UBND-VX`, `30/2020/NĐ-CP` or the Party's `143-BC/ĐU` apart, or name the fault.

    A leading `Số:` is allowed. Numbers below 10 need a leading zero in the state forms (Appendix I, II.3).
    """
    raw = unicodedata.normalize("NFC", text).strip()
    raw = re.sub(r"^[Ss]ố\s*:\s*", "", raw)
    if re.search(r"\s", raw):
        return SymbolFault(code="space")
    if match := _LAW.fullmatch(raw):
        return _symbol(match, SymbolForm.NORMATIVE, match["type"], padded=False)
    if match := _PARTY.fullmatch(raw):
        if match["type"] not in PARTY_TYPES:
            return SymbolFault(code="type")
        return _symbol(match, SymbolForm.PARTY, match["type"], padded=False)
    if match := _STATE.fullmatch(raw):
        if match["type"] in TYPES:
            return _symbol(match, SymbolForm.STATE, match["type"], padded=True)
        if match["type"] != match["type"].upper():
            return SymbolFault(code="type")
        return _symbol(match, SymbolForm.LETTER, "", padded=True, body=f"{match['type']}-{match['body']}")
    return SymbolFault(code="shape")


def _symbol(
    match: re.Match[str], form: SymbolForm, type_: str, *, padded: bool, body: str | None = None
) -> Symbol | SymbolFault:
    digits = match["number"]
    if int(digits) == 0:
        return SymbolFault(code="number")
    if padded and (len(digits) < 2 or (len(digits) > 2 and digits.startswith("0"))):
        return SymbolFault(code="leading_zero")
    return Symbol(
        form=form, number=int(digits), type=type_, body=body if body is not None else match["body"] or ""
    )


def number_line(*, number: int | None, symbol: str) -> str:
    """Return `Số: 05/BC-SNV`, with room for the number while it is open."""
    return f"Số: {BLANK_NUMBER if number is None else f'{number:02d}'}/{symbol}"


def date_words(*, day: date | None, year: int) -> str:
    """Return `ngày 05 tháng 8 năm 2025`: a leading zero for days below 10 and for months 1 and 2 only.

    While the day is open, room is left for day and month; `year` is then the year of drafting.
    """
    if day is None:
        return f"ngày {BLANK_DAY} tháng {BLANK_DAY} năm {year}"
    month = f"{day.month:02d}" if day.month < 3 else str(day.month)
    return f"ngày {day.day:02d} tháng {month} năm {day.year}"


def point_letter(*, index: int) -> str:
    """Return the letter of the point `index` (from 0): a, b, c, d, đ, e, g ... then aa, ab ..."""
    size = len(POINT_LETTERS)
    head = POINT_LETTERS[index // size - 1] if index >= size else ""
    return head + POINT_LETTERS[index % size]


def roman(*, number: int) -> str:
    """Return `number` (1 to 3999) in Roman capitals."""
    signs = ["M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"]
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    text = ""
    for sign, value in zip(signs, values, strict=True):
        text += sign * (number // value)
        number %= value
    return text


class Authority(StrEnum):
    """How the signer signs: for a collective, acting, for the head, by order, by mandate."""

    COLLECTIVE = "TM."
    ACTING = "Q."
    DEPUTY = "KT."
    ORDER = "TL."
    MANDATE = "TUQ."


def authority_lines(*, post: str, given: tuple[tuple[Authority, str], ...] = ()) -> tuple[str, ...]:
    """Return the lines above a signature, in capitals.

    `given` holds pairs of authority and in whose place: ((COLLECTIVE, "Ủy ban nhân dân"), (DEPUTY,
    "Chủ tịch")) and the post "Phó Chủ tịch" give TM. ỦY BAN NHÂN DÂN / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH.
    An acting head ((ACTING, "Giám đốc")) signs under that one line.
    """
    lines = tuple(f"{authority.value} {whose.upper()}" for authority, whose in given)
    if given and given[-1][0] is Authority.ACTING:
        return lines
    return (*lines, post.upper()) if post else lines


def grounds_lines(*, grounds: tuple[str, ...]) -> tuple[str, ...]:
    """Return the grounds with `;` after each and `.` after the last, however they were typed."""
    bare = [ground.strip().rstrip(";.,") for ground in grounds if ground.strip()]
    return tuple(f"{text}{'.' if i == len(bare) - 1 else ';'}" for i, text in enumerate(bare))


def recipient_lines(*, recipients: tuple[str, ...], kept_by: str) -> tuple[str, ...]:
    """Return the lines under Nơi nhận: `- …;` each, the last `- Lưu: VT, <unit>.`."""
    kept = f"- Lưu: VT, {kept_by}." if kept_by else "- Lưu: VT."
    return (*(f"- {recipient.strip().rstrip(';.')};" for recipient in recipients), kept)


# Widths of Times Bold in thousandths of an em (published font metrics), for the length of lines under text.
_LOWER = (
    "500 556 444 556 444 333 500 556 278 333 556 278 833 556 500 556 556 444 389 333 556 500 722 500 500 444"
)
_UPPER = (
    "722 667 722 722 667 611 778 778 389 500 778 667 944 722 778 611 778 722 556 667 722 722 1000 722 722 667"
)
_BOLD_WIDTHS = {
    chr(start + index): int(width)
    for start, widths in ((97, _LOWER), (65, _UPPER))
    for index, width in enumerate(widths.split())
}


def bold_width_cm(*, text: str, points: float) -> float:
    """Return how wide `text` is in Times Bold of `points`, in centimetres."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    shown = [char for char in plain if unicodedata.category(char) != "Mn"]
    thousandths = sum(
        _BOLD_WIDTHS.get(char, 250 if char in " .," else 333 if char in "-–" else 500) for char in shown
    )
    return thousandths / 1000 * points / 72 * 2.54
