"""Wallet logins: requestLogin, a signature, login, by wallets whose keys the clients hold.

    python -m bench.login [seconds]

One `sge api` process as in the demo, PostgreSQL with fsync. A login is two requests: the challenge, and the check of the
signature with the session's row, its nonce and its audit row in one transaction. Rates are per core: logins over the
processor time of the server process alone, since the machine is shared with its clients and the database.
"""

import asyncio
import json
import multiprocessing
import platform
import sys
import time
from typing import Any

import psutil
from eth_account import Account
from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount

from bench.api_stand import Stand, body_of, running, running_stand
from bench.http_load import Load, answer_of
from sge.embedded.anvil import CHAIN_ID

WALLETS = 64
REQUEST = """
mutation ($wallet: Address!, $chain: BigInt!, $uri: String!) {
  requestLogin(input: {wallet: $wallet, chainId: $chain, uri: $uri}) { message }
}
"""
LOGIN = """
mutation ($message: String!, $signature: Hex!) {
  login(message: $message, signature: $signature) { token expiresAt userErrors { code } }
}
"""


class Client:
    """One kept connection without credentials."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """`data`."""
        body = body_of(query, **variables)
        head = (
            "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        answer = json.loads(await answer_of(self._reader))
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def login(self, wallet: LocalAccount, uri: str) -> float:
        """Signs a wallet in; gives the seconds that the server was waited for."""
        started = time.perf_counter()
        asked = await self.ask(REQUEST, wallet=wallet.address, chain=str(CHAIN_ID), uri=uri)
        waited = time.perf_counter() - started
        text = asked["requestLogin"]["message"]
        signature = bytes(wallet.sign_message(encode_defunct(text=text)).signature)
        started = time.perf_counter()
        found = await self.ask(LOGIN, message=text, signature=f"0x{signature.hex()}")
        assert found["login"]["userErrors"] == [], found
        assert found["login"]["token"]
        return waited + time.perf_counter() - started


async def load(stand: Stand, pid: int, *, clients: int, seconds: float) -> Load:
    """Each client signs its wallets in, one after the other."""
    wallets = [Account.create() for _ in range(WALLETS)]
    uri, waits = stand.environment["SGE_PUBLIC_URL"], []
    server = psutil.Process(pid)
    before, started = server.cpu_times(), time.perf_counter()

    async def run(number: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", stand.port)
        client, turn = Client(reader, writer), number
        while time.perf_counter() - started < seconds:
            waits.append(await client.login(wallets[turn % WALLETS], uri))
            turn += clients
        writer.close()

    await asyncio.gather(*(run(number) for number in range(clients)))
    took, after = time.perf_counter() - started, server.cpu_times()
    return Load(len(waits), took, waits, after.user + after.system - before.user - before.system)


async def measure(stand: Stand, seconds: float) -> None:
    """Prints the table."""
    ready = f"http://127.0.0.1:{stand.port}/healthz"
    with running(stand, "api", ["-m", "sge.cli", "api"], ready) as pid:
        await load(stand, pid, clients=4, seconds=1)
        print("| clients | logins/s | per core | p50, ms | p99, ms |")
        print("| --- | --- | --- | --- | --- |")
        for clients in (1, 16):
            found = await load(stand, pid, clients=clients, seconds=seconds)
            print(
                f"| {clients} | {found.answers / found.seconds:.0f} | {found.per_core:.0f} |"
                f" {found.milliseconds(0.5):.1f} | {found.milliseconds(0.99):.1f} |",
                flush=True,
            )


def main() -> None:
    """Prints what stands in bench/RESULTS.md."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 8.0
    print(f"Python {platform.python_version()}, {multiprocessing.cpu_count()} cores")
    with running_stand() as stand:
        asyncio.run(measure(stand, seconds))


if __name__ == "__main__":
    main()
