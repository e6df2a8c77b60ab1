"""Draws the intents of some batches: who asked for what and when, what it weighs, and who earns from it."""

from datetime import timedelta

from app.domain.seeding import BATCH, SeedPlan
from app.store.database import UnitOfWork
from app.store.seeding.program import LEVELS_BPS

PAYMENT_GAS = 70_000
MINT_GAS = 61_000
GAS_PRICE_WEI = 10**9
BLOCK_AFTER = timedelta(seconds=3)
"""From the batch's time to its block; posted at finality, a few seconds later."""
POSTED_AFTER = timedelta(seconds=7)

_FORGET = "TRUNCATE seed_intent, seed_journal, seed_commission"
# Registrations are spread over all intents, and a user pays only in batches after the one that registered it.
# $2, $3: users and intents of the program, $4: how many register first.
_DRAW = """
INSERT INTO seed_intent
SELECT d.n, pg_temp.seed_id(d.accepted_at, d.n, $1::bigint + 30), d.kind, d.accepted_at, d.batch, d.item,
       CASE d.kind WHEN 'REGISTRATION' THEN d.registered
            ELSE 1 + pg_temp.draw(d.n, $1::bigint + 32, pg_temp.registered_by(d.before, $2, $3, $4)) END,
       CASE d.kind WHEN 'PAYMENT' THEN 10000 * (100 + pg_temp.draw(d.n, $1::bigint + 33, 20000)) END,
       d.kind = 'PAYMENT' AND pg_temp.draw(d.n, $1::bigint + 34, 100) = 0, 'seed-' || d.n,
       pg_temp.seed_id(d.at + $9::interval, d.n, $1::bigint + 35), d.at + $9::interval,
       CASE d.kind WHEN 'PAYMENT' THEN $10::bigint ELSE $11::bigint END
  FROM (SELECT b.*, $5::timestamptz + b.batch * $6::interval AS at,
               $5::timestamptz + b.batch * $6::interval + b.item * interval '10 ms' AS accepted_at,
               CASE WHEN b.registered > pg_temp.registered_by(b.n - 1, $2, $3, $4) THEN 'REGISTRATION' ELSE 'PAYMENT' END
                 AS kind
          FROM (SELECT n, pg_temp.registered_by(n, $2, $3, $4) AS registered,
                       CASE WHEN n <= $4 THEN 0 ELSE 1 + (n - $4 - 1) / $12::bigint END AS batch,
                       CASE WHEN n <= $4 THEN n - 1 ELSE (n - $4 - 1) % $12 END::integer AS item,
                       $4 + (n - $4 - 1) / $12 * $12 AS before
                  FROM generate_series($7::bigint, $8::bigint) AS n) b) d
"""
_REGISTERED_BY = """
CREATE FUNCTION pg_temp.registered_by(n bigint, users bigint, intents bigint, first bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN n <= first THEN n ELSE first + (n - first) * (users - first) / greatest(intents - first, 1) END
$$
"""
_EARN = """
INSERT INTO seed_commission (n, level, id, affiliate_id, rate_bps, amount)
SELECT i.n, r.level, pg_temp.seed_id(i.confirmed_at, i.n * 10 + r.level, $1::bigint + 40), u.upline[r.level], r.bps,
       div(i.amount * r.bps, 10000)
  FROM seed_intent i
  JOIN seed_user u ON u.n = i.user_n
 CROSS JOIN unnest($2::integer[]) WITH ORDINALITY AS r (bps, level)
 WHERE i.kind = 'PAYMENT' AND NOT i.failed AND u.upline[r.level] IS NOT NULL
"""
_ANALYZE = "ANALYZE seed_intent, seed_commission"
# Each connection of what it writes itself: a table that the other fills just now would look empty.
_ANALYZE_RECORD = (
    "ANALYZE program_user, intent, intent_state, intent_attempt, chain_transaction, audit"
)
_ANALYZE_PAYOUTS = "ANALYZE payout, payout_line, safe_transaction, payout_batch"
_ANALYZE_MONEY = (
    "ANALYZE account, journal, transfer, movement, settlement, commission, commission_transition"
)


async def prepare(unit: UnitOfWork) -> None:
    """Makes what draws; once for a connection."""
    await unit.connection.execute(_REGISTERED_BY)


async def draw_intents(unit: UnitOfWork, plan: SeedPlan, first: int, last: int) -> None:
    """The intents with these numbers, instead of those drawn before; whole batches."""
    connection, sizes = unit.connection, plan.sizes
    await connection.execute(_FORGET)
    await connection.execute(
        _DRAW,
        plan.salt,
        sizes.users,
        sizes.intents,
        sizes.first_registrations,
        plan.start,
        plan.batch_interval,
        first,
        last,
        BLOCK_AFTER,
        PAYMENT_GAS,
        MINT_GAS,
        BATCH,
    )
    await connection.execute(_EARN, plan.salt, list(LEVELS_BPS))
    await connection.execute(_ANALYZE)


async def record_has_grown(unit: UnitOfWork) -> None:
    """Lets the planner know: it would read whole tables by what it knew of them when they were small."""
    await unit.connection.execute(_ANALYZE_RECORD)


async def money_has_grown(unit: UnitOfWork) -> None:
    """The same of what the money is written to."""
    await unit.connection.execute(_ANALYZE_MONEY)


async def payouts_have_grown(unit: UnitOfWork) -> None:
    """Of payouts, when the first of them are stored."""
    await unit.connection.execute(_ANALYZE_PAYOUTS)
