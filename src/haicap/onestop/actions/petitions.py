"""Petitions: written by citizens, answered by the body they are about, judged by whoever wrote them."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import ANONYMOUS, Actor
from haicap.kernel.errors import Conflict, Refused
from haicap.kernel.text import nfc
from haicap.onestop import permissions
from haicap.onestop.actions.dossiers import ALPHABET
from haicap.onestop.actions.tries import scope_of, take_try
from haicap.onestop.models import Dossier, Feedback
from haicap.onestop.queries.clock import calendar_now, pack_on
from haicap.register.models import Body

KEY_LENGTH, MOST_TEXT = 16, 5000
PER_ADDRESS, WINDOW = 10, timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a citizen writes; name and contact may stay empty, the answer is read with the petition's key."""

    text: str
    name: str = ""
    contact: str = ""


@transaction.atomic
def write_petition(*, body: Body, words: Words, address: str, dossier: Dossier | None = None) -> Feedback:
    """Keep a petition about `body`, due as the rule pack of the day says; raises Refused."""
    text = nfc(words.text)
    if not text:
        raise Refused("petition.text", _("Nothing is filled in here yet. Fill it in."), field="text")
    take_try(scope=scope_of(purpose="petition", value=address), most=PER_ADDRESS, window=WINDOW)
    now = timezone.now()
    today = timezone.localtime(now).date()
    days = pack_on(day=today).petition_days
    row = Feedback.objects.create(
        kind=Feedback.Kind.PETITION,
        body=body,
        dossier=dossier,
        key="".join(secrets.choice(ALPHABET) for _number in range(KEY_LENGTH)),
        name=nfc(words.name)[:200],
        contact=nfc(words.contact)[:200],
        text=text[:MOST_TEXT],
        received_at=now,
        due_on=calendar_now().add(today, days),
    )
    audit.record(
        actor=ANONYMOUS,
        action="onestop.petition.written",
        subject=row,
        after={"body": body.code, "due_on": row.due_on},
    )
    return row


@transaction.atomic
def answer(*, actor: Actor, petition: Feedback, text: str) -> Feedback:
    """Answer a petition of the own body, once. Raises Refused, Conflict."""
    actor.must(permissions.FEEDBACK)
    words = nfc(text)
    if not words:
        raise Refused("petition.answer", _("Nothing is filled in here yet. Fill it in."), field="answer")
    row = Feedback.objects.select_for_update(of=("self",)).get(pk=petition.pk)
    if row.answered_at is not None:
        raise Conflict("petition.answered", _("Somebody answered this petition already."), field="answer")
    row.answer, row.answered_by_id, row.answered_at = words[:MOST_TEXT], actor.person_id, timezone.now()
    row.save(update_fields=["answer", "answered_by", "answered_at"])
    audit.record(
        actor=actor,
        action="onestop.petition.answered",
        subject=row,
        after={"due_on": row.due_on, "answered_at": row.answered_at},
    )
    return row


@transaction.atomic
def judge(*, petition: Feedback, satisfied: bool) -> Feedback:
    """Note whether who wrote it is satisfied with the answer; raises Refused before there is one."""
    row = Feedback.objects.select_for_update(of=("self",)).get(pk=petition.pk)
    if row.answered_at is None:
        raise Refused("petition.open", _("The petition is not answered yet."))
    row.satisfied = satisfied
    row.save(update_fields=["satisfied"])
    audit.record(
        actor=ANONYMOUS, action="onestop.petition.judged", subject=row, after={"satisfied": satisfied}
    )
    return row
