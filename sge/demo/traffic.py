"""Customers that keep coming: registrations and signed payments at a steady rate."""

import asyncio
import random
from collections import Counter, deque
from dataclasses import dataclass, field

import httpx

from sge.demo.api import Api, ApiRefusal
from sge.demo.faucet import Faucet
from sge.demo.programs import ProgramPlan
from sge.demo.shopper import Shopper

_AT_ONCE = 32
_REGISTERS = 0.2
_WITHOUT_REFERRER = 0.1
_CENTS = (100, 4_999)
_REMEMBERED = 500
_PAUSE_SECONDS = 1.0


@dataclass
class Tally:
    """What became of the requests since the start."""

    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)


class Traffic:
    """The customers of one program."""

    def __init__(
        self, api: Api, program_id: str, plan: ProgramPlan, faucet: Faucet, tally: Tally
    ) -> None:
        self._api = api
        self._program_id = program_id
        self._plan = plan
        self._faucet = faucet
        self._tally = tally
        self._codes = [member.code for member in plan.affiliates]
        self._random = random.Random()  # noqa: S311 - chooses amounts and referrers
        self._strangers: deque[str] = deque()
        self._members: deque[str] = deque(maxlen=_REMEMBERED)
        # Who may have registered: in an earlier run, or a moment ago.
        self._joining: deque[str] = deque(faucet.earlier_wallets(plan.slug)[-_REMEMBERED:])

    async def run(self, rate: float) -> None:
        """Starts `rate` requests a second until it is cancelled."""
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as requests:
            while True:
                await gate.acquire()
                request = requests.create_task(self._one_request())
                request.add_done_callback(lambda _: gate.release())
                await asyncio.sleep(1 / rate)

    async def _one_request(self) -> None:
        try:
            await self._request()
        except ApiRefusal as refusal:
            self._tally.refused.update(refusal.codes)
        except (httpx.HTTPError, ValueError):
            self._tally.refused["NO_ANSWER"] += 1
            await asyncio.sleep(_PAUSE_SECONDS)
        else:
            self._tally.accepted += 1

    async def _request(self) -> None:
        await self._welcome()
        if not self._members or self._random.random() < _REGISTERS:
            await self._register()
        else:
            await self._pay()

    async def _welcome(self) -> None:
        """The one who has waited longest pays from now on, if the registration is final."""
        if not self._joining:
            return
        key = self._joining.popleft()
        shopper = Shopper(self._api, self._program_id, key)
        (self._members if await shopper.is_registered() else self._joining).append(key)

    async def _register(self) -> None:
        if not self._strangers:
            self._strangers.extend(await self._faucet.new_wallets(self._plan.slug))
        key = self._strangers.popleft()
        alone = self._random.random() < _WITHOUT_REFERRER
        code = None if alone else self._random.choice(self._codes)
        await Shopper(self._api, self._program_id, key).register(code, self._plan.registration_fee)
        self._joining.append(key)

    async def _pay(self) -> None:
        key = self._random.choice(self._members)
        cents = self._random.randint(*_CENTS)
        try:
            await Shopper(self._api, self._program_id, key).pay(f"{cents // 100}.{cents % 100:02}")
        except ApiRefusal as refusal:
            if "INSUFFICIENT_FUNDS" in refusal.codes and key in self._members:
                self._members.remove(key)
            raise
