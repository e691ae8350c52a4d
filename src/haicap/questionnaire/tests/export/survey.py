"""A form of two versions, filled in with whatever is awkward, and its exports read back."""

import csv
import io
import uuid
import zipfile
from datetime import UTC, datetime

from lxml import etree
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from haicap.kernel.access import SYSTEM
from haicap.questionnaire.models import FormVersion, Submission
from haicap.questionnaire.queries.export import export_for
from haicap.questionnaire.rules.export import Options
from haicap.questionnaire.rules.schema import Schema

OLD = """
| survey |
| | type | name | label::Tiếng Việt (vi) | label::English (en) |
| | text | centre | Tên bộ phận | Centre |
| | integer | people | Số người | People |
| | decimal | area | Diện tích | Area |
| | date | day | Ngày | Day |
| | dateTime | moment | Lúc | Moment |
| | geopoint | spot | Vị trí | Spot |
| | geoshape | site | Khu đất | Site |
| | select_one kind | kind | Loại | Kind |
| | select_multiple service | services | Dịch vụ | Services |
| | image | photo | Ảnh | Photo |
| | text | only_old | Câu cũ | Old question |
| | begin repeat | hall | Điểm tiếp nhận | Hall |
| | text | hall_name | Tên điểm | Name of the hall |
| | begin repeat | counter | Quầy | Counter |
| | text | clerk | Cán bộ | Clerk |
| | end repeat | | | |
| | end repeat | | | |
| choices |
| | list_name | name | label::Tiếng Việt (vi) | label::English (en) |
| | kind | big | Lớn | Large |
| | kind | small | Nhỏ | Small |
| | service | id | Căn cước | Identity card |
| | service | land | Đất đai | Land |
| | service | birth | Khai sinh | Birth |
| settings |
| | form_title | form_id | version | default_language |
| | Một cửa | mot-cua | 1 | Tiếng Việt (vi) |
"""


NEW = (
    OLD.replace("| integer | people |", "| integer | staff |")
    .replace("| | text | only_old | Câu cũ | Old question |\n", "")
    .replace("begin repeat | hall |", "begin repeat | office |")
    .replace("| text | centre |", "| text | only_new | Câu mới | New question |\n| | text | centre |")
    .replace("| mot-cua | 1 |", "| mot-cua | 2 |")
)


RENAMED = {
    "/staff": "/people", "/office": "/hall", "/office/hall_name": "/hall/hall_name",
    "/office/counter": "/hall/counter", "/office/counter/clerk": "/hall/counter/clerk",
}  # fmt: skip


AT = datetime(2025, 8, 5, 18, 30, tzinfo=UTC)  # already the next day in the city


FORMULA = '=HYPERLINK("http://x.vn","bấm")'


_xforms: dict[str, str] = {}


def xform_of(markdown):
    """Return the XForm of a form in Markdown; the conversion is slow, so each is made once."""
    if markdown not in _xforms:
        _xforms[markdown] = convert(markdown, file_type=".md").xform
    return _xforms[markdown]


def version(survey, number, markdown, columns=None):
    """Publish one version of the survey."""
    xform = xform_of(markdown)
    schema = Schema.of(xform).with_columns(columns or {})
    state = "published" if number == 2 else "superseded"
    return FormVersion.objects.create(
        form=survey, number=number, version=str(number), state=state, xform=xform, sha256=str(number), md5="x",
        schema=schema.to_json(), created_at=AT, published_at=AT,
    )  # fmt: skip


def put(survey, number, answers, halls=(), at=AT, **more):
    """Store a filled form: texts by name, halls as (name, clerks)."""
    identity = f"uuid:{uuid.uuid4()}"
    root = etree.Element("data", id="mot-cua", version=str(number))
    for name, text in answers.items():
        etree.SubElement(root, name).text = text
    for name, clerks in halls:
        hall = etree.SubElement(root, "hall" if number == 1 else "office")
        etree.SubElement(hall, "hall_name").text = name
        for clerk in clerks:
            etree.SubElement(etree.SubElement(hall, "counter"), "clerk").text = clerk
    etree.SubElement(etree.SubElement(root, "meta"), "instanceID").text = identity
    return Submission.objects.create(
        form=survey, version=survey.versions.get(number=number), instance_id=identity, current_id=identity,
        xml=etree.tostring(root, encoding="unicode"), sha256=identity, received_at=at, **more,
    )  # fmt: skip


def written(survey, actor=SYSTEM, **options):
    """Return the bytes of an export."""
    target = io.BytesIO()
    export_for(actor=actor, form=survey, options=Options(**options)).write(target)
    return target.getvalue()


def tables(raw):
    """Return the rows of every table of a CSV export, by its name."""
    archive = zipfile.ZipFile(io.BytesIO(raw))
    assert archive.testzip() is None
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
        for name in archive.namelist()
        if name.endswith(".csv")
    }


def sheets(raw):
    """Return the rows of every sheet of a workbook, by its name."""
    book = load_workbook(io.BytesIO(raw))
    found = {}
    for sheet in book:
        heads, *lines = [[cell.value for cell in line] for line in sheet.iter_rows()]
        found[sheet.title] = [dict(zip(heads, line, strict=True)) for line in lines]
    return found
