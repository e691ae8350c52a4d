"""Taking submissions out: whoever takes many answers at once leaves a trace."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from haicap.kernel import audit, jobs
from haicap.kernel.access import Actor
from haicap.kernel.errors import Missing
from haicap.kernel.jobs import Progress
from haicap.kernel.models import Job
from haicap.questionnaire.models import Form
from haicap.questionnaire.queries.export import KIND, Export, Report, export_for, export_job_for
from haicap.questionnaire.rules.export import Options

EXPORT = "questionnaire.submission:read"
# submissions up to which a page waits for the file; what is written as it leaves may be longer
AT_ONCE = {"csv": 20_000, "geojson": 20_000, "xml": 20_000, "xlsx": 5_000, "parquet": 5_000}
KEPT_DAYS = 7
FOLDER = "exports"  # below MEDIA_ROOT


def export_submissions(*, actor: Actor, form: Form, options: Options) -> Export:
    """Return the export of what `actor` sees of `form`; raises NotAllowed, Refused. The answers leave by its pieces."""
    actor.must(EXPORT)
    found = export_for(actor=actor, form=form, options=options)
    with transaction.atomic():
        audit.record(
            actor=actor, action="questionnaire.submissions.exported", subject=form,
            after={
                "format": options.format, "count": found.count, "states": list(options.states),
                "since": options.since, "until": options.until,
            },
        )  # fmt: skip
    return found


def ask_for_export(*, actor: Actor, form: Form, options: Options) -> Export | Job:
    """Return the export where it is small, else the job that makes it; raises NotAllowed, Refused."""
    actor.must(EXPORT)
    if export_for(actor=actor, form=form, options=options).count <= AT_ONCE[options.format]:
        return export_submissions(actor=actor, form=form, options=options)
    params = {"form": form.pk, "options": options_to_json(options)}
    return jobs.enqueue(actor=actor, kind=KIND, params=params, subject=f"form:{form.pk}")


def options_to_json(options: Options) -> dict[str, Any]:
    """Return options as a job keeps them."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in asdict(options).items()
    }


def options_from_json(data: Mapping[str, Any]) -> Options:
    """Return the options that `options_to_json` wrote."""
    days = {name: date.fromisoformat(data[name]) if data.get(name) else None for name in ("since", "until")}
    return Options(**{**data, **days, "states": tuple(data.get("states", ()))})


def keep_export(*, actor: Actor, form: Form, options: Options, progress: Progress) -> dict[str, Any]:
    """Write an export to the disk and return where it is offered; a stopped one leaves no file."""
    found = export_submissions(actor=actor, form=form, options=options)
    token = uuid4()
    path = path_of(token=token)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("wb") as target:
            for piece in found.pieces(_reporting(progress)):
                if progress.stopped():
                    path.unlink()
                    return {"count": 0}
                target.write(piece)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return {
        "token": str(token), "filename": found.filename, "content_type": found.content_type, "count": found.count,
        "bytes": path.stat().st_size, "url": reverse("questionnaire:export-ready", args=[token]),
    }  # fmt: skip


def _reporting(progress: Progress) -> Report:
    def report(done: int, of: int) -> None:
        sentence = _("%(done)s of %(all)s submissions written") % {"done": done, "all": of}
        progress.report(min(99, 100 * done // max(1, of)), sentence)

    return report


def path_of(*, token: UUID) -> Path:
    """Return where an export is kept."""
    return Path(settings.MEDIA_ROOT) / FOLDER / f"{token}.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A finished export, open for reading."""

    source: IO[bytes]
    filename: str
    content_type: str


def open_export(*, actor: Actor, token: UUID) -> Ready:
    """Open a finished export for who asked for it; raises Missing."""
    result = export_job_for(actor=actor, token=token).result or {}
    try:
        source = path_of(token=token).open("rb")
    except FileNotFoundError as error:
        raise Missing(
            "export.missing", _("There is no such export, or it was taken away. Make it anew.")
        ) from error
    return Ready(source=source, filename=result["filename"], content_type=result["content_type"])


def drop_old_exports() -> int:
    """Remove exports that are older than KEPT_DAYS; return how many. They can always be made anew."""
    limit = timezone.now().timestamp() - KEPT_DAYS * 86400
    folder = Path(settings.MEDIA_ROOT) / FOLDER
    old = [path for path in folder.glob("*.bin") if path.stat().st_mtime < limit] if folder.is_dir() else []
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
