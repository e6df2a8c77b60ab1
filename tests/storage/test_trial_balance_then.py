"""A trial balance at an instant is the sum of what was effective by then, whatever stretches of journals there are and in
whatever order the journals came.
"""

from datetime import datetime
from random import Random

import asyncpg
import pytest

from app.processes.snapshot_accounts import snapshot_accounts
from app.store.database import Database as Pool
from app.store.reads import trial_balance
from app.store.rollups.kept_sums import KEPT_SUMS, joined_by_hash
from tests.kept_sum_rules import wrong_sums
from tests.storage.bells import SilentBells
from tests.storage.seeds import AT, SeededProgram, add_program
from tests.storage.test_balances_then import HOUR, INSTANTS, ORDERS, live

_SUMMED = """
SELECT q.at, a.currency, a.kind, count(DISTINCT a.id) AS accounts,
       coalesce(sum(t.amount) FILTER (WHERE a.id = t.debit_account_id), 0) AS debits,
       coalesce(sum(t.amount) FILTER (WHERE a.id = t.credit_account_id), 0) AS credits
  FROM unnest($2::timestamptz[]) AS q (at)
  JOIN journal j ON j.program_id = $1 AND j.effective_at <= q.at
  JOIN transfer t ON t.program_id = $1 AND t.journal_id = j.id
  JOIN account a ON a.program_id = $1 AND a.id IN (t.debit_account_id, t.credit_account_id)
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_USERS = """
INSERT INTO program_user (program_id, public_id, wallet, created_at)
SELECT $1, gen_random_uuid(), '0x' || lpad(n::text, 40, '0'), $2 FROM generate_series(1, 40) n RETURNING id
"""
_KEPT = "SELECT count(*), count(DISTINCT through) FROM stretch_sum WHERE program_id = $1"
_FORGED = """
INSERT INTO journal_stretch (program_id, after, through, earliest, latest)
SELECT program_id, 0, max(id), min(effective_at), min(effective_at) FROM journal WHERE program_id = $1 GROUP BY 1
"""
Told = dict[datetime, list[tuple[str, str, int, int, int]]]


async def told(session: object, instants: list[datetime]) -> Told:
    found: Told = {}
    for at in instants:
        for trial in await trial_balance.trial_balance(session, at):
            assert trial.balanced
            found.setdefault(at, []).extend(
                (trial.currency, row.kind, row.accounts, row.debits.minor, row.credits.minor)
                for row in trial.rows
            )
    return found


@pytest.mark.parametrize("lived", [(order, seed) for order in ORDERS for seed in range(3)], ids=str)
async def test_by_stretches_as_by_the_whole_history(
    worker: Pool,
    owner: asyncpg.Connection,
    program: SeededProgram,
    other_program: SeededProgram,
    lived: tuple[str, int],
) -> None:
    order, seed = lived
    random = Random(seed)
    # Most pay once or twice: who had an account by an instant hangs on single journals.
    program.users += [row["id"] for row in await owner.fetch(_USERS, program.id, AT)]
    await live(worker, program, other_program, order, random)
    effective = [row[0] for row in await owner.fetch(INSTANTS, program.id)]
    # At the journals' own instants, and anywhere.
    instants = [*effective, *(AT + random.uniform(-300, 300) * HOUR for _ in range(30))]
    summed: Told = {}
    for at, *row in await owner.fetch(_SUMMED, program.id, instants):
        currency, kind, accounts, debits, credits_ = row
        summed.setdefault(at, []).append((currency, kind, accounts, int(debits), int(credits_)))
    async with worker.read(program.id) as session:
        assert await told(session, instants) == summed
    sums, stretches = await owner.fetchrow(_KEPT, program.id)
    assert sums > stretches > 1
    assert await wrong_sums(owner) == []


async def test_stretches_are_written_again(
    worker: Pool, owner: asyncpg.Connection, program: SeededProgram, other_program: SeededProgram
) -> None:
    """A wrong one is taken away with all of the program's, as docs/reconciliation.md says."""
    await live(worker, program, other_program, "some far", Random(3))
    await owner.execute(_FORGED, program.id)
    assert await wrong_sums(owner) != []
    for table in ("stretch_sum", "journal_stretch"):
        await owner.execute(f"DELETE FROM {table} WHERE program_id = $1", program.id)
    await snapshot_accounts(worker, SilentBells(), every=10)
    sums, stretches = await owner.fetchrow(_KEPT, program.id)
    assert (sums > 0, stretches) == (True, 8)
    assert await wrong_sums(owner) == []


async def test_a_program_that_statistics_do_not_know_is_proved_by_hash(
    worker: Pool, owner: asyncpg.Connection, program: SeededProgram, other_program: SeededProgram
) -> None:
    """A plan for a row or two compared each transfer with each account: hours for a program that a day has made large."""
    await live(worker, program, other_program, "nearly in order", Random(6))
    await owner.execute("ANALYZE")
    new, beside = [await add_program(owner, f"newer-than-statistics-{n}") for n in range(2)]
    await live(worker, new, beside, "nearly in order", Random(7))
    await snapshot_accounts(worker, SilentBells(), every=3)
    for one in KEPT_SUMS:
        asked = "EXPLAIN " + one.differences.replace("$1", str(new.id))
        async with owner.transaction(), joined_by_hash(owner):
            plan = [row[0] for row in await owner.fetch(asked)]
        assert not [line for line in plan if "Join Filter" in line], plan
    assert await wrong_sums(owner) == []


async def test_now_is_at_the_end(
    worker: Pool, api: Pool, program: SeededProgram, other_program: SeededProgram
) -> None:
    await live(worker, program, other_program, "nearly in order", Random(5))
    await snapshot_accounts(worker, SilentBells(), every=10)
    async with api.read(program.id) as session:
        then = await trial_balance.trial_balance(session, AT + 1000 * HOUR)
        now = await trial_balance.trial_balance(session, None)
        assert await trial_balance.trial_balance(session, AT - 1000 * HOUR) == []
    assert [trial.rows for trial in then] == [trial.rows for trial in now] != []
