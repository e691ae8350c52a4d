"""Webhooks sent, exports of other systems read."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from haicap.kernel.access import Actor
from haicap.kernel.errors import Refused
from haicap.kernel.jobs import Progress, every, job
from haicap.onestop.actions.importing import enter
from haicap.onestop.actions.sending import dispatch, forget, send
from haicap.onestop.actions.tries import sweep_tries
from haicap.onestop.queries.importing import check, imports_for, path_of, read, told
from haicap.onestop.rules.imports import read_mapping

MOST_TOLD = 500


@every(5, name="onestop.hooks")
def tell() -> None:
    """Tell other systems what happened."""
    dispatch()
    send()


@every(3600, name="onestop.sweep")
def sweep() -> None:
    """Remove what nobody needs any more: old deliveries and tries."""
    forget()
    sweep_tries()


def _page(actor: Actor, token: str) -> str:
    run = imports_for(actor=actor).filter(subject=token).first()
    return reverse("onestop:import-result", args=[run.pk]) if run else reverse("onestop:import")


@job("onestop.import")
def import_export(
    progress: Progress, *, actor: Actor, token: str, name: str, mapping: dict[str, Any]
) -> dict[str, Any]:
    """Read an uploaded export and enter its dossiers; the upload is removed when it is done."""
    path = path_of(token=token)
    if not path.exists():
        raise Refused("import.file", _("The uploaded file is no longer there. Upload it again."))
    progress.report(0, _("Reading the file"))
    reading = read_mapping(data=mapping)
    checked = check(table=read(source=path, name=name), mapping=reading)
    report = enter(
        actor=actor, checked=checked, source=reading.source, progress=progress, message=_("Entering dossiers")
    )
    if not progress.stopped():
        path.unlink(missing_ok=True)
    return {
        "file": name,
        "rows": checked.rows,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "events": report.events,
        "left_out": len({fault.row for fault in report.faults}),
        "faults": told(report.faults, most=MOST_TOLD),
        "url": _page(actor, token),
    }
