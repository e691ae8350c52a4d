"""Papers handed from one body to another with a slip, and signed off one by one."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.sequences import take
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.actions.dossiers import act
from haicap.onestop.models import Dossier, Slip, SlipLine
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.lifecycle import Kind, Life
from haicap.register.models import Body

MOST_LINES = 300


def _own(actor: Actor) -> Body:
    if not any(actor.may(name) for name in (permissions.RECEIVE, permissions.PROCESS, permissions.RETURN)):
        actor.must(permissions.RECEIVE)
    body = Body.objects.filter(pk=actor.body_id or -1).first()
    if body is None:
        raise NotAllowed("slip.body", _("You act for your own body only."))
    return body


def _in_order(row: Dossier) -> tuple[datetime, int]:
    return row.received_at or row.registered_at, row.pk


def _ticked(rows: QuerySet[Dossier], references: Sequence[str]) -> list[Dossier]:
    found = list(rows.filter(reference__in=references).order_by("received_at", "pk"))
    if lost := set(references) - {row.reference for row in found}:
        raise Missing(
            "dossier.not_yours",
            _("These are not, or no longer, yours to send: %(list)s. Nothing was sent; choose again.")
            % {"list": ", ".join(sorted(lost))[:300]},
        )
    return found


@transaction.atomic
def send_papers(*, actor: Actor, dossiers: Iterable[Dossier], receiver: Body, carrier: str = "") -> Slip:
    """Hand the papers of dossiers to another body with one numbered slip; all of them or none. Raises Refused."""
    own, rows = _own(actor), sorted(dossiers, key=_in_order)
    if not rows:
        raise Refused("slip.empty", _("Tick at least one dossier."), field="references")
    if len(rows) > MOST_LINES:
        raise Refused("slip.long", _("At most %(most)s dossiers go with one slip.") % {"most": MOST_LINES})
    day = timezone.localdate()
    slip = Slip.objects.create(
        number=f"{own.code}-{day:%y%m%d}-{take(f'slip:{own.pk}:{day:%y%m%d}'):03d}",
        sender=own,
        receiver=receiver,
        sent_at=timezone.now(),
        sent_by_id=actor.person_id,
        carrier=nfc(carrier)[:200],
    )
    for row in rows:
        act(
            actor=actor, dossier=row, kind=Kind.PAPER_SENT, payload={"to": receiver.code, "slip": slip.number}
        )
    SlipLine.objects.bulk_create(SlipLine(slip=slip, dossier=row) for row in rows)
    return slip


@transaction.atomic
def send_ticked(*, actor: Actor, references: Sequence[str], receiver: str, carrier: str = "") -> Slip:
    """Hand the papers of the dossiers ticked to the body with a code. Raises Missing naming what is not there."""
    body = Body.objects.filter(code=receiver).first()
    if body is None:
        raise Missing("body.unknown", _("There is no such body, or not for you."))
    rows = _ticked(dossiers_for(actor=actor), references)
    return send_papers(actor=actor, dossiers=rows, receiver=body, carrier=carrier)


def _scanned(text: str) -> str:
    """Return the code in a scan: bare, the last part of an address, or its `code=` as on a form of the dossier."""
    address, _code, query = text.strip().partition("?code=")
    return (query.partition("&")[0] or address.rstrip("/").rpartition("/")[2]).upper()


@transaction.atomic
def receive_paper(*, actor: Actor, slip: Slip, code: str) -> SlipLine:
    """Sign off one dossier of a slip, by its scanned code. Raises Refused saying what is wrong with the scan."""
    own = _own(actor)
    if slip.receiver_id != own.pk:
        raise Refused(
            "slip.other_body",
            _("This slip goes to another body: %(body)s.") % {"body": slip.receiver.name_vi},
        )
    wanted = _scanned(code)
    rows = SlipLine.objects.select_for_update(of=("self",)).filter(slip=slip).select_related("dossier")
    line = rows.filter(dossier__code=wanted).first() or rows.filter(dossier__reference=wanted).first()
    if line is None:
        raise Refused(
            "slip.not_on_it",
            _("%(code)s is not on this slip. Put it aside and tell the sender.")
            % {"code": wanted[:60] or "—"},
            field="code",
        )
    if line.arrived_at is not None:
        raise Refused("slip.twice", _("%(code)s was scanned already.") % {"code": line.dossier}, field="code")
    act(actor=actor, dossier=line.dossier, kind=Kind.PAPER_RECEIVED, payload={"slip": slip.number})
    line.arrived_at, line.arrived_by_id = timezone.now(), actor.person_id
    line.save(update_fields=["arrived_at", "arrived_by"])
    return line


@transaction.atomic
def pass_on(*, actor: Actor, references: Sequence[str], carrier: str = "") -> tuple[int, list[Slip]]:
    """Pass received dossiers on to their competent bodies, the papers with one slip for each body.

    Returns how many were passed on and the slips. Raises Missing, Refused where one cannot be, and then does nothing.
    """
    own = _own(actor)
    waiting = dossiers_for(actor=actor).filter(status=Dossier.Status.RECEIVED)
    rows = _ticked(waiting.select_related("competent_body"), references)
    if not rows:
        raise Refused("slip.empty", _("Tick at least one dossier."), field="references")
    papers: dict[Body, list[Dossier]] = defaultdict(list)
    for row in rows:
        act(actor=actor, dossier=row, kind=Kind.FORWARDED)
        competent = row.competent_body
        if Life.from_json(row.life).paper == own.code and competent is not None and competent != own:
            papers[competent].append(row)
    slips = [
        send_papers(actor=actor, dossiers=members, receiver=receiver, carrier=carrier)
        for receiver, members in papers.items()
    ]
    return len(rows), slips
