"""Money of the drawn intents: journals through the posting function, settlements, commissions and what became payable."""

from datetime import datetime

from app.domain.seeding import SeedPlan
from app.store.database import UnitOfWork
from app.store.seeding.drawn import GAS_PRICE_WEI
from app.store.seeding.program import CHAIN_ID, FEE_BPS, HOLDING_DAYS, SeededProgram

# One call for all of them: the same function, with the same checks, as for two hundred. $1 the program, $2 the salt,
# $3 before its first user, $4 the chain, $5 the platform's share.
_POST = """
WITH paid AS MATERIALIZED (
  SELECT row_number() OVER (ORDER BY i.n)::integer AS j, i.*, t.block, t.block_hash, t.tx_hash
    FROM seed_intent i JOIN seed_batch t USING (batch) WHERE i.kind = 'PAYMENT' AND NOT i.failed
), line AS MATERIALIZED (
  SELECT j, 0 AS place, 'payment' AS purpose, 'USER' AS debit, $3::bigint + user_n AS debtor, 'PROGRAM' AS credit,
         0::bigint AS creditor, amount FROM paid
  UNION ALL
  SELECT j, 1, 'platform_fee', 'PROGRAM', 0, 'PLATFORM', 0, div(amount * $5::bigint, 10000) FROM paid
  UNION ALL
  SELECT p.j, 1 + c.level, 'commission', 'PROGRAM', 0, 'AFFILIATE', c.affiliate_id, c.amount
    FROM paid p JOIN seed_commission c USING (n)
), posted AS MATERIALIZED (
  SELECT sge_post_worker($1, (SELECT max(posted_at) FROM seed_batch),
    j.ids, j.kinds, j.refs, j.reverses, j.descriptions, j.effective,
    l.journals, l.purposes, l.currencies, l.debits, l.debtors, l.credits, l.creditors, l.amounts,
    j.numbers, j.chains, j.hashes, j.indexes, j.directions, j.undone, j.transactions, j.blocks, j.currencies, j.amounts)
      AS ids
    FROM (SELECT array_agg(pg_temp.seed_id(confirmed_at, n, $2::bigint) ORDER BY j) AS ids,
                 array_agg('SETTLEMENT'::text ORDER BY j) AS kinds, array_agg(id::text ORDER BY j) AS refs,
                 array_agg(NULL::bigint) AS reverses, array_agg(NULL::text) AS descriptions,
                 array_agg(confirmed_at ORDER BY j) AS effective, array_agg(j ORDER BY j) AS numbers,
                 array_agg($4::bigint) AS chains, array_agg(block_hash ORDER BY j) AS hashes,
                 array_agg(2 * item ORDER BY j) AS indexes, array_agg('IN'::text) AS directions,
                 array_agg(false) AS undone, array_agg(tx_hash ORDER BY j) AS transactions,
                 array_agg(block ORDER BY j) AS blocks, array_agg('USDC'::text) AS currencies,
                 array_agg(amount ORDER BY j) AS amounts FROM paid) j,
         (SELECT array_agg(j ORDER BY j, place) AS journals, array_agg(purpose ORDER BY j, place) AS purposes,
                 array_agg('USDC'::text) AS currencies, array_agg(debit ORDER BY j, place) AS debits,
                 array_agg(debtor ORDER BY j, place) AS debtors, array_agg(credit ORDER BY j, place) AS credits,
                 array_agg(creditor ORDER BY j, place) AS creditors, array_agg(amount ORDER BY j, place) AS amounts
            FROM line) l
   WHERE j.ids IS NOT NULL
)
INSERT INTO seed_journal (n, id)
SELECT p.n, g.id FROM posted CROSS JOIN unnest(posted.ids) WITH ORDINALITY AS g (id, j) JOIN paid p ON p.j = g.j
"""
_SETTLE = """
INSERT INTO settlement (program_id, id, intent_id, chain_id, chain_transaction_id, tx_hash, block_number, block_hash,
                        log_index, amount, currency, journal_id, skipped, confirmed_at, gas_share_wei)
SELECT $1, i.settlement_id, i.id, $2, t.id, t.tx_hash, t.block, t.block_hash, 2 * i.item + 1, i.amount,
       CASE WHEN i.amount IS NOT NULL THEN 'USDC' END, j.id,
       CASE WHEN i.amount IS NULL THEN '[]' ELSE coalesce(
         (SELECT jsonb_agg(jsonb_build_object('level', level, 'reason', 'nobody stands at this level') ORDER BY level)
            FROM generate_series(1, $3::integer) AS level
           WHERE NOT EXISTS (SELECT FROM seed_commission c WHERE c.n = i.n AND c.level = level.level)), '[]') END,
       i.confirmed_at, i.weight * $4::bigint
  FROM seed_intent i JOIN seed_batch t USING (batch) LEFT JOIN seed_journal j ON j.n = i.n
 WHERE NOT i.failed ORDER BY i.n
"""
# What has come to be payable is written as it is now: its moves are checked below, in sets. Within this transaction only.
_AS_IT_IS_NOW = "ALTER TABLE commission DISABLE TRIGGER commission_start"
_FROM_THE_START = "ALTER TABLE commission ENABLE ALWAYS TRIGGER commission_start"
_COMMISSIONS = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount, currency,
                        status, accrued_at, payable_at)
SELECT $1, c.id, i.settlement_id, c.affiliate_id, c.level, c.rate_bps, 1, i.amount, c.amount, 'USDC',
       CASE WHEN p.payable_at < $3 THEN 'PAYABLE' ELSE 'ACCRUED' END, i.confirmed_at, p.payable_at
  FROM seed_commission c
  JOIN seed_intent i USING (n)
 CROSS JOIN LATERAL (SELECT i.confirmed_at + $2::integer * interval '24 hours' AS payable_at) p
 ORDER BY c.n, c.level
"""
# When it came to be payable: at the pay day's start, the next ten minutes past midnight.
_MOVES = """
INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor)
SELECT $1, c.id, s.seq, s.from_status, s.to_status, s.at, s.actor
  FROM seed_commission c
  JOIN seed_intent i USING (n)
  JOIN seed_batch t USING (batch)
 CROSS JOIN LATERAL (SELECT i.confirmed_at + $2::integer * interval '24 hours' AS payable_at) p
 CROSS JOIN LATERAL (
   SELECT 1 AS seq, NULL AS from_status, 'ACCRUED' AS to_status, t.posted_at AS at, 'job:watch_chain' AS actor
   UNION ALL
   SELECT 2, 'ACCRUED', 'PAYABLE', date_trunc('day', p.payable_at, 'UTC') + interval '1 day 10 minutes', 'job:pay_day'
    WHERE p.payable_at < $3) s
 ORDER BY c.n, c.level, s.seq
"""
# Each commission as its last move left it, and each move one that the database would have let through.
_WRONG_MOVES = """
SELECT count(*) FROM commission c
  LEFT JOIN commission_transition a ON a.program_id = $1 AND a.commission_id = c.id AND a.seq = 1
  LEFT JOIN commission_transition m ON m.program_id = $1 AND m.commission_id = c.id AND m.seq = 2
  LEFT JOIN state_move s ON s.machine = 'COMMISSION' AND s.from_state = m.from_status AND s.to_state = m.to_status
 WHERE c.program_id = $1
   AND (a.from_status IS NOT NULL OR a.to_status IS DISTINCT FROM 'ACCRUED'
        OR coalesce(m.to_status, a.to_status) <> c.status
        OR (m.to_status IS NOT NULL AND (m.from_status IS DISTINCT FROM a.to_status OR s.machine IS NULL)))
"""
_HELD = """
UPDATE program_currency c SET on_chain_read_at = $2, on_chain_balance =
       (SELECT coalesce(sum(CASE m.direction WHEN 'IN' THEN m.amount ELSE -m.amount END), 0) FROM movement m WHERE m.program_id = $1 AND m.currency = c.code)
 WHERE c.program_id = $1
"""


async def post(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """One journal for each drawn payment that did not fail, with its fee, its commissions and its movement."""
    await unit.connection.execute(
        _POST, program.id, plan.salt + 110, program.first_user, CHAIN_ID, FEE_BPS
    )


async def settle(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram, levels: int) -> None:
    """Settlements with their journals, and what each level earned. levels: of the terms."""
    connection = unit.connection
    await connection.execute(_SETTLE, program.id, CHAIN_ID, levels, GAS_PRICE_WEI)
    await connection.execute(_AS_IT_IS_NOW)
    await connection.execute(_COMMISSIONS, program.id, HOLDING_DAYS, plan.matured_until)
    await connection.execute(_FROM_THE_START)


async def move_commissions(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """How the drawn commissions accrued, and when they came to be payable."""
    await unit.connection.execute(_MOVES, program.id, HOLDING_DAYS, plan.matured_until)


async def check_moves(unit: UnitOfWork, program: SeededProgram) -> None:
    """Before anything is paid. Raises RuntimeError when a commission is where no moves have brought it."""
    wrong = await unit.connection.fetchval(_WRONG_MOVES, program.id)
    if wrong:
        raise RuntimeError(f"{wrong} seeded commissions are where no moves have brought them")


async def read_treasury(unit: UnitOfWork, program: SeededProgram, at: datetime) -> None:
    """The Safe holds what moved, as a reading of the chain would say."""
    await unit.connection.execute(_HELD, program.id, at)
