"""Exports taken as a person takes them, and read back as places and texts by nothing but the standard library."""

import csv
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from haicap.questionnaire.rules.schema import Reader, Schema
from tests.filled import flat_nested

_NUMBER = re.compile(r"\[(\d+)\]$")


@dataclass(frozen=True, slots=True)
class Back:
    """What came back: answers by place from the CSV and from the XML, and the bytes of the files by name."""

    csv: Mapping[str, str]
    xml: Mapping[str, str]
    files: Mapping[str, bytes]
    raw: bytes  # the XML


def export(page: Any, form: int, kind: str) -> bytes:
    """Take an export of all submissions of a form."""
    address = f"/questionnaire/definitions/{form}/export/"
    token = next(one["value"] for one in page.context.cookies() if one["name"] == "csrftoken")
    answer = page.context.request.post(
        address, form={"format": kind, "csrfmiddlewaretoken": token}, headers={"Referer": page.url}
    )
    assert answer.ok, f"{answer.status} {answer.text()[:300]}"
    return bytes(answer.body())


def taken_back(page: Any, form: int, schema: Schema) -> Back:
    """Export the one submission of a form as CSV and as XML, and read both."""
    return read_back(export(page, form, "csv"), export(page, form, "xml"), schema)


def read_back(csv_zip: bytes, xml_zip: bytes, schema: Schema) -> Back:
    """Read the exports of the one submission of a form."""
    with zipfile.ZipFile(io.BytesIO(xml_zip)) as archive:
        folder = {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}
        assert len({name.partition("/")[0] for name in archive.namelist()}) == 1
    raw = folder.pop("submission.xml")
    xml = dict(flat_nested(Reader(schema).nested(raw)))
    return Back(csv=read_csv(csv_zip, schema), xml=xml, files=folder, raw=raw)


def members_of(page: Any, key: int) -> list[dict[str, str]]:
    """Take a list as a person does; return its members by column."""
    answer = page.context.request.get(f"/questionnaire/datasets/{key}/csv/")
    assert answer.ok, answer.status
    return list(csv.DictReader(io.StringIO(answer.body().decode("utf-8-sig"))))


def _plain(text: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from reading a text as a formula."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def read_csv(raw: bytes, schema: Schema) -> dict[str, str]:
    """Return the answers of an export with one submission by place; rows find their parents by their keys."""
    found: dict[str, str] = {}
    places: dict[str, str] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = [name for name in archive.namelist() if name != "dictionary.csv"]
        for name, table in zip(names, schema.tables, strict=True):
            rows = list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
            assert table.path or len(rows) == 1, f"{len(rows)} submissions in {name}"
            for row in rows:
                at = ""
                if table.path:
                    number = _NUMBER.search(row["__id"])
                    parent = places[row[table.parent_key]]
                    at = f"{parent}{table.path[len(table.parent) :]}[{number.group(1) if number else '?'}]"
                places[row["__id"]] = at
                for path in schema.by_path:
                    if text := row.get(path[1:], ""):
                        found[f"{at}{path[len(table.path) :]}"] = _plain(text)
    return found
