"""What goes on while parts of the deployment are away: customers who insist, and a payout cycle after the other."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import websockets

from app.chain.node_errors import ChainError
from sge.demo.api import Api, ApiRefusal
from sge.demo.chain import DECIMALS, mint
from sge.demo.payout_cycle.play import play_payout_cycle
from sge.demo.programs import PROGRAMS, ProgramPlan
from sge.demo.progress import Progress
from sge.demo.shopper import Shopper
from sge.demo.wallets import account, new_keys
from sge.embedded.failures import EmbeddedFailure
from tests.storm.town import Town

_CUSTOMERS = 12
_UNITS = 5_000 * 10**DECIMALS
_AGAIN_SECONDS = 0.3
_LONGEST_SECONDS = 60.0
# What passes by itself; with anything else a client that follows the rules would have to give up.
PASSING = {"SERVICE_UNAVAILABLE", "RATE_LIMITED", "CHAIN_UNAVAILABLE", "UPSTREAM_UNAVAILABLE"}


@dataclass
class Tally:
    """accepted: ids of intents that some answer named. odd: what no client should ever see."""

    accepted: dict[str, set[str]] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    cycles: int = 0


class Customers:
    """Those of one program. Each asks again with the same key, at whichever API process answers, until it is accepted."""

    def __init__(self, town: Town, tenant: dict[str, Any], plan: ProgramPlan, tally: Tally) -> None:
        self._town = town
        self._tenant = tenant
        self._plan = plan
        self._tally = tally
        self._accepted = tally.accepted.setdefault(tenant["slug"], set())
        self._random = random.Random(tenant["slug"])
        self._wallets = new_keys(_CUSTOMERS)
        self._apis = [Api(url, tenant["apiKey"]) for url in town.urls]

    async def arrive(self) -> None:
        """Everybody has money, and a registration that is final."""
        amounts = dict.fromkeys((account(key).address for key in self._wallets), _UNITS)
        await mint(self._town.services.anvil, self._town.keys, self._town.chain, amounts)
        for key in self._wallets:
            code = self._random.choice(self._plan.affiliates).code
            await self._insist(self._registering(key, code))
        for key in self._wallets:
            await self._is_member(Shopper(self._apis[0], self._tenant["id"], key))

    async def pay(self, wallet: int) -> None:
        """One customer pays again and again, until it is cancelled."""
        while True:
            cents = self._random.randint(100, 999)
            key = f"storm-{secrets.token_hex(8)}"
            await self._insist(
                self._paying(self._wallets[wallet], f"{cents // 100}.{cents % 100:02}", key)
            )
            await asyncio.sleep(self._random.uniform(0.5, 1.5))

    async def _is_member(self, shopper: Shopper) -> None:
        async with asyncio.timeout(_LONGEST_SECONDS):
            while True:
                if await shopper.is_registered():
                    return
                await asyncio.sleep(_AGAIN_SECONDS)

    def _registering(self, wallet: str, code: str) -> Callable[[Api], Awaitable[str]]:
        async def ask(api: Api) -> str:
            shopper = Shopper(api, self._tenant["id"], wallet)
            return await shopper.register(code, self._plan.registration_fee)

        return ask

    def _paying(self, wallet: str, amount: str, key: str) -> Callable[[Api], Awaitable[str]]:
        async def ask(api: Api) -> str:
            return await Shopper(api, self._tenant["id"], wallet).pay(amount, key)

        return ask

    async def _insist(self, ask: Callable[[Api], Awaitable[str]]) -> None:
        while True:
            try:
                intent = await ask(self._random.choice(self._apis))
            except ApiRefusal as refusal:
                self._tally.tries.update(refusal.codes)
                if not refusal.codes <= PASSING:
                    self._tally.odd[str(refusal)] += 1
            except (httpx.HTTPError, ValueError) as fault:
                self._tally.tries[type(fault).__name__] += 1
            else:
                self._accepted.add(intent)
                return
            await asyncio.sleep(_AGAIN_SECONDS)


async def pay_affiliates(town: Town, tally: Tally) -> None:
    """Payout cycles of the test program, one after the other, until it is cancelled; what breaks one is tried again."""
    turn = 0
    while True:
        turn += 1
        try:
            at = town.described_at(town.urls[turn % len(town.urls)])
            await play_payout_cycle(at, Progress(quiet=True))
        except (EmbeddedFailure, ChainError, httpx.HTTPError, OSError, ValueError) as fault:
            tally.tries[f"cycle: {type(fault).__name__}"] += 1
        except websockets.WebSocketException:
            tally.tries["cycle: socket"] += 1
        except ApiRefusal as refusal:
            tally.tries.update(f"cycle: {code}" for code in refusal.codes)
        else:
            tally.cycles += 1
        await asyncio.sleep(_AGAIN_SECONDS)


def customers_of(town: Town, tally: Tally) -> list[Customers]:
    """Of each program."""
    pairs = zip(town.tenants, PROGRAMS, strict=True)
    return [Customers(town, tenant, plan, tally) for tenant, plan in pairs]


CUSTOMERS = range(_CUSTOMERS)
