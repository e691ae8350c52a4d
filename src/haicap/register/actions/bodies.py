"""Organisations that people belong to."""

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.audit import record, snapshot
from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.register.models import Body, Unit

TYPE_IN_ENGLISH = {"ward": "Ward", "commune": "Commune", "special_zone": "Special Zone"}


def committee_of(*, unit: Unit) -> Body:
    """Return the unsaved committee of a commune: code UBND-<unit code>, names in both languages."""
    lowered = unit.full_name[:1].lower() + unit.full_name[1:]
    kind = TYPE_IN_ENGLISH.get(unit.unit_type, "")
    return Body(
        kind=Body.Kind.COMMUNE_COMMITTEE,
        code=f"UBND-{unit.code}",
        name_vi=f"Ủy ban nhân dân {lowered}",
        name_en=f"People's Committee of {unit.name} {kind}".strip(),
        unit=unit,
    )


@transaction.atomic
def ensure_body(
    *, actor: Actor, kind: str, code: str, name_vi: str, name_en: str = "", unit: Unit | None = None
) -> Body:
    """Return the body with this code, added or brought up to these names where needed.

    Raises NotAllowed without register.body:write, and Refused where the code belongs to another kind of body
    or the kind is not known.
    """
    actor.must("register.body:write")
    if kind not in Body.Kind.values:
        raise Refused(
            "body.kind", _("There is no kind of body called %(kind)s.") % {"kind": kind}, field="kind"
        )
    wanted = {"name_vi": nfc(name_vi), "name_en": nfc(name_en), "unit_id": unit.pk if unit else None}
    body = Body.objects.select_for_update().filter(code=code).first()
    if body is None:
        body = Body.objects.create(kind=kind, code=code, **wanted)
        record(actor=actor, action="register.body.added", subject=body, after=snapshot(body))
        return body
    if body.kind != kind:
        raise Refused(
            "body.code_taken",
            _("The code %(code)s already belongs to %(name)s.") % {"code": code, "name": body.name_vi},
            field="code",
        )
    if any(getattr(body, field) != value for field, value in wanted.items()):
        before = snapshot(body)
        for field, value in wanted.items():
            setattr(body, field, value)
        body.save(update_fields=list(wanted))
        record(actor=actor, action="register.body.changed", subject=body, before=before, after=snapshot(body))
    return body
