from datetime import timedelta

import pytest
from django.utils import timezone

from haicap.kernel import jobs
from haicap.kernel.access import SYSTEM
from haicap.kernel.errors import Refused
from haicap.kernel.models import Job

pytestmark = pytest.mark.django_db


@jobs.job("test.count")
def count(progress, *, actor, to, fail=""):
    for n in range(to):
        progress.report(100 * n // to, f"{n}")
        if progress.stopped():
            return {"reached": n}
    if fail == "refuse":
        raise Refused("test.no", "the rule says no")
    if fail:
        raise RuntimeError(fail)
    return {"reached": to, "by": actor.name}


def _run(**params):
    row = jobs.enqueue(actor=SYSTEM, kind="test.count", params=params)
    assert jobs.run_next(actor_of=lambda _: SYSTEM)
    row.refresh_from_db()
    return row


def test_a_job_runs_and_keeps_its_result():
    row = _run(to=3)
    assert (row.state, row.percent, row.result) == ("done", 100, {"reached": 3, "by": "system"})


def test_a_refusal_becomes_the_sentence_of_the_job():
    row = _run(to=1, fail="refuse")
    assert (row.state, row.error) == ("failed", "the rule says no")


def test_an_error_is_not_shown_in_its_own_words():
    row = _run(to=1, fail="password=hunter2")
    assert row.state == "failed" and "hunter2" not in row.error


def test_a_job_asked_twice_is_queued_once():
    first = jobs.enqueue(actor=SYSTEM, kind="test.count", params={"to": 1}, subject="x")
    assert jobs.enqueue(actor=SYSTEM, kind="test.count", params={"to": 1}, subject="x") == first


def test_a_queued_job_can_be_stopped_before_it_starts():
    row = jobs.enqueue(actor=SYSTEM, kind="test.count", params={"to": 1})
    jobs.ask_to_stop(actor=SYSTEM, job=row)
    assert not jobs.run_next(actor_of=lambda _: SYSTEM)


def test_a_lost_worker_s_job_is_taken_again_and_given_up_after_three_times():
    long_ago = timezone.now() - timedelta(minutes=5)
    row = jobs.enqueue(actor=SYSTEM, kind="test.count", params={"to": 1})
    Job.objects.filter(pk=row.pk).update(state="running", seen_at=long_ago, attempts=1)
    assert jobs.run_next(actor_of=lambda _: SYSTEM)
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("done", 2)
    Job.objects.filter(pk=row.pk).update(state="running", seen_at=long_ago, attempts=3)
    assert not jobs.run_next(actor_of=lambda _: SYSTEM)
    row.refresh_from_db()
    assert row.state == "failed"


def test_the_terminal_sees_every_step():
    seen = []
    jobs.run_now(
        actor=SYSTEM, kind="test.count", params={"to": 2}, on_progress=lambda p, m: seen.append((p, m))
    )
    assert seen == [(0, "0"), (50, "1")]


@jobs.job("test.measure")
def measure(progress, *, actor, times):
    for n in range(times):
        progress.note({"cost": times - n, "bound": None})
        progress.report(0, "")
    return {}


def test_the_last_number_noted_stays_with_the_job():
    row = jobs.enqueue(actor=SYSTEM, kind="test.measure", params={"times": 3})
    assert jobs.run_next(actor_of=lambda _: SYSTEM)
    row.refresh_from_db()
    assert (row.readings[-1]["cost"], row.readings[-1]["bound"]) == (1, None)


def test_a_long_history_keeps_its_ends_and_stays_short():
    readings = jobs.Readings()
    for n in range(10_000):
        readings.add(at=n, numbers={"cost": -n})
    assert len(readings.rows) <= jobs.MOST_READINGS
    assert (readings.rows[0]["cost"], readings.rows[-1]["cost"]) == (0, -9_999)
    moments = [row["at"] or 0 for row in readings.rows]
    assert moments == sorted(moments)


def test_numbers_faster_than_the_eye_replace_each_other():
    readings = jobs.Readings()
    for n in range(1000):
        readings.add(at=n / 100_000, numbers={"cost": n})
    assert [row["cost"] for row in readings.rows] == [0, 999]


def test_a_kind_nobody_knows_any_more_has_no_template():
    assert jobs.template_of("test.forgotten") == ""
