"""`sge worker` as a process of its own."""

import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import TimeoutExpired

from sge.embedded.anvil import CHAIN_ID
from sge.embedded.project import PROJECT
from tests.contracts.gateway_chain import RELAYER_KEY, GatewayChain
from tests.fixtures.forked import Forked
from tests.processes.conftest import Addresses


def settings_of(database: Addresses, redis_url: str, chain: GatewayChain) -> dict[str, str]:
    """The environment of a worker."""
    token = {
        "code": "USDC",
        "address": chain.deployment.token,
        "decimals": 6,
        "name": "USD Coin",
        "version": "2",
    }
    facts = {
        "chain_id": CHAIN_ID,
        "name": "anvil",
        "rpc_urls": [chain.node.url],
        "tokens": [token],
        "confirmations": 2,
        "gateway": chain.deployment.gateway,
        "identity": chain.deployment.identity,
        "multisend": chain.deployment.multisend,
    }
    return {
        "SGE_DATABASE_WORKER_URL": database.dsn("sge_worker"),
        "SGE_REDIS_URL": redis_url,
        "SGE_CHAINS": json.dumps([facts]),
        "SGE_RELAYER_KEYS": RELAYER_KEY,
        "SGE_ENCRYPTION_KEY": "a secret of the tests, as long as it has to be",
    }


@contextmanager
def running(command: list[str], settings: dict[str, str], log: Path) -> Iterator[Forked]:
    """`sge` with these arguments, ended afterwards; its log is kept in the file."""
    process = Forked(command, PROJECT, os.environ | settings, log)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except TimeoutExpired:
                process.kill()
                process.wait()


def tail(log: Path) -> str:
    """The last of a process's log."""
    return log.read_text()[-3000:]
