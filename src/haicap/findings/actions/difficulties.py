"""Writes of difficulties: recorded by units and teams, triaged by the secretariat."""

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.accounts.actions import notify
from haicap.campaign.models import Campaign
from haicap.findings import permissions, rules
from haicap.findings.actions.common import area_of, must_write_for, refuse_gaps
from haicap.findings.models import Difficulty
from haicap.findings.queries.scope import folded
from haicap.findings.verbs import proposal_verbs
from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.errors import NotAllowed, Refused
from haicap.kernel.revision import claim
from haicap.kernel.text import nfc
from haicap.register.models import Unit


def _fill(row: Difficulty, draft: rules.Draft) -> None:
    refuse_gaps(code="difficulty", gaps=rules.shape_gaps(draft=draft, verbs=proposal_verbs()))
    row.group, row.area = draft.group, area_of(campaign=row.campaign, code=draft.area)
    row.text, row.legal_provision = nfc(draft.text), nfc(draft.legal_provision)
    row.competent_level, row.severity = draft.competent_level, draft.severity
    row.evidence = nfc(draft.evidence)
    row.proposal_verb, row.proposal_text = draft.proposal_verb, nfc(draft.proposal_text)
    row.proposal_body, row.proposal_due = nfc(draft.proposal_body), draft.proposal_due
    row.folded = folded(
        (row.text, row.legal_provision, row.proposal_text, row.proposal_body, row.unit.full_name, row.code)
    )


def draft_of(*, row: Difficulty) -> rules.Draft:
    """Return a stored difficulty as the rules see it."""
    return rules.Draft(
        group=row.group,
        area=row.area.code,
        text=row.text,
        legal_provision=row.legal_provision,
        competent_level=row.competent_level,
        severity=row.severity,
        evidence=row.evidence,
        proposal_verb=row.proposal_verb,
        proposal_text=row.proposal_text,
        proposal_body=row.proposal_body,
        proposal_due=row.proposal_due,
    )


def _step(row: Difficulty, step: str) -> None:
    target = rules.next_state(state=row.state, step=step)
    if target is None:
        raise Refused(
            "difficulty.step_closed",
            _("This cannot be done while the difficulty is: %(state)s.") % {"state": row.get_state_display()},
        )
    row.state = target


def _save(row: Difficulty, *, actor: Actor, action: str, before: dict[str, Any] | None) -> Difficulty:
    row.save()
    after = audit.snapshot(row)
    after.pop("folded")
    audit.record(actor=actor, action=f"findings.difficulty.{action}", subject=row, before=before, after=after)
    return row


@transaction.atomic
def record_difficulty(
    *, actor: Actor, campaign: Campaign, unit: Unit, draft: rules.Draft, submit: bool = False
) -> Difficulty:
    """Record a difficulty of `unit`, as a draft or submitted at once.

    Raises NotAllowed for a unit the actor does not write about, Refused for what is missing or wrong.
    """
    actor.must(permissions.WRITE)
    must_write_for(actor=actor, campaign=campaign, unit=unit)
    held = Campaign.objects.select_for_update().get(pk=campaign.pk)  # one number at a time
    last = Difficulty.objects.filter(campaign=held).aggregate(last=Max("number"))["last"] or 0
    row = Difficulty(campaign=held, number=last + 1, unit=unit, entered_by_id=actor.person_id)
    _fill(row, draft)
    if submit:
        _submit(row)
    return _save(row, actor=actor, action="recorded", before=None)


def _submit(row: Difficulty) -> None:
    refuse_gaps(code="difficulty", gaps=rules.submit_gaps(draft=draft_of(row=row)))
    _step(row, "submit")
    row.submitted_at, row.reason = timezone.now(), ""


def _must_own(actor: Actor, row: Difficulty) -> None:
    actor.must(permissions.WRITE)
    author = row.entered_by_id == actor.person_id and actor.person_id is not None
    colleague = actor.is_commune and row.entered_by is not None and row.entered_by.body_id == actor.body_id
    if not (actor.is_system or author or colleague):
        raise NotAllowed("difficulty.not_yours", _("Only those who recorded a difficulty may change it."))


@transaction.atomic
def revise_difficulty(
    *, actor: Actor, difficulty: Difficulty, draft: rules.Draft, revision: int
) -> Difficulty:
    """Change a difficulty that is a draft or was returned; raises Conflict where somebody else was first."""
    _must_own(actor, difficulty)
    _step(difficulty, "edit")
    before = audit.snapshot(difficulty)
    claim(difficulty, revision=revision)
    _fill(difficulty, draft)
    return _save(difficulty, actor=actor, action="revised", before=before)


@transaction.atomic
def submit_difficulty(*, actor: Actor, difficulty: Difficulty, revision: int) -> Difficulty:
    """Give a difficulty to the secretariat; raises Refused while something is missing."""
    _must_own(actor, difficulty)
    before = audit.snapshot(difficulty)
    claim(difficulty, revision=revision)
    _submit(difficulty)
    return _save(difficulty, actor=actor, action="submitted", before=before)


def _decide(actor: Actor, row: Difficulty, revision: int, step: str) -> dict[str, Any]:
    actor.must(permissions.TRIAGE)
    before = audit.snapshot(row)
    claim(row, revision=revision)
    _step(row, step)
    row.decided_by_id, row.decided_at = actor.person_id, timezone.now()
    return before


@transaction.atomic
def accept(*, actor: Actor, difficulty: Difficulty, revision: int) -> Difficulty:
    """Take a submitted difficulty into the report."""
    before = _decide(actor, difficulty, revision, "accept")
    return _save(difficulty, actor=actor, action="accepted", before=before)


@transaction.atomic
def merge(*, actor: Actor, difficulty: Difficulty, into: Difficulty, revision: int) -> Difficulty:
    """Mark a difficulty as a duplicate of another one, which then stands for both."""
    if into.pk == difficulty.pk or into.campaign_id != difficulty.campaign_id:
        raise Refused("difficulty.merge_self", _("Choose another difficulty of this survey."), field="into")
    if into.state not in rules.COUNTED:
        raise Refused(
            "difficulty.merge_target",
            _("%(code)s cannot stand for others: it is %(state)s.")
            % {"code": into.code, "state": into.get_state_display()},
            field="into",
        )
    before = _decide(actor, difficulty, revision, "merge")
    Difficulty.objects.filter(duplicate_of=difficulty).update(duplicate_of=into)
    difficulty.duplicate_of = into
    return _save(difficulty, actor=actor, action="merged", before=before)


@transaction.atomic
def return_difficulty(*, actor: Actor, difficulty: Difficulty, reason: str, revision: int) -> Difficulty:
    """Give a difficulty back to those who recorded it, with the reason; they are told."""
    if not reason.strip():
        raise Refused("difficulty.reason_missing", _("Say why it is returned."), field="reason")
    before = _decide(actor, difficulty, revision, "return")
    difficulty.reason = nfc(reason)
    if difficulty.entered_by is not None:
        notify(
            actor=actor,
            people=[difficulty.entered_by],
            text_vi=f"Khó khăn, vướng mắc {difficulty.code} được trả lại: {difficulty.reason}",
            text_en=f"Difficulty {difficulty.code} was returned: {difficulty.reason}",
            url=reverse("findings:difficulty", args=[difficulty.number]),
        )
    return _save(difficulty, actor=actor, action="returned", before=before)


@transaction.atomic
def reclassify(
    *, actor: Actor, difficulty: Difficulty, group: str, area: str, competent_level: str, revision: int
) -> Difficulty:
    """Move a difficulty to another group, area or level; its words stay the unit's own."""
    before = _decide(actor, difficulty, revision, "reclassify")
    if group not in rules.GROUPS or competent_level not in rules.LEVELS:
        raise Refused("difficulty.class_unknown", _("Choose one of the groups and one of the levels."))
    difficulty.group, difficulty.competent_level = group, competent_level
    difficulty.area = area_of(campaign=difficulty.campaign, code=area)
    return _save(difficulty, actor=actor, action="reclassified", before=before)


@transaction.atomic
def answer(*, actor: Actor, difficulty: Difficulty, text: str, revision: int) -> Difficulty:
    """Keep the answer of the competent body: its document and what it says."""
    if not text.strip():
        raise Refused(
            "difficulty.answer_missing", _("Give the document and what it answers."), field="answer"
        )
    before = _decide(actor, difficulty, revision, "answer")
    difficulty.answer, difficulty.answered_at = nfc(text), timezone.now()
    return _save(difficulty, actor=actor, action="answered", before=before)
