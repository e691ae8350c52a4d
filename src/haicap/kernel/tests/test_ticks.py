"""Periodic work: due, held by one worker, and not ended by an error."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM
from haicap.kernel.models import Tick

pytestmark = pytest.mark.django_db


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Register two pieces of work, of which the first fails; return what was called."""
    found: list[str] = []
    jobs._discover()
    monkeypatch.setattr(jobs, "_ticks", {})
    monkeypatch.setattr(jobs, "close_old_connections", lambda: None)  # it is the test's own

    @jobs.every(60, name="test.broken")
    def broken() -> None:
        found.append("broken")
        raise RuntimeError("no")

    @jobs.every(60, name="test.fine")
    def fine() -> None:
        found.append("fine")

    return found


def _later(seconds: int) -> None:
    for row in Tick.objects.all():
        row.next_at -= timedelta(seconds=seconds)
        row.save()


def test_work_comes_back_after_its_seconds_and_not_before(called: list[str]) -> None:
    assert jobs.tick() == ["test.broken", "test.fine"]
    assert jobs.tick() == []
    _later(61)
    jobs.tick()
    assert called == ["broken", "fine", "broken", "fine"]


def test_work_that_fails_ends_neither_the_worker_nor_the_other_work(called: list[str]) -> None:
    rounds = iter(range(3))

    class Once(threading.Event):
        def is_set(self) -> bool:
            return next(rounds, None) is None

        def wait(self, timeout: float | None = None) -> bool:
            _later(61)
            return True

    jobs.keep_ticking(stop=Once(), idle=0)
    assert called == ["broken", "fine"] * 3


def test_what_another_worker_holds_is_left_to_it_until_it_is_lost(called: list[str]) -> None:
    now = timezone.now()
    Tick.objects.create(name="test.broken", next_at=now, held_until=now - timedelta(seconds=1))
    Tick.objects.create(name="test.fine", next_at=now, held_until=now + timedelta(seconds=30))
    assert jobs.tick() == ["test.broken"]
    Tick.objects.filter(pk="test.fine").update(held_until=now - timedelta(seconds=1))
    assert jobs.tick() == ["test.fine"]


def test_of_two_workers_at_the_same_moment_one_gets_the_work(called: list[str]) -> None:
    assert jobs._hold("test.fine")
    assert not jobs._hold("test.fine")
    assert jobs.tick() == ["test.broken"]


def test_the_worker_runs_jobs_beside_periodic_work(
    called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stop, given = threading.Event(), threading.Event(), {}

    def ticking(**values: Any) -> None:
        given.update(values)
        begun.set()

    def job(**_values: Any) -> bool:
        begun.wait(10)
        stop.set()
        return True

    monkeypatch.setattr(jobs, "keep_ticking", ticking)
    monkeypatch.setattr(jobs, "run_next", job)
    jobs.work(actor_of=lambda _key: SYSTEM, stop=stop, idle=0)
    assert given["stop"] is stop
