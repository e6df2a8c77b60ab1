"""Settled end to end: from PENDING to CONFIRMED at finality, with every posting and event, by real workers.

    python -m bench.settlement --intents 20000 --programs 2 --workers 1

Users register through the intake and are settled first; payments are accepted while their programs are paused, so that
the clock starts with all of them due. Afterwards every invariant is checked against tables and chain.
"""

import argparse
import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from app.domain.intents import PAYMENT
from bench.processes import Crew, cpu_seconds, running_crew
from bench.raw_gateway import raw_gateway_rate
from bench.stand import Bench, Stand, mint, running_stand, say
from bench.tenants import (
    PRICE_UNITS,
    Tenant,
    create_tenant,
    pause,
    register_users,
    resume,
    signed_payments,
    submit,
)
from sge.embedded.postgres_address import SUPERUSER
from tests.invariants import violations

_USERS_OF_PROGRAM = 200
_POLL_SECONDS = 0.25
_LONGEST_SECONDS = 1_800.0
_CONFIRMED = "SELECT count(*) FROM intent_state WHERE status = 'CONFIRMED'"
_FAILED = "SELECT count(*) FROM intent_state WHERE status = 'FAILED'"
_EVENTS_LEFT = """
SELECT (SELECT count(*) FROM event_outbox)
     + (SELECT count(*) FROM event WHERE position > (SELECT position FROM consumer_position WHERE consumer = $1))
"""
_MADE = """
SELECT (SELECT count(*) FROM event) AS events, (SELECT count(*) FROM transfer) AS transfers,
       (SELECT count(*) FROM chain_transaction WHERE purpose = 'SETTLE') AS transactions,
       (SELECT coalesce(sum(gas_used), 0)::bigint FROM chain_transaction WHERE purpose = 'SETTLE') AS gas
"""


@dataclass(frozen=True)
class Run:
    """seconds: from due to all CONFIRMED. rollups_seconds, seals_seconds: from due to nothing left for them."""

    intents: int
    seconds: float
    rollups_seconds: float
    seals_seconds: float
    cpu: Mapping[str, float]
    made: Mapping[str, int]
    resident: Mapping[str, int]


def main() -> None:
    options = _options()
    commands = {f"worker {n}": ["worker"] for n in range(1, options.workers + 1)}
    with (
        running_stand() as stand,
        running_crew(stand, commands | {"scheduler": ["scheduler"]}) as crew,
    ):
        run, raw = asyncio.run(_measure(stand, crew, options))
    _print(run, raw)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intents", type=int, default=20_000)
    parser.add_argument("--programs", type=int, default=2, choices=(1, 2))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument(
        "--raw-items", type=int, default=4_000, help="0: without the node's ceiling"
    )
    return parser.parse_args()


async def _measure(
    stand: Stand, crew: Crew, options: argparse.Namespace
) -> tuple[Run, float | None]:
    admin = await asyncpg.connect(stand.services.postgres.address.dsn(SUPERUSER, "sge"))
    async with stand.opened() as bench:
        tenants = await _settled_users(bench, admin, options)
        await _store_payments(bench, tenants, options.intents)
        run = await _settle(bench, admin, crew, tenants, options.intents)
        chain = next(iter(bench.runtime.chains.values()))
        found = await violations(admin, chain)
        if found:
            raise SystemExit("\n".join(found))
        say("every invariant holds")
        raw = None
        if options.raw_items:
            raw = await raw_gateway_rate(bench, tenants[0], options.raw_items)
    await admin.close()
    return run, raw


async def _settled_users(
    bench: Bench, admin: asyncpg.Connection, options: argparse.Namespace
) -> list[Tenant]:
    tenants = [
        await create_tenant(bench, number, _USERS_OF_PROGRAM) for number in range(options.programs)
    ]
    spends = -(-options.intents // len(tenants) // _USERS_OF_PROGRAM) * PRICE_UNITS
    spends += -(-options.raw_items // _USERS_OF_PROGRAM) * PRICE_UNITS
    for tenant in tenants:
        wallets = [key.public_key.to_checksum_address() for key in tenant.users]
        await mint(bench, dict.fromkeys(wallets, spends))
        await register_users(bench, tenant, tenant.users)
    await wait_for_count(admin, _CONFIRMED, len(tenants) * _USERS_OF_PROGRAM)
    say(f"{len(tenants) * _USERS_OF_PROGRAM} users are registered")
    return tenants


async def _store_payments(bench: Bench, tenants: list[Tenant], count: int) -> None:
    began = time.monotonic()
    for place, tenant in enumerate(tenants):
        await pause(bench, tenant)
        share = count // len(tenants) + (place < count % len(tenants))
        await submit(bench, tenant, PAYMENT, signed_payments(bench, tenant, share))
    say(f"{count} payments signed and accepted in {time.monotonic() - began:.1f} s")


async def _settle(
    bench: Bench, admin: asyncpg.Connection, crew: Crew, tenants: list[Tenant], count: int
) -> Run:
    for consumer in ("rollups", "seals"):
        await wait_for_count(admin, _EVENTS_LEFT, 0, consumer)
    before, made_before = cpu_seconds(bench.stand, crew), dict(await admin.fetchrow(_MADE))
    own_before, began = time.process_time(), time.monotonic()
    for tenant in tenants:
        await resume(bench, tenant)
    await wait_for_count(admin, _CONFIRMED, count + len(tenants) * _USERS_OF_PROGRAM)
    seconds = time.monotonic() - began
    after = cpu_seconds(bench.stand, crew)
    rollups = await wait_for_count(admin, _EVENTS_LEFT, 0, "rollups") - began
    seals = await wait_for_count(admin, _EVENTS_LEFT, 0, "seals") - began
    with_rest, made = cpu_seconds(bench.stand, crew), dict(await admin.fetchrow(_MADE))
    cpu = {name: after[name] - before[name] for name in before}
    cpu["after the last"] = sum(with_rest.values()) - sum(after.values())
    cpu["this bench"] = time.process_time() - own_before
    return Run(
        count,
        seconds,
        rollups,
        seals,
        cpu,
        {name: int(made[name]) - int(made_before[name]) for name in made},
        crew.resident_bytes(),
    )


async def wait_for_count(
    admin: asyncpg.Connection, statement: str, wanted: int, *arguments: str
) -> float:
    """Waits until the statement gives that number, and returns that instant; ends the process when an intent failed."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while await admin.fetchval(statement, *arguments) != wanted:
        if await admin.fetchval(_FAILED):
            raise SystemExit("an intent failed")
        if time.monotonic() > deadline:
            raise SystemExit(f"waited in vain: {statement}")
        await asyncio.sleep(_POLL_SECONDS)
    return time.monotonic()


def _print(run: Run, raw: float | None) -> None:
    rate = run.intents / run.seconds
    print(f"{run.intents} payments, three levels: {run.seconds:.1f} s, {rate:.0f} intents/s")
    print(f"rollups done after {run.rollups_seconds:.1f} s, seals after {run.seals_seconds:.1f} s")
    for name, seconds in run.cpu.items():
        print(
            f"  {name}: {seconds:.1f} s of processor, {1000 * seconds / run.intents:.3f} ms an intent"
        )
    made = ", ".join(f"{count / run.intents:.3g} {name}" for name, count in run.made.items())
    print(f"for each intent: {made}")
    for name, size in run.resident.items():
        print(f"  {name}: {size / 1e6:.0f} MB resident")
    if raw is not None:
        print(
            f"gateway batches alone on the node: {raw:.0f} items/s; settled / that: {rate / raw:.2f}"
        )
    gas = run.made["gas"] / run.intents
    print(f"gas an item {gas:.0f}: blocks of 60 M gas carry {60e6 / gas:.0f} items")


if __name__ == "__main__":
    main()
