"""Exports that a page does not wait for; lists that follow the register by themselves."""

from typing import Any

from haicap.kernel.access import Actor
from haicap.kernel.jobs import Progress, every, job
from haicap.questionnaire.actions.entities import follow_register
from haicap.questionnaire.actions.export import drop_old_exports, keep_export, options_from_json
from haicap.questionnaire.queries.collect import form_of
from haicap.questionnaire.queries.export import KIND


@job(KIND)
def export(progress: Progress, *, actor: Actor, form: int, options: dict[str, Any]) -> dict[str, Any]:
    """Write the submissions of a form, by key, to a file that is offered to who asked."""
    row = form_of(actor=actor, pk=form)
    return keep_export(actor=actor, form=row, options=options_from_json(options), progress=progress)


@every(6 * 3600, name="questionnaire.exports")
def drop_exports() -> None:
    """Remove exports nobody needs any more."""
    drop_old_exports()


@every(300, name="questionnaire.datasets")
def follow() -> None:
    """Bring the lists of open campaigns to what the register says."""
    follow_register()
