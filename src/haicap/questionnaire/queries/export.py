"""Submissions as files: what an export holds, and its bytes piece by piece.

Rows are read in pages by key, so that memory and open transactions do not grow with their number; what is received
while the file is being made is not in it. Each submission is read by the version it was made with.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import IO, Any
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from haicap.campaign.models import Field
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing, Refused
from haicap.kernel.models import Job
from haicap.questionnaire.models import Attachment, Form, FormVersion, Submission
from haicap.questionnaire.queries.collect import submissions_for
from haicap.questionnaire.queries.figures import FigureValue, figures_for
from haicap.questionnaire.queries.versions import Opened, opened_row
from haicap.questionnaire.rules import export
from haicap.questionnaire.rules.export import Held, Layout, Options
from haicap.questionnaire.rules.export.arrange import Rows
from haicap.questionnaire.rules.schema import InstanceError
from haicap.questionnaire.texts.export import titles
from haicap.register.models import Unit

KIND = "questionnaire.export"  # of the job
PAGE = 500
_COLUMNS = (
    "pk", "version_id", "unit_id", "xml", "instance_id", "version__version", "instance_name", "state", "unit__code",
    "unit__full_name", "person__full_name", "key__name", "device", "agent", "started_at", "ended_at", "received_at",
    "updated_at", "edits",
)  # fmt: skip
_TYPES = {
    "csv": "application/zip", "geojson": "application/geo+json", "parquet": "application/zip", "xml": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
Report = Callable[[int, int], None]  # submissions done, of how many
_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """An export that may be read once or more; `count` submissions when it was asked for."""

    form: Form
    options: Options
    count: int
    filename: str
    content_type: str
    pieces: Callable[[Report], Iterator[bytes]]

    def write(self, target: IO[bytes], *, report: Report = lambda done, of: None) -> int:
        """Write the whole file; return its bytes. Raises Refused where the format cannot hold it."""
        return sum(target.write(piece) for piece in self.pieces(report))


def export_for(*, actor: Actor, form: Form, options: Options) -> Export:
    """Return the export of the submissions of `form` that `actor` sees; raises Refused for a form without a version."""
    if options.format not in export.FORMATS:
        raise Refused("export.format", _("There is no such format."), field="format")
    rows = _wanted(submissions_for(actor=actor, form=form), options)
    found = rows.aggregate(count=Count("pk"), last=Max("pk"))
    source = _Source(
        actor=actor, form=form, options=options, rows=rows, last=found["last"] or 0, count=found["count"]
    )
    at = timezone.localtime().strftime("%Y%m%d-%H%M")
    return Export(
        form=form, options=options, count=found["count"], pieces=source.pieces,
        filename=f"{form.form_id}-{at}-{options.format}.{export.EXTENSIONS[options.format]}",
        content_type=_TYPES[options.format],
    )  # fmt: skip


def _wanted(rows: QuerySet[Submission], options: Options) -> QuerySet[Submission]:
    if options.states:
        rows = rows.filter(state__in=options.states)
    if options.since:
        rows = rows.filter(received_at__gte=_midnight(options.since))
    if options.until and options.until < date.max:
        rows = rows.filter(received_at__lt=_midnight(options.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def versions_of(*, form: Form) -> list[Opened]:
    """Return the versions of `form` that submissions may have been made with, the newest first."""
    rows = FormVersion.objects.filter(form=form).exclude(state=FormVersion.State.DRAFT)
    return [
        opened_row(row=row)
        for row in rows.select_related("form").defer("xform", "warnings").order_by("-number")
    ]


def languages_of(*, form: Form) -> tuple[str, ...]:
    """Return the languages of all versions of `form`, as they name them."""
    return tuple(dict.fromkeys(name for one in versions_of(form=form) for name in one.schema.languages))


def count_for(*, actor: Actor, form: Form) -> int:
    """Return how many submissions of `form` the actor sees."""
    return submissions_for(actor=actor, form=form).count()


def layout_for(*, form: Form, options: Options, versions: Sequence[Opened], is_paired: bool) -> Layout:
    """Return the columns over `versions`; `is_paired` sets verified values beside the reported ones."""
    keys = Field.objects.filter(campaign=form.campaign_id).values_list("key", flat=True) if is_paired else ()
    return export.layout_of(
        [one.schema for one in versions], options=options, titles=titles(options.language), verified=set(keys)
    )


class _Source:
    """The rows of one export."""

    def __init__(
        self, *, actor: Actor, form: Form, options: Options, rows: QuerySet[Submission], last: int, count: int
    ) -> None:
        self.actor, self.form, self.options = actor, form, options
        self.rows, self.last, self.count = rows, last, count
        self.zone = timezone.get_default_timezone()
        versions = versions_of(form=form)
        if not versions:
            raise Refused(
                "export.no_version", _("This form is not published yet: there is nothing to export.")
            )
        self.versions = {one.pk: one for one in versions}
        self.is_paired = form.purpose == Form.Purpose.REPORT and actor.may("questionnaire.report:read")
        self.layout = layout_for(form=form, options=options, versions=versions, is_paired=self.is_paired)
        self.arrangers = {
            one.pk: export.Arranger(self.layout, one.schema, zone=self.zone) for one in versions
        }
        self.columns = {
            column.field.name: column.source
            for column in self.layout.sheets[0].columns
            if column.field is not None and column.role == "answer"
        }
        self.has_files = any(one.reader.has_files for one in versions)

    def pieces(self, report: Report) -> Iterator[bytes]:
        """Yield the file; raises Refused where the format cannot hold it."""
        try:
            yield from self._encoded(report)
        except export.ExportError as error:
            raise Refused(
                f"export.{error.code}",
                _("The table %(name)s has more columns than this format takes. Choose CSV or Parquet.")
                % {"name": error.detail},
            ) from error

    def _encoded(self, report: Report) -> Iterator[bytes]:
        kind = self.options.format
        if kind == "xml":
            return export.xml_zip(self._held(report))
        rows = self._rows(report)
        if kind == "parquet":
            return export.parquet(self.layout, rows, zone=str(self.zone))
        return {"csv": export.csv_zip, "xlsx": export.xlsx, "geojson": export.geojson}[kind](
            self.layout, rows
        )

    def _pages(self, report: Report, *columns: str) -> Iterator[list[_Row]]:
        after = done = 0
        while True:
            page = list(
                self.rows.filter(pk__gt=after, pk__lte=self.last).order_by("pk").values_list(*columns)[:PAGE]
            )
            if not page:
                return
            yield page
            after, done = page[-1][0], done + len(page)
            report(done, self.count)

    def _rows(self, report: Report) -> Rows:
        for page in self._pages(report, *_COLUMNS):
            files = self._files(page)
            figures = self._figures(page) if self.is_paired else {}
            for row in page:
                version = self.versions[row[1]]
                meta = {**self._meta(row, files), **figures.get(row[2], {})}
                try:
                    tables = version.reader.tables(row[3], key=row[4])
                except InstanceError as error:
                    tables = {table.path: [] for table in version.schema.tables} | {"": [{}]}
                    meta["__fault"] = error.code
                yield from self.arrangers[version.pk].rows(tables, meta=meta)

    def _meta(self, row: _Row, files: Mapping[int, tuple[int, int]]) -> dict[str, str]:
        texts = dict(zip(export.META, (*row[4:14], *map(_moment, row[14:18]), str(row[18])), strict=False))
        meta = {key: text for key, text in texts.items() if text}
        if self.has_files:
            expected, missing = files.get(row[0], (0, 0))
            meta["__files"], meta["__files_missing"] = str(expected), str(missing)
        return meta

    def _files(self, page: list[_Row]) -> dict[int, tuple[int, int]]:
        if not self.has_files:
            return {}
        rows = Attachment.objects.filter(submission__in=[row[0] for row in page]).order_by()
        counted = rows.values_list("submission").annotate(
            all=Count("pk"), missing=Count("pk", filter=Q(file=""))
        )
        return {pk: (expected, missing) for pk, expected, missing in counted}

    def _figures(self, page: list[_Row]) -> dict[int, dict[str, str]]:
        """Return by unit what was reported and what was verified; a figure that does not apply says why."""
        units = Unit.objects.filter(pk__in={row[2] for row in page if row[2]})
        found: dict[int, dict[str, str]] = {}
        for figure in figures_for(actor=self.actor, campaign=self.form.campaign, units=units):
            texts = found.setdefault(figure.unit_id, {})
            if figure.reported and figure.reported.text and (source := self.columns.get(figure.field_key)):
                texts[source] = figure.reported.text
            if figure.verified:
                texts[f"~verified/{figure.field_key}"] = figure.verified.text
                texts[f"~verified_note/{figure.field_key}"] = _note(figure.verified)
        return found

    def _held(self, report: Report) -> Iterator[Held]:
        for page in self._pages(report, "pk", "instance_id", "xml"):
            files: dict[int, list[tuple[str, Callable[[], IO[bytes] | None]]]] = {}
            rows = Attachment.objects.filter(submission__in=[row[0] for row in page]).exclude(file="")
            for submission, name, path in rows.values_list("submission", "name", "file"):
                files.setdefault(submission, []).append((name, _Opener(path)))
            for pk, instance_id, xml in page:
                yield Held(instance_id=instance_id, xml=xml, files=tuple(files.get(pk, ())))


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else moment.isoformat()  # its column puts it into the local zone


def _note(value: FigureValue) -> str:
    return value.na_reason or value.reason


class _Opener:
    """Opens a stored file when its turn comes; None where the disk no longer has it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __call__(self) -> IO[bytes] | None:
        try:
            return default_storage.open(self.path)
        except FileNotFoundError:
            return None


def export_job_for(*, actor: Actor, token: UUID) -> Job:
    """Return the job whose file `token` names, if `actor` asked for it; raises Missing."""
    row = Job.objects.filter(kind=KIND, state=Job.State.DONE, result__token=str(token)).first()
    if row is None or row.requested_by_id != actor.person_id:
        raise Missing("export.missing", _("There is no such export, or it was taken away. Make it anew."))
    return row
