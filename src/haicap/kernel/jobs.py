"""Long work with progress: asked for on a page, done by the worker inside `haicap serve`, or on the terminal.

Beside the jobs the worker does what is registered with `@every`: small work that comes back every few seconds.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol

from django.apps import apps
from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from haicap.kernel import audit
from haicap.kernel.access import SYSTEM, Actor
from haicap.kernel.errors import Refusal, Text
from haicap.kernel.models import Job, Tick

logger = logging.getLogger(__name__)
LOST_AFTER = timedelta(seconds=60)
MOST_ATTEMPTS = 3
WRITE_EVERY = 0.5  # seconds between two writes of progress
MOST_READINGS = 120  # a longer history is thinned: the page draws a curve, not a log
Numbers = Mapping[str, int | float | None]


class Progress(Protocol):
    """What a job function reports to."""

    def report(self, percent: int, message: Text) -> None:
        """Tell how far the work is (0 to 100) and what it is doing."""

    def note(self, numbers: Numbers) -> None:
        """Keep numbers of this moment, which the job's page draws over time; the next report writes them."""

    def stopped(self) -> bool:
        """Say whether the person asked to stop; a job then ends as soon as it has something to keep."""


JobFunction = Callable[..., dict[str, Any]]
_functions: dict[str, JobFunction] = {}
_templates: dict[str, str] = {}


def job(kind: str, *, template: str = "") -> Callable[[JobFunction], JobFunction]:
    """Register a function of an area's jobs.py under a stable name.

    `template` is shown on the job's page while it runs, with `job` (its `readings` are what was noted).
    """

    def register(function: JobFunction) -> JobFunction:
        _functions[kind] = function
        _templates[kind] = template
        return function

    return register


def _function(kind: str) -> JobFunction:
    if kind not in _functions:
        _discover()
    return _functions[kind]


def _discover() -> None:
    """Import the jobs of every area, which registers them."""
    for config in apps.get_app_configs():
        if (
            config.name.startswith("haicap.")
            and config.label != "kernel"
            and find_spec(f"{config.name}.jobs")
        ):
            import_module(f"{config.name}.jobs")


TickFunction = Callable[[], object]
_ticks: dict[str, tuple[float, TickFunction]] = {}


def every(seconds: float, *, name: str) -> Callable[[TickFunction], TickFunction]:
    """Register a function of an area's jobs.py that the worker calls again and again, `seconds` apart.

    Whatever the number of servers, one worker at a time calls it. It should end within seconds: long work is a
    job. An error is logged, and the next call comes in its time.
    """

    def register(function: TickFunction) -> TickFunction:
        _ticks[name] = (seconds, function)
        return function

    return register


def tick() -> list[str]:
    """Do the periodic work that is due and that no other worker holds; return the names of what was tried."""
    _discover()
    now = timezone.now()
    known = {row.name: row.next_at for row in Tick.objects.filter(pk__in=_ticks)}
    tried = []
    for name, (seconds, function) in _ticks.items():
        if known.get(name, now) <= now and _hold(name):
            tried.append(name)
            _tick_once(name, seconds, function)
    return tried


def _hold(name: str) -> bool:
    now = timezone.now()
    Tick.objects.get_or_create(pk=name, defaults={"next_at": now})
    free = Tick.objects.filter(Q(held_until=None) | Q(held_until__lt=now), pk=name, next_at__lte=now)
    return free.update(held_until=now + LOST_AFTER) == 1


def _tick_once(name: str, seconds: float, function: TickFunction) -> None:
    done = threading.Event()
    threading.Thread(target=_keep_held, args=(name, done), daemon=True).start()
    try:
        with override("vi"):
            function()
    except Exception:
        logger.exception("the periodic work %s failed", name)
    finally:
        done.set()
        following = timezone.now() + timedelta(seconds=seconds)
        Tick.objects.filter(pk=name).update(next_at=following, held_until=None)


def _keep_held(name: str, done: threading.Event) -> None:
    while not done.wait(LOST_AFTER.total_seconds() / 4):
        Tick.objects.filter(pk=name).update(held_until=timezone.now() + LOST_AFTER)
    close_old_connections()


def keep_ticking(*, stop: threading.Event, idle: float = 1.0) -> None:
    """Do periodic work until `stop` is set, beside the jobs, so that a long job does not hold it up."""
    while not stop.is_set():
        close_old_connections()
        try:
            tick()
        except Exception:
            logger.exception("the worker could not look for periodic work")
        stop.wait(idle)


def template_of(kind: str) -> str:
    """Return the template that shows the running work, empty where its kind has none."""
    try:
        _function(kind)
    except KeyError:  # a job of a version that knew more kinds
        return ""
    return _templates[kind]


def enqueue(*, actor: Actor, kind: str, params: dict[str, Any], subject: str = "") -> Job:
    """Put a job in the queue; a job of the same kind and subject that is not over is returned instead."""
    _function(kind)
    with transaction.atomic():
        waiting = Job.objects.filter(
            kind=kind, subject=subject, params=params, state__in=[Job.State.QUEUED, Job.State.RUNNING]
        ).first()
        if waiting:
            return waiting
        row = Job.objects.create(kind=kind, params=params, subject=subject, requested_by_id=actor.person_id)
        audit.record(actor=actor, action="job.asked", subject=row, after={"kind": kind, "params": params})
    return row


def ask_to_stop(*, actor: Actor, job: Job) -> None:
    """Ask a running job to end early; a queued one is stopped at once."""
    with transaction.atomic():
        Job.objects.filter(pk=job.pk, state=Job.State.QUEUED).update(
            state=Job.State.STOPPED, ended_at=timezone.now()
        )
        Job.objects.filter(pk=job.pk).update(stop_asked=True)
        audit.record(actor=actor, action="job.stop_asked", subject=job)


class _Terminal:
    def __init__(self, on_progress: Callable[[int, str], None], stopped: Callable[[], bool]) -> None:
        self.on_progress, self.stopped = on_progress, stopped

    def report(self, percent: int, message: Text) -> None:
        self.on_progress(percent, str(message))

    def note(self, numbers: Numbers) -> None:
        """Nothing: a terminal shows no curves."""


class Readings:
    """Numbers over time, at most MOST_READINGS of them: when full, every second one between the ends goes."""

    def __init__(self) -> None:
        self.rows: list[dict[str, int | float | None]] = []
        self.spacing = WRITE_EVERY / 2

    def add(self, *, at: float, numbers: Numbers) -> None:
        """Keep `numbers` at `at` seconds; the last row always holds the newest."""
        row = {"at": round(at, 2), **numbers}
        if len(self.rows) > 1 and at - (self.rows[-2]["at"] or 0) < self.spacing:
            self.rows[-1] = row
        else:
            self.rows.append(row)
        if len(self.rows) > MOST_READINGS:
            del self.rows[1:-1:2]
            self.spacing *= 2


class _Row:
    """Writes progress to the job's row, at most every WRITE_EVERY seconds."""

    def __init__(self, row: Job) -> None:
        self.row = row
        self.began = time.monotonic()
        self.written = 0.0
        self.stop = False
        self.readings = Readings()

    def note(self, numbers: Numbers) -> None:
        self.readings.add(at=time.monotonic() - self.began, numbers=numbers)

    def report(self, percent: int, message: Text) -> None:
        now = time.monotonic()
        if now - self.written >= WRITE_EVERY:
            self.written = now
            Job.objects.filter(pk=self.row.pk).update(
                percent=max(0, min(100, percent)),
                message=str(message)[:500],
                readings=self.readings.rows,
                seen_at=timezone.now(),
            )
            self.stop = Job.objects.filter(pk=self.row.pk, stop_asked=True).exists()

    def stopped(self) -> bool:
        return self.stop


def run_now(
    *,
    actor: Actor,
    kind: str,
    params: dict[str, Any],
    on_progress: Callable[[int, str], None],
    stopped: Callable[[], bool] = lambda: False,
) -> dict[str, Any]:
    """Do the work of a job here and now, for the terminal; refusals and errors pass through.

    `stopped` is asked now and then whether to end early with what there is.
    """
    return _function(kind)(_Terminal(on_progress, stopped), actor=actor, **params)


def _take() -> Job | None:
    """Take the next queued job, or one whose worker was lost."""
    now = timezone.now()
    with transaction.atomic():
        lost = Job.objects.filter(state=Job.State.RUNNING, seen_at__lt=now - LOST_AFTER)
        lost.filter(attempts__gte=MOST_ATTEMPTS).update(
            state=Job.State.FAILED, error=_("The worker was lost several times."), ended_at=now
        )
        lost.update(state=Job.State.QUEUED)
        row = (
            Job.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(state=Job.State.QUEUED)
            .order_by("created_at")
            .first()
        )
        if row is None:
            return None
        row.state, row.started_at, row.seen_at = Job.State.RUNNING, now, now
        row.attempts += 1
        row.save(update_fields=["state", "started_at", "seen_at", "attempts"])
        return row


def _keep_alive(row: Job, done: threading.Event) -> None:
    while not done.wait(LOST_AFTER.total_seconds() / 4):
        Job.objects.filter(pk=row.pk, state=Job.State.RUNNING).update(seen_at=timezone.now())
    close_old_connections()


def _end(row: Job, state: str, **values: Any) -> None:
    Job.objects.filter(pk=row.pk).update(state=state, ended_at=timezone.now(), **values)


def run_next(*, actor_of: Callable[[int | None], Actor]) -> bool:
    """Run one waiting job to its end; False when none waits. `actor_of` turns a person's id into the actor."""
    row = _take()
    if row is None:
        return False
    done = threading.Event()
    threading.Thread(target=_keep_alive, args=(row, done), daemon=True).start()
    progress = _Row(row)
    try:
        actor = SYSTEM if row.requested_by_id is None else actor_of(row.requested_by_id)
        with override("vi"):
            result = _function(row.kind)(progress, actor=actor, **row.params)
        _end(
            row,
            Job.State.STOPPED if progress.stop else Job.State.DONE,
            percent=100,
            result=result,
            readings=progress.readings.rows,
        )
    except Refusal as refusal:
        _end(row, Job.State.FAILED, error=str(refusal.message))
    except Exception:
        logger.exception("job %s (%s) failed", row.pk, row.kind)
        _end(
            row, Job.State.FAILED, error=_("An unexpected error stopped the work; it is in the server's log.")
        )
    finally:
        done.set()
    return True


def work(*, actor_of: Callable[[int | None], Actor], stop: threading.Event, idle: float = 1.0) -> None:
    """Run jobs until `stop` is set, looking for a new one every `idle` seconds; periodic work runs beside them."""
    threading.Thread(target=keep_ticking, kwargs={"stop": stop, "idle": idle}, daemon=True).start()
    while not stop.is_set():
        close_old_connections()
        try:
            if run_next(actor_of=actor_of):
                continue
        except Exception:
            logger.exception("the worker could not take a job")
        stop.wait(idle)
