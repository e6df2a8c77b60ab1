"""The ledger in the database and its model, taking the same steps; every invariant is read after each."""

import asyncio
from collections import Counter
from typing import Any, ClassVar

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.domain.ids import new_id
from app.domain.postings import Journal
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.storage.ledger_drafts import Cast, right, sure, wrong
from tests.storage.ledger_model import LedgerModel
from tests.storage.seeds import AT, add_program

# 1: what a journal takes in and pays out is what its movements say. 2: debits = credits, stored = summed.
# 3: what came in less what went out is what the movements say. Each returns what contradicts.
INVARIANTS = {
    "movements": """
        SELECT journal_id FROM (
          SELECT t.journal_id, t.currency, sum(CASE WHEN d.kind IN ('USER', 'DEPOSIT') THEN t.amount
                 WHEN c.kind IN ('USER', 'DEPOSIT') THEN -t.amount WHEN c.kind = 'PAID_OUT' THEN -t.amount
                 WHEN d.kind = 'PAID_OUT' THEN t.amount ELSE 0 END) AS net
            FROM transfer t JOIN account d ON d.program_id = t.program_id AND d.id = t.debit_account_id
            JOIN account c ON c.program_id = t.program_id AND c.id = t.credit_account_id
           WHERE t.program_id = $1 GROUP BY 1, 2) said
          FULL JOIN (SELECT journal_id, currency, sum(CASE WHEN (direction = 'IN') <> undone THEN amount ELSE -amount END)
                  AS net FROM movement WHERE program_id = $1 GROUP BY 1, 2) claimed USING (journal_id, currency)
         WHERE coalesce(said.net, 0) <> coalesce(claimed.net, 0)""",
    "sides": "SELECT currency FROM account WHERE program_id = $1 GROUP BY 1 HAVING sum(debits) <> sum(credits)",
    "balances": """
        SELECT a.id FROM account a WHERE a.program_id = $1 AND (a.debits, a.credits) <> (
          coalesce((SELECT sum(amount) FROM transfer t WHERE t.program_id = $1 AND t.debit_account_id = a.id), 0),
          coalesce((SELECT sum(amount) FROM transfer t WHERE t.program_id = $1 AND t.credit_account_id = a.id), 0))""",
    "once": """
        SELECT 1 FROM journal WHERE program_id = $1 GROUP BY kind, reference HAVING count(*) > 1
        UNION ALL
        SELECT 1 FROM movement WHERE program_id = $1
         GROUP BY chain_id, block_hash, log_index, direction, undone HAVING count(*) > 1""",
}
STORED = "SELECT kind, owner_id, currency, debits, credits FROM account WHERE program_id = $1"
COUNTS = """
SELECT (SELECT count(*) FROM journal WHERE program_id = $1), (SELECT count(*) FROM transfer WHERE program_id = $1),
       (SELECT count(*) FROM movement WHERE program_id = $1)
"""
FORBIDDEN_WRITES = (
    "UPDATE transfer SET amount = amount + 1 WHERE program_id = $1",
    "DELETE FROM transfer WHERE program_id = $1",
    "DELETE FROM movement WHERE program_id = $1",
    "UPDATE journal SET reference = reference || 'x' WHERE program_id = $1",
    "UPDATE account SET credits = credits + 1 WHERE program_id = $1",
    "UPDATE account SET debits = debits + 1, credits = credits + 1 WHERE program_id = $1",
)


class LedgerMachine(RuleBasedStateMachine):
    """Subclasses name the database. outcomes: what all examples together were answered."""

    worker_dsn: ClassVar[str]
    owner_dsn: ClassVar[str]
    outcomes: ClassVar[Counter[str]]

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.runner.run(self._open())

    def teardown(self) -> None:
        self.runner.run(self._close())
        self.runner.close()

    async def _open(self) -> None:
        self.pool = await Pool.connect(self.worker_dsn, maximum=1)
        self.owner = await asyncpg.connect(self.owner_dsn)
        program = await add_program(self.owner, f"machine-{new_id().hex}")
        beside = await add_program(self.owner, f"beside-{new_id().hex}", affiliates=1, users=1)
        self.program_id = program.id
        self.model = LedgerModel(frozenset(program.affiliates), frozenset(program.users))
        strangers = (beside.affiliates[0], beside.users[0])
        self.cast = Cast(program.id, program.users, program.affiliates, strangers)

    async def _close(self) -> None:
        await self.pool.close()
        await self.owner.close()

    @initialize(data=st.data())
    def begin_with_money(self, data: st.DataObject) -> None:
        self._post([data.draw(right(self.cast))])

    @rule(data=st.data())
    def post_one(self, data: st.DataObject) -> None:
        self._post([data.draw(right(self.cast))])

    @rule(data=st.data())
    def post_many(self, data: st.DataObject) -> None:
        self._post(data.draw(st.lists(right(self.cast), min_size=2, max_size=4)))

    @rule(data=st.data())
    def post_a_wrong_one_among_right_ones(self, data: st.DataObject) -> None:
        journals = data.draw(st.lists(st.one_of(sure(self.cast), right(self.cast)), max_size=2))
        journals.insert(data.draw(st.integers(0, len(journals))), data.draw(wrong(self.cast)))
        self._post(journals)

    @rule(data=st.data())
    def post_the_same_again(self, data: st.DataObject) -> None:
        if self.model.references:
            kind, reference = data.draw(st.sampled_from(sorted(self.model.references)))
            again = data.draw(right(self.cast).filter(lambda one: one.kind == kind))
            self._post([_named(again, reference)])

    @rule(statement=st.sampled_from(FORBIDDEN_WRITES))
    def write_past_the_function(self, statement: str) -> None:
        self.runner.run(self._refused(statement))

    @invariant()
    def nothing_contradicts(self) -> None:
        self.runner.run(self._check())

    def _post(self, journals: list[Journal]) -> None:
        expected = self.model.post(journals)
        code = self.runner.run(self._attempt(journals))
        assert (code in expected) if expected else code is None, (code, expected)
        self.outcomes[code or "posted"] += 1

    async def _attempt(self, journals: list[Journal]) -> str | None:
        try:
            async with self.pool.write(self.program_id) as unit:
                await post(unit, self.program_id, journals, AT)
        except asyncpg.PostgresError as refused:
            return str(refused.sqlstate)
        return None

    async def _refused(self, statement: str) -> None:
        try:
            done = await self.owner.execute(statement, self.program_id)
        except asyncpg.PostgresError:
            return
        # A guard of rows has nothing to refuse where there are none.
        assert done.endswith(" 0"), f"went through: {statement}"

    async def _check(self) -> None:
        for name, query in INVARIANTS.items():
            assert await self.owner.fetch(query, self.program_id) == [], name
        stored: dict[Any, list[int]] = {
            (row["kind"], row["owner_id"], row["currency"]): [
                int(row["debits"]),
                int(row["credits"]),
            ]
            for row in await self.owner.fetch(STORED, self.program_id)
        }
        expected = {key: sums for key, sums in self.model.balances.items() if any(sums)}
        assert {key: sums for key, sums in stored.items() if any(sums)} == expected
        counted = await self.owner.fetchrow(COUNTS, self.program_id)
        model = self.model
        assert counted is not None
        assert tuple(counted) == (model.journals, model.transfers, len(model.movements))


def _named(journal: Journal, reference: str) -> Journal:
    return Journal(
        journal.public_id,
        journal.kind,
        reference,
        journal.effective_at,
        journal.transfers,
        journal.movements,
    )
