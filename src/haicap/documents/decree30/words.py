"""What a document says, line by line, whatever file it becomes."""

from dataclasses import dataclass, field

from haicap.documents.decree30.parts import Document, Signer
from haicap.documents.rules import authority_lines, date_words, number_line, point_letter, roman

COUNTRY = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
SAMPLE = "DỮ LIỆU MẪU"
SAMPLE_LINE = f"{SAMPLE} - không có giá trị sử dụng"


@dataclass(slots=True)
class Counters:
    """Where the numbering of headings and articles stands."""

    headings: list[int] = field(default_factory=lambda: [0, 0, 0])
    articles: int = 0

    def next_heading(self, level: int) -> str:
        """Return the number of the next heading of `level` and start those below it again."""
        self.headings[level - 1] += 1
        for below in range(level, 3):
            self.headings[below] = 0
        count = self.headings[level - 1]
        if level == 1:
            return f"{roman(number=count)}."
        return f"{count}." if level == 2 else f"{point_letter(index=count - 1)})"


def number_words(*, document: Document) -> str:
    """Return the line under the issuing body: number and symbol, or what replaces them."""
    return document.number_text or number_line(number=document.number, symbol=document.symbol)


def title_words(*, document: Document) -> str:
    """Return the title a file carries in its properties."""
    return " ".join(f"{document.type_name} {document.summary}".split())[:250]


def signer_lines(*, signer: Signer) -> tuple[str, ...]:
    """Return the bold lines above a signature."""
    if signer.heading:
        return (signer.heading.upper(),)
    return authority_lines(post=signer.post, given=signer.given)


def annex_label(*, document: Document, index: int) -> str:
    """Return `Phụ lục II` for the annex `index` (from 1), without a number where there is only one."""
    return f"Phụ lục {roman(number=index)}" if len(document.annexes) > 1 else "Phụ lục"


def annex_source(*, document: Document) -> str:
    """Return the line under the title of an annex that says what it belongs to."""
    number = number_words(document=document)
    if not document.number_text:
        number = f"số {number.removeprefix('Số: ')}"
    words = date_words(day=document.day, year=document.year)
    issuer = document.issuer.replace("\n", " ")
    return f"(Kèm theo {document.type_name or 'Công văn'} {number} {words} của {issuer})"
