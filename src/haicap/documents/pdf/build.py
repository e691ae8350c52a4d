"""A document as PDF/A-2a (ISO 19005-2, level A: tagged, text as Unicode), set by Typst."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from haicap.documents.decree30.parts import Document
from haicap.documents.pdf.data import data_of, printable
from haicap.documents.pdf.typeface import covered, files

LAYOUT = Path(__file__).with_name("layout.typ")
STANDARD: Final = "a-2a"
SIGNATURE_MM = (50.0, 24.0)  # width and height left for a signature picture between post and name
SEAL_MM = 36.0  # across; the real size of the body's seal belongs in the call
_SIDES_MM = (210.0, 297.0)
_POINT = 72 / 25.4


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """A place for a picture of a signature: page from 0; left, bottom, right, top in points from below left.

    `name` is `signer` for the person, `seal` for the body's red seal over the left third of it; the second
    of several signers has `signer_2`, `seal_2`, and so on.
    """

    name: str
    page: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished file. `replaced` names characters that had to be shown as an empty square."""

    content: bytes
    boxes: tuple[SignatureBox, ...]
    replaced: tuple[str, ...] = ()


def build(
    *, document: Document, made_at: datetime, seal_mm: float = SEAL_MM, fonts: Path | None = None
) -> Built:
    """Return `document` as PDF/A-2a in the layout of Decree 30/2020/NĐ-CP, Appendix I.

    The same document and `made_at` (with a time zone) give the same bytes. `seal_mm` is how wide the body's
    seal is. Refuses with TypefaceMissing when the fonts (in `fonts`, else where `make install` builds them)
    are not there.
    """
    assert made_at.tzinfo is not None, "the time a document is made at needs a time zone"
    paths = files(folder=fonts)
    replaced: set[str] = set()
    data = data_of(document=document, room={"width": SIGNATURE_MM[0], "height": SIGNATURE_MM[1]})
    fit = printable(data, known=covered(paths), replaced=replaced)
    compiler = typst.Compiler(
        str(LAYOUT),
        root=str(LAYOUT.parent),
        font_paths=[str(paths[0].parent)],
        ignore_system_fonts=True,
        sys_inputs={"document": json.dumps(fit, ensure_ascii=False)},
    )
    content = compiler.compile(format="pdf", pdf_standards=[STANDARD], timestamp=int(made_at.timestamp()))
    assert isinstance(content, bytes)
    places: list[dict[str, Any]] = json.loads(compiler.query("<signature>", field="value"))
    height = _SIDES_MM[0 if document.landscape else 1] * _POINT
    return Built(
        content=content,
        boxes=tuple(box for place in places for box in _boxes(place, height, seal_mm * _POINT)),
        replaced=tuple(sorted(replaced)),
    )


def _boxes(place: dict[str, Any], page_height: float, seal: float) -> tuple[SignatureBox, SignatureBox]:
    """Return the person's place and the seal's: over the left third of it, at the same middle (Decree 30, I.II.7)."""
    left, top = place["x"], page_height - place["y"]
    right, bottom = left + place["width"], top - place["height"]
    middle, edge = (top + bottom) / 2, left + place["width"] / 3
    ending = f"_{place['name'] + 1}" if place["name"] else ""
    seal_left = max(edge - seal, 5 * _POINT)
    return (
        SignatureBox(name=f"signer{ending}", page=place["page"] - 1, box=(left, bottom, right, top)),
        SignatureBox(
            name=f"seal{ending}",
            page=place["page"] - 1,
            box=(seal_left, middle - seal / 2, seal_left + seal, middle + seal / 2),
        ),
    )
