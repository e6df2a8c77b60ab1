"""A balance at an instant is the sum of what was effective by then, whatever snapshots and stretches of journals there are and
in whatever order the journals came.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import asyncpg
import pytest

from app.processes.snapshot_accounts import snapshot_accounts
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from app.store.reads import balances_then
from tests.storage.bells import SilentBells
from tests.storage.seeds import AT, SeededProgram, payment

HOUR = timedelta(hours=1)
# By how many hours each is effective before or after its place, and how far apart the places are: an hour, nothing, and
# back in time.
ORDERS = {
    "nearly in order": ((0, 0, 0, 0, -1, 2), 1),
    "some far": ((0, 0, 0, 0, -1, 2, -30, 25, -200, 200), 1),
    "the same instants": ((0, 0, 12, -12, -48), 0),
    "backwards": ((0, 0, -3, 40), -1),
}
CURRENCIES = ("USD", "USD", "EUR")
_ACCOUNTS = "SELECT id FROM account WHERE program_id = $1"
INSTANTS = "SELECT DISTINCT effective_at FROM journal WHERE program_id = $1"
_SUMMED = """
SELECT (SELECT coalesce(sum(CASE WHEN t.credit_account_id = q.id THEN t.amount ELSE -t.amount END), 0)
          FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
         WHERE t.program_id = $1 AND q.id IN (t.credit_account_id, t.debit_account_id) AND j.effective_at {by} q.at)
  FROM unnest($2::bigint[], $3::timestamptz[]) WITH ORDINALITY AS q (id, at, n) ORDER BY q.n
"""
_STRETCHES = """
SELECT k.after, k.earliest, k.latest, j.* FROM journal_stretch k
 CROSS JOIN LATERAL (SELECT count(*) AS journals, min(j.effective_at) AS first, max(j.effective_at) AS last FROM journal j
                      WHERE j.program_id = $1 AND j.id > k.after AND j.id <= k.through) j
 WHERE k.program_id = $1 ORDER BY k.through
"""


async def live(
    worker: Pool, program: SeededProgram, other: SeededProgram, order: str, random: Random
) -> None:
    """Eighty payments, among those of another program; snapshots come now and then, and not for the last ones."""
    shifts, apart = ORDERS[order]
    for start in range(0, 80, 8):
        drafts = []
        for n in range(start, start + 8):
            paid = random.choice(CURRENCIES), random.randrange(len(program.users))
            draft = payment(program, f"intent-{n}", 1000 + n, n, currency=paid[0], user=paid[1])
            hours = n * apart + random.choice(shifts)
            drafts.append(replace(draft, effective_at=AT + hours * HOUR))
        async with worker.write(program.id) as unit:
            await post(unit, program.id, drafts, AT)
        async with worker.write(other.id) as unit:
            await post(unit, other.id, [payment(other, f"intent-{start}", 1000, start)], AT)
        if random.random() < 0.7 and start < 64:
            await snapshot_accounts(worker, SilentBells(), every=random.choice((3, 10)))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("order", ORDERS)
async def test_by_snapshots_as_by_the_whole_history(
    worker: Pool,
    program: SeededProgram,
    other_program: SeededProgram,
    order: str,
    seed: int,
) -> None:
    random = Random(seed)
    await live(worker, program, other_program, order, random)
    async with worker.read(program.id) as session:
        keys = [row[0] for row in await session.connection.fetch(_ACCOUNTS, program.id)]
        effective = [row[0] for row in await session.connection.fetch(INSTANTS, program.id)]
        # At the journals' own instants, where before and up to differ, and anywhere.
        instants = [*effective, *(AT + random.uniform(-300, 300) * HOUR for _ in range(30))]
        asked = [(key, at) for key in keys for at in instants]
        found = {
            "<=": await balances_then.balances_as_of(session, asked),
            "<": await balances_then.balances_before(session, asked),
        }
        for by, balances in found.items():
            sums = await session.connection.fetch(
                _SUMMED.format(by=by), program.id, *map(list, zip(*asked, strict=True))
            )
            assert balances == [int(row[0]) for row in sums]
            assert len(set(balances)) > len(keys)
    assert found["<"] != found["<="]


async def test_stretches_follow_each_other_and_name_their_instants(
    worker: Pool, program: SeededProgram, other_program: SeededProgram, owner: asyncpg.Connection
) -> None:
    await live(worker, program, other_program, "some far", Random(4))
    await snapshot_accounts(worker, SilentBells(), every=10)
    before = await owner.fetch(_STRETCHES, program.id)
    await snapshot_accounts(worker, SilentBells(), every=10)
    kept = await owner.fetch(_STRETCHES, program.id)
    assert kept == before
    assert len(kept) > 3
    for row in kept:
        assert (row["earliest"], row["latest"]) == (row["first"], row["last"])
    assert {row["journals"] for row in kept} <= {3, 10}
    assert kept[0]["after"] == 0
    assert sum(row["journals"] for row in kept) > 80 - 10


async def test_only_whole_stretches_up_to_the_horizon(
    worker: Pool, program: SeededProgram, owner: asyncpg.Connection
) -> None:
    async with worker.write(program.id) as unit:
        drafts = [payment(program, f"intent-{n}", 1000, n) for n in range(25)]
        ids = await post(unit, program.id, drafts, AT)
    await snapshot_accounts(worker, SilentBells(), every=10)
    kept = await owner.fetch(
        "SELECT after, through FROM journal_stretch WHERE program_id = $1 ORDER BY 1", program.id
    )
    assert [tuple(row) for row in kept] == [(0, ids[9]), (ids[9], ids[19])]
