"""The typeface of printed documents: Tinos, whose letters are as wide as those of Times New Roman."""

import struct
import unicodedata
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from haicap import ui
from haicap.kernel.errors import Refused

FOLDER = Path(ui.__file__).parent / "static" / "ui" / "fonts"
STYLES = ("400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic")
UNKNOWN = "\u25a1"  # an empty square stands for a character the typeface does not have


class TypefaceMissing(Refused):
    """The fonts have not been built."""

    def __init__(self, *, folder: Path) -> None:
        super().__init__(
            "documents.typeface_missing",
            _("The fonts for printed documents are not there; run “make install” first."),
            details={"folder": str(folder)},
        )


def files(*, folder: Path | None = None) -> tuple[Path, ...]:
    """Return the four font files, or refuse with TypefaceMissing."""
    where = FOLDER if folder is None else folder
    found = tuple(where / f"Tinos_{style}.ttf" for style in STYLES)
    if not all(path.is_file() for path in found):
        raise TypefaceMissing(folder=where)
    return found


@cache
def covered(paths: tuple[Path, ...]) -> frozenset[str]:
    """Return the characters that all the fonts at `paths` can show, without those for private use."""
    sets = [frozenset(_characters(path.read_bytes())) for path in paths]
    return frozenset(char for char in frozenset.intersection(*sets) if unicodedata.category(char) != "Co")


def _characters(font: bytes) -> set[str]:
    """Read the `cmap` table of a TrueType font (OpenType specification, cmap, format 4, platform 3, encoding 1)."""
    (count,) = struct.unpack_from(">H", font, 4)
    start = next(
        struct.unpack_from(">I", font, 12 + 16 * index + 8)[0]
        for index in range(count)
        if font[12 + 16 * index : 16 + 16 * index] == b"cmap"
    )
    (tables,) = struct.unpack_from(">H", font, start + 2)
    found: set[str] = set()
    for index in range(tables):
        platform, encoding, offset = struct.unpack_from(">HHI", font, start + 4 + 8 * index)
        if (platform, encoding) == (3, 1):
            found |= _format_4(font, start + offset)
    return found


def _format_4(font: bytes, start: int) -> set[str]:
    kind, _length, _language, double = struct.unpack_from(">4H", font, start)
    assert kind == 4, "the typeface maps its characters in another format"
    segments = double // 2
    ends = struct.unpack_from(f">{segments}H", font, start + 14)
    starts = struct.unpack_from(f">{segments}H", font, start + 16 + double)
    deltas = struct.unpack_from(f">{segments}H", font, start + 16 + 2 * double)
    base = start + 16 + 3 * double
    ranges = struct.unpack_from(f">{segments}H", font, base)
    found = set()
    for index, (first, last) in enumerate(zip(starts, ends, strict=True)):
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code + deltas[index]
            if ranges[index]:
                place = base + 2 * index + ranges[index] + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", font, place)
            if glyph % 0x10000:
                found.add(chr(code))
    return found
