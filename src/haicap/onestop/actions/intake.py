"""Taking in what somebody brings to a counter: registered and received, sent home for a supplement, or refused."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.models import Person as Account
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.onestop import permissions
from haicap.onestop.actions import dossiers
from haicap.onestop.actions import scans as scanning
from haicap.onestop.actions.desk import checked
from haicap.onestop.actions.files import Paper
from haicap.onestop.models import Centre, Dossier, Event, ProcedureVersion
from haicap.onestop.queries.dossiers import centre_of
from haicap.onestop.queries.routing import competent_body
from haicap.onestop.rules.lifecycle import Channel, Kind
from haicap.register.models import Body, Unit

REMEMBERED = timedelta(days=1)


class Outcome(StrEnum):
    """What the officer decides at the counter."""

    RECEIVE = "receive"
    SUPPLEMENT = "supplement"
    REFUSE = "refuse"


class Deliver(StrEnum):
    """How the applicant wants the result."""

    COUNTER = "counter"
    POST = "post"
    ONLINE = "online"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a receipt needs besides the procedure: `chosen` is for procedures of any commune, `fee` in đồng."""

    chosen: Unit | None = None
    fee: int = 0
    papers: tuple[str, ...] = ()
    deliver: Deliver = Deliver.COUNTER
    return_at: Centre | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What somebody brings; `reason` and `lacking` (codes of papers) say what is missing or why it is refused."""

    version: ProcedureVersion
    person: dossiers.Person
    wish: Wish = field(default_factory=Wish)
    channel: Channel = Channel.DIRECT
    outcome: Outcome = Outcome.RECEIVE
    reason: str = ""
    lacking: tuple[str, ...] = ()
    scans: Sequence[Paper] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """The dossier, the tracking secret ("" where the same form was sent twice), and what became of the scans."""

    dossier: Dossier
    secret: str = ""
    scans: scanning.Scans = field(default_factory=scanning.Scans)


@transaction.atomic
def take_in(*, actor: Actor, intake: Intake, key: str) -> Taken:
    """Register what is brought and decide on it at once: two events in one transaction, or none.

    `key` makes a second sending harmless: it finds what the first one made. Raises Refused with the field,
    NotAllowed where the actor works at no open centre.
    """
    actor.must(permissions.RECEIVE)
    centre_of(actor=actor)
    # One intake of a person at a time, so that a double click meets its own first press.
    Account.objects.select_for_update().filter(pk=actor.person_id or -1).first()
    if (before := _made_before(actor, key)) is not None:
        return Taken(dossier=before)
    registered = dossiers.register(
        actor=actor, version=intake.version, person=intake.person, channel=intake.channel
    )
    dossier = _decide(actor, registered.dossier, intake, key)
    kept = scanning.Scans()
    if intake.scans and intake.outcome is not Outcome.REFUSE:
        kept = scanning.attach(actor=actor, dossier=dossier, papers=intake.scans)
        dossier.refresh_from_db()
    return Taken(dossier=dossier, secret=registered.secret, scans=kept)


def _made_before(actor: Actor, key: str) -> Dossier | None:
    if not key:
        raise Refused("intake.key", _("This form lacks its mark. Reload the page."))
    made = Event.objects.filter(
        key=key, person_id=actor.person_id or -1, dossier__registered_at__gte=timezone.now() - REMEMBERED
    )
    event = made.select_related("dossier__version__procedure").first()
    return event.dossier if event else None


def _decide(actor: Actor, dossier: Dossier, intake: Intake, key: str) -> Dossier:
    if intake.outcome is Outcome.RECEIVE:
        person = intake.person
        receipt = receipt_of(
            actor=actor,
            version=intake.version,
            unit=person.unit,
            land_unit=person.land_unit,
            wish=intake.wish,
        )
        return dossiers.receive(actor=actor, dossier=dossier, receipt=receipt, key=key)
    kind = Kind.SUPPLEMENT_ASKED if intake.outcome is Outcome.SUPPLEMENT else Kind.NOT_RECEIVED
    payload: dict[str, Any] = {"reason": intake.reason}
    if kind is Kind.SUPPLEMENT_ASKED and intake.lacking:
        payload["papers"] = list(intake.lacking)
    facts = checked(dossier=dossier, kind=kind, payload=payload)
    return dossiers.act(actor=actor, dossier=dossier, kind=kind, payload=facts, key=key)


def receipt_of(
    *, actor: Actor, version: ProcedureVersion, unit: Unit | None, land_unit: Unit | None, wish: Wish
) -> dossiers.Receipt:
    """Return what a receipt freezes; raises Refused where no body is competent or another place must receive."""
    body = competent_body(
        version=version, unit=unit, land_unit=land_unit, chosen=wish.chosen, day=timezone.localdate()
    )
    if not version.non_territorial and body.pk != actor.body_id:
        raise Refused(
            "intake.territorial",
            _("This procedure is not received at every centre: only at %(body)s.") % {"body": body.name_vi},
            field="procedure",
        )
    return dossiers.Receipt(
        competent=body,
        fee=wish.fee,
        return_at=_return_at(actor, wish),
        deliver=str(wish.deliver),
        papers=wish.papers,
    )


def _return_at(actor: Actor, wish: Wish) -> Body | None:
    if wish.deliver is not Deliver.COUNTER or wish.return_at is None:
        return None
    return None if wish.return_at.body_id == actor.body_id else wish.return_at.body


@transaction.atomic
def receive_registered(
    *,
    actor: Actor,
    dossier: Dossier,
    wish: Wish,
    expected: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Receive a dossier that came online, by post or back with its supplement. Raises as `take_in`."""
    actor.must(permissions.RECEIVE)
    applicant = dossier.applicant
    receipt = receipt_of(
        actor=actor,
        version=dossier.version,
        unit=applicant.unit,
        land_unit=applicant.land_unit,
        wish=wish,
    )
    return dossiers.receive(actor=actor, dossier=dossier, receipt=receipt, expected=expected, key=key)
