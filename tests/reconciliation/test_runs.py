"""Runs: one at a time whoever carries it out, kept as they ended, and what they find is opened once."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest

from app.domain.errors import Refusal, RefusalCode
from app.domain.explanations import Explanation
from app.domain.reconciliation import CheckName, Outcome, RunStatus
from app.processes.reconciliation.checks import CHECKS, DATABASE_CHECKS
from app.processes.reconciliation.reconcile import reconcile_one
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from app.services.execute import execute
from app.services.reconciliation.ask import RunReconciliation, run_reconciliation
from app.services.reconciliation.carry_out import LEASE, RunLost, end_run
from tests.reconciliation.reconciled import Reconciled, take
from tests.services.world import key_of

BEND = """
UPDATE account SET debits = debits + $2, credits = credits + $2 WHERE program_id = $1 AND kind = 'PLATFORM' RETURNING id
"""
_BEND_MOVEMENT = """
UPDATE movement SET amount = amount + 1 WHERE program_id = $1 AND amount = 1000000 RETURNING journal_id
"""
_OPEN = "SELECT id, run_id FROM discrepancy WHERE program_id = $1 AND resolved_at IS NULL"
_ALL = "SELECT count(*) AS times FROM discrepancy WHERE program_id = $1"
_STATUS = "SELECT status, pause_reason FROM program WHERE id = $1"
_RUN = "SELECT * FROM reconciliation_run WHERE id = $1"


def resolve(lived: Reconciled, discrepancy: Any) -> None:
    command = ResolveDiscrepancy(discrepancy, Explanation.NO_POSTING, None, "it was a test")
    key = key_of(lived.program)
    lived.books.runner.run(lived.books.world.run(lived.program, resolve_discrepancy, key, command))


def test_what_is_found_is_opened_once_and_again_after_it_was_resolved(
    reconciled: Reconciled,
) -> None:
    bent = reconciled.plant(BEND, 7)
    expected = [("BALANCE_DRIFT", f"account:{bent['id']}")]
    assert reconciled.found() == expected
    [opened] = reconciled.fetch(_OPEN, reconciled.program)
    assert opened["run_id"] == reconciled.run_id
    for whole in (True, False, True):
        assert reconciled.found(whole=whole) == expected
    assert reconciled.fetch(_OPEN, reconciled.program) == [opened]
    resolve(reconciled, opened["id"])
    assert reconciled.found() == expected
    [again] = reconciled.fetch(_OPEN, reconciled.program)
    assert again["id"] != opened["id"]
    assert again["run_id"] == reconciled.run_id


def test_a_critical_one_pauses_and_no_clean_run_resumes(reconciled: Reconciled) -> None:
    reconciled.plant(BEND, 7)
    assert reconciled.found() != []
    [paused] = reconciled.fetch(_STATUS, reconciled.program)
    assert paused["status"] == "PAUSED"
    assert paused["pause_reason"] == "A stored balance is not the sum of its transfers."
    reconciled.plant(BEND, -7)
    assert reconciled.found() == []
    assert reconciled.fetch(_STATUS, reconciled.program) == [paused]
    # What was found stays until a person says what it was.
    assert len(reconciled.fetch(_OPEN, reconciled.program)) == 1


def test_a_stored_balance_that_nothing_touched_is_added_up_each_day(reconciled: Reconciled) -> None:
    """Also by a run since the last clean one: what is paid is paid by stored balances."""
    assert reconciled.found() == []
    newest = "UPDATE consumer_position SET position = (SELECT max(id) FROM journal) WHERE consumer = 'account_snapshots'"
    reconciled.plant(f"WITH moved AS ({newest}) SELECT $1::bigint")
    assert reconciled.found() == []
    bent = reconciled.plant(BEND, 7)
    assert reconciled.found(whole=False) == [("BALANCE_DRIFT", f"account:{bent['id']}")]


def test_an_old_movement_is_for_whole_runs(reconciled: Reconciled) -> None:
    """A run since the last clean one takes old journals as that one saw them."""
    assert reconciled.found() == []
    newest = "UPDATE consumer_position SET position = (SELECT max(id) FROM journal) WHERE consumer = 'account_snapshots'"
    reconciled.plant(f"WITH moved AS ({newest}) SELECT $1::bigint")
    assert reconciled.found() == []
    [bent] = reconciled.plant(_BEND_MOVEMENT)
    assert reconciled.found(whole=False) == []
    found = dict(reversed(pair) for pair in reconciled.found())
    assert found.pop(f"journal:{bent}:USDC") == "LEDGER_IMBALANCE"
    assert list(found.values()) == ["SEAL_BROKEN"]


def test_rollups_and_seals_may_lag(reconciled: Reconciled) -> None:
    """A branch moved meanwhile, and what is below it."""
    codes: dict[int, str] = {}
    for _ in range(2):
        reconciled.line.append(reconciled.books.affiliate(None, codes))
    reconciled.books.move(reconciled.line[-1], reconciled.line[-2], codes)
    reconciled.pay(3_000_000)
    reconciled.books.reverse(reconciled.paid[1], None)
    assert reconciled.found() == []
    reconciled.books.now += timedelta(minutes=11)
    assert reconciled.found() == [("SEAL_BROKEN", "AUDIT:late"), ("SEAL_BROKEN", "JOURNAL:late")]
    assert reconciled.fetch(_STATUS, reconciled.program)[0]["status"] == "ACTIVE"
    reconciled.follow()
    assert reconciled.found() == []


async def _asleep(lived: Reconciled) -> None:
    async with lived.books.worker.pool.acquire() as connection:
        await connection.execute("SELECT pg_sleep(0.2)")


def test_two_at_once_run_it_once(reconciled: Reconciled) -> None:
    async def race() -> list[RunStatus | None]:
        # So that everybody has a connection already.
        await asyncio.gather(*(_asleep(reconciled) for _ in range(5)))
        asked = await asyncio.gather(*(reconciled.ask() for _ in range(5)))
        assert len(set(asked)) == 1
        reconciled.run_id = asked[0]
        workers = [reconciled.parts(f"worker {n}") for n in range(4)]
        return await asyncio.gather(*(reconcile_one(one, run_id=asked[0]) for one in workers))

    statuses = reconciled.books.runner.run(race())
    assert sorted(statuses, key=str) == [RunStatus.CLEAN, None, None, None]
    query = "SELECT count(*) AS checks FROM reconciliation_check WHERE run_id = $1"
    assert reconciled.fetch(query, reconciled.run_id)[0]["checks"] == len(DATABASE_CHECKS)


def test_a_dead_workers_run_is_taken_over_and_the_slow_ones_word_counts_no_more(
    reconciled: Reconciled,
) -> None:
    async def live() -> None:
        books = reconciled.books
        reconciled.run_id = await reconciled.ask()
        slow = await take(reconciled)
        assert slow is not None
        assert await reconcile_one(reconciled.parts(), run_id=reconciled.run_id) is None
        books.now += LEASE + timedelta(seconds=1)
        status = await reconcile_one(reconciled.parts(), run_id=reconciled.run_id)
        assert status is RunStatus.CLEAN
        late = partial(end_run, run=slow, outcome=Outcome(failure="late"), now=books.now)
        with pytest.raises(RunLost):
            await execute(books.worker, books.world.bells, reconciled.program, late)

    reconciled.books.runner.run(live())


def test_a_run_that_kills_its_workers_ends(reconciled: Reconciled) -> None:
    async def live() -> None:
        reconciled.run_id = await reconciled.ask()
        for _ in range(3):
            assert await take(reconciled) is not None
            reconciled.books.now += LEASE + timedelta(seconds=1)
        assert await take(reconciled) is None

    reconciled.books.runner.run(live())
    [run] = reconciled.fetch(_RUN, reconciled.run_id)
    assert (run["status"], run["failure"]) == (
        "FAILED",
        "3 workers died while they carried it out",
    )


def test_a_process_that_ends_hands_its_run_back(reconciled: Reconciled) -> None:
    async def live() -> None:
        reconciled.run_id = await reconciled.ask()
        seen: list[CheckName] = []
        stopped = await reconcile_one(
            reconciled.parts(),
            run_id=reconciled.run_id,
            stopping=lambda: len(seen) > 2,
            progress=seen.append,
        )
        assert stopped is None
        assert len(seen) == 3
        assert await reconcile_one(reconciled.parts("next"), run_id=reconciled.run_id) is not None

    reconciled.books.runner.run(live())
    assert reconciled.fetch(_RUN, reconciled.run_id)[0]["takes"] == 1


def test_a_process_that_is_cut_off_hands_its_run_back(reconciled: Reconciled) -> None:
    async def live() -> None:
        reconciled.run_id = await reconciled.ask()
        begun = asyncio.Event()
        cut = asyncio.create_task(
            reconcile_one(
                reconciled.parts(), run_id=reconciled.run_id, progress=lambda _: begun.set()
            )
        )
        await begun.wait()
        cut.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cut
        assert await reconcile_one(reconciled.parts("next"), run_id=reconciled.run_id) is not None

    reconciled.books.runner.run(live())
    assert reconciled.fetch(_RUN, reconciled.run_id)[0]["takes"] == 1


def test_a_node_that_is_away_hides_nothing(reconciled: Reconciled) -> None:
    bent = reconciled.plant(BEND, 7)

    async def live() -> RunStatus | None:
        reconciled.run_id = await reconciled.ask()
        parts = reconciled.parts(checks=CHECKS)
        return await reconcile_one(parts, run_id=reconciled.run_id)

    assert reconciled.books.runner.run(live()) is RunStatus.FAILED
    assert reconciled.failure() == "chain 31337: no node is configured (SGE_CHAINS)"
    [opened] = reconciled.fetch(_OPEN, reconciled.program)
    assert opened["run_id"] == reconciled.run_id
    assert bent is not None
    # Half of the check of payouts was carried out: that is not said to have passed.
    query = "SELECT name FROM reconciliation_check WHERE run_id = $1 AND position BETWEEN 4 AND 7"
    assert reconciled.fetch(query, reconciled.run_id) == []
    assert reconciled.fetch(_STATUS, reconciled.program)[0]["status"] == "PAUSED"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reconciliation_run SET status = 'CLEAN', failure = NULL WHERE id = $1",
        "DELETE FROM reconciliation_run WHERE id = $1",
        "UPDATE reconciliation_check SET passed = true WHERE run_id = $1",
        "DELETE FROM reconciliation_check WHERE run_id = $1",
        "DELETE FROM reconciliation_finding WHERE run_id = $1",
    ],
)
def test_no_statement_changes_a_run(statement: str, reconciled: Reconciled) -> None:
    reconciled.plant(BEND, 7)
    assert reconciled.found() != []

    async def change() -> None:
        async with reconciled.books.admin.pool.acquire() as connection:
            await connection.execute(statement, reconciled.run_id)

    with pytest.raises(asyncpg.PostgresError, match="append-only") as refused:
        reconciled.books.runner.run(change())
    assert refused.value.sqlstate == "SG002"


def test_a_request_is_one_run_whatever_becomes_of_it(reconciled: Reconciled) -> None:
    def ask(key: str, *, full: bool = False) -> Any:
        world, authority = reconciled.books.world, key_of(reconciled.program)
        command = RunReconciliation(full, key)
        return reconciled.books.runner.run(
            world.run(reconciled.program, run_reconciliation, authority, command)
        )

    first = ask("look")
    assert not first.replayed
    assert ask("look again").run_id == first.run_id  # it is under way
    assert ask("look").replayed
    status = reconciled.books.runner.run(reconcile_one(reconciled.parts(), run_id=first.run_id))
    assert status is RunStatus.CLEAN
    assert (ask("look").run_id, ask("look").replayed) == (first.run_id, True)
    assert ask("another").run_id != first.run_id
    with pytest.raises(Refusal) as refused:
        ask("look", full=True)
    assert refused.value.code is RefusalCode.IDEMPOTENCY_CONFLICT
