"""The rows that OData gives out, a page at a time, at a cost that does not grow with the table.

The next page begins after a row's key, so nothing before it is read again. Rows of repeats are found by the numbers
kept with each submission: no filled form is opened to be skipped.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from django.db import connection, transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from haicap.kernel.access import Actor
from haicap.questionnaire.models import Attachment, Form, FormVersion, Submission
from haicap.questionnaire.queries import odata
from haicap.questionnaire.queries.collect import submissions_for
from haicap.questionnaire.queries.versions import Opened, opened_row
from haicap.questionnaire.rules.instance import InstanceError
from haicap.questionnaire.rules.odata import (
    SUBMISSION_SYSTEM,
    Layout,
    ODataError,
    Page,
    Rows,
    TableLayout,
    parse,
    selection,
    token_of,
)
from haicap.questionnaire.rules.schema import Schema

CHUNK = 500
_FIELDS = (
    "pk", "version_id", "instance_id", "xml", "received_at", "updated_at", "person_id", "person__full_name", "key_id",
    "key__name", "state", "device", "edits", "version__version", "deleted_at",
)  # fmt: skip
_Found = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader asks of a table; texts are as they were sent."""

    table: str = "Submissions"
    page: Page = field(default_factory=Page)
    filter: str = ""
    order: str = ""
    select: str = ""
    wkt: bool = False
    expand: bool = False


@lru_cache(maxsize=64)
def _layout(pk: int, sha256: str) -> Layout:
    del sha256  # of a draft that changed: another layout under the same key
    row = FormVersion.objects.defer("xform", "warnings").get(pk=pk)
    return Layout.of(Schema.from_json(row.schema) if row.schema else Schema.of(row.xform))


def layout_of(version: FormVersion) -> Layout:
    """Return the tables of a version, kept in memory."""
    return _layout(version.pk, version.sha256)


def filtered(rows: QuerySet[Any], *, text: str, properties: odata.Properties) -> QuerySet[Any]:
    """Return the rows a $filter names; raises ODataError."""
    if not text.strip():
        return rows
    return rows.filter(odata.condition(parse(text), properties=properties, now=timezone.now()))


class SubmissionFeed:
    """One answer over a form's table as `version` has it. `next` is the token of the next page once `rows` ended."""

    def __init__(
        self, *, actor: Actor, version: FormVersion, question: Question, is_test: bool = False
    ) -> None:
        self.layout = layout_of(version)
        if (table := self.layout.by_name.get(question.table)) is None:
            raise ODataError("table", question.table)
        self.table: TableLayout = table
        self.question, self.form = question, version.form
        chosen = selection(question.select, table=table, system=SUBMISSION_SYSTEM)
        self._rows = Rows(self.layout, table, selection=chosen, wkt=question.wkt, expand=question.expand)
        scope = submissions_for(actor=actor, form=version.form, is_test=is_test)
        self._scope = filtered(scope, text=question.filter, properties=odata.SUBMISSIONS)
        self._order = (
            odata.order_of(question.order, properties=odata.SUBMISSIONS) if question.order.strip() else []
        )
        self._versions = _Versions(version.form)
        self._needs_system = not table.column and (
            chosen.names is None or any(name.startswith("__system") for name in chosen.names)
        )
        self.next = ""

    def count(self) -> int | None:
        """Return how many rows the table has, whatever the page; None where nobody asked."""
        if not self.question.page.count:
            return None
        if not self.table.column:
            return self._scope.count()
        return odata.rows_of_repeat(self._scope, count=self._counted())

    def _counted(self) -> Any:
        return odata.repeat_count(self._versions.repeat_paths(self.table.column))

    def rows(self) -> Iterator[Mapping[str, Any]]:
        """Yield the rows of the page."""
        page = self.question.page
        if page.top == 0:
            return
        given, last = 0, (0, 0)
        skipped = page.skip or page.token.get("skip", 0) if self._order else 0
        passed = -skipped if self.table.column else 0  # rows of the root are skipped by the database
        for found, first in self._submissions():
            number = first
            for row in self._opened(found)[first:]:
                passed += 1
                if passed <= 0:
                    number += 1
                    continue
                if page.top is not None and given == page.top:
                    self.next = self._token(last, skipped + given)
                    return
                yield row
                given, number = given + 1, number + 1
                last = (found["pk"], number)

    def answers(self) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, str]]]:
        """Yield all submissions as identity, what the server knows of them, and their root's texts by column."""
        for found, _first in self._submissions():
            try:
                row = self._versions.by_key(found["version_id"]).reader.tables(found["xml"])[""][0]
            except InstanceError:
                row = {}
            yield found["instance_id"], _system(found), row

    def one(self, instance_id: str) -> Sequence[Mapping[str, Any]] | None:
        """Return the rows of one submission in the table; None where it is not there for the actor."""
        wanted = Q(instance_id=instance_id) | Q(current_id=instance_id)
        found = self._read(self._scope.filter(wanted)).first()
        return None if found is None else self._opened(found)

    def _token(self, last: tuple[int, int], done: int) -> str:
        if self._order:
            return token_of(skip=done)
        return token_of(after=last[0], row=last[1]) if self.table.column else token_of(after=last[0])

    def _submissions(self) -> Iterator[tuple[_Found, int]]:
        """Yield the submissions from the page's start on, each with how many of its rows lie before it."""
        if self._order:
            page = self.question.page
            first = 0 if self.table.column else page.skip or page.token.get("skip", 0)
            rows = self._read(self._scope.order_by(*self._order))[first:]
            for found in in_one_go(rows):
                yield found, 0
            return
        yield from self._newest_first(*self._start())

    def _newest_first(self, start: int | None, first: int) -> Iterator[tuple[_Found, int]]:
        if start is None:
            return
        rows = self._scope.order_by("-pk")
        if self.table.column:
            rows = rows.annotate(repeat_rows=self._counted()).filter(repeat_rows__gt=0)
        top = self.question.page.top
        size = CHUNK if top is None else min(top + 1, CHUNK)
        upto = Q(pk__lte=start)
        while True:
            chunk = list(self._read(rows.filter(upto))[:size])
            for found in chunk:
                yield found, first if found["pk"] == start else 0
            if len(chunk) < size:
                return
            upto, size = Q(pk__lt=chunk[-1]["pk"]), CHUNK

    def _start(self) -> tuple[int | None, int]:
        """Return the key of the page's first submission, and how many of its rows lie before the page."""
        page, newest = self.question.page, 2**63 - 1
        if (after := page.token.get("after")) is not None:
            return (after, page.token.get("row", 0)) if self.table.column else (after - 1, 0)
        if not page.skip:
            return newest, 0
        if not self.table.column:
            return odata.key_at(self._scope, skip=page.skip), 0
        return odata.submission_at(self._scope, count=self._counted(), skip=page.skip) or (None, 0)

    def _read(self, rows: QuerySet[Submission]) -> "QuerySet[Submission, dict[str, Any]]":
        names: tuple[str, ...] = _FIELDS[:4]
        files: dict[str, Any] = {}
        if self._needs_system:
            names, files = _FIELDS, {"present": Value(0), "expected": Value(0)}
        if self._needs_system and self._versions.have_files():
            own = Attachment.objects.filter(submission=OuterRef("pk")).order_by().values("submission")
            files = {"present": _counting(own.exclude(file="")), "expected": _counting(own)}
        read: Any = rows.annotate(**files).values(*names, *files)
        return cast("QuerySet[Submission, dict[str, Any]]", read)

    def _opened(self, found: _Found) -> Sequence[Mapping[str, Any]]:
        version = self._versions.by_key(found["version_id"])
        try:
            tables = version.reader.tables(found["xml"])
        except InstanceError:  # what an older rule let in: there, but without its answers
            tables = {"": [{"__id": ""}]}
        columns = {table.path: table.column for table in version.schema.tables}
        return list(
            self._rows.of(
                {columns.get(path, path): rows for path, rows in tables.items()},
                root_id=tables[""][0]["__id"], instance_id=found["instance_id"],
                system=_system(found) if self._needs_system else None,
            )
        )  # fmt: skip


def in_one_go(rows: "QuerySet[Any, dict[str, Any]]") -> Iterator[dict[str, Any]]:
    """Yield rows by one cursor of the server; on PostgreSQL one that outlives its transaction would read all first."""
    with transaction.atomic() if connection.vendor == "postgresql" else nullcontext():
        yield from rows.iterator(chunk_size=CHUNK)


def _counting(rows: QuerySet[Attachment, Any]) -> Any:
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), Value(0))


def moment(at: datetime | None) -> str | None:
    """Return a time as Central writes it: UTC, milliseconds."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _system(found: _Found) -> Mapping[str, Any]:
    person, key = found["person_id"], found["key_id"]
    submitter = person if person is not None else odata.KEY_BASE + key if key is not None else None
    return {
        "submissionDate": moment(found["received_at"]),
        "updatedAt": moment(found["updated_at"]),
        "submitterId": None if submitter is None else str(submitter),
        "submitterName": found["person__full_name"] or found["key__name"],
        "attachmentsPresent": found["present"],
        "attachmentsExpected": found["expected"],
        "status": None,
        "reviewState": odata.REVIEW_STATES[found["state"]],
        "deviceId": found["device"] or None,
        "edits": found["edits"],
        "formVersion": found["version__version"],
        "deletedAt": moment(found["deleted_at"]),
    }


class _Versions:
    """The versions of a form, opened when first met."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._rows: dict[int, FormVersion] | None = None
        self._opened: dict[int, Opened] = {}

    def _all(self) -> Mapping[int, FormVersion]:
        if self._rows is None:
            rows = FormVersion.objects.filter(form=self._form).defer("xform", "schema", "warnings")
            self._rows = {row.pk: row for row in rows}
            for row in self._rows.values():
                row.form = self._form
        return self._rows

    def by_key(self, pk: int) -> Opened:
        """Return one version."""
        if pk not in self._opened:
            self._opened[pk] = opened_row(row=self._all()[pk])
        return self._opened[pk]

    def repeat_paths(self, column: str) -> Mapping[int, str]:
        """Return the path of the repeat with this column, by version."""
        found = {}
        for pk in self._all():
            for table in self.by_key(pk).schema.tables:
                if table.column == column:
                    found[pk] = table.path
        return found

    def have_files(self) -> bool:
        """Say whether any version asks for files."""
        return any(self.by_key(pk).reader.has_files for pk in self._all())
