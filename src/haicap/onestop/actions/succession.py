"""A unit merged into another in the middle of a dossier: its running dossiers go to the successor, one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refusal, Refused
from haicap.kernel.text import nfc
from haicap.onestop.actions import dossiers
from haicap.onestop.actions.desk import Left, Many
from haicap.onestop.queries.succession import moving_for, running_of
from haicap.onestop.rules.lifecycle import Kind
from haicap.register.models import Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """From which body to which, and what became of each dossier."""

    body: Body
    to: Body
    many: Many

    @property
    def left(self) -> Sequence[Left]:
        """Those that stay with the old body, and why: a signed result is finished where it was signed."""
        return self.many.left


def reroute_all(
    *, actor: Actor, body: Body, to: Body | None = None, reason: str = "", day: date | None = None
) -> Moved:
    """Pass every running dossier of `body` to its successor; each keeps code, clock and receipt.

    `to` None takes the only successor that the register knows on `day` (today). Each dossier is moved by its own
    event in its own transaction, so what was moved stays moved if the server dies, and a second run goes on. Raises
    NotAllowed, Refused where the successor is not clear.
    """
    moving = moving_for(actor=actor, body=body, day=day)
    target = to or moving.to
    if target is None:
        raise Refused("succession.unclear", moving.reason or _("Choose the body."), field="to")
    if target.pk == body.pk:
        raise Refused("succession.same", _("It is that body already."), field="to")
    said = nfc(reason).strip() or _("The unit was merged: %(body)s takes over.") % {"body": target.name_vi}
    done, left = 0, []
    for row in running_of(body=body).order_by("pk").iterator(chunk_size=500):
        try:
            dossiers.act_as_machine(
                dossier=row,
                kind=Kind.REROUTED,
                payload={"to": target.code, "reason": said, "succession": body.code},
                key=f"succession:{body.code}:{target.code}"[:64],
            )
            done += 1
        except (Refusal, Missing) as refusal:
            left.append(Left(dossier=row, message=refusal.message))
    _note(actor, body, target, done, len(left))
    return Moved(body=body, to=target, many=Many(done=done, left=left))


@transaction.atomic
def _note(actor: Actor, body: Body, target: Body, done: int, left: int) -> None:
    audit.record(
        actor=actor,
        action="onestop.succession.rerouted",
        subject=f"body:{body.code}",
        before={"competent": body.code},
        after={"competent": target.code, "on": timezone.localdate().isoformat(), "moved": done, "left": left},
    )
