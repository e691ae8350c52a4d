"""Having the compromises of a version explained: asked for as a job, kept with the version."""

from collections.abc import Callable

from django.db import transaction
from django.utils.translation import gettext as _

from haicap.kernel import audit
from haicap.kernel.access import Actor
from haicap.kernel.jobs import enqueue
from haicap.kernel.models import Job
from haicap.timetable.actions.drafts import OnProgress
from haicap.timetable.actions.edit import draft_problem
from haicap.timetable.models import Calendar
from haicap.timetable.permissions import SOLVE
from haicap.timetable.queries.calendars import all_placed
from haicap.timetable.rules.why import explain
from haicap.timetable.rules.why_data import to_data

MOST_EXAMINED = 80
"""compromises examined at one time, the gravest first; the others are listed as not examined"""


def ask_to_explain(*, actor: Actor, calendar: Calendar) -> Job:
    """Queue the explanation of a version."""
    actor.must(SOLVE)
    params = {"campaign": calendar.campaign.code, "version": calendar.version, "most": MOST_EXAMINED}
    return enqueue(actor=actor, kind="timetable.explain", params=params, subject=calendar.campaign.code)


def explain_and_save(
    *,
    actor: Actor,
    calendar: Calendar,
    most: int | None = None,
    on_progress: OnProgress = lambda percent, message: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Calendar:
    """Explain every compromise of a version and keep the account; what `stopped` cuts off is marked as such."""
    actor.must(SOLVE)
    problem = draft_problem(actor=actor, calendar=calendar)
    visits = all_placed(calendar)

    def tell(done: int, total: int) -> None:
        message = _("%(done)s of %(total)s compromises examined") % {"done": done, "total": total}
        on_progress(min(98, done * 98 // max(1, total)), message)

    found = explain(problem=problem, visits=visits, seed=1, max_units=most, stopped=stopped, on_progress=tell)
    calendar.why = {
        "revision": calendar.revision,
        "items": [to_data(item) for item in found],
    }
    with transaction.atomic():
        calendar.save(update_fields=["why"])
        audit.record(
            actor=actor,
            action="timetable.calendar.explained",
            subject=calendar,
            after={"version": calendar.version, "compromises": len(found)},
        )
    return calendar
