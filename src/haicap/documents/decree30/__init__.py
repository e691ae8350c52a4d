"""Official documents in the layout of Decree 30/2020/NĐ-CP, Appendix I."""

from haicap.documents.decree30.build import build
from haicap.documents.decree30.parts import (
    Annex,
    Article,
    Block,
    Cell,
    Clause,
    Column,
    Document,
    Heading,
    Item,
    Paragraph,
    QrCode,
    Signer,
    Table,
)

__all__ = [
    "Annex",
    "Article",
    "Block",
    "Cell",
    "Clause",
    "Column",
    "Document",
    "Heading",
    "Item",
    "Paragraph",
    "QrCode",
    "Signer",
    "Table",
    "build",
]
