"""Everything about one filled form: answers in the form's order, comments, history, how it came about."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from haicap.kernel.access import Actor
from haicap.kernel.models import AuditEntry
from haicap.questionnaire.models import Assignment, Attachment, Comment, Edit, Entity, Form, Submission
from haicap.questionnaire.queries.collect import corrected_by, submissions_for
from haicap.questionnaire.queries.submissions import submission_for
from haicap.questionnaire.queries.versions import opened_row
from haicap.questionnaire.rules import review
from haicap.questionnaire.rules.instance import InstanceError
from haicap.questionnaire.rules.judge import Fault, Judge
from haicap.questionnaire.rules.schema import Field, Reader, Schema
from haicap.questionnaire.rules.schema.reader import ID

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One question with its answer as stored; `file` is there where it names one that was received."""

    field: Field
    place: str
    text: str
    file: Attachment | None = None
    label: str = ""  # of the member of a list that was chosen
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
    faults: tuple[Fault, ...] = ()  # conditions of the form that do not hold, for those who review


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
            _Blocks(
                reader,
                row.xml,
                files={one.name: one for one in files},
                comments=by_place,
                campaign_id=form.campaign_id,
                may_see_people=actor.may("questionnaire.dataset:write"),
            ).all()
        )
        faults = _faults(reader.schema, row) if may_review else ()
    except InstanceError:
        blocks, faults = (), ()
    is_own = row.person_id is not None and row.person_id == actor.person_id
    return SubmissionPage(
        submission=row, schema=reader.schema, blocks=blocks, comments=tuple(by_place.pop("", ())),
        history=_history(row), files=files, may_review=may_review, unreadable=not blocks, faults=faults,
        may_correct=_may_correct(actor, form, row),
        paradata=_paradata(row) if may_review or is_own or actor.may("questionnaire.submission:all") else None,
    )  # fmt: skip


def _may_review(actor: Actor, form: Form, row: Submission) -> bool:
    if form.purpose == Form.Purpose.REPORT or not actor.may("questionnaire.submission:review"):
        return False
    rows = submissions_for(actor=actor, form=form, verb=Assignment.Verb.REVIEW, is_test=row.is_test)
    return rows.filter(pk=row.pk).exists()


def _faults(schema: Schema, row: Submission) -> tuple[Fault, ...]:
    at = timezone.localtime(row.ended_at or row.received_at)
    return Judge(schema).check(row.xml, now=at).faults


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
    campaign_id: int
    may_see_people: bool
    tables: dict[str, list[dict[str, str]]] = field(init=False)
    labels: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.tables = self.reader.tables(self.xml)
        self.labels = self._labels()

    def _labels(self) -> dict[str, str]:
        """Return the labels of the members of lists that were chosen, by identity: one query, none without any."""
        columns = {
            one.column for one in self.reader.schema.fields if one.control == "select1" and not one.choices
        }
        chosen = {
            text.lower() for rows in self.tables.values() for row in rows for column, text in row.items()
            if column in columns and _UUID.fullmatch(text)
        }  # fmt: skip
        if not chosen:
            return {}
        rows = Entity.objects.filter(uuid__in=chosen, dataset__campaign_id=self.campaign_id)
        rows = rows if self.may_see_people else rows.filter(dataset__is_personal=False)
        return {str(key): label for key, label in rows.values_list("uuid", "label")}

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
            field=one, place=place, text=text, label=self.labels.get(text.lower(), ""),
            file=self.files.get(text) if one.binary else None, comments=tuple(said),
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
