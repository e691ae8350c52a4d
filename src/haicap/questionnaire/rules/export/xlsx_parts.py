"""The fixed parts of a workbook: styles, names, what holds the sheets together."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from xml.sax.saxutils import quoteattr

HEAD, QUOTED, DAY = 1, 2, 3
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_BEGINS = (
    f'{_DECLARED}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultRowHeight="15"/><sheetData>'
)
SHEET_ENDS = "</sheetData></worksheet>"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def letters(number: int) -> str:
    """Return the name of a column counted from 0: A, Z, AA."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """Return a name of at most 31 characters that no other sheet has."""
    name, number = wanted[:31], 2
    known = {one.casefold() for one in taken}
    while name.casefold() in known:
        ending = f" ({number})"
        name, number = wanted[: 31 - len(ending)] + ending, number + 1
    return name


class Styles:
    """The styles of the cells; moments get one for each offset that occurs, and show it."""

    def __init__(self) -> None:
        self._offsets: dict[timedelta | None, int] = {}

    def moment(self, offset: timedelta | None) -> int:
        """Return the style of a moment with this offset from UTC, None for one without."""
        return self._offsets.setdefault(offset, DAY + 1 + len(self._offsets))

    def xml(self) -> str:
        """Return the part."""
        formats = '<numFmt numFmtId="164" formatCode="dd/mm/yyyy"/>'
        cells = ""
        for number, offset in enumerate(self._offsets, start=165):
            code = quoteattr(f"dd/mm/yyyy hh:mm:ss{_shown(offset)}")
            formats += f'<numFmt numFmtId="{number}" formatCode={code}/>'
            cells += (
                f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
            )
        return (
            f'{_DECLARED}<styleSheet xmlns="{_MAIN}"><numFmts count="{1 + len(self._offsets)}">{formats}</numFmts>'
            '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
            '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill>'
            '<fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
            f'<cellXfs count="{4 + len(self._offsets)}"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
            '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1" applyNumberFormat="1"/>'
            '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
            '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
            f'{cells}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            "</styleSheet>"
        )


def _shown(offset: timedelta | None) -> str:
    """Return an offset as literal text of a number format: " +07:00" in quotes."""
    if offset is None:
        return ""
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f'" {sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"'


def frame(names: Sequence[str], styles: Styles) -> Iterator[tuple[str, str]]:
    """Yield the parts beside the sheets: name and text."""
    numbers = range(1, len(names) + 1)
    yield "xl/styles.xml", styles.xml()
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in zip(numbers, names, strict=True)
    )
    yield (
        "xl/workbook.xml",
        f'{_DECLARED}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{sheets}</sheets></workbook>',
    )
    related = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATED}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    yield (
        "xl/_rels/workbook.xml.rels",
        f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId{len(names) + 1}" Type="{_RELATED}/styles" Target="styles.xml"/></Relationships>',
    )
    yield (
        "_rels/.rels",
        f'{_DECLARED}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATED}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml" ContentType="{_KIND}.worksheet+xml"/>'
        for number in numbers
    )
    yield (
        "[Content_Types].xml",
        f'{_DECLARED}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/>{overrides}</Types>',
    )
