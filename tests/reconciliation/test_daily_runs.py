"""Each program has its run each day, whatever else is asked for."""

from datetime import UTC, datetime, timedelta
from functools import partial

from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from app.domain.reconciliation import Outcome, newest_due
from app.processes.reconciliation.daily import ask_for_daily_runs
from app.processes.reconciliation.reconcile import reconcile_one
from app.services.execute import execute
from app.services.reconciliation.carry_out import end_run
from tests.reconciliation.reconciled import Reconciled, take


def test_each_day_has_its_run_and_each_week_a_whole_one(reconciled: Reconciled) -> None:
    """After a downtime once for all the days; a run that could not be carried out is tried again."""
    books = reconciled.books
    query = (
        "SELECT whole, status FROM reconciliation_run WHERE program_id = $1 ORDER BY asked_at, id"
    )

    def day(at: datetime) -> None:
        books.now = at
        reconciled.follow()

        async def work() -> None:
            await ask_for_daily_runs(reconciled.parts())
            await ask_for_daily_runs(reconciled.parts())
            while await reconcile_one(reconciled.parts()) is not None:
                continue

        books.runner.run(work())

    def runs() -> list[tuple[bool, str]]:
        return [tuple(row) for row in reconciled.fetch(query, reconciled.program)]

    due = newest_due(books.now) + timedelta(days=1)
    day(due - timedelta(minutes=1))
    assert runs() == []
    with capture_logs([merge_contextvars]) as lines:
        day(due)
    assert runs() == [(True, "CLEAN")]
    [told] = [one for one in lines if one["event"] == "reconciled"]
    [program] = reconciled.fetch("SELECT public_id FROM program WHERE id = $1", reconciled.program)
    assert (told["status"], told["program"]) == ("CLEAN", str(program["public_id"]))
    day(due + timedelta(hours=23))
    assert len(runs()) == 1
    for n in (1, 2, 5):
        day(due + timedelta(days=n, minutes=n))
    assert runs()[1:] == [(False, "CLEAN")] * 3
    day(due + timedelta(days=7))
    assert runs()[-1] == (True, "CLEAN")
    tomorrow = due + timedelta(days=8)
    books.now = tomorrow

    async def fail() -> None:
        reconciled.run_id = await reconciled.ask()
        taken = await take(reconciled)
        failed = partial(end_run, run=taken, outcome=Outcome(failure="a test"), now=tomorrow)
        await execute(books.worker, books.world.bells, reconciled.program, failed)

    books.runner.run(fail())
    day(tomorrow + timedelta(minutes=9))
    assert runs()[-1] == (True, "FAILED")
    day(tomorrow + timedelta(minutes=11))
    assert runs()[-1] == (False, "CLEAN")


def test_the_day_begins_at_two() -> None:
    two = datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert newest_due(two) == two
    assert newest_due(two - timedelta(seconds=1)) == two - timedelta(days=1)
    assert newest_due(two + timedelta(hours=23)) == two
