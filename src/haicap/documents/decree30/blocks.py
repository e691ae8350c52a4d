"""The body of a document: paragraphs, headings, articles, lists, tables, QR codes."""

import io
from typing import Any

import segno
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from haicap.documents.decree30.page import (
    ALIGN,
    BODY_SIZE,
    INDENT,
    TABLE_SIZE,
    bare_table,
    clean,
    set_font,
    space,
    write,
)
from haicap.documents.decree30.parts import (
    Article,
    Block,
    Cell,
    Heading,
    Item,
    Paragraph,
    QrCode,
    Table,
)
from haicap.documents.decree30.words import Counters
from haicap.documents.rules import point_letter


def add_blocks(docx: Any, *, blocks: tuple[Block, ...], width: float) -> None:
    """Write `blocks` at the end of `docx`; `width` is the width of the text in cm."""
    counters = Counters()
    for block in blocks:
        match block:
            case Paragraph():
                paragraph = body_paragraph(docx)
                if block.lead:
                    write(paragraph, f"{block.lead} ", bold=True)
                write(paragraph, block.text, italic=block.italic)
            case Heading():
                _add_heading(docx, block, counters)
            case Item():
                write(body_paragraph(docx), f"- {block.text}")
            case Article():
                counters.articles += 1
                _add_article(docx, block, counters.articles)
            case Table():
                _add_table(docx, block, width)
            case QrCode():
                _add_code(docx, block, width)


def body_paragraph(docx: Any, *, indent: bool = True) -> Any:
    """Add a paragraph of the body: justified, first line indented, 6 points to the next."""
    paragraph = docx.add_paragraph()
    paragraph.alignment = ALIGN["justify"]
    if indent:
        paragraph.paragraph_format.first_line_indent = Cm(INDENT)
    space(paragraph, after=6, line=1.1)
    paragraph.paragraph_format.widow_control = True
    return paragraph


def _add_heading(docx: Any, block: Heading, counters: Counters) -> None:
    paragraph = docx.add_paragraph(style=f"Heading {block.level}")
    paragraph.paragraph_format.first_line_indent = Cm(INDENT)
    paragraph.alignment = ALIGN["justify"]
    text = block.text.upper() if block.level == 1 else block.text
    run = paragraph.add_run(clean(f"{counters.next_heading(block.level)} {text}"))
    set_font(run, size=BODY_SIZE)


def _add_article(docx: Any, block: Article, number: int) -> None:
    paragraph = body_paragraph(docx)
    write(paragraph, f"Điều {number}. {block.title}", bold=True)
    for count, clause in enumerate(block.clauses, 1):
        prefix = f"{count}. " if len(block.clauses) > 1 else ""
        write(body_paragraph(docx), f"{prefix}{clause.text}")
        for index, point in enumerate(clause.points):
            write(body_paragraph(docx), f"{point_letter(index=index)}) {point}")


def _add_table(docx: Any, block: Table, width: float) -> None:
    if block.caption:
        caption = docx.add_paragraph()
        caption.alignment = ALIGN["centre"]
        caption.paragraph_format.keep_with_next = True
        space(caption, before=6, after=3)
        write(caption, block.caption, size=13, bold=True)
    table = docx.add_table(rows=1 + len(block.rows), cols=len(block.columns))
    table.style = "Table Grid"
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    whole = sum(column.share for column in block.columns)
    sides = tuple(width * column.share / whole for column in block.columns)
    grid_rows = list(table.rows)
    _fill(grid_rows[0], [c.label for c in block.columns], ["centre"] * len(sides), sides, bold=True)
    _repeat(grid_rows[0])
    aligns = [column.align for column in block.columns]
    first_total = len(block.rows) - block.total_rows
    for index, cells in enumerate(block.rows):
        _fill(grid_rows[index + 1], list(cells), aligns, sides, bold=index >= first_total)
    for column, side in zip(table.columns, sides, strict=True):
        column.width = Cm(side)
    space(docx.add_paragraph(), after=6)


def _fill(row: Any, cells: list[Cell], aligns: Any, sides: tuple[float, ...], *, bold: bool) -> None:
    for cell, content, align, side in zip(row.cells, cells, aligns, sides, strict=True):
        cell.width = Cm(side)
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.alignment = ALIGN[align]
        space(paragraph, before=2, after=2)
        if isinstance(content, QrCode):
            _draw(paragraph, content, side=min(content.side, side - 0.4))
        else:
            write(paragraph, content, size=TABLE_SIZE, bold=bold)
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    row.height = Pt(18)


def _add_code(docx: Any, block: QrCode, width: float) -> None:
    table = bare_table(docx, widths=(block.side + 0.5, width - block.side - 0.5))
    left, right = table.rows[0].cells
    space(left.paragraphs[0])
    _draw(left.paragraphs[0], block, side=block.side)
    right.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    space(right.paragraphs[0])
    write(right.paragraphs[0], block.caption, size=TABLE_SIZE)
    space(docx.add_paragraph(), line=0.4)


def _draw(paragraph: Any, code: QrCode, *, side: float) -> None:
    picture = io.BytesIO()
    segno.make(clean(code.text), error="m", micro=False).save(picture, kind="png", scale=8, border=4)
    picture.seek(0)
    shape = paragraph.add_run().add_picture(picture, width=Cm(side))
    shape._inline.docPr.set("descr", clean(f"Mã QR: {code.text}"))


def _repeat(row: Any) -> None:
    header = OxmlElement("w:tblHeader")
    header.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(header)
