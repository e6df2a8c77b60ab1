"""The daily run of a program with much to pay: commissions become payable and are put into one batch.

    python -m bench.payout_day --commissions 100000 --affiliates 10000

Affiliates, settlements and commissions are written by SQL, all due; the run itself is the worker's job, on PostgreSQL with
fsync and a node that simulates each recipient.
"""

import argparse
import asyncio
import time
from typing import Any

import asyncpg

from app.chain.address import checksum_address
from app.domain.actors import PAYMASTER
from app.processes.payouts.mature import mature_due
from app.processes.payouts.parts import Payouts
from app.processes.payouts.pay_day import pay_day
from app.runtime import chain_facts
from app.store.database import Database
from bench.processes import Crew, cpu_seconds
from bench.stand import Bench, Stand, mint, running_stand, say
from bench.tenants import Tenant, create_tenant, new_wallets
from sge.embedded.postgres_address import SUPERUSER

_LEVELS = 3
_AMOUNT = 1_000_000
_USER = """
INSERT INTO program_user (program_id, public_id, wallet, created_at) VALUES ($1, gen_random_uuid(), $2, now()) RETURNING id
"""
_AFFILIATES = """
INSERT INTO affiliate (program_id, public_id, depth, path, wallet, referral_code, request_hash, created_at)
SELECT $1, gen_random_uuid(), 0, '', w.wallet, 'MANY-' || w.n, '', now()
  FROM unnest($2::text[]) WITH ORDINALITY AS w (wallet, n) RETURNING id
"""
_SETTLE = """
WITH given AS (SELECT gen_random_uuid() AS intent, gen_random_uuid() AS settlement, n FROM generate_series(1, $2) AS n),
asked AS (
  INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                      currency, payload, terms_version, upline, created_by, created_at)
  SELECT $1, g.intent, 'PAYMENT', g.intent::text, '', sha256(uuid_send(g.intent)), 31337, $3, $4, 1000, 'USDC', '{}', 1, '{}',
         'bench', now() FROM given g
), settled AS (
  INSERT INTO settlement (program_id, id, intent_id, confirmed_at) SELECT $1, g.settlement, g.intent, now() FROM given g
)
SELECT settlement FROM given ORDER BY n
"""
_ACCRUE = """
WITH accrued AS (
  INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount,
                          currency, status, accrued_at, payable_at)
  SELECT $1, gen_random_uuid(), s.id, ($3::bigint[])[1 + ($4::integer * s.n + level) % cardinality($3::bigint[])], level, 100,
         1, 1000, $5, 'USDC', 'ACCRUED', now() - interval '31 days', now() - interval '1 day' + s.n * interval '1 millisecond'
    FROM unnest($2::uuid[]) WITH ORDINALITY AS s (id, n), generate_series(1, $4::integer) AS level
  RETURNING program_id, id
)
INSERT INTO commission_transition (program_id, commission_id, seq, to_status, at, actor)
SELECT program_id, id, 1, 'ACCRUED', now(), 'bench' FROM accrued
"""
_BATCHED = """
SELECT (SELECT count(*) FROM commission WHERE status = 'PENDING_APPROVAL') AS commissions,
       (SELECT count(*) FROM payout) AS payouts, (SELECT count(*) FROM safe_transaction) AS transactions,
       (SELECT max(done_through) FROM payout_day) AS day
"""


def main() -> None:
    """Prints what bench/RESULTS.md records."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commissions", type=int, default=100_000)
    parser.add_argument("--affiliates", type=int, default=10_000)
    options = parser.parse_args()
    with running_stand() as stand:
        asyncio.run(_measure(stand, options))


async def _measure(stand: Stand, options: argparse.Namespace) -> None:
    admin = await asyncpg.connect(stand.services.postgres.address.dsn(SUPERUSER, "sge"))
    worker = await Database.connect(stand.services.postgres.dsn("sge_worker"), maximum=4)
    async with stand.opened() as bench:
        tenant = await create_tenant(bench, 0, users=0)
        await mint(bench, {tenant.treasury: options.commissions * _AMOUNT})
        settlements = -(-options.commissions // _LEVELS)
        await _fill(admin, tenant, settlements, options.affiliates)
        say(f"{settlements * _LEVELS} commissions of {options.affiliates} affiliates are due")
        parts = _parts(bench, worker)
        await _timed(stand, "matured", settlements * _LEVELS, lambda: _mature(parts, tenant.id))
        await _timed(stand, "batched", settlements * _LEVELS, lambda: pay_day(parts))
    print(dict(await admin.fetchrow(_BATCHED)))
    await worker.close()
    await admin.close()


async def _fill(
    admin: asyncpg.Connection, tenant: Tenant, settlements: int, affiliates: int
) -> None:
    wallets = [key.public_key.to_checksum_address() for key in new_wallets(1)]
    user = await admin.fetchval(_USER, tenant.id, wallets[0])
    # Addresses that nobody has a key of, as good as any to be paid.
    addresses = [checksum_address((2**100 + n).to_bytes(20)) for n in range(affiliates)]
    ids = [row["id"] for row in await admin.fetch(_AFFILIATES, tenant.id, addresses)]
    rows = await admin.fetch(_SETTLE, tenant.id, settlements, wallets[0], user)
    paid = [row["settlement"] for row in rows]
    await admin.execute(_ACCRUE, tenant.id, paid, ids, _LEVELS, _AMOUNT)
    await admin.execute("ANALYZE")


def _parts(bench: Bench, worker: Database) -> Payouts:
    """As the worker's job has them."""
    runtime = bench.runtime
    facts = chain_facts(runtime.settings)
    return Payouts(worker, runtime.bells, runtime.chains, facts, runtime.clock)


async def _mature(parts: Payouts, program_id: int) -> int:
    return await mature_due(parts.database, parts.bells, program_id, PAYMASTER, parts.clock)


async def _timed(stand: Stand, what: str, commissions: int, work: Any) -> None:
    cpu, own, began = cpu_seconds(stand, Crew({})), time.process_time(), time.perf_counter()
    await work()
    seconds, own = time.perf_counter() - began, time.process_time() - own
    after = cpu_seconds(stand, Crew({}))
    print(
        f"{what}: {commissions} commissions in {seconds:.1f} s, {commissions / seconds:.0f}/s; processor, s: this process"
        f" {own:.1f}, PostgreSQL {after['PostgreSQL'] - cpu['PostgreSQL']:.1f}, anvil {after['anvil'] - cpu['anvil']:.1f}"
    )


if __name__ == "__main__":
    main()
