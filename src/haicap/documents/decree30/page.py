"""The page: fonts, margins, page numbers, and the small moves python-docx has no words for."""

import re
import unicodedata
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from haicap.documents.decree30.words import SAMPLE_LINE

FONT = "Times New Roman"
BODY_SIZE = 14
TABLE_SIZE = 12
PAGE_WIDTH, PAGE_HEIGHT = 21.0, 29.7  # cm, A4
LEFT, RIGHT, TOP, BOTTOM = 3.0, 2.0, 2.0, 2.0  # cm, within 30-35, 15-20, 20-25, 20-25 mm
TEXT_WIDTH = PAGE_WIDTH - LEFT - RIGHT
INDENT = 1.27  # cm, first line
ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def clean(text: str) -> str:
    """Return `text` in NFC without the characters XML cannot hold."""
    return _CONTROL.sub("", unicodedata.normalize("NFC", text))


def set_font(target: Any, *, size: float | None = None) -> None:
    """Give a style or run Times New Roman in every script, black."""
    properties = target.element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)
    target.font.color.rgb = RGBColor(0, 0, 0)
    if size is not None:
        target.font.size = Pt(size)


def prepare(docx: Any) -> None:
    """Set the styles: Normal, and headings that look like bold text but keep their outline level."""
    normal = docx.styles["Normal"]
    set_font(normal, size=BODY_SIZE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    properties = normal.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(language)
    for level in (1, 2, 3):
        style = docx.styles[f"Heading {level}"]
        set_font(style, size=BODY_SIZE)
        style.font.bold, style.font.italic = True, level == 3
        style.paragraph_format.space_before = Pt(6)
        style.paragraph_format.space_after = Pt(6)
        style.paragraph_format.keep_with_next = True


def set_page(section: Any, *, landscape: bool = False, restart: bool = False) -> None:
    """Make a section A4 with the margins of the decree, its first page without a number."""
    width, height = (PAGE_HEIGHT, PAGE_WIDTH) if landscape else (PAGE_WIDTH, PAGE_HEIGHT)
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(width), Cm(height)
    section.left_margin, section.right_margin = Cm(LEFT), Cm(RIGHT)
    section.top_margin, section.bottom_margin = Cm(TOP), Cm(BOTTOM)
    section.header_distance = section.footer_distance = Cm(1.0)
    section.different_first_page_header_footer = True
    for old in section._sectPr.findall(qn("w:pgNumType")):
        section._sectPr.remove(old)
    if restart:
        numbering = OxmlElement("w:pgNumType")
        numbering.set(qn("w:start"), "1")
        section._sectPr.append(numbering)


def number_pages(section: Any, *, sample: bool) -> None:
    """Number every page but the first in the middle of the top margin; put the sample mark on every page."""
    section.header.is_linked_to_previous = False
    section.first_page_header.is_linked_to_previous = False
    paragraph = section.header.paragraphs[0]
    paragraph.alignment = ALIGN["centre"]
    _field(paragraph, "PAGE")
    if sample:
        _mark(section.header.add_paragraph())
        _mark(section.first_page_header.paragraphs[0])


def _mark(paragraph: Any) -> None:
    paragraph.alignment = ALIGN["centre"]
    run = paragraph.add_run(SAMPLE_LINE)
    run.bold = True
    run.font.size = Pt(11)
    run.font.color.rgb = RGBColor(0xB0, 0x00, 0x20)


def _field(paragraph: Any, code: str) -> None:
    for kind in ("begin", "instr", "end"):
        run = paragraph.add_run()
        run.font.size = Pt(14)
        if kind == "instr":
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = code
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)


def write(
    paragraph: Any, text: str, *, size: float | None = None, bold: bool = False, italic: bool = False
) -> Any:
    """Add a run."""
    run = paragraph.add_run(clean(text))
    run.bold, run.italic = bold or None, italic or None
    if size is not None:
        run.font.size = Pt(size)
    return run


def space(paragraph: Any, *, before: float = 0, after: float = 0, line: float = 1.0) -> None:
    """Set the distances of a paragraph: points before and after, lines as a multiple."""
    form = paragraph.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line


def rule_below(paragraph: Any, *, length: float, width: float, after: float = 0) -> None:
    """Make an empty paragraph a solid line of `length` cm in the middle of `width` cm."""
    side = max(0.0, (width - length) / 2)
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = Cm(side)
    form.space_before, form.space_after, form.line_spacing = Pt(3), Pt(after), Pt(4)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    paragraph.add_run().font.size = Pt(2)


def bare_table(docx: Any, *, widths: tuple[float, ...]) -> Any:
    """Add a table of one row without borders or padding, columns of `widths` cm, for things side by side."""
    table = docx.add_table(rows=1, cols=len(widths))
    table.autofit = False
    padding = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), "0")
        edge.set(qn("w:type"), "dxa")
        padding.append(edge)
    properties = table._tbl.tblPr
    for old in properties.findall(qn("w:tblCellMar")):
        properties.remove(old)
    look = properties.find(qn("w:tblLook"))
    if look is not None:
        look.addprevious(padding)  # the schema has the padding before the look
    else:
        properties.append(padding)
    fix_widths(table, widths)
    return table


def fix_widths(table: Any, widths: tuple[float, ...]) -> None:
    """Fix the widths of the columns, in cm, in the grid and in every cell: word processors read either."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
