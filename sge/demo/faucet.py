"""Test dollars for customers, a batch of wallets at a time, from one key that sends in order."""

import asyncio
import json
from pathlib import Path

from sge.demo.chain import DECIMALS, DemoChain, mint, top_up_relayers
from sge.demo.wallets import DemoKeys, account, customer_key
from sge.embedded.anvil import Anvil
from sge.embedded.private_file import write_private

_BATCH = 50
_UNITS = 1_000 * 10**DECIMALS


class Faucet:
    """Makes funded wallets; which exist already is remembered over restarts."""

    def __init__(self, path: Path, anvil: Anvil, keys: DemoKeys, chain: DemoChain) -> None:
        self._path = path
        self._anvil = anvil
        self._keys = keys
        self._chain = chain
        self._one_at_a_time = asyncio.Lock()
        self._counts: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}

    def earlier_wallets(self, program: str) -> list[str]:
        """Private keys of the wallets that earlier runs made, oldest first."""
        return [
            customer_key(self._keys, program, number)
            for number in range(self._counts.get(program, 0))
        ]

    async def new_wallets(self, program: str) -> list[str]:
        """Private keys of a batch of wallets that have test dollars by now."""
        async with self._one_at_a_time:
            first = self._counts.get(program, 0)
            fresh = [
                customer_key(self._keys, program, number) for number in range(first, first + _BATCH)
            ]
            amounts = dict.fromkeys((account(key).address for key in fresh), _UNITS)
            await mint(self._anvil, self._keys, self._chain, amounts)
            self._counts[program] = first + _BATCH
            write_private(self._path, json.dumps(self._counts))
            return fresh

    async def top_up_relayers(self) -> None:
        """Keeps the relayers able to pay gas."""
        await asyncio.to_thread(top_up_relayers, self._anvil, self._keys)
