"""What the page of a dossier gets, from what the queries found."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone

from haicap.kernel.access import Actor
from haicap.onestop import permissions
from haicap.onestop.actions.intake import Deliver, Wish
from haicap.onestop.forms.events import FORMS, EventForm, form_of
from haicap.onestop.models import Event
from haicap.onestop.queries import desk as queries
from haicap.onestop.queries import lists
from haicap.onestop.queries.centres import open_centres_on
from haicap.onestop.queries.signing import result_of
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.texts.desk import (
    DELIVER,
    FORETOLD,
    ICONS,
    STATUS_COLOURS,
    VERBS,
    details_of,
    where,
)
from haicap.onestop.texts.lifecycle import KINDS
from haicap.onestop.views.clock import clock_context
from haicap.register.models import Body

# What a dossier waits for -> what is done about it; the first that the actor may do is the primary button.
NEXT: Mapping[lists.Waits | None, Sequence[Kind]] = {
    lists.Waits.RECEIVE: (Kind.RECEIVED,),
    lists.Waits.FORWARD: (Kind.FORWARDED,),
    lists.Waits.ASSIGN: (Kind.ASSIGNED, Kind.DRAFTED),
    lists.Waits.PROCESS: (Kind.DRAFTED,),
    lists.Waits.APPROVE: (Kind.APPROVED,),
    lists.Waits.SIGN: (Kind.SIGNED,),
    lists.Waits.ISSUE: (Kind.NUMBERED, Kind.ISSUED),
    lists.Waits.RETURN: (Kind.PAID, Kind.RETURNED),
    lists.Waits.WITHDRAWAL: (Kind.STOPPED,),
    None: (Kind.SUPPLEMENT_GIVEN, Kind.PAID),
}
GRAVE = frozenset({Kind.STOPPED, Kind.NOT_RECEIVED, Kind.REROUTED, Kind.SENT_BACK})


def wish_of(data: Mapping[str, Any]) -> Wish:
    """Return what a receipt form asks for."""
    code = data.get("return_at") or ""
    centre = open_centres_on(day=timezone.localdate()).filter(code=code).first() if code else None
    return Wish(
        chosen=data.get("chosen"),
        fee=data.get("fee") or 0,
        papers=tuple(data.get("papers") or ()),
        deliver=Deliver(data.get("deliver") or "counter"),
        return_at=centre,
    )


def primary_of(*, kinds: Sequence[Kind], waits: lists.Waits | None) -> Kind | None:
    """Return the event that moves a dossier on, None where the actor has nothing to do now."""
    if Kind.CONSULT_ANSWERED in kinds:
        return Kind.CONSULT_ANSWERED
    return next((kind for kind in NEXT.get(waits, ()) if kind in kinds), None)


def tools_of(*, forms: Mapping[Kind, EventForm], primary: Kind | None) -> list[dict[str, Any]]:
    """Return what may be done besides the next step, each with its form."""
    return [
        {
            "kind": kind.value,
            "verb": VERBS[kind],
            "icon": ICONS[kind],
            "form": form,
            "open": form.is_bound,
            "grave": kind in GRAVE,
        }
        for kind, form in forms.items()
        if kind is not primary
    ]


def forms_of(
    *, actor: Actor, page: queries.DossierPage | queries.CounterPage, faulty: EventForm | None
) -> dict[Kind, EventForm]:
    """Return a form for each thing that may be done; the refused one as it was typed."""
    kinds = [kind for kind in page.kinds if kind in FORMS]
    choices = queries.choices_for(actor=actor, dossier=page.dossier, kinds=kinds)
    forms: dict[Kind, EventForm] = {
        kind: form_of(kind=kind, choices=choices, sequence=page.dossier.sequence) for kind in kinds
    }
    if faulty is not None:
        forms[Kind(str(faulty.data.get("kind")))] = faulty
    return forms


def dossier_context(
    *, actor: Actor, page: queries.DossierPage, faulty: EventForm | None = None
) -> dict[str, Any]:
    """Return the context of the page of a dossier."""
    waits = lists.waits_of(life=page.life)
    forms = forms_of(actor=actor, page=page, faulty=faulty)
    primary = Kind(str(faulty.data.get("kind"))) if faulty else primary_of(kinds=page.kinds, waits=waits)
    foretold = lists.foretell(dossier=page.dossier, now=page.now, risk=lists.risk_until(now=page.now))
    return {
        "page": page,
        "dossier": page.dossier,
        "life": page.life,
        "where": where(dossier=page.dossier, life=page.life),
        "foretold": FORETOLD[foretold],
        "status_colour": STATUS_COLOURS[page.dossier.status],
        "events": _timeline(page),
        "primary": {"kind": primary, "verb": VERBS[primary], "icon": ICONS[primary], "form": forms[primary]}
        if primary in forms
        else None,
        "tools": tools_of(forms=forms, primary=primary),
        "faulty": faulty,
        "result_verb": next((VERBS[kind] for kind in queries.RESULT_KINDS if kind in page.kinds), ""),
        "result_first": primary in queries.RESULT_KINDS,
        "papers": page.papers,
        "clock": clock_context(dossier=page.dossier, life=page.life, now=page.now),
        "result": result_of(dossier=page.dossier),
        "may_scan": Kind.SCANNED in page.kinds,
        "may_unmask": actor.may(permissions.UNMASK),
        "may_secret": actor.may(permissions.RECEIVE),
        "deliver": DELIVER.get(page.deliver, ""),
        "paper_names": page.paper_names,
        "wanted_at": _wanted_at(page),
        "max_bytes": settings.HAICAP_MAX_EVIDENCE,
    }


def _wanted_at(page: queries.DossierPage) -> Body | None:
    """Return the body where the applicant wants the result, None for post, online and before the receipt."""
    if not page.life.received_at or page.deliver in ("post", "online"):
        return None
    return page.bodies.get(page.life.return_at) if page.life.return_at else page.dossier.received_body


def _timeline(page: queries.DossierPage) -> list[dict[str, Any]]:
    return [
        {
            "pk": event.pk,
            "name": KINDS[Kind(event.kind)],
            "icon": ICONS.get(Kind(event.kind), "circle-dot"),
            "at": event.at,
            "body": event.body,
            "person": event.person,
            "machine": bool(event.payload.get("machine")),
            "details": _details(event, page),
        }
        for event in reversed(page.events)
    ]


def _details(event: Event, page: queries.DossierPage) -> str:
    return details_of(kind=event.kind, payload=event.payload, bodies=page.bodies, people=page.people)
