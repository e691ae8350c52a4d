"""Facts and outages of a centre, with who said so and on what proof."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.models import Centre, CentreFact, Outage
from haicap.onestop.queries.centres import fact_kinds
from haicap.onestop.rules.facts import checked
from haicap.onestop.texts.queue import FACTS


@transaction.atomic
def record_fact(
    *, actor: Actor, centre: Centre, key: str, value: str, as_of: date, source: str
) -> CentreFact:
    """Record a fact with its proof; an earlier one about the same key stays. Raises Refused."""
    actor.must(permissions.COUNTER_WRITE)
    kind = fact_kinds().get(key)
    if kind is None:
        raise Refused("fact.key", _("Choose what the fact is about."), field="key")
    if not source.strip():
        raise Refused("fact.source", _("Say what proves it: a document, a test, a photo."), field="source")
    kept, code = checked(kind=kind, value=value)
    if code:
        names = {"minimum": kind.minimum, "maximum": kind.maximum}
        raise Refused(code, str(FACTS[code]) % names, field="value")
    row = CentreFact.objects.create(
        centre=centre,
        key=key,
        value=nfc(kept),
        as_of=as_of,
        source=nfc(source),
        recorded_by_id=actor.person_id,
    )
    audit.record(actor=actor, action="onestop.fact.recorded", subject=row, after=audit.snapshot(row))
    return row


@transaction.atomic
def record_outage(
    *, actor: Actor, centre: Centre, what: str, began_at: datetime, ended_at: datetime | None = None
) -> Outage:
    """Record an outage of a line or device; `ended_at` None while it lasts. Raises Refused."""
    actor.must(permissions.COUNTER_WRITE)
    if not what.strip():
        raise Refused("outage.what", _("Say what failed."), field="what")
    if ended_at is not None and ended_at <= began_at:
        raise Refused("outage.backwards", _("An outage ends after it began."), field="ended_at")
    row = Outage.objects.create(
        centre=centre,
        what=nfc(what)[:200],
        began_at=began_at,
        ended_at=ended_at,
        recorded_by_id=actor.person_id,
    )
    audit.record(actor=actor, action="onestop.outage.recorded", subject=row, after=audit.snapshot(row))
    return row


@transaction.atomic
def end_outage(*, actor: Actor, outage: Outage, at: datetime) -> Outage:
    """Record that an outage is over. Raises Refused."""
    actor.must(permissions.COUNTER_WRITE)
    row = Outage.objects.select_for_update(of=("self",)).get(pk=outage.pk)
    if at <= row.began_at:
        raise Refused("outage.backwards", _("An outage ends after it began."), field="ended_at")
    row.ended_at = at
    row.save(update_fields=["ended_at"])
    audit.record(actor=actor, action="onestop.outage.ended", subject=row)
    return row
