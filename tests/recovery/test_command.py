"""`sge recover` as an operator runs it."""

import asyncio
import json
import os
import sys

import pytest

from sge.embedded.anvil import CHAIN_ID
from sge.embedded.project import PROJECT
from tests.fixtures.databases import Database
from tests.recovery.recovering import OTHER_TIMELINE, RecoveringWorld


@pytest.mark.long
async def test_it_says_what_it_found_and_what_is_next(
    recovering: RecoveringWorld, database: Database, redis_url: str
) -> None:
    settling = recovering.settling
    program = await settling.ready()
    environment = settings(recovering, database, redis_url)
    code, said = await run(recovering, environment)
    assert code == 1, said
    assert said.startswith("there is nothing to recover")
    await settling.run(OTHER_TIMELINE)
    code, said = await run(recovering, environment, "--begin-only")
    assert code == 0, said
    assert "next: sge recover" in said
    code, said = await run(recovering, environment)
    assert code == 0, said
    assert f"lane {next(iter(settling.signers))}: next nonce" in said
    assert "0 intents settled" in said
    assert "resume each program" in said
    await recovering.resume(program)


async def run(
    recovering: RecoveringWorld, environment: dict[str, str], *options: str
) -> tuple[int | None, str]:
    """Blocks come meanwhile."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sge.cli",
        "recover",
        *options,
        cwd=PROJECT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    heard = asyncio.ensure_future(process.communicate())
    while not heard.done():
        recovering.watching.mine(1)
        await asyncio.wait([heard], timeout=0.5)
    said, _ = heard.result()
    return process.returncode, said.decode()


def settings(recovering: RecoveringWorld, database: Database, redis_url: str) -> dict[str, str]:
    deployed = recovering.settling.gateway_chain.deployment
    chain = {
        "chain_id": CHAIN_ID,
        "name": "a test's",
        "rpc_urls": [recovering.settling.gateway_chain.node.url],
        "gateway": deployed.gateway,
        "identity": deployed.identity,
        "confirmations": 2,
        "tokens": [
            {
                "code": "USDC",
                "address": deployed.token,
                "decimals": 6,
                "name": "USD Coin",
                "version": "2",
            }
        ],
        "max_fee_wei": 200 * 10**9,
        "production": False,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SGE_")}
    return kept | {
        "SGE_DATABASE_WORKER_URL": database.dsn("sge_worker"),
        "SGE_ENCRYPTION_KEY": "the encryption key of a test, long enough",
        "SGE_REDIS_URL": redis_url,
        "SGE_CHAINS": json.dumps([chain]),
    }
