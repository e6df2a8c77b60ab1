"""Runs of jobs are counted: how long each took, and which ended with a fault."""

from pydantic import SecretStr

from app.runtime import Runtime
from app.settings import Settings
from app.store.database import Database as Pool
from jobs.context import JobContext
from jobs.runner import JobRunner
from jobs.schedule import JOBS
from tests.fixtures.counted import counted
from tests.fixtures.databases import Database
from tests.storage.bells import SilentBells


async def test_a_run_is_counted_and_its_fault(database: Database) -> None:
    pool = await Pool.connect(database.dsn("sge_worker"), maximum=2)
    settings = Settings(_env_file=None, secret_key=SecretStr("a secret of the tests, long enough"))
    runner = JobRunner(
        JobContext(Runtime(settings, SilentBells(), databases={"worker": pool}), {}, "test"),
        {JOBS["seal"].queue},
    )
    assert await counts_of(runner) == (1, 0)
    await pool.close()
    assert await counts_of(runner) == (1, 1)


async def counts_of(runner: JobRunner) -> tuple[float, float]:
    """What one run of `seal` adds: to the runs, and to the faults."""
    before = _runs(), _faults()
    await runner._wake_and_wait("seal")
    return _runs() - before[0], _faults() - before[1]


def _runs() -> float:
    return counted("sge_job_duration_seconds_count", name="seal")


def _faults() -> float:
    return counted("sge_job_failures_total", name="seal")
