"""A run of the future, by a clock that was wrong or by a thief, stands for none that comes."""

from datetime import datetime, timedelta

import pytest

from app.domain.actors import RECONCILER
from app.domain.ids import new_id
from app.domain.reconciliation import Run, newest_due
from app.processes.reconciliation.daily import ask_for_daily_runs
from app.processes.reconciliation.reconcile import reconcile_one
from app.store.reconciliation.scopes import read_scope
from tests.reconciliation.reconciled import Reconciled

_FORGE = """
INSERT INTO reconciliation_run (program_id, id, status, whole, asked_by, asked_at, finished_at, block_number, block_hash,
                                journal_id, journal_seals, journal_head, audit_seals, audit_head)
SELECT program_id, gen_random_uuid(), 'CLEAN', true, 'schedule', asked_at + {later}, now(), block_number + {blocks}, block_hash,
       journal_id + {journals}, journal_seals, journal_head, audit_seals, audit_head
  FROM reconciliation_run WHERE program_id = $1 AND status = 'CLEAN' ORDER BY asked_at LIMIT 1
RETURNING 1
"""


@pytest.mark.parametrize(
    ("later", "blocks", "journals"),
    [
        ("interval '1000 years'", 0, 0),
        ("interval '1 second'", 10**9, 0),
        ("interval '1 second'", 0, 10**9),
    ],
)
def test_the_newest_honest_one_counts(
    reconciled: Reconciled, later: str, blocks: int, journals: int
) -> None:
    assert reconciled.found() == []
    honest = reconciled.books.now
    reconciled.books.now += timedelta(minutes=1)
    reconciled.plant(_FORGE.format(later=later, blocks=blocks, journals=journals))

    async def since() -> datetime | None:
        books = reconciled.books
        run = Run(new_id(), reconciled.program, False, books.now, "a test")
        async with books.worker.read(reconciled.program) as session:
            scope = await read_scope(session, run, books.now)
        return None if scope.since is None else scope.since.asked_at

    assert reconciled.books.runner.run(since()) == honest


def test_days_go_on(reconciled: Reconciled) -> None:
    assert reconciled.found() == []
    reconciled.plant(_FORGE.format(later="interval '1000 years'", blocks=0, journals=0))
    reconciled.books.now = newest_due(reconciled.books.now) + timedelta(days=9)
    reconciled.follow()

    async def work() -> None:
        await ask_for_daily_runs(reconciled.parts())
        while await reconcile_one(reconciled.parts()) is not None:
            continue

    reconciled.books.runner.run(work())
    newest = "SELECT whole FROM reconciliation_run WHERE program_id = $1 AND asked_by = $2"
    assert [row["whole"] for row in reconciled.fetch(newest, reconciled.program, RECONCILER)] == [
        True
    ]
