"""A small form of the field, its filled forms, and a device: what tests of receiving share."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from haicap.campaign.models import Campaign
from haicap.questionnaire.models import Assignment, FieldKey, Form, FormVersion
from haicap.questionnaire.queries.versions import Opened, opened
from haicap.questionnaire.rules.schema import Schema

EDGE = "edge0123456789"  # between the parts of a body
XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms">
<h:head><h:title>Tổ dân phố</h:title><model>
<instance><data id="{form_id}" version="{version}"><start/><unit/><place/><photo/>
<row jr:template=""><what/></row><meta><instanceID/><instanceName/></meta></data></instance>
<bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
<bind nodeset="/data/unit" type="string"/><bind nodeset="/data/place" type="geopoint"/>
<bind nodeset="/data/photo" type="binary"/><bind nodeset="/data/row/what" type="string"/>
<bind nodeset="/data/meta/instanceID" type="string"/>
</model></h:head><h:body><input ref="/data/unit"><label>Mã</label></input>
<input ref="/data/place"><label>Nơi</label></input>
<upload mediatype="image/*" ref="/data/photo"><label>Ảnh</label></upload>
<group ref="/data/row"><label>Dòng</label><repeat nodeset="/data/row"><input ref="/data/row/what"><label>Gì</label>
</input></repeat></group></h:body></h:html>"""


def make_form(campaign: Campaign, *, form_id: str = "to_dan_pho", version: str = "1", **facts: Any) -> Form:
    """Publish a form with a photo, a place, a unit and a repeat."""
    now = timezone.now()
    given = {"title": "Tổ dân phố", "created_at": now, "unit_question": "/unit"} | facts
    form = Form.objects.create(campaign=campaign, form_id=form_id, **given)
    add_version(form, version=version)
    return form


def add_version(form: Form, *, version: str, state: str = FormVersion.State.PUBLISHED) -> FormVersion:
    """Give a form a further version; the one that was published is superseded."""
    if state == FormVersion.State.PUBLISHED:
        form.versions.filter(state=state).update(state=FormVersion.State.SUPERSEDED)
    xform = XFORM.format(form_id=form.form_id, version=version)
    return FormVersion.objects.create(
        form=form, number=form.versions.count() + 1, version=version, state=state, xform=xform, sha256="0" * 64,
        md5="0" * 32, schema=Schema.of(xform).to_json(), created_at=timezone.now(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A filled form before it is XML."""

    form_id: str = "to_dan_pho"
    version: str = "1"
    instance: str = ""
    deprecated: str = ""
    unit: str = ""
    place: str = ""
    photo: str = ""
    rows: tuple[str, ...] = ()

    def xml(self) -> bytes:
        """Return what a client sends."""
        rows = "".join(f"<row><what>{one}</what></row>" for one in self.rows)
        deprecated = f"<deprecatedID>{self.deprecated}</deprecatedID>" if self.deprecated else ""
        return (
            f'<data id="{self.form_id}" version="{self.version}"><start>2025-08-01T08:00:00.000+07:00</start>'
            f"<unit>{self.unit}</unit><place>{self.place}</place><photo>{self.photo}</photo>{rows}"
            f"<meta><instanceID>{self.instance}</instanceID>{deprecated}</meta></data>"
        ).encode()


def new_id() -> str:
    """Return an identity as clients make them."""
    return f"uuid:{uuid.uuid4()}"


def assign(form: Form, **holder: Any) -> Assignment:
    """Let somebody fill the form in."""
    return Assignment.objects.create(form=form, verb=Assignment.Verb.FILL, **holder)


def make_device(campaign: Campaign, *, person: Any = None, name: str = "Máy 1") -> FieldKey:
    """Make the key of a device."""
    return FieldKey.objects.create(
        campaign=campaign, name=name, person=person, nonce=uuid.uuid4().hex, created_at=timezone.now()
    )


def known(form: Form, version: str = "1") -> Opened:
    """Return a version that is there."""
    found = opened(form=form, version=version)
    assert found is not None
    return found


def part(name: str, content: bytes, *, file_name: str | None = None, kind: str = "") -> bytes:
    """Return one part as clients write it."""
    shown = "" if file_name is None else f'; filename="{file_name}"'
    typed = f"Content-Type: {kind}\r\n" if kind else ""
    head = f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"{shown}\r\n{typed}\r\n'
    return head.encode() + content + b"\r\n"


def multipart(xml: bytes, *files: tuple[str, bytes], incomplete: bool = False) -> bytes:
    """Return the body of a submission."""
    body = part("xml_submission_file", xml, file_name="a.xml", kind="text/xml")
    body += b"".join(part(name, raw, file_name=name, kind="image/jpeg") for name, raw in files)
    if incomplete:
        body += part("*isIncomplete*", b"yes")
    return body + f"--{EDGE}--\r\n".encode()
