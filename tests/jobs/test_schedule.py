"""Jobs by name: what RQ resolves, what the clock wakes, and where each waits."""

import importlib
from pathlib import Path

import pytest

from app.bus.channels import dotted_name
from app.domain.queues import QUEUES
from jobs import entry
from jobs.schedule import JOBS
from sge.embedded.project import PROJECT

_MACHINERY = {
    "context",
    "ending",
    "entry",
    "figures",
    "heartbeat",
    "listener",
    "probes",
    "runner",
    "schedule",
    "scheduler",
    "wake_up",
    "worker",
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_found_by_its_dotted_name(name: str) -> None:
    module, function = dotted_name(name).rsplit(".", 1)
    assert callable(getattr(importlib.import_module(module), function))
    assert JOBS[name].queue in QUEUES


def test_every_job_module_is_scheduled() -> None:
    modules = {file.stem for file in Path(PROJECT, "jobs").glob("*.py")} - {"__init__"}
    assert modules - _MACHINERY == set(JOBS)


def test_a_job_runs_in_a_worker_only() -> None:
    with pytest.raises(entry.NoWorkerError):
        entry.wake("settle_intents")
