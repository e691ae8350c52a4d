"""Reads of filled forms for those who review them: the list, the counts, what came back, what waits."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.text import fold
from haicap.questionnaire.models import Attachment, Comment, Form, Submission
from haicap.questionnaire.queries.collect import returned_for, submissions_for, waiting_for
from haicap.questionnaire.rules import review

MOST_FOUND = 2000  # names looked for without diacritics
MOST_PLACES = 1000
_HEAVY = ("xml", "repeats")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which submissions of a form are looked for; "" and None leave a filter out. Days are in local time."""

    state: str = ""
    text: str = ""
    unit: str = ""  # code
    person: int | None = None
    since: datetime | None = None
    until: datetime | None = None  # not included
    is_test: bool = False
    verb: str = ""


def submission_list_for(*, actor: Actor, form: Form, wanted: Wanted | None = None) -> QuerySet[Submission]:
    """Return the submissions of `form` that `actor` may see and that are wanted, newest first, without their XML.

    Text is looked for with and without diacritics in the name of the submission and of its unit (one query more).
    """
    wanted = wanted or Wanted()
    rows = submissions_for(actor=actor, form=form, verb=wanted.verb, is_test=wanted.is_test)
    if wanted.unit:
        rows = rows.filter(unit__code=wanted.unit)
    if wanted.person is not None:
        rows = rows.filter(person_id=wanted.person)
    if wanted.since:
        rows = rows.filter(received_at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(received_at__lt=wanted.until)
    if text := fold(wanted.text):
        rows = rows.filter(_holding(rows, text, wanted.text.strip()))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    return (
        rows.select_related("unit", "person", "key", "version")
        .defer(*_HEAVY, "version__xform", "version__schema")
        .order_by("-pk")
    )


def _holding(rows: QuerySet[Submission], text: str, typed: str) -> Q:
    found: list[int] = []
    for pk, name in rows.exclude(instance_name="").values_list("pk", "instance_name").iterator():
        if text in fold(name):
            found.append(pk)
            if len(found) == MOST_FOUND:
                break
    return Q(pk__in=found) | Q(unit__folded__contains=text) | Q(instance_id=typed) | Q(current_id=typed)


def counts_for(*, actor: Actor, form: Form, wanted: Wanted | None = None) -> dict[str, int]:
    """Return how many submissions stand in each state, whatever state is wanted (one query)."""
    wanted = wanted or Wanted()
    rest = Wanted(
        text=wanted.text, unit=wanted.unit, person=wanted.person, since=wanted.since, until=wanted.until,
        is_test=wanted.is_test, verb=wanted.verb,
    )  # fmt: skip
    rows = submission_list_for(actor=actor, form=form, wanted=rest)
    counted = dict(rows.order_by().values_list("state").annotate(number=Count("pk")))
    return {state: counted.get(state, 0) for state in review.STATES}


def people_of(*, actor: Actor, form: Form) -> list[tuple[int, str]]:
    """Return who handed in the submissions that `actor` sees, by name."""
    rows = (
        submissions_for(actor=actor, form=form).exclude(person=None).order_by("person__full_name", "person")
    )
    return list(rows.values_list("person_id", "person__full_name").distinct())


def places_of(*, rows: QuerySet[Submission]) -> list[tuple[int, str, str, float, float]]:
    """Return (key, name, state, latitude, longitude) of those submissions that have a place (one query)."""
    found = rows.exclude(place=None).values_list("pk", "instance_name", "instance_id", "state", "place")
    return [
        (pk, name or instance_id, state, place[1], place[0])
        for pk, name, instance_id, state, place in found[:MOST_PLACES]
        if place
    ]


def submission_for(*, actor: Actor, form: Form, pk: int) -> Submission:
    """Return one submission with what its page names; raises Missing."""
    for is_test in (False, True):
        rows = submissions_for(actor=actor, form=form, is_test=is_test).select_related(
            "form__campaign", "version__form", "unit", "person__body", "key__person"
        )
        if row := rows.filter(pk=pk).first():
            return row
    raise Missing("submission.missing", _("There is no such submission, or not for you."))


def attachment_for(*, actor: Actor, form: Form, submission: int, pk: int) -> Attachment:
    """Return a file of a submission that is there; raises Missing."""
    row = (
        submission_for(actor=actor, form=form, pk=submission)
        .attachments.filter(pk=pk)
        .exclude(file="")
        .first()
    )
    if row is None:
        raise Missing("submission.no_file", _("There is no such file."))
    return row


def deleted_for(*, actor: Actor, form: Form) -> QuerySet[Submission]:
    """Return what was taken away, newest first, for those in charge."""
    actor.must("questionnaire.submission:all")
    rows = Submission.objects.filter(form=form).exclude(deleted_at=None)
    return rows.select_related("unit", "person").defer(*_HEAVY).order_by("-deleted_at", "-pk")


def deleted_one_for(*, actor: Actor, form: Form, pk: str) -> Submission:
    """Return one submission that was taken away; raises Missing."""
    key = int(pk) if pk.isdecimal() and len(pk) < 18 else 0
    row = deleted_for(actor=actor, form=form).filter(pk=key).first()
    if row is None:
        raise Missing("submission.missing", _("There is no such submission, or not for you."))
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A submission that came back, with what others than its author said of its newest edition."""

    submission: Submission
    reasons: str


MOST_RETURNED = 20


def returned_with_reasons_for(*, actor: Actor) -> list[Returned]:
    """Return the submissions that came back to `actor`, the oldest first, at most 20 (three queries)."""
    rows = returned_for(actor=actor).select_related("form").defer(*_HEAVY).order_by("pk")
    said = Comment.objects.order_by("pk")
    found = []
    for row in rows.prefetch_related(Prefetch("comments", queryset=said))[:MOST_RETURNED]:
        texts = review.reasons(
            [(one.person_id, one.at, one.text) for one in row.comments.all()], author=row.person_id,
            since=row.updated_at or row.received_at,
        )  # fmt: skip
        found.append(Returned(submission=row, reasons="; ".join(texts)))
    return found


def waiting_by_form_for(*, actor: Actor) -> list[tuple[Form, int]]:
    """Return how many submissions of each form wait for a decision by `actor`, most first (three queries)."""
    rows = waiting_for(actor=actor).order_by().values_list("form").annotate(number=Count("pk"))
    counted = dict(rows)
    forms = Form.objects.filter(pk__in=counted)
    return sorted(((form, counted[form.pk]) for form in forms), key=lambda pair: -pair[1])
