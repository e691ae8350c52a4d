"""A household form with groups, repeats in repeats and places, and clients of Central's API: shared by its tests."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from haicap.campaign.models import Campaign
from haicap.questionnaire.models import Form, FormVersion, Submission
from haicap.questionnaire.rules.schema import Reader, Schema

AT = datetime(2025, 8, 5, 1, 30, tzinfo=UTC)
XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>Hộ dân</h:title><model>
<instance><data id="{form_id}" version="{version}"><name/><age/><income/><day/><when/><ok/><kinds/>
<where><point/><trace/><area/><ghi-chú/></where>
<child jr:template=""><who/><toy jr:template=""><what/></toy></child><photo/>
<meta><instanceID/><instanceName/></meta></data></instance>
<bind nodeset="/data/name" type="string"/><bind nodeset="/data/age" type="int"/>
<bind nodeset="/data/income" type="decimal"/><bind nodeset="/data/day" type="date"/>
<bind nodeset="/data/when" type="dateTime"/><bind nodeset="/data/ok" type="boolean"/>
<bind nodeset="/data/kinds" type="string"/><bind nodeset="/data/where/point" type="geopoint"/>
<bind nodeset="/data/where/trace" type="geotrace"/><bind nodeset="/data/where/area" type="geoshape"/>
<bind nodeset="/data/child/who" type="string"/><bind nodeset="/data/child/toy/what" type="string"/>
<bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/meta/instanceID" type="string"/>
</model></h:head><h:body>
<input ref="/data/name"><label>Tên</label></input><input ref="/data/age"><label>Tuổi</label></input>
<input ref="/data/income"><label>Thu nhập</label></input><input ref="/data/day"><label>Ngày</label></input>
<input ref="/data/when"><label>Lúc</label></input><input ref="/data/ok"><label>Được</label></input>
<select ref="/data/kinds"><label>Loại</label><item><label>A</label><value>a</value></item>
<item><label>B</label><value>b</value></item></select>
<group ref="/data/where"><label>Nơi</label><input ref="/data/where/point"><label>P</label></input>
<input ref="/data/where/trace"><label>T</label></input><input ref="/data/where/area"><label>A</label></input>
<input ref="/data/where/ghi-chú"><label>G</label></input></group>
<group ref="/data/child"><label>Con</label><repeat nodeset="/data/child"><input ref="/data/child/who">
<label>Ai</label></input><group ref="/data/child/toy"><label>Đồ chơi</label><repeat nodeset="/data/child/toy">
<input ref="/data/child/toy/what"><label>Gì</label></input></repeat></group></repeat></group>
<upload ref="/data/photo" mediatype="image/*"><label>Ảnh</label></upload>
</h:body></h:html>"""


def make_form(campaign: Campaign, *, form_id: str = "ho_dan", version: str = "1", **facts: Any) -> Form:
    """Publish the household form."""
    given = {"title": "Hộ dân", "created_at": timezone.now()} | facts
    form = Form.objects.create(campaign=campaign, form_id=form_id, **given)
    add_version(form, version=version)
    return form


def add_version(
    form: Form,
    *,
    version: str,
    state: str = "published",
    columns: dict[str, str] | None = None,
    **renamed: str,
) -> FormVersion:
    """Give the form a further version, with questions renamed."""
    if state == "published":
        form.versions.filter(state=state).update(state="superseded")
    xform = XFORM.format(form_id=form.form_id, version=version)
    for old, new in renamed.items():
        xform = xform.replace(f"<{old}/>", f"<{new}/>").replace(f'/{old}"', f'/{new}"')
    schema = Schema.of(xform).with_columns(columns or {})
    return FormVersion.objects.create(
        form=form, number=form.versions.count() + 1, version=version, state=state, xform=xform,
        sha256=uuid.uuid4().hex * 2, md5=uuid.uuid4().hex, schema=schema.to_json(), created_at=AT,
        published_at=AT if state == "published" else None,
    )  # fmt: skip


def filled(
    *,
    identity: str = "",
    form_id: str = "ho_dan",
    version: str = "1",
    deprecated: str = "",
    children: Any = (),
    **answers: str,
) -> str:
    """Return a filled form; `children` are (who, (toy, ...))."""
    identity = identity or f"uuid:{uuid.uuid4()}"
    rows = "".join(
        f"<child><who>{who}</who>{''.join(f'<toy><what>{toy}</what></toy>' for toy in toys)}</child>"
        for who, toys in children
    )
    where = "".join(f"<{name}>{answers.pop(name, '')}</{name}>" for name in ("point", "trace", "area"))
    note = f"<ghi-chú>{answers.pop('note', '')}</ghi-chú>"
    given = "".join(f"<{name}>{text}</{name}>" for name, text in answers.items())
    old = f"<deprecatedID>{deprecated}</deprecatedID>" if deprecated else ""
    return (
        f'<data id="{form_id}" version="{version}">{given}<where>{where}{note}</where>{rows}'
        f"<meta>{old}<instanceID>{identity}</instanceID></meta></data>"
    )


def put(form: Form, *, number: int = 0, **facts: Any) -> Submission:
    """Store a filled form, received `number` minutes after the first."""
    named = {
        name: facts.pop(name)
        for name in ("person", "key", "unit", "state", "is_test", "updated_at", "device", "deleted_at")
        if name in facts
    }
    version = facts.pop("row", None) or form.versions.get(state="published")
    identity = facts.pop("identity", f"uuid:{uuid.uuid4()}")
    xml = filled(identity=identity, form_id=form.form_id, version=version.version, **facts)
    counts = Reader(Schema.from_json(version.schema)).counts(xml)
    return Submission.objects.create(
        form=form, version=version, instance_id=identity, current_id=identity, xml=xml, sha256=uuid.uuid4().hex * 2,
        received_at=AT + timedelta(minutes=number), repeats=counts, **named,
    )  # fmt: skip


def read(client: Client, address: str, **parameters: Any) -> Any:
    """Return the JSON at an address, which must be there."""
    answer: Any = client.get(address, {f"${name}": value for name, value in parameters.items()})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200, body
    return json.loads(body)


def refused(client: Client, address: str, **parameters: Any) -> tuple[int, float]:
    """Return status and Central's number of a refusal."""
    answer = client.get(address, {f"${name}": value for name, value in parameters.items()})
    return answer.status_code, answer.json()["code"]


def sent(client: Client, method: str, address: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Return status and JSON of a call with a JSON body."""
    kind = headers.pop("content_type", "application/json")
    raw = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    answer = client.generic(method, address, raw, content_type=kind, headers=headers)
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return answer.status_code, json.loads(text)
