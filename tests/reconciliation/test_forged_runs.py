"""A run of the future, by a clock that was wrong or by a thief, stands for none that comes."""

from datetime import datetime, timedelta

import pytest

from app.domain.actors import RECONCILER
from app.domain.ids import new_id
from app.domain.reconciliation import Run, RunStatus, newest_due
from app.processes.reconciliation.daily import ask_for_daily_runs
from app.processes.reconciliation.reconcile import reconcile_one
from app.store.health.programs import read_programs
from app.store.reconciliation.scopes import read_scope
from tests.reconciliation.reconciled import Reconciled

pytestmark = pytest.mark.long

_FORGE = """
INSERT INTO reconciliation_run (program_id, id, status, whole, asked_by, asked_at, finished_at, block_number, block_hash,
                                journal_id, journal_seals, journal_head, audit_seals, audit_head)
SELECT program_id, gen_random_uuid(), 'CLEAN', true, 'schedule', asked_at + {later}, now(), block_number + {blocks}, block_hash,
       journal_id + {journals}, journal_seals, journal_head, audit_seals, audit_head
  FROM reconciliation_run WHERE program_id = $1 AND status = 'CLEAN' ORDER BY asked_at LIMIT 1
RETURNING 1
"""

_HOLD = """
UPDATE reconciliation_run SET leased_by = 'nobody', lease_until = 'infinity', takes = 1
 WHERE program_id = $1 AND id = $2 RETURNING 1
"""
_LATER = """
INSERT INTO reconciliation_run
SELECT (jsonb_populate_record(r, jsonb_build_object('id', gen_random_uuid(), '{forged}', r.{forged} + interval '9 years'))).*
  FROM reconciliation_run r WHERE program_id = $1 AND status = 'CLEAN' ORDER BY asked_at LIMIT 1 RETURNING 1
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


def test_a_lease_without_end_keeps_nobody(reconciled: Reconciled) -> None:
    books = reconciled.books
    run_id = books.runner.run(reconciled.ask())
    reconciled.plant(_HOLD, run_id)
    assert books.runner.run(reconcile_one(reconciled.parts())) is RunStatus.CLEAN


@pytest.mark.parametrize("forged", ["asked_at", "finished_at"])
def test_none_of_the_future_hides_that_nobody_looked(reconciled: Reconciled, forged: str) -> None:
    assert reconciled.found() == []
    reconciled.plant(_LATER.format(forged=forged))
    books = reconciled.books
    books.now += timedelta(days=2)

    async def clean_days() -> list[float]:
        async with books.worker.read(None) as session:
            programs = await read_programs(session, books.now)
        slug = await books.fetch("SELECT slug FROM program WHERE id = $1", reconciled.program)
        return [
            one.clean_seconds / 86_400
            for one in programs
            if one.program == slug[0]["slug"] and one.clean_seconds is not None
        ]

    [days] = books.runner.run(clean_days())
    assert 1.99 < days < 2.01
