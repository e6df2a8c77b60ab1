"""What goes on while parts of the deployment are away: customers who insist, and a payout cycle after the other."""

import asyncio
import random
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
import websockets

from app.chain.node_errors import ChainError
from sge.demo.api import ApiRefusal
from sge.demo.chain import DECIMALS, mint
from sge.demo.payout_cycle.play import play_payout_cycle
from sge.demo.programs import PROGRAMS, ProgramPlan
from sge.demo.progress import Progress
from sge.demo.shopper import Shopper
from sge.demo.wallets import account, new_keys
from sge.embedded.failures import EmbeddedFailure
from tests.storm.fronts import Front
from tests.storm.town import Town

_CUSTOMERS = 5
# A customer whose payments are not settled yet looks at them, and waits with the next: a slow machine is not overrun.
_UNSETTLED = 3
_UNITS = 5_000 * 10**DECIMALS
_UNITS_OF_CENT = 10 ** (DECIMALS - 2)
_AGAIN_SECONDS = 0.3
_LONGEST_SECONDS = 180.0
_STATUS = "query ($id: ID!) { node(id: $id) { ... on Intent { status } } }"
# What passes by itself; with anything else a client that follows the rules would have to give up.
PASSING = {"SERVICE_UNAVAILABLE", "RATE_LIMITED", "CHAIN_UNAVAILABLE", "UPSTREAM_UNAVAILABLE"}


@dataclass
class Tally:
    """accepted: when some answer named the intent, by program and intent. left: units that each wallet should still have.
    answers: of any kind, to customers. served: when one was what was asked for. odd: what no client should ever see.
    """

    accepted: dict[str, dict[str, float]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    answers: int = 0
    served: list[float] = field(default_factory=list)
    tries: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)
    cycles: list[float] = field(default_factory=list)
    closing: bool = False

    @property
    def count(self) -> int:
        """Of all intents that were accepted."""
        return sum(map(len, self.accepted.values()))


class Customers:
    """Those of one program. Each asks again with the same key, wherever it is answered, until it is accepted."""

    def __init__(self, town: Town, tenant: dict[str, Any], plan: ProgramPlan, tally: Tally) -> None:
        self._town = town
        self._tenant = tenant
        self._plan = plan
        self._tally = tally
        self._accepted = tally.accepted.setdefault(tenant["slug"], {})
        self._random = random.Random(tenant["slug"])
        self._wallets = new_keys(_CUSTOMERS)
        self._apis = [Front(url, tenant["apiKey"]) for url in town.fronts]

    async def arrive(self) -> None:
        """Everybody has money, and a registration that is final."""
        addresses = [account(key).address for key in self._wallets]
        amounts = dict.fromkeys(addresses, _UNITS)
        await mint(self._town.services.anvil, self._town.keys, self._town.chain, amounts)
        fee = int(Decimal(self._plan.registration_fee or "0") * 10**DECIMALS)
        for key, address in zip(self._wallets, addresses, strict=True):
            code = self._random.choice(self._plan.affiliates).code
            intent = await self._insist(self._registering(key, code))
            self._accepted[intent] = time.monotonic()
            self._tally.left[address] = _UNITS - fee
        for key in self._wallets:
            await self._is_member(Shopper(self._apis[0], self._tenant["id"], key))

    async def pay(self, wallet: int) -> None:
        """One customer pays again and again, until the tally closes; what it has begun it brings to its end."""
        key, unsettled = self._wallets[wallet], list[str]()
        while not self._tally.closing:
            if len(unsettled) < _UNSETTLED:
                unsettled.append(await self._pay_once(key))
            elif await self._insist(_looking_at(unsettled[0])) == "CONFIRMED":
                del unsettled[0]
            await asyncio.sleep(self._random.uniform(1.0, 2.0))

    async def _pay_once(self, key: str) -> str:
        cents = self._random.randint(100, 999)
        amount = f"{cents // 100}.{cents % 100:02}"
        intent = await self._insist(self._paying(key, amount, f"storm-{secrets.token_hex(8)}"))
        self._accepted[intent] = time.monotonic()
        self._tally.left[account(key).address] -= cents * _UNITS_OF_CENT
        return intent

    async def _is_member(self, shopper: Shopper) -> None:
        async with asyncio.timeout(_LONGEST_SECONDS):
            while not await shopper.is_registered():  # noqa: ASYNC110
                await asyncio.sleep(_AGAIN_SECONDS)

    def _registering(self, wallet: str, code: str) -> Callable[[Front], Awaitable[str]]:
        async def ask(api: Front) -> str:
            shopper = Shopper(api, self._tenant["id"], wallet)
            return await shopper.register(code, self._plan.registration_fee)

        return ask

    def _paying(self, wallet: str, amount: str, key: str) -> Callable[[Front], Awaitable[str]]:
        async def ask(api: Front) -> str:
            return await Shopper(api, self._tenant["id"], wallet).pay(amount, key)

        return ask

    async def _insist(self, ask: Callable[[Front], Awaitable[str]]) -> str:
        async with asyncio.timeout(_LONGEST_SECONDS):
            while True:
                try:
                    answer = await ask(self._random.choice(self._apis))
                except ApiRefusal as refusal:
                    self._tally.tries.update(refusal.codes)
                    if not refusal.codes <= PASSING:
                        self._tally.odd[str(refusal)] += 1
                except httpx.HTTPError as fault:
                    self._tally.tries[type(fault).__name__] += 1
                else:
                    self._tally.served.append(time.monotonic())
                    return answer
                finally:
                    self._tally.answers += 1
                await asyncio.sleep(_AGAIN_SECONDS)


def _looking_at(intent: str) -> Callable[[Front], Awaitable[str]]:
    async def ask(api: Front) -> str:
        return str((await api.query(_STATUS, id=intent))["node"]["status"])

    return ask


async def pay_affiliates(town: Town, tally: Tally) -> None:
    """Payout cycles of the test program, one after the other, until it is cancelled; what breaks one is tried again."""
    turn = 0
    while True:
        turn += 1
        try:
            at = town.described_at(town.urls[turn % len(town.urls)])
            await play_payout_cycle(at, Progress(quiet=True))
        except EmbeddedFailure as failure:  # such as that nothing settled for a while
            tally.tries[f"cycle: {failure}"] += 1
        except (ChainError, httpx.HTTPError, OSError) as fault:
            tally.tries[f"cycle: {type(fault).__name__}"] += 1
        except websockets.WebSocketException:
            tally.tries["cycle: socket"] += 1
        except ApiRefusal as refusal:
            tally.tries.update(f"cycle: {code}" for code in refusal.codes)
        else:
            tally.cycles.append(time.monotonic())
        await asyncio.sleep(_AGAIN_SECONDS)


def customers_of(town: Town, tally: Tally) -> list[Customers]:
    """Of each program."""
    pairs = zip(town.tenants, PROGRAMS, strict=True)
    return [Customers(town, tenant, plan, tally) for tenant, plan in pairs]


CUSTOMERS = range(_CUSTOMERS)
