"""Account snapshots: an account's sums up to a journal, about every 1 000 transfers, so that balances need few rows."""

from dataclasses import dataclass

from app.store.database import UnitOfWork
from app.store.ledger import journal_stretches

EVERY = 1_000

# In this order: a posting has its transaction's number before its ids, so whoever took an id up to the newest has a
# number below the one that is given out only then. (The xmax of a snapshot is above the last transaction that ended, not
# above the last that began.)
_NEWEST = "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM journal_id_seq"
_OWN_NUMBER = "SELECT pg_current_xact_id()::text::bigint"
_OLDEST_RUNNING = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
# Accounts that were touched since, and have at least $3 transfers after their newest snapshot up to the horizon.
# Of a program that came since statistics were made a plan expects a row or two, and takes any index for as good as the other:
# read in this order without a sort, transfers of journals come only from transfer_pkey, of accounts from the other two (0345).
_DUE = """
WITH touched AS (
  SELECT DISTINCT s.program_id, s.account_id
    FROM (SELECT program_id, debit_account_id, credit_account_id FROM transfer
           WHERE program_id = $4 AND journal_id > $1 AND journal_id <= $2 ORDER BY journal_id) t
   CROSS JOIN LATERAL (VALUES (t.program_id, t.debit_account_id), (t.program_id, t.credit_account_id))
         AS s (program_id, account_id)
)
SELECT c.account_id, c.journal_id
  FROM touched c0
 CROSS JOIN LATERAL (SELECT c0.account_id, coalesce((
       SELECT max(x.journal_id) FROM account_snapshot x
        WHERE x.program_id = c0.program_id AND x.account_id = c0.account_id), 0) AS journal_id) c
 WHERE (SELECT count(*) FROM (
         SELECT 1 FROM transfer d WHERE d.program_id = $4
            AND (d.debit_account_id, d.journal_id) > (c.account_id, c.journal_id)
            AND (d.debit_account_id, d.journal_id) <= (c.account_id, $2)
          ORDER BY d.debit_account_id, d.journal_id LIMIT $3) d)
     + (SELECT count(*) FROM (
         SELECT 1 FROM transfer k WHERE k.program_id = $4
            AND (k.credit_account_id, k.journal_id) > (c.account_id, c.journal_id)
            AND (k.credit_account_id, k.journal_id) <= (c.account_id, $2)
          ORDER BY k.credit_account_id, k.journal_id LIMIT $3) k) >= $3
"""
# One snapshot each time the count of transfers passes a multiple of $5, at the end of that journal.
_WRITE = """
INSERT INTO account_snapshot (program_id, account_id, journal_id, debits, credits)
SELECT $1, $2, r.journal_id, r.debits, r.credits
  FROM (SELECT t.journal_id,
               coalesce(b.debits, 0) + sum(t.debits) OVER w AS debits,
               coalesce(b.credits, 0) + sum(t.credits) OVER w AS credits,
               sum(t.transfers) OVER w AS passed, t.transfers
          FROM (SELECT s.journal_id, sum(s.debit) AS debits, sum(s.credit) AS credits, count(*) AS transfers
                  FROM ((SELECT journal_id, amount AS debit, 0::numeric AS credit FROM transfer
                          WHERE program_id = $1 AND (debit_account_id, journal_id) > ($2, $3)
                            AND (debit_account_id, journal_id) <= ($2, $4) ORDER BY debit_account_id, journal_id)
                        UNION ALL
                        (SELECT journal_id, 0, amount FROM transfer
                          WHERE program_id = $1 AND (credit_account_id, journal_id) > ($2, $3)
                            AND (credit_account_id, journal_id) <= ($2, $4) ORDER BY credit_account_id, journal_id)) s
                 GROUP BY 1) t
          LEFT JOIN account_snapshot b ON b.program_id = $1 AND b.account_id = $2 AND b.journal_id = $3
        WINDOW w AS (ORDER BY t.journal_id)) r
 WHERE div(r.passed, $5) > div(r.passed - r.transfers, $5)
"""
# jit: servers before version 18 take a sort that is there nevertheless for work that is worth compiling.
_IN_ORDER = "SELECT set_config('enable_sort', 'off', true), set_config('jit', 'off', true)"
_PROGRAMS = "SELECT id FROM program ORDER BY id"
_REACHED = "SELECT position FROM consumer_position WHERE consumer = 'account_snapshots' FOR UPDATE"
_REACH = "UPDATE consumer_position SET position = $1 WHERE consumer = 'account_snapshots'"


@dataclass(frozen=True, slots=True)
class Horizon:
    """Journals up to `newest` are all visible or will never be, once transactions up to this number have ended."""

    newest: int
    transaction: int


async def mark(unit: UnitOfWork) -> Horizon:
    """How far journal ids are given out now."""
    newest: int = await unit.connection.fetchval(_NEWEST)
    return Horizon(newest, await unit.connection.fetchval(_OWN_NUMBER))


async def is_safe(unit: UnitOfWork, horizon: Horizon) -> bool:
    """Whether every transaction that ran when the mark was set has ended (a posting has its number before its ids)."""
    oldest: int = await unit.connection.fetchval(_OLDEST_RUNNING)
    return oldest > horizon.transaction


async def write(unit: UnitOfWork, horizon: Horizon, every: int = EVERY) -> int:
    """Writes the snapshots and the journals' stretches that are due up to a safe horizon; returns for how many accounts.
    unit: of nothing else.
    """
    await unit.connection.execute(_IN_ORDER)
    reached: int = await unit.connection.fetchval(_REACHED)
    written = 0
    for program in await unit.connection.fetch(_PROGRAMS):
        scope = (reached, horizon.newest, every, program["id"])
        for row in await unit.connection.fetch(_DUE, *scope):
            await unit.connection.execute(
                _WRITE, program["id"], row["account_id"], row["journal_id"], horizon.newest, every
            )
            written += 1
        await journal_stretches.write(unit, program["id"], horizon.newest, every)
    await unit.connection.execute(_REACH, max(reached, horizon.newest))
    return written
