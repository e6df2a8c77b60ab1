"""The seeded program itself, its lane, and its forest, level by level."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.seeding import SeedPlan, level_sizes
from app.store.database import UnitOfWork

CHAIN_ID = 31337
ACTOR = "bench:seed"
LEVELS_BPS = (1000, 500, 200)
FEE_BPS = 100
HOLDING_DAYS = 30

_PROGRAM = """
INSERT INTO program (public_id, slug, name, chain_id, test, open_registration, allow_self_approval,
                     wallet_cool_down_hours, maximum_tree_depth, request_hash, created_at)
VALUES (pg_temp.seed_id($3, 0, $1), $2, $2, $4, false, true, false, 72, 32, pg_temp.noise(0, $1), $3) RETURNING id
"""
_TREASURY = """
INSERT INTO treasury (program_id, chain_id, address, owners, threshold, nonce, safe_version, watched_from_block, read_at)
VALUES ($1, $2, $3, ARRAY[$4], 1, 0, '1.4.1', 1, $5)
"""
_CURRENCY = """
INSERT INTO program_currency (program_id, code, position, decimals, chain_id, token, eip712_name, eip712_version)
VALUES ($1, 'USDC', 0, 6, $2, $3, 'USD Coin', '2')
"""
_TERMS = """
INSERT INTO terms (program_id, version, effective_from, platform_fee_bps, commission_levels_bps,
                   registration_earns_commission, holding_period_days, created_by, created_at)
VALUES ($1, 1, $2, $3, $4, false, $5, $6, $2)
"""
_LANE = """
INSERT INTO lane (id, chain_id, relayer, next_nonce, created_at)
VALUES (pg_temp.seed_id($4, 1, $1), $2, $3, $5, $4) RETURNING id
"""
_FIRST_FREE = "SELECT coalesce(max(id), 0) FROM {}"
# Roots have no parent; of the others, the first of the level above have the most children.
_LEVEL = """
INSERT INTO affiliate (program_id, id, public_id, parent_id, depth, path, wallet, referral_code, request_hash, created_at)
OVERRIDING SYSTEM VALUE
SELECT $1, $2 + w.n, pg_temp.seed_id(w.at, w.n, $3),
       CASE WHEN $7::bigint > 0 THEN $2 + $6::bigint + 1 + $7 * w.u * w.u / 1000000000000 END, 0, '', w.wallet,
       'SEED' || w.n, pg_temp.noise(w.n, $3), w.at
  FROM (SELECT s.n, s.wallet, $4::timestamptz + s.n * $5::interval AS at, pg_temp.draw(s.n, $3, 1000000) AS u
          FROM seed_affiliate s WHERE s.n > $8 AND s.n <= $9) w
 ORDER BY w.n
"""
# The trigger that places an affiliate keeps its plan: one made while little is known of the table reads all of a program.
_ANALYZE = "ANALYZE affiliate"
_TAKEN = "SELECT setval(pg_get_serial_sequence($1, 'id'), $2)"
# One in ten has no referrer, one in ten the same: somebody whose history is long.
_REFERRERS = """
UPDATE seed_user u
   SET public_id = pg_temp.seed_id($3::timestamptz, u.n, $2), referrer_id = a.id, referral_code = a.referral_code,
       upline = coalesce(sge_upline(a.path), '{}')
  FROM (SELECT n, CASE pg_temp.draw(n, $2, 10) WHEN 0 THEN NULL WHEN 1 THEN $6::bigint
                       ELSE $4::bigint + 1 + pg_temp.draw(n, $2::bigint + 1, $5) END AS referrer FROM seed_user) r
  LEFT JOIN affiliate a ON a.program_id = $1 AND a.id = r.referrer
 WHERE r.n = u.n
"""


@dataclass(frozen=True, slots=True)
class SeededProgram:
    """Where its rows are numbered from. lane_id: what carried its intents."""

    id: int
    lane_id: str
    first_affiliate: int
    first_user: int


def busiest(plan: SeedPlan, program: SeededProgram) -> int:
    """The affiliate who refers one user in ten."""
    return program.first_affiliate + 1 + plan.sizes.affiliates // 50


async def add_program(unit: UnitOfWork, plan: SeedPlan, wallets: list[str]) -> SeededProgram:
    """A program on a chain that nobody can ask, with one currency and one version of terms.

    wallets: of its treasury, the treasury's owner, the token and the lane.
    """
    connection, at = unit.connection, plan.start - timedelta(days=31)
    treasury, owner, token, relayer = wallets
    program_id = await connection.fetchval(_PROGRAM, plan.salt, plan.slug, at, CHAIN_ID)
    await connection.execute(_TREASURY, program_id, CHAIN_ID, treasury, owner, at)
    await connection.execute(_CURRENCY, program_id, CHAIN_ID, token)
    await connection.execute(_TERMS, program_id, at, FEE_BPS, list(LEVELS_BPS), HOLDING_DAYS, ACTOR)
    lane = await connection.fetchval(_LANE, plan.salt, CHAIN_ID, relayer, at, plan.sizes.batches)
    affiliates = await connection.fetchval(_FIRST_FREE.format("affiliate"))
    users = await connection.fetchval(_FIRST_FREE.format("program_user"))
    return SeededProgram(program_id, lane, affiliates, users)


async def add_forest(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """Every affiliate, parents before children, over the month before the first intent."""
    above = (0, 0)
    done = 0
    interval = timedelta(days=30) / (plan.sizes.affiliates + 1)
    began: datetime = plan.start - timedelta(days=30)
    for size in level_sizes(plan.sizes.affiliates):
        scope = (program.id, program.first_affiliate, plan.salt + 10, began, interval)
        await unit.connection.execute(_LEVEL, *scope, *above, done, done + size)
        await unit.connection.execute(_ANALYZE)
        above, done = (done, size), done + size
    await unit.connection.execute(_TAKEN, "affiliate", program.first_affiliate + done)
    await unit.connection.execute(_TAKEN, "program_user", program.first_user + plan.sizes.users)


async def add_referrers(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """Who refers each user, and the line above it, as their intents will keep it."""
    await unit.connection.execute(
        _REFERRERS,
        program.id,
        plan.salt + 20,
        plan.start,
        program.first_affiliate,
        plan.sizes.affiliates,
        busiest(plan, program),
    )
