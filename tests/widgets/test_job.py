"""Jobs: who computes them, and what happens to one that takes too long."""

import threading

import pytest
from panels import DEADLINE, Fake, settle, slide

from widgets.job import Job


def until_cancelled(settings, progress):
    while not progress.cancelled:
        threading.Event().wait(0.001)
    return "cut short"


def the_thread(settings, progress):
    return threading.current_thread()


def fails(settings, progress):
    raise ZeroDivisionError(settings)


def test_a_job_that_is_short_is_done_here():
    job = Job(the_thread, {})
    assert job.run_within(DEADLINE)
    assert job.result is threading.current_thread()
    assert job.wait(0)
    assert 0 < job.seconds <= job.age


def test_a_job_that_is_long_is_cut_short():
    job = Job(until_cancelled, {})
    assert not job.run_within(0.05)
    assert job.result == "cut short"
    assert job.seconds > 0.05


def test_a_started_job_is_done_elsewhere():
    job = Job(the_thread, {}).start()
    assert job.wait(DEADLINE)
    assert job.result is not threading.current_thread()


@pytest.mark.parametrize("run", [Job.run, Job.start, lambda job: job.run_within(DEADLINE)])
def test_an_error_is_kept_for_whoever_waits(run):
    job = Job(fails, "why")
    run(job)
    assert job.wait(DEADLINE)
    assert isinstance(job.error, ZeroDivisionError)
    assert job.error.args == ("why",)
    assert job.result is None


def test_a_panel_computes_here_what_is_short_and_elsewhere_what_was_too_long(monkeypatch):
    fake, threads = Fake(), []
    compute = fake.compute

    def noting(settings, progress):
        threads.append(threading.current_thread() is threading.main_thread())
        return compute(settings, progress)

    monkeypatch.setattr(fake, "compute", noting)
    panel = fake.panel()
    slide(panel, "rate", 10.0)
    assert threads == [True, True]
    slide(panel, "mode", "slow")  # begun here, cut short, begun again in the background
    assert threads[2:] == [True, False]
    slide(panel, "rate", 100.0)  # now it is known to be long
    assert threads[4:] == [False]
    fake.gate.set()
    settle(panel)
    slide(panel, "rate", 1.0)  # short again, but that was not known
    slide(panel, "rate", 10.0)
    assert threads[5:] == [False, True]
    assert panel.text.startswith("10 points at 10")
    panel.close()
