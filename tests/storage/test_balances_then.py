"""A balance at an instant is the sum of what was effective by then, whatever snapshots there are and in whatever order the
journals came.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random

import asyncpg

from app.processes.snapshot_accounts import snapshot_accounts
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from app.store.reads import accounts
from tests.storage.bells import SilentBells
from tests.storage.seeds import AT, SeededProgram, payment

_HOUR = timedelta(hours=1)
_SUMMED = """
SELECT coalesce(sum(CASE WHEN t.credit_account_id = $2 THEN t.amount ELSE -t.amount END), 0)
  FROM transfer t JOIN journal j ON j.program_id = t.program_id AND j.id = t.journal_id
 WHERE t.program_id = $1 AND $2 IN (t.credit_account_id, t.debit_account_id) AND j.effective_at {by} $3
"""


async def live(worker: Pool, program: SeededProgram, random: Random) -> None:
    """Eighty payments, an hour from one to the next; some are effective long before or after their neighbours."""
    for start in range(0, 80, 8):
        drafts = []
        for n in range(start, start + 8):
            shift = random.choice((0, 0, 0, 0, -1, 2, -30, 25))
            draft = payment(program, f"intent-{n}", 1000 + n, n)
            drafts.append(replace(draft, effective_at=AT + (n + shift) * _HOUR))
        async with worker.write(program.id) as unit:
            await post(unit, program.id, drafts, AT)
        if random.random() < 0.7:
            await snapshot_accounts(worker, SilentBells(), every=10)


async def test_by_snapshots_as_by_the_whole_history(
    worker: Pool, program: SeededProgram, owner: asyncpg.Connection
) -> None:
    random = Random(5)
    await live(worker, program, random)
    keys = await owner.fetch("SELECT id FROM account WHERE program_id = $1", program.id)
    instants = [AT + hour * _HOUR / 2 for hour in range(-70, 230, 3)]
    asked = [(row["id"], at) for row in keys for at in instants]
    async with worker.read(program.id) as session:
        found = {
            "<=": await accounts.balances_as_of(session, asked),
            "<": await accounts.balances_before(session, asked),
        }
        for by, balances in found.items():
            summed = [
                int(await session.connection.fetchval(_SUMMED.format(by=by), program.id, *one))
                for one in asked[::7]
            ]
            assert balances[::7] == summed
            assert len(set(balances)) > len(keys)
    assert found["<"] != found["<="]
