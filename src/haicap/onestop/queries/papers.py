"""Which forms a dossier has, where its papers are, and the slips they travel with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.documents.decree30 import Document
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.onestop import permissions
from haicap.onestop.models import Applicant, Dossier, Event, Slip, SlipLine
from haicap.onestop.papers.forms import DELIVERIES, Given, form_document
from haicap.onestop.queries.clock import pack_on
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.figures import Period
from haicap.onestop.rules.lifecycle import Happening, Kind, Life, replay
from haicap.onestop.rules.packs import Form, Pack
from haicap.register.models import Body

PURPOSES: Mapping[str, str] = {
    Kind.RECEIVED: "receipt",
    Kind.SUPPLEMENT_ASKED: "supplement",
    Kind.NOT_RECEIVED: "refusal",
    Kind.EXTENDED: "apology",
    Kind.STOPPED: "stop",
}
ON_THE_WAY = timedelta(days=2)
MOST_REGISTERED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Printable:
    """A form that can be printed: what it is, and the event it tells of."""

    purpose: str
    form: Form
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The forms of a dossier, where its papers are ("" none on paper), and the slips they went with."""

    forms: Sequence[Printable]
    place: str
    lines: Sequence[SlipLine]


def pack_of_dossier(*, dossier: Dossier) -> Pack:
    """Return the rule pack of the day of receipt, or of registration before it."""
    return pack_on(day=timezone.localtime(dossier.received_at or dossier.registered_at).date())


def printable(*, dossier: Dossier, events: Sequence[Event]) -> list[Printable]:
    """Return the forms that follow from the events; the control sheet goes with every received dossier."""
    forms = pack_of_dossier(dossier=dossier).forms
    found = [
        Printable(purpose=PURPOSES[event.kind], form=forms[PURPOSES[event.kind]], sequence=event.sequence)
        for event in events
        if event.kind in PURPOSES and PURPOSES[event.kind] in forms
    ]
    if "control" in forms and any(event.kind == Kind.RECEIVED for event in events):
        found.append(Printable(purpose="control", form=forms["control"], sequence=events[-1].sequence))
    return found


def papers_of(*, dossier: Dossier, life: Life, events: Sequence[Event] | None = None) -> Papers:
    """Return what the page of a dossier tells of its papers; at most three queries."""
    told = events if events is not None else list(Event.objects.filter(dossier=dossier).order_by("sequence"))
    lines = list(
        SlipLine.objects.filter(dossier=dossier).select_related(
            "slip__sender", "slip__receiver", "arrived_by"
        )
    )
    code = life.paper.rpartition(":")[2] if life.paper.startswith("way:") else life.paper
    body = Body.objects.filter(code=code).first() if code else None
    place = body.name_vi if body else ""
    return Papers(forms=printable(dossier=dossier, events=told), place=place, lines=lines)


def form_of(*, dossier: Dossier, purpose: str, sequence: int, address: str = "") -> Document:
    """Return a form of a dossier whose row the caller was allowed to see, as it stood then; raises Missing."""
    rows = Event.objects.filter(dossier=dossier, sequence__lte=sequence)
    events = list(rows.select_related("body", "person").order_by("sequence"))
    known = {(one.purpose, one.sequence): one.form for one in printable(dossier=dossier, events=events)}
    form = known.get((purpose, sequence))
    if form is None:
        raise Missing("form.missing", _("This dossier has no such form."))
    event, life = events[-1], _life_after(events)
    received = next((one for one in events if one.kind == Kind.RECEIVED), event)
    body = event.body or dossier.competent_body or dossier.received_body
    assert body is not None, "a registered dossier has a receiving body"
    return form_document(
        purpose=purpose,
        given=Given(
            form=form,
            dossier=dossier,
            life=life,
            applicant=Applicant.objects.get(dossier=dossier),
            events=events,
            event=event,
            body=Body.objects.select_related("unit").get(pk=body.pk),
            returned_at=_returned_at(received, life),
            competent=_name_of(life.competent),
            person=event.person.full_name if event.person else "",
            address=address,
        ),
    )


def _returned_at(received: Event, life: Life) -> str:
    way = str(received.payload.get("deliver") or "")
    if way in DELIVERIES:
        return DELIVERIES[way]
    name = _name_of(life.return_at or life.received)
    return f"tại {name}" if name else "……"


def _name_of(code: str) -> str:
    body = Body.objects.filter(code=code).first() if code else None
    return body.name_vi if body else ""


def _life_after(events: Sequence[Event]) -> Life:
    return replay(
        events=[
            Happening(
                kind=Kind(event.kind),
                at=event.at,
                body=event.body.code if event.body else "",
                person=event.person_id,
                payload=event.payload,
            )
            for event in events
        ]
    )


def registered_for(*, actor: Actor, period: Period) -> QuerySet[Dossier]:
    """Return the dossiers that the actor's body received in a period, in the order of their codes."""
    rows = dossiers_for(actor=actor).filter(
        received_body_id=actor.body_id or -1,
        received_at__date__gte=period.start,
        received_at__date__lte=period.end,
    )
    return rows.select_related("version", "applicant", "competent_body").order_by("received_at", "pk")


def slips_for(*, actor: Actor) -> QuerySet[Slip]:
    """Return the slips that the actor's body sent or is to receive, newest first, with `count` and `arrived`."""
    rows = Slip.objects.select_related("sender", "receiver", "sent_by").annotate(
        count=Count("lines"), arrived=Count("lines", filter=Q(lines__arrived_at__isnull=False))
    )
    if not actor.may(permissions.READ) or actor.body_id is None:
        return rows.none()
    return rows.filter(Q(sender_id=actor.body_id) | Q(receiver_id=actor.body_id)).order_by("-sent_at", "-pk")


def slip_for(*, actor: Actor, number: str) -> Slip:
    """Return such a slip by its number; raises Missing."""
    row = slips_for(actor=actor).filter(number=number).first()
    if row is None:
        raise Missing("slip.missing", _("There is no such slip, or not for your body."))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Papers that lie here and belong elsewhere, by the body that must act on them."""

    receiver: Body
    dossiers: Sequence[Dossier]


def outgoing_for(*, actor: Actor) -> list[Outgoing]:
    """Return the papers that lie at the actor's body while another must act, by receiver; two queries."""
    own = Body.objects.filter(pk=actor.body_id or -1).first()
    if own is None:
        return []
    rows = dossiers_for(actor=actor).filter(is_open=True, life__paper=own.code, received_at__isnull=False)
    rows = rows.exclude(holder_id=own.pk).exclude(holder=None).select_related("holder", "version__procedure")
    groups: dict[int, list[Any]] = {}
    for row in rows.order_by("holder", "due_at", "pk")[:1000]:
        groups.setdefault(row.holder_id or 0, []).append(row)
    return [Outgoing(receiver=members[0].holder, dossiers=members) for members in groups.values()]


def to_forward_for(*, actor: Actor) -> QuerySet[Dossier]:
    """Return the dossiers that the actor's body received and has not passed on yet."""
    rows = dossiers_for(actor=actor).filter(status=Dossier.Status.RECEIVED, holder_id=actor.body_id or -1)
    return rows.select_related("competent_body", "version__procedure").order_by(
        "competent_body", "received_at"
    )
