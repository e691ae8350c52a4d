"""A document as DOCX: the heading, the body, the signatures, the annexes."""

import io
from datetime import UTC, datetime
from typing import Any

import docx as python_docx
from docx.enum.section import WD_SECTION
from docx.shared import Cm, Pt

from haicap.documents.decree30.blocks import add_blocks, body_paragraph
from haicap.documents.decree30.page import (
    ALIGN,
    BODY_SIZE,
    LEFT,
    PAGE_HEIGHT,
    RIGHT,
    TEXT_WIDTH,
    bare_table,
    clean,
    number_pages,
    prepare,
    rule_below,
    set_page,
    space,
    write,
)
from haicap.documents.decree30.parts import Annex, Document, Signer
from haicap.documents.decree30.words import (
    COUNTRY,
    MOTTO,
    annex_label,
    annex_source,
    number_words,
    signer_lines,
    title_words,
)
from haicap.documents.rules import bold_width_cm, date_words, grounds_lines, recipient_lines

HEAD_WIDTHS = (5.8, 10.2)  # cm, left and right half of the heading


def build(*, document: Document) -> bytes:
    """Return `document` as a DOCX file in the layout of Decree 30/2020, Appendix I."""
    docx = python_docx.Document()
    prepare(docx)
    _describe(docx, document)
    section = docx.sections[0]
    set_page(section, landscape=document.landscape)
    number_pages(section, sample=document.sample)
    _add_head(docx, document)
    _add_title(docx, document)
    _add_addressees(docx, document)
    for text in grounds_lines(grounds=document.grounds):
        write(body_paragraph(docx), text, italic=True)
    add_blocks(docx, blocks=document.blocks, width=_width(document.landscape))
    _add_signatures(docx, document)
    for index, annex in enumerate(document.annexes, 1):
        _add_annex(docx, document, annex, index)
    buffer = io.BytesIO()
    docx.save(buffer)
    return buffer.getvalue()


def _width(landscape: bool) -> float:
    return (PAGE_HEIGHT - LEFT - RIGHT) if landscape else TEXT_WIDTH


def head_widths(*, landscape: bool) -> tuple[float, float]:
    """Return the widths in cm of the two halves of the heading."""
    left = HEAD_WIDTHS[0] / TEXT_WIDTH * _width(landscape)
    return left, _width(landscape) - left


def _describe(docx: Any, document: Document) -> None:
    properties = docx.core_properties
    properties.title = clean(title_words(document=document))
    properties.author = clean(document.issuer)[:250]
    properties.language, properties.comments = "vi-VN", ""
    moment = datetime(document.year, 1, 1, tzinfo=UTC)
    if document.day is not None:
        moment = datetime(document.day.year, document.day.month, document.day.day, tzinfo=UTC)
    properties.created = properties.modified = moment


def _line(cell: Any, text: str, *, first: bool = False, **style: Any) -> Any:
    paragraph = cell.paragraphs[0] if first else cell.add_paragraph()
    paragraph.alignment = ALIGN["centre"]
    space(paragraph)
    write(paragraph, text, **style)
    return paragraph


def _add_head(docx: Any, document: Document) -> None:
    widths = head_widths(landscape=document.landscape)
    table = bare_table(docx, widths=widths)
    left, right = table.rows[0].cells
    superior = document.superior.upper().split("\n") if document.superior else []
    for index, text in enumerate(superior):
        _line(left, text, first=index == 0, size=12)
    issuer = document.issuer.upper().split("\n")
    for index, text in enumerate(issuer):
        _line(left, text, first=not superior and index == 0, size=12, bold=True)
    longest = max(bold_width_cm(text=text, points=12) for text in issuer)
    rule_below(left.add_paragraph(), length=min(longest, widths[0]) * 0.42, width=widths[0])
    _line(right, COUNTRY, first=True, size=12, bold=True)
    _line(right, MOTTO, size=13, bold=True)
    rule_below(right.add_paragraph(), length=bold_width_cm(text=MOTTO, points=13), width=widths[1])
    space(_line(left, number_words(document=document), size=13), before=6)
    words = date_words(day=document.day, year=document.year)
    space(_line(right, f"{document.place}, {words}", size=13, italic=True), before=6)
    if not document.type_name:
        space(_line(left, f"V/v {document.summary}", size=12), before=6)
    for row in table.rows:
        for cell in row.cells:
            cell.paragraphs[-1].paragraph_format.keep_with_next = True


def _add_title(docx: Any, document: Document) -> None:
    if not document.type_name:
        return
    paragraph = docx.add_paragraph()
    paragraph.alignment = ALIGN["centre"]
    space(paragraph, before=18)
    write(paragraph, document.type_name.upper(), size=BODY_SIZE, bold=True)
    paragraph = docx.add_paragraph()
    paragraph.alignment = ALIGN["centre"]
    space(paragraph)
    write(paragraph, document.summary, size=BODY_SIZE, bold=True)
    width = _width(document.landscape)
    length = min(bold_width_cm(text=document.summary, points=BODY_SIZE), width)
    rule_below(docx.add_paragraph(), length=length * 0.4, width=width, after=12)


def _add_addressees(docx: Any, document: Document) -> None:
    if not document.addressees:
        return
    paragraph = docx.add_paragraph()
    space(paragraph, before=6, after=6)
    if len(document.addressees) == 1:
        paragraph.alignment = ALIGN["centre"]
        write(paragraph, f"Kính gửi: {document.addressees[0]}")
        return
    paragraph.paragraph_format.left_indent = Cm(2.5)
    write(paragraph, "Kính gửi:")
    last = len(document.addressees) - 1
    for index, name in enumerate(document.addressees):
        entry = docx.add_paragraph()
        entry.paragraph_format.left_indent = Cm(4.5)
        space(entry)
        write(entry, f"- {name}{'.' if index == last else ';'}")


def _add_signatures(docx: Any, document: Document) -> None:
    if not document.signers:
        return
    space(docx.add_paragraph(), line=0.7)
    width = _width(document.landscape)
    if len(document.signers) > 1:
        side = width / len(document.signers)
        table = bare_table(docx, widths=(side,) * len(document.signers))
        for cell, signer in zip(table.rows[0].cells, document.signers, strict=True):
            _sign(cell, signer)
        _keep_whole(table)
        if document.recipients or document.kept_by:
            _add_recipients(docx.add_paragraph(), docx, document)
        return
    left_width = 7.6 / TEXT_WIDTH * width
    table = bare_table(docx, widths=(left_width, width - left_width))
    left, right = table.rows[0].cells
    _add_recipients(left.paragraphs[0], left, document)
    _sign(right, document.signers[0])
    _keep_whole(table)


def _keep_whole(table: Any) -> None:
    for cell in table.rows[0].cells:
        for paragraph in cell.paragraphs[:-1]:
            paragraph.paragraph_format.keep_with_next = True


def _sign(cell: Any, signer: Signer) -> None:
    for index, text in enumerate(signer_lines(signer=signer)):
        _line(cell, text, first=index == 0, size=13 if signer.heading else BODY_SIZE, bold=True)
    if signer.note:
        _line(cell, signer.note, size=13, italic=True)
    space(_line(cell, "", size=BODY_SIZE), after=54)
    _line(cell, signer.name, size=BODY_SIZE, bold=True)


def _add_recipients(first: Any, where: Any, document: Document) -> None:
    space(first)
    write(first, "Nơi nhận:", size=12, bold=True, italic=True)
    for text in recipient_lines(recipients=document.recipients, kept_by=document.kept_by):
        paragraph = where.add_paragraph()
        space(paragraph)
        write(paragraph, text, size=11)


def _add_annex(docx: Any, document: Document, annex: Annex, index: int) -> None:
    section = docx.add_section(WD_SECTION.NEW_PAGE)
    set_page(section, landscape=annex.landscape, restart=True)
    number_pages(section, sample=document.sample)
    label = annex_label(document=document, index=index)
    source = annex_source(document=document)
    for text, bold, italic in (
        (label, True, False),
        (annex.title.upper(), True, False),
        (source, False, True),
    ):
        paragraph = docx.add_paragraph()
        paragraph.alignment = ALIGN["centre"]
        space(paragraph)
        write(paragraph, text.replace("\n", " "), size=BODY_SIZE, bold=bold, italic=italic)
    width = _width(annex.landscape)
    length = min(bold_width_cm(text=source, points=BODY_SIZE), width)
    rule_below(docx.add_paragraph(), length=length * 0.4, width=width, after=12)
    docx.paragraphs[-1].paragraph_format.line_spacing = Pt(4)
    add_blocks(docx, blocks=annex.blocks, width=width)
