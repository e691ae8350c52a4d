"""What people do to dossiers. Each function appends to the ledger (`actions.ledger`), which is the audit trail."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.sequences import take
from haicap.kernel.text import fold, nfc
from haicap.onestop import permissions
from haicap.onestop.actions import ledger
from haicap.onestop.models import Applicant, Centre, Dossier, ProcedureVersion
from haicap.onestop.queries.clock import pack_on
from haicap.onestop.queries.dossiers import centre_of, dossiers_for
from haicap.onestop.rules.lifecycle import Channel, Kind
from haicap.register.models import Body, Unit

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no signs that are mistaken for another
REFERENCE_LENGTH, SECRET_LENGTH = 10, 8

_COUNTER = frozenset({permissions.RECEIVE})
_PROCESS = frozenset({permissions.PROCESS})
PERMISSIONS: Mapping[Kind, frozenset[str]] = {
    **dict.fromkeys(Kind, _PROCESS),
    **dict.fromkeys(
        (
            Kind.REGISTERED,
            Kind.RECEIVED,
            Kind.NOT_RECEIVED,
            Kind.FORWARDED,
            Kind.WITHDRAW_ASKED,
        ),
        _COUNTER,
    ),
    **dict.fromkeys(
        (Kind.SCANNED, Kind.SUPPLEMENT_ASKED, Kind.SUPPLEMENT_GIVEN, Kind.PAID, Kind.REROUTED),
        _COUNTER | _PROCESS,
    ),
    Kind.ASSIGNED: _PROCESS | {permissions.ASSIGN},
    Kind.APPROVED: frozenset({permissions.APPROVE}),
    Kind.SENT_BACK: frozenset({permissions.APPROVE, permissions.SIGN}),
    Kind.SIGNED: frozenset({permissions.SIGN}),
    Kind.NUMBERED: frozenset({permissions.ISSUE}),
    Kind.ISSUED: frozenset({permissions.ISSUE}),
    Kind.POSTED: frozenset({permissions.ISSUE, permissions.RETURN}),
    Kind.RETURNED: frozenset({permissions.RETURN}),
    **dict.fromkeys((Kind.PAPER_SENT, Kind.PAPER_RECEIVED), _COUNTER | _PROCESS | {permissions.RETURN}),
}
AT_CENTRE = frozenset(
    {
        Kind.REGISTERED,
        Kind.RECEIVED,
        Kind.NOT_RECEIVED,
        Kind.SUPPLEMENT_GIVEN,
        Kind.WITHDRAW_ASKED,
        Kind.RETURNED,
    }
)  # done over a counter of an open centre, whoever has a part in the dossier
MAY_BE_AT_CENTRE = frozenset({Kind.SCANNED, Kind.SUPPLEMENT_ASKED, Kind.PAID, Kind.POSTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who applies, as typed; kept apart from the ledger."""

    full_name: str
    id_number: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    unit: Unit | None = None
    land_unit: Unit | None = None
    proxy_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A registered dossier and the tracking secret, shown once and kept only as a digest."""

    dossier: Dossier
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What valid receipt freezes: who is competent, what is to be paid, where the result is wanted.

    `competent` and `return_at` (None: where it was received) are bodies; `fee` is in đồng; `deliver` is how the
    applicant wants the result (counter, post, online); `papers` are the codes of the papers that are there.
    """

    competent: Body
    fee: int = 0
    return_at: Body | None = None
    reused: bool = False
    deliver: str = ""
    papers: tuple[str, ...] = ()


def _signs(count: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _number in range(count))


def new_reference() -> str:
    """Return a reference that nobody can guess, without signs that are mistaken for another."""
    return _signs(REFERENCE_LENGTH)


def may(*, actor: Actor, kind: Kind) -> bool:
    """Say whether the actor's role allows an event of this kind at all."""
    return actor.is_system or any(actor.may(name) for name in PERMISSIONS[kind])


def _must(actor: Actor, kind: Kind) -> None:
    if not may(actor=actor, kind=kind):
        actor.must(min(PERMISSIONS[kind]))


def _by(actor: Actor, kind: Kind, centre: Centre | None) -> ledger.Doing:
    """Return who acts and at which centre; raises NotAllowed where the event needs one and there is none."""
    if actor.is_system and centre is not None:
        return ledger.doing(actor=actor, body_id=centre.body_id, centre=centre.code)
    if kind in AT_CENTRE:
        place = centre_of(actor=actor)
        return ledger.doing(actor=actor, body_id=place.body_id, centre=place.code)
    if kind in MAY_BE_AT_CENTRE and actor.may(permissions.RECEIVE):
        place = centre_of(actor=actor)
        return ledger.doing(actor=actor, body_id=place.body_id, centre=place.code)
    return ledger.doing(actor=actor)


def _checked(person: Person) -> Person:
    if not person.full_name.strip():
        raise Refused("applicant.name", _("Give the applicant's full name."), field="full_name")
    return person


@transaction.atomic
def register(
    *,
    actor: Actor,
    version: ProcedureVersion,
    person: Person,
    channel: Channel = Channel.DIRECT,
    centre: Centre | None = None,
    as_citizen: bool = False,
    sample: bool = False,
    imported: bool = False,
    at: datetime | None = None,
) -> Registered:
    """Register a dossier at the actor's centre, or online at `centre` by the applicant (`as_citizen`).

    The reference and the secret are what the applicant follows the dossier with. Raises Refused, NotAllowed.
    """
    if as_citizen:
        if centre is None:
            raise Refused("centre.choose", _("Choose a centre."), field="centre")
        by = ledger.Doing(person_id=None, body_id=None)
        received = centre.body
    else:
        _must(actor, Kind.REGISTERED)
        by = _by(actor, Kind.REGISTERED, centre)
        received = centre.body if centre is not None else Body.objects.get(pk=by.body_id or -1)
    moment = at or timezone.now()
    who = _checked(person)
    dossier = Dossier.objects.create(
        reference=new_reference(),
        version=version,
        channel=channel,
        registered_at=moment,
        is_sample=sample,
        is_imported=imported,
    )
    secret = _signs(SECRET_LENGTH)
    _keep_applicant(dossier, who, secret)
    payload: dict[str, Any] = {
        "channel": str(channel),
        "received": received.code,
        "procedure": version.procedure.code,
        "version": version.number,
    }
    if imported:
        payload["imported"] = True
    ledger.write(dossier=dossier, by=by, kind=Kind.REGISTERED, payload=payload, at=moment)
    return Registered(dossier=dossier, secret=secret)


def _keep_applicant(dossier: Dossier, person: Person, secret: str) -> None:
    name = nfc(person.full_name)
    Applicant.objects.create(
        dossier=dossier,
        full_name=name,
        folded=fold(name),
        id_number=person.id_number.strip(),
        phone=person.phone.strip(),
        email=person.email.strip(),
        address=nfc(person.address),
        unit=person.unit,
        land_unit=person.land_unit,
        proxy_name=nfc(person.proxy_name),
        secret=secret_digest(reference=dossier.reference, secret=secret),
    )


def secret_digest(*, reference: str, secret: str) -> str:
    """Return what is stored of a tracking secret: keyed, and different for each dossier."""
    spelt = secret.strip().upper()
    return salted_hmac("onestop.tracking", f"{reference}:{spelt}", algorithm="sha256").hexdigest()


@transaction.atomic
def receive(
    *,
    actor: Actor,
    dossier: Dossier,
    receipt: Receipt,
    expected: int | None = None,
    key: str | None = None,
    centre: Centre | None = None,
    at: datetime | None = None,
) -> Dossier:
    """Receive a registered dossier validly: freezes version, time limit and code, and starts the clock.

    The code is taken last, inside the transaction, so codes have no gaps and no twins. The procedure's version
    is the one valid on the day of receipt. Raises Refused, Conflict, NotAllowed.
    """
    _must(actor, Kind.RECEIVED)
    by = _by(actor, Kind.RECEIVED, centre)
    moment = at or timezone.now()
    day = timezone.localtime(moment).date()
    row = ledger.lock(dossier_id=dossier.pk)
    if row.status != Dossier.Status.NEW:
        return ledger.append(dossier_id=row.pk, by=by, kind=Kind.RECEIVED, expected=expected, key=key)
    version = _version_on(row, day)
    pack = pack_on(day=day)
    place = Centre.objects.get(code=by.centre)
    code = pack.code_of(agency=place.agency, day=day, number=take(f"code:{place.agency}:{day:%y%m%d}"))
    payload = {
        "code": code,
        "competent": receipt.competent.code,
        "terms": terms_of(version=version, at=moment),
        "fee": receipt.fee,
        "return_at": receipt.return_at.code if receipt.return_at else "",
        "reused": receipt.reused,
    }
    if receipt.deliver:
        payload["deliver"] = receipt.deliver
    if receipt.papers:
        payload["papers"] = list(receipt.papers)
    if version.pk != row.version_id:
        row.version = version
        Dossier.objects.filter(pk=row.pk).update(version=version)
    return ledger.append(
        dossier_id=row.pk, by=by, kind=Kind.RECEIVED, payload=payload, expected=expected, key=key, at=at
    )


def terms_of(*, version: ProcedureVersion, at: datetime) -> dict[str, Any]:
    """Return what a receipt at `at` freezes of a procedure: its version, its limit, the day of its rule pack."""
    return {
        "procedure": version.procedure.code,
        "version": version.number,
        "value": version.limit_value,
        "unit": version.limit_unit,
        "same_day": version.same_day,
        "pack": timezone.localtime(at).date().isoformat(),
    }


def _version_on(dossier: Dossier, day: Any) -> ProcedureVersion:
    rows = ProcedureVersion.objects.filter(
        procedure__versions=dossier.version_id, valid_from__lte=day
    ).select_related("procedure")
    version = rows.exclude(valid_to__lte=day).order_by("-valid_from").first()
    if version is None or (version.procedure.withdrawn_on and version.procedure.withdrawn_on <= day):
        raise Refused(
            "procedure.withdrawn",
            _("The procedure is no longer in force on this day; nothing can be received for it."),
        )
    return version


def act(
    *,
    actor: Actor,
    dossier: Dossier,
    kind: Kind,
    payload: Mapping[str, Any] | None = None,
    expected: int | None = None,
    key: str | None = None,
    body: Body | None = None,
    centre: Centre | None = None,
    at: datetime | None = None,
) -> Dossier:
    """Do one thing to a dossier that came from `dossier_for` or `dossier_at_counter`.

    `body` and `centre` are for the command line, which may act for any. Raises NotAllowed for the role, Refused
    where the dossier's state or the part of the actor's body forbids it, Conflict where `expected` is no longer
    the number of its events.
    """
    _must(actor, kind)
    if actor.is_system and centre is None:
        by = ledger.doing(actor=actor, body_id=body.pk if body else None)
    else:
        by = _by(actor, kind, centre)
    return ledger.append(
        dossier_id=dossier.pk, by=by, kind=kind, payload=payload, expected=expected, key=key, at=at
    )


def act_as_citizen(
    *,
    dossier: Dossier,
    kind: Kind,
    payload: Mapping[str, Any] | None = None,
    expected: int | None = None,
    key: str | None = None,
) -> Dossier:
    """Do something the applicant does online; the caller has checked code and secret."""
    by = ledger.Doing(person_id=None, body_id=None)
    return ledger.append(dossier_id=dossier.pk, by=by, kind=kind, payload=payload, expected=expected, key=key)


def act_as_machine(
    *, dossier: Dossier, kind: Kind, payload: Mapping[str, Any] | None = None, key: str | None = None
) -> Dossier:
    """Record what a machine reports: a payment gateway, the national portal."""
    by = ledger.Doing(person_id=None, body_id=None)
    return ledger.append(
        dossier_id=dossier.pk, by=by, kind=kind, payload={**(payload or {}), "machine": True}, key=key
    )


@transaction.atomic
def new_secret(*, actor: Actor, dossier: Dossier) -> str:
    """Give the applicant who stands at a counter a new tracking secret; the old one no longer opens."""
    actor.must(permissions.RECEIVE)
    secret = _signs(SECRET_LENGTH)
    Applicant.objects.filter(dossier=dossier).update(
        secret=secret_digest(reference=dossier.reference, secret=secret)
    )
    audit.record(actor=actor, action="onestop.tracking.secret_given", subject=dossier)
    return secret


@transaction.atomic
def unmask(*, actor: Actor, dossier: Dossier, reason: str) -> Applicant:
    """Return the applicant with all identifiers; the look is recorded with its reason. Raises Refused."""
    actor.must(permissions.UNMASK)
    if not reason.strip():
        raise Refused("unmask.reason", _("Say why you need the identifiers."), field="reason")
    applicant = Applicant.objects.get(dossier__in=dossiers_for(actor=actor), dossier=dossier)
    audit.record(
        actor=actor, action="onestop.applicant.unmasked", subject=dossier, after={"reason": nfc(reason)[:500]}
    )
    return applicant
