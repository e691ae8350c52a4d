"""What people at desks and counters do to a dossier, with what they may say in the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.accounts.models import Person
from haicap.kernel.access import Actor
from haicap.kernel.errors import Refusal, Refused, Text
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.actions import dossiers, scans
from haicap.onestop.actions.files import Paper
from haicap.onestop.models import Applicant, Dossier
from haicap.onestop.queries.dossiers import dossiers_for
from haicap.onestop.rules.lifecycle import Kind
from haicap.onestop.rules.payloads import FIELDS, LONGEST, misfit, personal_in, too_long, unknown_fields

MOST_AT_ONCE = 500


@transaction.atomic
def do(
    *,
    actor: Actor,
    dossier: Dossier,
    kind: Kind,
    payload: Mapping[str, Any] | None = None,
    expected: int | None = None,
    key: str | None = None,
    proofs: Sequence[Paper] = (),
) -> tuple[Dossier, scans.Scans]:
    """Do one thing to a dossier that came from `dossier_for` or `dossier_at_counter`.

    The payload holds only what `rules.payloads.FIELDS` names for the kind, and no personal identifiers; `proofs`
    are files that go with it, all of which must be right. Raises NotAllowed, Refused, Conflict as `dossiers.act`.
    """
    facts = checked(dossier=dossier, kind=kind, payload=payload or {})
    if kind is Kind.ASSIGNED:
        _check_person(actor, facts)
    if turned := scans.sifted(papers=proofs)[1]:
        raise Refused(turned[0].code, turned[0].message, field="file")
    after = dossiers.act(actor=actor, dossier=dossier, kind=kind, payload=facts, expected=expected, key=key)
    kept = scans.attach(actor=actor, dossier=after, papers=proofs) if proofs else scans.Scans()
    return after, kept


def checked(*, dossier: Dossier, kind: Kind, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload as the ledger takes it: known fields, normal text, nothing empty. Raises Refused."""
    if kind not in FIELDS:
        raise Refused("event.elsewhere", _("This is done on a page of its own."), field="kind")
    if names := unknown_fields(kind=kind, payload=payload):
        raise Refused(
            "event.field", _("This event does not take “%(field)s”.") % {"field": names[0][:40]}, field=names[0]
        )  # fmt: skip
    facts = {
        name: nfc(value).strip() if isinstance(value, str) else value
        for name, value in payload.items()
        if (value is not None or name == "person") and value != "" and value != []
    }
    if name := misfit(payload=facts):
        raise Refused("event.value", _("This is not what belongs here: look at it again."), field=name)
    if name := too_long(payload=facts):
        raise Refused("event.too_long", _("Write at most %(most)s signs.") % {"most": LONGEST}, field=name)
    row = Applicant.objects.filter(dossier=dossier).first()
    known = (row.full_name, row.id_number, row.phone, row.email) if row else ()
    if name := personal_in(payload=facts, known=known):
        raise Refused(
            "event.personal",
            _(
                "The ledger is kept for ever and holds no names, identity numbers, telephone numbers or addresses of "
                "applicants. Write “the applicant” instead."
            ),
            field=name,
        )
    return facts


def _check_person(actor: Actor, facts: Mapping[str, Any]) -> None:
    person = facts.get("person")
    if person is None:
        return
    colleagues = Person.objects.filter(body_id=actor.body_id or -1, is_active=True)
    if not colleagues.filter(pk=person).exists():
        raise Refused("assign.person", _("Choose somebody of your own body."), field="person")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A dossier that stayed as it was, and why."""

    dossier: Dossier
    message: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """What became of many dossiers: `done` of them changed, the others named."""

    done: int
    left: Sequence[Left]


def assign_many(*, actor: Actor, references: Iterable[str], person: Person | None) -> Many:
    """Give dossiers to one person of the own body (None: take them back); each by its own event.

    Those of others are not seen, so they are not counted. Raises NotAllowed, Refused.
    """
    actor.must(permissions.ASSIGN)
    if person is not None and person.body_id != actor.body_id:
        raise Refused("assign.person", _("Choose somebody of your own body."), field="person")
    payload = {"person": person.pk if person else None}
    return _each(actor=actor, references=references, kind=Kind.ASSIGNED, payload=payload)


def forward_many(*, actor: Actor, references: Iterable[str]) -> Many:
    """Forward received dossiers to their competent bodies, each by its own event. Raises NotAllowed, Refused."""
    actor.must(permissions.RECEIVE)
    return _each(actor=actor, references=references, kind=Kind.FORWARDED, payload={})


def _each(*, actor: Actor, references: Iterable[str], kind: Kind, payload: Mapping[str, Any]) -> Many:
    wanted = list(dict.fromkeys(references))[:MOST_AT_ONCE]
    if not wanted:
        raise Refused("dossiers.none", _("Tick the dossiers first."), field="dossier")
    done, left = 0, []
    for row in dossiers_for(actor=actor).filter(reference__in=wanted).order_by("pk"):
        try:
            dossiers.act(actor=actor, dossier=row, kind=kind, payload=payload)
            done += 1
        except Refusal as refusal:
            left.append(Left(dossier=row, message=refusal.message))
    return Many(done=done, left=left)
