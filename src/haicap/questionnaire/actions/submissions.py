"""What those in charge do with filled forms: decide, comment, edit, take away and bring back."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.accounts.actions import notify
from haicap.accounts.models import Person
from haicap.accounts.queries import actor_of
from haicap.kernel import audit
from haicap.kernel.access import COMMUNE_ROLES, Actor
from haicap.kernel.errors import Missing, NotAllowed, Refused
from haicap.kernel.text import nfc
from haicap.questionnaire.actions.entities import apply_again
from haicap.questionnaire.actions.receive import receive
from haicap.questionnaire.models import Assignment, Comment, Form, Submission
from haicap.questionnaire.queries.collect import submissions_for
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules import review
from haicap.questionnaire.rules.schema import typed

REVIEW = "questionnaire.submission:review"
ALL = "questionnaire.submission:all"
State = Submission.State


def correct_url(submission: Submission) -> str:
    """Return the address where a submission that came back is corrected; its page where there is no such form page."""
    try:
        url = reverse("questionnaire:collect-form", args=[submission.form_id])
    except NoReverseMatch:
        return reverse("questionnaire:submission", args=[submission.form_id, submission.pk])
    return f"{url}?instance={submission.instance_id}"


def _locked(*, actor: Actor, submission: Submission, verb: str) -> Submission:
    """Return the row of a submission, locked, with the right to do `verb` ("" = see) with it checked."""
    rows = submissions_for(
        actor=actor, form=submission.form, verb=verb, is_test=submission.is_test
    ).select_for_update(of=("self",))
    row = rows.filter(pk=submission.pk).select_related("form", "version").first()
    if row is not None:
        return row
    seen = submissions_for(actor=actor, form=submission.form, is_test=submission.is_test)
    if verb and seen.filter(pk=submission.pk).exists():
        raise NotAllowed("submission.not_reviewer", _("This submission is not assigned to you for review."))
    raise Missing("submission.missing", _("There is no such submission, or not for you."))


def _is_own(actor: Actor, row: Submission) -> bool:
    return row.person_id is not None and row.person_id == actor.person_id


def set_state(
    *,
    actor: Actor,
    submission: Submission,
    state: str,
    comment: str = "",
    comments: Mapping[str, str] | None = None,
    needs_reason: bool = True,
) -> Submission:
    """Decide on a submission: has_issues (returned for correction), approved, rejected, or edited.

    `comment` is about the whole, `comments` are by place of the question. What others than its author said since the
    last edition counts as the reason too; who is to correct it is told, with all of it. `needs_reason` is False only
    for clients that say why in a call of their own.
    """
    actor.must(REVIEW)
    with transaction.atomic():
        row = _locked(actor=actor, submission=submission, verb=Assignment.Verb.REVIEW)
        _check_decision(actor, row, state)
        before, now = row.state, timezone.now()
        row.state, row.revision = state, row.revision + 1
        row.save(update_fields=["state", "revision"])
        if state == State.APPROVED:  # lists before the audit chain, as everywhere: no two wait for each other
            apply_again(actor=actor, submission=row)
        for place, text in (("", comment), *(comments or {}).items()):
            if text.strip():
                _commented(actor, row, text, place=place, at=now)
        said = _said_of(row)
        if state == State.HAS_ISSUES and needs_reason and not said:
            raise Refused(
                "submission.reason",
                _("Say what is to be corrected, of the whole or of a question."),
                field="comment",
            )
        audit.record(
            actor=actor, action=f"questionnaire.submission.{state}", subject=row, before={"state": before},
            after={"state": state, "reasons": said},
        )  # fmt: skip
        _tell(actor, row, said)
    return row


def _said_of(row: Submission) -> list[str]:
    """Return what others than its author said of the newest edition, of the whole first."""
    said = sorted(row.comments.all(), key=lambda one: (one.path != "", one.pk))
    return review.reasons(
        [(one.person_id, one.at, one.text) for one in said],
        author=row.person_id,
        since=row.updated_at or row.received_at,
    )


def _check_decision(actor: Actor, row: Submission, state: str) -> None:
    if row.form.purpose == Form.Purpose.REPORT:
        raise Refused(
            "submission.is_report", _("The report of a unit is reviewed area by area, on its own pages.")
        )
    if not review.may_follow(before=row.state, after=state):
        raise Refused("submission.state", _("There is no such decision."), field="state")
    if not review.may_decide(state=state, is_own=_is_own(actor, row), is_central=actor.is_central):
        raise NotAllowed("submission.own", _("You handed this in yourself. Somebody else has to approve it."))


def set_states(
    *, actor: Actor, form: Form, submissions: Collection[int], state: str, comment: str = ""
) -> int:
    """Decide on many submissions of a form at once; all or none. Returns how many."""
    actor.must(REVIEW)
    rows = submissions_for(actor=actor, form=form, verb=Assignment.Verb.REVIEW).filter(pk__in=submissions)
    with transaction.atomic():
        found = list(rows.select_related("form"))
        if not found or len(found) != len(set(submissions)):
            raise Refused("submission.none", _("Tick submissions that are assigned to you for review."))
        for row in found:
            set_state(actor=actor, submission=row, state=state, comment=comment)
    return len(found)


def _tell(actor: Actor, row: Submission, said: Collection[str]) -> None:
    """Tell those who are to correct a returned submission, and who handed in a rejected one."""
    if row.state not in (State.HAS_ISSUES, State.REJECTED):
        return
    people = [person for person in _concerned(row) if person.pk != actor.person_id]
    name = row.instance_name or row.instance_id
    reasons = "; ".join(said)
    if row.state == State.HAS_ISSUES:
        vi, en = "Biểu mẫu được trả lại để chỉnh sửa", "A form was returned to be corrected"
    else:
        vi, en = "Biểu mẫu không được chấp nhận", "A form was not accepted"
    notify(
        actor=actor,
        people=people,
        text_vi=f"{vi}: {row.form.title}, {name}. {reasons}"[:2000],
        text_en=f"{en}: {row.form.title}, {name}. {reasons}"[:2000],
        url=reverse("questionnaire:submission", args=[row.form_id, row.pk]),
    )


def _concerned(row: Submission) -> list[Person]:
    """Return who handed the submission in, and the people of the unit it is about who may see it."""
    author = row.person_id or (row.key.person_id if row.key else None)
    people = list(Person.objects.filter(pk=author or -1, is_active=True))
    if row.unit_id is None:
        return people
    officers = (
        Person.objects.filter(body__unit_id=row.unit_id, is_active=True, roles__role__in=COMMUNE_ROLES)
        .exclude(pk=author or -1).select_related("body").prefetch_related("roles").distinct()
    )  # fmt: skip
    for person in officers:
        visible = submissions_for(actor=actor_of(person=person), form=row.form, is_test=row.is_test)
        if visible.filter(pk=row.pk).exists():
            people.append(person)
    return people


def _commented(actor: Actor, row: Submission, text: str, *, place: str, at: datetime) -> Comment:
    if place and review.question_of(place) not in opened_row(row=row.version).schema.by_path:
        raise Refused("submission.no_question", _("The form has no such question."), field="path")
    return Comment.objects.create(
        submission=row, path=place, text=nfc(text), person_id=actor.person_id, at=at
    )


def add_comment(*, actor: Actor, submission: Submission, text: str, path: str = "") -> Comment:
    """Say something of a submission that `actor` may see, or of one of its questions (`path`, with or without the
    positions of repeats)."""
    if not text.strip():
        raise Refused("submission.comment", _("Nothing is written here yet."), field="text")
    with transaction.atomic():
        row = _locked(actor=actor, submission=submission, verb="")
        comment = _commented(actor, row, text, place=path, at=timezone.now())
        audit.record(
            actor=actor, action="questionnaire.submission.commented", subject=row,
            after={"comment": comment.pk, "path": path},
        )  # fmt: skip
    return comment


def edit_submission(
    *, actor: Actor, submission: Submission, values: Mapping[str, str], reason: str
) -> Submission:
    """Change answers of a submission by hand, by those in charge: a new edition beside the old one, with a reason.

    `values` are texts by place, as a form stores them. Nothing else of the filled form changes.
    """
    actor.must(ALL)
    if not reason.strip():
        raise Refused("submission.edit_reason", _("Say why the answers are changed."), field="reason")
    with transaction.atomic():
        row = _locked(actor=actor, submission=submission, verb=Assignment.Verb.REVIEW)
        if row.form.purpose == Form.Purpose.REPORT:
            raise Refused(
                "submission.is_report", _("The report of a unit is reviewed area by area, on its own pages.")
            )
        xml = _edition(row, values)
        receive(
            actor=actor, form=row.form, xml=xml.encode(), is_test=row.is_test, reason=nfc(reason), device=row.device,
            agent=row.agent,
        )  # fmt: skip
        row.refresh_from_db()
    return row


def _edition(row: Submission, values: Mapping[str, str]) -> str:
    schema = opened_row(row=row.version).schema
    for place, text in values.items():
        field = schema.by_path.get(review.question_of(place))
        if field is None or not field.is_data or field.binary or field.path.startswith("/meta/"):
            raise Refused("submission.no_question", _("The form has no such question."), field=place)
        _check_answer(field.type, [one.value for one in field.choices], text, place=place, label=field.name)
    changed = {place: nfc(text) for place, text in values.items()}
    try:
        return review.edited(
            xml=row.xml, values=changed, instance_id=f"uuid:{uuid.uuid4()}", deprecated_id=row.current_id
        )
    except review.NoPlace as error:
        raise Refused(
            "submission.no_question", _("The form has no such question."), field=str(error)
        ) from error


def _check_answer(kind: str, choices: Collection[str], text: str, *, place: str, label: str) -> None:
    if not text.strip():
        return
    given = text.split() if kind in ("select", "rank") else [text.strip()]
    unknown = choices and any(one not in choices for one in given)
    if typed(kind, text) is None or unknown:
        raise Refused(
            "submission.value",
            _("“%(text)s” is no answer to %(label)s.") % {"text": text, "label": label},
            field=place,
        )


def delete_submission(*, actor: Actor, submission: Submission) -> Submission:
    """Take a submission out of all lists, counts and exports; it can be brought back."""
    actor.must(ALL)
    with transaction.atomic():
        row = _locked(actor=actor, submission=submission, verb=Assignment.Verb.REVIEW)
        if row.form.purpose == Form.Purpose.REPORT:
            raise Refused("submission.is_report_kept", _("The report of a unit cannot be taken away."))
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
        audit.record(
            actor=actor,
            action="questionnaire.submission.deleted",
            subject=row,
            after={"deleted_at": row.deleted_at},
        )
    return row


def restore_submission(*, actor: Actor, submission: Submission) -> Submission:
    """Bring back a submission that was taken away."""
    actor.must(ALL)
    with transaction.atomic():
        row = Submission.objects.select_for_update(of=("self",)).filter(pk=submission.pk).first()
        if row is None or row.deleted_at is None:
            raise Missing("submission.missing", _("There is no such submission, or not for you."))
        before = row.deleted_at
        row.deleted_at = None
        row.save(update_fields=["deleted_at"])
        audit.record(
            actor=actor, action="questionnaire.submission.restored", subject=row, before={"deleted_at": before},
            after={"deleted_at": None},
        )  # fmt: skip
    return row
