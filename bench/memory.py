"""Resident memory of an API process and a worker, while registrations come through GraphQL and are settled.

    python -m bench.memory --intents 100000

The default is smaller; then the growth over the second half tells what 100 000 would come to.
"""

import argparse
import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg

from bench.processes import Crew, running_crew
from bench.stand import Stand, running_stand, say
from bench.tenants import new_wallets
from sge.demo.api import Api, wait_until_ready
from sge.demo.operator_key import create_operator_key
from sge.demo.programs import PROGRAMS
from sge.demo.tenants import create_tenants
from sge.embedded.postgres_address import SUPERUSER

_CLIENTS = 50
_SAMPLES = 10
_POLL_SECONDS = 0.5
_GOAL = 100_000
_PROCESSES = {"api": ["api"], "worker": ["worker"], "scheduler": ["scheduler"]}
_REGISTER = """
mutation Register($input: RegisterUserInput!) {
  registerUser(input: $input) { intent { id status } userErrors { code message field } }
}
"""
_UNFINISHED = "SELECT count(*) FROM intent_state WHERE status <> 'CONFIRMED'"


@dataclass(frozen=True)
class Sample:
    """Resident bytes of each process after so many settled intents."""

    intents: int
    resident: dict[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--intents", type=int, default=10_000)
    count = parser.parse_args().intents
    with running_stand() as stand, running_crew(stand, _PROCESSES) as crew:
        samples = asyncio.run(_measure(stand, crew, count))
    _print(samples)


async def _measure(stand: Stand, crew: Crew, count: int) -> list[Sample]:
    url = stand.environment["SGE_PUBLIC_URL"]
    await wait_until_ready(url)
    operator_key = await asyncio.to_thread(create_operator_key, stand.environment)
    tenants = await create_tenants(url, operator_key, stand.keys, stand.chain)
    admin = await asyncpg.connect(stand.services.postgres.dsn(SUPERUSER))
    samples = [Sample(0, crew.resident_bytes())]
    async with Api(url, tenants[0]["apiKey"]) as api:
        for number in range(1, _SAMPLES + 1):
            await _register(api, tenants[0], count // _SAMPLES)
            while await admin.fetchval(_UNFINISHED):  # noqa: ASYNC110 - seen from outside, as a client would
                await asyncio.sleep(_POLL_SECONDS)
            samples.append(Sample(number * (count // _SAMPLES), crew.resident_bytes()))
            say(f"{samples[-1].intents} settled")
    await admin.close()
    return samples


async def _register(api: Api, tenant: dict[str, Any], count: int) -> None:
    """So many clients, each sending its next request when the last one is answered."""
    wallets = iter(new_wallets(count))
    code = PROGRAMS[0].affiliates[-1].code

    async def client() -> None:
        for key in wallets:
            wanted = {
                "programId": tenant["id"],
                "wallet": key.public_key.to_checksum_address(),
                "referralCode": code,
                "idempotencyKey": f"register-{uuid4()}",
            }
            await api.mutate("registerUser", _REGISTER, input=wanted)

    await asyncio.gather(*(client() for _ in range(_CLIENTS)))


def _print(samples: list[Sample]) -> None:
    first, middle, last = samples[0], samples[len(samples) // 2], samples[-1]
    for name, size in last.resident.items():
        growth = (size - middle.resident[name]) / (last.intents - middle.intents)
        goal = size + max(growth, 0) * max(_GOAL - last.intents, 0)
        print(
            f"{name}: {first.resident[name] / 1e6:.0f} MB idle, {size / 1e6:.0f} MB after"
            f" {last.intents} intents, {growth:.0f} kB a thousand in the second half,"
            f" so {goal / 1e6:.0f} MB after {_GOAL}"
        )


if __name__ == "__main__":
    main()
