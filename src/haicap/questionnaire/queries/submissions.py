"""Reads of filled forms for those who review them: the list, the counts, and everything about one of them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.models import AuditEntry
from haicap.kernel.text import fold
from haicap.questionnaire.models import Assignment, Attachment, Comment, Edit, Form, Submission
from haicap.questionnaire.queries.collect import corrected_by, returned_for, submissions_for, waiting_for
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules import review
from haicap.questionnaire.rules.instance import InstanceError
from haicap.questionnaire.rules.schema import Field, Reader, Schema
from haicap.questionnaire.rules.schema.reader import ID

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with its answer as stored; `file` is there where it names one that was received."""

    field: Field
    place: str
    text: str
    file: Attachment | None = None
    comments: tuple[Comment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Questions of one group outside repeats, or one repeat as a table (`columns` set).

    `groups` are the groups around, outermost first. A row of a table has its number ("2", or "1.2" inside another).
    """

    groups: tuple[Field, ...]
    answers: tuple[Answer, ...] = ()
    columns: tuple[Field, ...] = ()
    rows: tuple[tuple[str, tuple[Answer, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that happened to a submission: an edition (with what it changed), or a decision."""

    at: datetime
    who: str
    action: str  # received, edited, or the state decided, deleted, restored
    reason: str = ""
    edit: Edit | None = None
    changes: tuple[review.Change, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paradata:
    """How a submission came about; times by the clock of the device where it says so."""

    person: str
    body: Any
    key: str
    device: str
    agent: str
    started_at: datetime | None
    ended_at: datetime | None
    received_at: datetime
    place: tuple[float, float] | None  # latitude, longitude

    @property
    def duration(self) -> timedelta | None:
        """From opening to finishing, where the form kept both and they are in order."""
        if self.started_at is None or self.ended_at is None or self.ended_at < self.started_at:
            return None
        return self.ended_at - self.started_at

    @property
    def delay(self) -> timedelta | None:
        """From finishing to arriving."""
        if self.ended_at is None or self.received_at < self.ended_at:
            return None
        return self.received_at - self.ended_at


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionPage:
    """One submission as its page shows it; `paradata` is None for those it is not kept for."""

    submission: Submission
    schema: Schema
    blocks: tuple[Block, ...]
    comments: tuple[Comment, ...]  # of the whole
    history: tuple[Step, ...]
    files: tuple[Attachment, ...]
    paradata: Paradata | None
    may_review: bool
    may_correct: bool  # it came back, and this person corrects it
    unreadable: bool = False


def submission_page_for(*, actor: Actor, form: Form, pk: int) -> SubmissionPage:
    """Return everything about one submission; the number of queries does not depend on what it holds."""
    row = submission_for(actor=actor, form=form, pk=pk)
    reader = opened_row(row=row.version).reader
    files = tuple(row.attachments.all())
    comments = list(row.comments.select_related("person"))
    by_place: dict[str, list[Comment]] = defaultdict(list)
    for one in comments:
        by_place[one.path].append(one)
    may_review = _may_review(actor, form, row)
    try:
        blocks = tuple(
            _Blocks(reader, row.xml, files={one.name: one for one in files}, comments=by_place).all()
        )
    except InstanceError:
        blocks = ()
    is_own = row.person_id is not None and row.person_id == actor.person_id
    return SubmissionPage(
        submission=row, schema=reader.schema, blocks=blocks, comments=tuple(by_place.pop("", ())),
        history=_history(row), files=files, may_review=may_review, unreadable=not blocks,
        may_correct=_may_correct(actor, form, row),
        paradata=_paradata(row) if may_review or is_own or actor.may("questionnaire.submission:all") else None,
    )  # fmt: skip


def _may_review(actor: Actor, form: Form, row: Submission) -> bool:
    if form.purpose == Form.Purpose.REPORT or not actor.may("questionnaire.submission:review"):
        return False
    rows = submissions_for(actor=actor, form=form, verb=Assignment.Verb.REVIEW, is_test=row.is_test)
    return rows.filter(pk=row.pk).exists()


def _may_correct(actor: Actor, form: Form, row: Submission) -> bool:
    if row.state != Submission.State.HAS_ISSUES:
        return False
    return Submission.objects.filter(corrected_by(actor=actor, form=form), pk=row.pk).exists()


def _paradata(row: Submission) -> Paradata:
    person = row.person or (row.key.person if row.key else None)
    return Paradata(
        person=person.full_name if person else "", body=row.person.body if row.person else None,
        key=row.key.name if row.key else "", device=row.device, agent=row.agent, started_at=row.started_at,
        ended_at=row.ended_at, received_at=row.received_at,
        place=(row.place[1], row.place[0]) if row.place else None,
    )  # fmt: skip


@dataclass
class _Blocks:
    """Lays a filled form out in the form's order."""

    reader: Reader
    xml: str
    files: Mapping[str, Attachment]
    comments: Mapping[str, list[Comment]]
    tables: dict[str, list[dict[str, str]]] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = self.reader.tables(self.xml)

    def all(self) -> list[Block]:
        """Return the blocks, each group once it has a question, each repeat where it stands."""
        found: list[Block] = []
        open_group, answers = "", list[Answer]()
        root = self.tables[""][0]
        for one in self.reader.schema.fields:
            if one.path.startswith("/meta/") or one.path == "/meta":
                continue
            parent = one.path.rpartition("/")[0]
            is_question = one.is_data and not one.table
            if answers and (one.type == "repeat" or (is_question and parent != open_group)):
                found.append(Block(groups=self._groups(open_group), answers=tuple(answers)))
                answers = []
            if one.type == "repeat":
                found.append(self._table(one))
            elif is_question:
                open_group = parent
                answers.append(self._answer(one, "", root))
        if answers:
            found.append(Block(groups=self._groups(open_group), answers=tuple(answers)))
        return found

    def _groups(self, path: str) -> tuple[Field, ...]:
        steps = path.strip("/").split("/") if path else []
        paths = ["/" + "/".join(steps[: count + 1]) for count in range(len(steps))]
        return tuple(self.reader.schema.by_path[one] for one in paths if one in self.reader.schema.by_path)

    def _answer(self, one: Field, row: str, values: Mapping[str, str]) -> Answer:
        place = review.place_of(row, one)
        text = values.get(one.column, "")
        said = [
            *self.comments.get(place, ()),
            *(self.comments.get(one.path, ()) if place != one.path else ()),
        ]
        return Answer(
            field=one, place=place, text=text, file=self.files.get(text) if one.binary else None,
            comments=tuple(said),
        )  # fmt: skip

    def _table(self, repeat: Field) -> Block:
        columns = self.reader.schema.by_table[repeat.path]
        root = self.tables[""][0][ID]
        rows = []
        for values in self.tables[repeat.path]:
            tail = values[ID].removeprefix(root)
            place = review.place_in(self.reader.schema, repeat.path, tail)
            number = ".".join(review.positions(tail))
            rows.append((number, tuple(self._answer(one, place, values) for one in columns)))
        return Block(groups=self._groups(repeat.path), columns=columns, rows=tuple(rows))


def _history(row: Submission) -> tuple[Step, ...]:
    """Return editions with what they changed, and decisions, newest first."""
    edits = list(row.history.select_related("version__form", "person", "key").order_by("number"))
    steps: list[Step] = []
    for before, edit in zip([None, *edits], edits, strict=False):
        steps.append(
            Step(
                at=edit.at, who=edit.person.full_name if edit.person else edit.key.name if edit.key else "",
                action="edited" if before else "received", reason=edit.reason, edit=edit,
                changes=_changes(before, edit) if before else (),
            )
        )  # fmt: skip
    if not edits:
        by = row.person.full_name if row.person else row.key.name if row.key else ""
        steps.append(Step(at=row.received_at, who=by, action="received"))
    decided = AuditEntry.objects.filter(
        subject_type=Submission._meta.label_lower, subject_id=str(row.pk), action__in=_STEPS
    ).order_by("sequence")
    steps += [Step(at=one.at, who=one.actor_name, action=one.action.rpartition(".")[2]) for one in decided]
    return tuple(sorted(steps, key=lambda step: step.at, reverse=True))


_STEPS = [f"questionnaire.submission.{name}" for name in (*review.DECISIONS, "deleted", "restored")]


def _changes(before: Edit, after: Edit) -> tuple[review.Change, ...]:
    try:
        return tuple(
            review.diff(
                before=before.xml, after=after.xml, schema=opened_row(row=after.version).schema,
                old=opened_row(row=before.version).schema,
            )
        )  # fmt: skip
    except InstanceError:
        return ()


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
