"""The root table of a form as the one CSV that Central gives out: the columns its readers look for.

https://docs.getodk.org/central-api-submission-management/: SubmissionDate first, the questions with "-" between groups,
points in four columns, then KEY and what the server knows.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from haicap.kernel.tables import safe_cell
from haicap.questionnaire.rules.schema import Field, Schema, points

_SYSTEM = (
    ("SubmitterID", "submitterId"), ("SubmitterName", "submitterName"), ("AttachmentsPresent", "attachmentsPresent"),
    ("AttachmentsExpected", "attachmentsExpected"), ("Status", "status"), ("ReviewState", "reviewState"),
    ("DeviceID", "deviceId"), ("Edits", "edits"), ("FormVersion", "formVersion"),
)  # fmt: skip
_PLACE = ("Latitude", "Longitude", "Altitude", "Accuracy")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
Answers = tuple[str, Mapping[str, Any], Mapping[str, str]]  # identity, what the server knows, texts by column


def _headers(one: Field) -> Iterator[str]:
    name = one.column.strip("/").replace("/", "-")
    if one.type == "geopoint":
        yield from (f"{name}-{part}" for part in _PLACE)
    else:
        yield name


def _cells(one: Field, text: str) -> Iterator[str]:
    if one.type != "geopoint":
        is_number = one.type in ("int", "decimal") and _NUMBER.fullmatch(text)
        yield text if is_number else str(safe_cell(text))
        return
    place = points(text)
    found = (
        (place[0].latitude, place[0].longitude, place[0].altitude, place[0].accuracy)
        if place
        else (None,) * 4
    )
    yield from ("" if number is None else repr(number) for number in found)


def root_csv(schema: Schema, rows: Iterable[Answers]) -> Iterator[bytes]:
    """Yield the CSV in UTF-8, some rows at a time; text that a spreadsheet takes for a formula gets an apostrophe."""
    fields = schema.by_table[""]
    target = io.StringIO()
    writer = csv.writer(target)
    headers = [header for one in fields for header in _headers(one)]
    writer.writerow(["SubmissionDate", *headers, "KEY", *(header for header, _name in _SYSTEM)])
    for key, system, texts in rows:
        cells = [cell for one in fields for cell in _cells(one, texts.get(one.column, ""))]
        known = [
            "" if system[name] is None else str(safe_cell(str(system[name]))) for _header, name in _SYSTEM
        ]
        writer.writerow([system["submissionDate"], *cells, key, *known])
        if target.tell() > 65536:
            yield target.getvalue().encode()
            target.seek(0)
            target.truncate()
    yield target.getvalue().encode()
