"""One example of every row the addresses of the site name."""

from datetime import date
from typing import Any
from uuid import UUID

from haicap.kernel.access import SYSTEM
from haicap.register.models import Unit
from tests.sweep_targets import NOBODY


def examples(campaign: Any, told: Any) -> dict[str, Any]:
    """Return an example for every argument of an address; ids of rows that are not there answer 404. `told` gets a
    notice."""
    from haicap.accounts.actions import notify
    from haicap.campaign.models import ContentArea, Indicator
    from haicap.campaign.queries import fields_of

    unit = Unit.objects.filter(level="commune", valid_to=None).order_by("code").first()
    former = Unit.objects.filter(level="commune").exclude(valid_to=None).order_by("code").first()
    district = Unit.objects.filter(level="district").order_by("code").first()
    assert unit is not None
    area = ContentArea.objects.filter(campaign=campaign).order_by("order")[0].code
    indicator = Indicator.objects.filter(campaign=campaign).order_by("order")[0].code
    notify(actor=SYSTEM, people=[told], text_vi="Mẫu", text_en="Sample", url="/")
    return {
        "code": unit.code,
        "unit": unit.code,
        "unit_code": unit.code,
        "register:former-unit.code": former.code if former else "00001",
        "GET /api/register/before/{code}.code": former.code if former else "00001",
        "register:district.code": district.code if district else "760",
        "GET /api/register/districts/{code}.code": district.code if district else "760",
        "campaign:area.code": area,
        "assessment:area.code": area,
        "campaign:indicator.code": indicator,
        "GET /api/campaign/plan/indicators/{code}.code": indicator,
        "key": fields_of(campaign=campaign)[0].key,
        "area": area,
        "person_id": told.pk,
        "notice_id": told.notices.get().pk,
        "job_id": UUID(int=0),
        "day": date(2025, 8, 5),
        "token": "no-such-token",
        **_service(unit),
        **_collection(campaign),
    }


FORM = """
| survey   |
|          | type  | name   | label |
|          | text  | ghi    | Ghi   |
|          | image | anh    | Ảnh   |
| settings |
|          | form_title | form_id  | version |
|          | Phiếu mẫu  | phieu_mau | 1       |
"""


def _collection(campaign: Any) -> dict[str, Any]:
    """Publish a form nobody is assigned to, with one submission; return examples of its addresses."""
    from haicap.questionnaire.actions.entities import Row, create_dataset, create_entities
    from haicap.questionnaire.actions.forms import create_form, save_draft_version
    from haicap.questionnaire.actions.receive import receive
    from haicap.questionnaire.models import Entity

    form = create_form(actor=SYSTEM, campaign=campaign, raw=FORM.encode(), name="phieu.md", publish=True)
    save_draft_version(actor=SYSTEM, form=form)
    xml = (
        b'<data id="phieu_mau" version="1"><ghi>x</ghi><anh>a.png</anh>'
        b"<meta><instanceID>uuid:sweep</instanceID></meta></data>"
    )
    row = receive(actor=SYSTEM, form=form, xml=xml).submission
    dataset = create_dataset(actor=SYSTEM, campaign=campaign, name="danh_sach")
    create_entities(actor=SYSTEM, dataset=dataset, rows=[Row(label="Một")])
    lists = ("list", "submission", "form", "manifest", "media")
    return {
        "project": campaign.pk, "form_id": form.pk, "form": form.form_id, "dataset_id": dataset.pk, "number": 1,
        "name": "a.png", "instance": "uuid:sweep", "instance_id": "uuid:sweep", "edition": "uuid:sweep",
        "version": "1", "role": "viewer", "user": NOBODY, "identity": Entity.objects.get(dataset=dataset).uuid,
        "table": "Submissions", "key_id": NOBODY, "draft": "no-such-draft",
        "file_id": row.attachments.get().pk, "upload_id": UUID(int=0),
        "questionnaire:export-ready.token": UUID(int=0), "questionnaire:export-file.token": UUID(int=0),
        **{f"questionnaire:submission{name}.pk": row.pk
           for name in ("", "-decide", "-comment", "-edit", "-delete", "-file")},
        **{f"openrosa-{kind}{name}.form_id": form.form_id for kind in ("", "key-", "draft-") for name in lists},
        **{f"central-{name}.name": dataset.name for name in ("dataset", "dataset-properties")},
        **{f"central-{name}.name": dataset.name for name in _ENTITIES},
        "openrosa-integrity.name": dataset.name, "openrosa-key-integrity.name": dataset.name,
    }  # fmt: skip


_ENTITIES = (
    "entities", "entities-csv", "entities-odata", "entities-odata-root", "entities-odata-metadata",
    "entities-odata-table", "entity", "entity-restore", "entity-versions", "entity-diffs", "entity-audits",
)  # fmt: skip


def _service(unit: Unit) -> dict[str, Any]:
    """Open the centres with one dossier in which no visitor has a part; return examples of their addresses."""
    from django.conf import settings

    from haicap.onestop.actions.catalogue import load_procedures
    from haicap.onestop.actions.centres import load_centres
    from haicap.onestop.actions.dossiers import Person, Receipt, receive, register
    from haicap.onestop.models import Centre, Dossier
    from haicap.onestop.queries.catalogue import in_force
    from haicap.register.models import Body

    folder = settings.HAICAP_PLANS / "onestop"
    load_centres(actor=SYSTEM, path=folder / "centres.csv")
    load_procedures(actor=SYSTEM, path=folder / "procedures.csv")
    Centre.objects.update(opened_on=date(2025, 7, 1))
    centre = Centre.objects.select_related("body").order_by("code")[0]
    version = in_force(day=date(2026, 1, 5)).get(procedure__code="1.004873")
    row = register(
        actor=SYSTEM, version=version, person=Person(full_name="Người nộp mẫu", unit=unit), centre=centre
    )
    receipt = Receipt(competent=Body.objects.get(code=f"UBND-{unit.code}"))
    receive(actor=SYSTEM, dossier=row.dossier, receipt=receipt, centre=centre)
    Dossier.objects.filter(pk=row.dossier.pk).update(reference="SWEEP22222")
    names = (
        "centre",
        "centre-change",
        "centre-open",
        "centre-close",
        "counter-add",
        "fact-add",
        "outage-add",
    )
    halls = (*names, "display", "kiosk")
    procedures = (
        "procedure", "procedure-version", "procedure-publish", "procedure-withdraw", "procedure-reinstate", "guide",
        "apply",
    )  # fmt: skip
    return {
        "import_id": UUID(int=0),
        "reference": "SWEEP22222", "purpose": "receipt", "sequence": 2, "what": "recall", "pk": NOBODY,
        "onestop:slip.number": "none", "onestop:slip-file.number": "none", "onestop:ticket.key": "none",
        "onestop:petitioned.key": "none", "onestop:verify-issued.key": "none", "onestop:booked.code": "NONE",
        **{f"onestop:{name}.code": centre.code for name in halls},
        **{f"onestop:{name}.code": "1.004873" for name in procedures},
        "GET /api/onestop/procedures/{code}.code": "1.004873",
    }  # fmt: skip
