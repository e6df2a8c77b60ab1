"""What the chain carried: one transaction for each batch, signed, mined and final.

No chain is asked: hashes and signatures are noise, calldata has the length and the words that the gateway's has.
"""

from app.domain.seeding import SeedPlan
from app.store.database import UnitOfWork
from app.store.seeding.drawn import GAS_PRICE_WEI, POSTED_AFTER
from app.store.seeding.program import CHAIN_ID, SeededProgram

_FIRST_BLOCK = 1_000
_BLOCKS = 8
_PREPARE = """
CREATE TEMP TABLE seed_batch (
  batch bigint PRIMARY KEY, id uuid NOT NULL, block bigint NOT NULL, block_hash bytea NOT NULL, tx_hash bytea NOT NULL,
  claimed_at timestamptz NOT NULL, signed_at timestamptz NOT NULL, sent_at timestamptz NOT NULL,
  mined_at timestamptz NOT NULL, block_at timestamptz NOT NULL, posted_at timestamptz NOT NULL, gas bigint NOT NULL)
"""
_SALT = 80
_FORGET = "TRUNCATE seed_batch"
_DRAW = """
INSERT INTO seed_batch
SELECT b.batch, pg_temp.seed_id(b.block_at - interval '700 ms', b.batch, $1), $2::bigint + $4::bigint * b.batch,
       pg_temp.noise(b.batch, $1::bigint + 2), pg_temp.noise(b.batch, $1::bigint + 3), b.block_at - interval '900 ms',
       b.block_at - interval '700 ms', b.block_at - interval '600 ms', b.block_at + interval '200 ms', b.block_at,
       b.block_at + $3::interval, b.gas
  FROM (SELECT batch, min(confirmed_at) AS block_at, sum(weight) AS gas FROM seed_intent GROUP BY 1) b
"""
_ZEROS = "'\\x000000000000000000000000'::bytea"
# Twelve words an item: program, treasury, kind, key, wallet, token, amount, two instants, v, r, s.
_TRANSACTIONS = f"""
INSERT INTO chain_transaction (id, lane_id, chain_id, nonce, purpose, from_address, to_address, data, gas_limit,
                               payload_hash, created_at)
SELECT t.id, l.id, l.chain_id, t.batch, 'SETTLE', l.relayer, r.address, d.data, t.gas + 80000, sha256(d.data), t.signed_at
  FROM seed_batch t
  JOIN lane l ON l.id = $2
  JOIN treasury r ON r.program_id = $1
  JOIN (SELECT i.batch, '\\x5e771e00'::bytea || {_ZEROS} || {_ZEROS} || int8send(32) || {_ZEROS} || {_ZEROS}
               || int8send(count(*)) || string_agg(
                 pg_temp.noise(0, $3) || {_ZEROS} || decode(substr(r.address, 3), 'hex') || {_ZEROS} || {_ZEROS} || int8send(1)
                 || pg_temp.noise(i.n, $3) || {_ZEROS} || decode(substr(u.wallet, 3), 'hex')
                 || {_ZEROS} || decode(substr(c.token, 3), 'hex')
                 || {_ZEROS} || {_ZEROS} || int8send(coalesce(i.amount, 0)::bigint) || {_ZEROS} || {_ZEROS} || int8send(0)
                 || {_ZEROS} || {_ZEROS} || int8send(extract(epoch FROM i.accepted_at)::bigint + 3600)
                 || {_ZEROS} || {_ZEROS} || int8send(27) || pg_temp.noise(i.n, $3::bigint + 1) || pg_temp.noise(i.n, $3::bigint + 2),
                 '' ORDER BY i.item) AS data
          FROM seed_intent i
          JOIN seed_user u ON u.n = i.user_n
          JOIN treasury r ON r.program_id = $1
          JOIN program_currency c ON c.program_id = $1
         GROUP BY i.batch) d ON d.batch = t.batch
 ORDER BY t.batch
"""
_COPIES = """
INSERT INTO signed_copy (chain_transaction_id, n, kind, raw, hash, max_fee_per_gas, max_priority_fee_per_gas, head_number,
                         sends, created_at)
SELECT t.id, 1, 'PAYLOAD', c.data || pg_temp.noise(t.batch, $1) || pg_temp.noise(t.batch, $1::bigint + 1), t.tx_hash,
       2 * $2::bigint, $2, t.block - 1, 1, t.signed_at
  FROM seed_batch t JOIN chain_transaction c ON c.id = t.id
"""
_MINE = """
UPDATE chain_transaction c
   SET status = 'MINED', first_sent_at = t.sent_at, last_sent_at = t.sent_at, mined_copy = 1, block_number = t.block,
       block_hash = t.block_hash, gas_used = t.gas, cost_wei = t.gas * $1::bigint, succeeded = true
  FROM seed_batch t WHERE c.id = t.id
"""
_CONFIRM = """
UPDATE chain_transaction c SET status = 'CONFIRMED', finished_at = t.posted_at FROM seed_batch t WHERE c.id = t.id
"""
_SPENT = """
INSERT INTO program_gas AS p (program_id, day, spent_wei, items, rejected)
SELECT $1, (t.posted_at AT TIME ZONE 'UTC')::date, sum(i.weight) * $2::bigint, count(*), count(*) FILTER (WHERE i.failed)
  FROM seed_intent i JOIN seed_batch t USING (batch) GROUP BY 2
ON CONFLICT (program_id, day) DO UPDATE
   SET spent_wei = p.spent_wei + excluded.spent_wei, items = p.items + excluded.items,
       rejected = p.rejected + excluded.rejected
"""
_CONSUMED = """
INSERT INTO consumed_through AS c (chain_id, program_id, block_number, block_hash, updated_at)
SELECT $2, $1, block, block_hash, posted_at FROM seed_batch ORDER BY batch DESC LIMIT 1
ON CONFLICT (chain_id, program_id) DO UPDATE
   SET block_number = excluded.block_number, block_hash = excluded.block_hash, updated_at = excluded.updated_at
"""


def block_of_batch(plan: SeedPlan, batch: int) -> int:
    """Where a batch is mined. Blocks of different programs never meet: eight numbers for each batch."""
    return _FIRST_BLOCK + _BLOCKS * batch + plan.number


async def prepare(unit: UnitOfWork) -> None:
    """Makes the table of batches; once for a connection."""
    await unit.connection.execute(_PREPARE)


async def draw_batches(unit: UnitOfWork, plan: SeedPlan) -> None:
    """The batches of the drawn intents, instead of those drawn before."""
    await unit.connection.execute(_FORGET)
    await unit.connection.execute(
        _DRAW, plan.salt + _SALT, block_of_batch(plan, 0), POSTED_AFTER, _BLOCKS
    )


async def add_transactions(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """The transactions of the drawn batches, up to their finality."""
    connection, salt = unit.connection, plan.salt + _SALT
    await connection.execute(_TRANSACTIONS, program.id, program.lane_id, salt + 10)
    await connection.execute(_COPIES, salt + 20, GAS_PRICE_WEI)
    await connection.execute(_MINE, GAS_PRICE_WEI)
    await connection.execute(_CONFIRM)


async def spend_gas(unit: UnitOfWork, program: SeededProgram) -> None:
    """What the program's items cost by day, and up to which block its logs are consumed."""
    await unit.connection.execute(_SPENT, program.id, GAS_PRICE_WEI)
    await unit.connection.execute(_CONSUMED, program.id, CHAIN_ID)
