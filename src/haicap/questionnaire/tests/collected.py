"""A small form of the field and filled copies of it, put straight into the tables."""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

from haicap.campaign.models import Campaign
from haicap.questionnaire.models import Form, FormVersion, Submission
from haicap.questionnaire.rules.schema import Schema

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>Kiểm tra bộ phận một cửa</h:title><model>
<itext>
<translation lang="Tiếng Việt (vi)" default="true()">
<text id="centre"><value>Tên bộ phận</value></text><text id="count"><value>Số hồ sơ</value></text>
<text id="kind"><value>Loại</value></text><text id="open"><value>Mở</value></text>
<text id="shut"><value>Đóng</value></text><text id="who"><value>Họ tên</value></text>
<text id="age"><value>Tuổi</value></text><text id="about"><value>Thông tin</value></text>
</translation>
<translation lang="English (en)">
<text id="centre"><value>Name of the centre</value></text><text id="count"><value>Dossiers</value></text>
<text id="kind"><value>Kind</value></text><text id="open"><value>Open</value></text>
<text id="shut"><value>Shut</value></text><text id="who"><value>Full name</value></text>
<text id="age"><value>Age</value></text><text id="about"><value>Information</value></text>
</translation></itext>
<instance><data id="kiem_tra" version="1"><start/><end/><unit/><about><centre/><count/><kind/><photo/></about>
<staff jr:template=""><who/><age/></staff><place/>
<meta><instanceID/><instanceName/></meta></data></instance>
<bind nodeset="/data/start" type="dateTime" jr:preload="timestamp" jr:preloadParams="start"/>
<bind nodeset="/data/end" type="dateTime" jr:preload="timestamp" jr:preloadParams="end"/>
<bind nodeset="/data/unit" type="string"/>
<bind nodeset="/data/about/centre" type="string" required="true()"/>
<bind nodeset="/data/about/count" type="int" constraint=". &gt;= 0 and . &lt;= 5000"/>
<bind nodeset="/data/about/kind" type="string"/>
<bind nodeset="/data/about/photo" type="binary" relevant="/data/about/kind = 'open'"/>
<bind nodeset="/data/staff/who" type="string"/><bind nodeset="/data/staff/age" type="int" constraint=". &gt; 15"/>
<bind nodeset="/data/place" type="geopoint"/>
<bind nodeset="/data/meta/instanceID" type="string"/>
</model></h:head><h:body>
<input ref="/data/unit"><label>Mã xã</label></input>
<group ref="/data/about"><label ref="jr:itext('about')"/>
<input ref="/data/about/centre"><label ref="jr:itext('centre')"/></input>
<input ref="/data/about/count"><label ref="jr:itext('count')"/></input>
<select1 ref="/data/about/kind"><label ref="jr:itext('kind')"/>
<item><label ref="jr:itext('open')"/><value>open</value></item>
<item><label ref="jr:itext('shut')"/><value>shut</value></item></select1>
<upload ref="/data/about/photo" mediatype="image/*"><label>Ảnh</label></upload></group>
<group ref="/data/staff"><label>Cán bộ</label><repeat nodeset="/data/staff">
<input ref="/data/staff/who"><label ref="jr:itext('who')"/></input>
<input ref="/data/staff/age"><label ref="jr:itext('age')"/></input></repeat></group>
<input ref="/data/place"><label>Vị trí</label></input>
</h:body></h:html>"""
AT = datetime(2025, 8, 5, 1, 30, tzinfo=UTC)


def make_form(campaign: Campaign, *, form_id: str = "kiem_tra", xform: str = XFORM, **more: Any) -> Form:
    """Publish the form in `campaign`."""
    form = Form.objects.create(
        campaign=campaign, form_id=form_id, title="Kiểm tra bộ phận một cửa", created_at=AT, **more
    )
    xform = xform.replace("kiem_tra", form_id)
    digest = hashlib.sha256(f"{form.pk} {xform}".encode()).hexdigest()
    FormVersion.objects.create(
        form=form, number=1, version="1", state="published", xform=xform, sha256=digest, md5=digest[:32],
        schema=Schema.of(xform).to_json(), created_at=AT, published_at=AT,
    )  # fmt: skip
    return form


def filled(
    *,
    identity: str,
    form_id: str = "kiem_tra",
    staff: tuple[tuple[str, str], ...] = (),
    deprecated: str = "",
    **answers: str,
) -> str:
    """Return a filled form."""
    rows = "".join(f"<staff><who>{who}</who><age>{age}</age></staff>" for who, age in staff)
    given = {
        "centre": "Bến Nghé",
        "count": "12",
        "kind": "open",
        "photo": "",
        "unit": "",
        "place": "",
    } | answers
    old = f"<deprecatedID>{deprecated}</deprecatedID>" if deprecated else ""
    return (
        f'<data id="{form_id}" version="1"><start>2025-08-05T08:00:00.000+07:00</start>'
        f"<end>2025-08-05T08:20:30.000+07:00</end><unit>{given['unit']}</unit>"
        f"<about><centre>{given['centre']}</centre><count>{given['count']}</count><kind>{given['kind']}</kind>"
        f"<photo>{given['photo']}</photo></about>{rows}<place>{given['place']}</place>"
        f"<meta>{old}<instanceID>{identity}</instanceID><instanceName>{given['centre']}</instanceName></meta></data>"
    )


def put(
    form: Form, *, state: str = "received", place: list[float] | None = None, **answers: Any
) -> Submission:
    """Store a filled form; `person`, `unit`, `key` say by whom and about what."""
    about = {name: answers.pop(name, None) for name in ("person", "unit", "key")}
    identity = f"uuid:{uuid.uuid4()}"
    xml = filled(identity=identity, form_id=form.form_id, **answers)
    digest = hashlib.sha256(xml.encode()).hexdigest()
    version = form.versions.get()
    return Submission.objects.create(
        form=form, version=version, instance_id=identity, current_id=identity, xml=xml, sha256=digest, state=state,
        instance_name=answers.get("centre", "Bến Nghé"), received_at=AT, place=place,
        started_at=datetime(2025, 8, 5, 1, 0, tzinfo=UTC), ended_at=datetime(2025, 8, 5, 1, 20, 30, tzinfo=UTC),
        device="collect:1", agent="org.odk.collect", **about,
    )  # fmt: skip
