"""A provider tells of charges in any order, again and again, people retry, workers stop half-way; a model says what comes of it."""

import asyncio
import contextlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from app.services.execute import execute
from app.services.providers.process_event import process_event
from app.store.database import Database, UnitOfWork
from app.store.providers.events import due_events
from tests.fixtures.databases import Database as OwnDatabase
from tests.providers.charges import Charge
from tests.providers.shop import IDS, Shop, open_shop
from tests.services.world import World

T = TypeVar("T")
STEPS = ("created", "pending", "failed", "delayed", "confirmed", "resolved")
MONEY = {"confirmed", "resolved", "delayed"}
CENTS = st.integers(1, 10**7)


class Crash(Exception):
    """The worker ends here; nothing of its transaction stays."""


@dataclass
class Told:
    """A charge, and what must have become of it. paid, late: in cents. changes: of its intent, its making included."""

    charge: Charge
    state: str = "NONE"
    changes: int = 0
    credited: int | None = None
    late: int = 0
    more: set[int] = field(default_factory=set)
    paid: int = 0

    def tell(self, step: str) -> None:
        """The next event that a worker reads."""
        before, counted = self.state, step not in MONEY or self.paid > 0
        self._tell(step)
        made = before == "NONE" and counted
        moved = self.state not in {before, "PENDING"}
        self.changes += made + moved

    def _tell(self, step: str) -> None:
        if step in MONEY and not self.paid:
            return  # no money: told to people, nothing else
        if self.state == "CONFIRMED":
            assert self.credited is not None
            if step in MONEY and self.paid > self.credited:
                self.more.add(self.paid)
        elif step in {"confirmed", "resolved"}:
            self.state, self.credited = "CONFIRMED", self.paid
        elif step == "delayed":
            self.late = max(self.late, self.paid)
            self.state = "PAID_LATE"
        elif step == "failed" and self.state != "PAID_LATE":
            self.state = "REJECTED"
        elif step == "pending" and self.state in {"NONE", "PENDING"}:
            self.state = "PROCESSING"
        elif self.state == "NONE":
            self.state = "PENDING"


class Payments(RuleBasedStateMachine):
    """One shop, a few charges. waiting: what was sent and no worker has read yet, oldest first."""

    dsn: OwnDatabase
    settled = 0
    more = 0
    credited_late = 0

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.told: list[Told] = []
        self.waiting: list[tuple[Told, str, int]] = []
        self.sent: list[bytes] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        self.api = await Database.connect(self.dsn.dsn("sge_api"), maximum=2)
        self.worker = await Database.connect(self.dsn.dsn("sge_worker"), maximum=2)
        self.shop: Shop = await open_shop(World(self.api), self.worker)

    def teardown(self) -> None:
        if hasattr(self, "shop"):
            self.process()
            self.holds()
            self.run(self.api.close())
            self.run(self.worker.close())
        self.loop.close()

    @rule(code=st.sampled_from(["LEAF", "ROOT", "NOBODY", None]))
    def make_charge(self, code: str | None) -> None:
        self.told.append(Told(self.shop.charge(referralCode=code)))

    @precondition(lambda self: self.told)
    @rule(choice=st.integers(0, 50), steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=4))
    def send(self, choice: int, steps: list[str]) -> None:
        one = self.told[choice % len(self.told)]
        for step in steps:
            self.shop.world.now += timedelta(seconds=1)
            body = one.charge.event(step)
            assert self.run(self.shop.receive(body))
            self.sent.append(body)
            self.waiting.append((one, step, one.paid))

    @rule(cents=CENTS, steps=st.permutations(STEPS), most=st.integers(1, len(STEPS)))
    def sell(self, cents: int, steps: list[str], most: int) -> None:
        """A charge from its making to some end, in any order."""
        self.make_charge("LEAF")
        last = len(self.told) - 1
        self.pay(last, cents)
        self.send(last, steps[:most])
        self.process()

    @rule(
        cents=CENTS,
        steps=st.lists(st.sampled_from(STEPS[:4]), max_size=3),
        choice=st.integers(0, 50),
    )
    def sell_late(self, cents: int, steps: list[str], choice: int) -> None:
        self.make_charge("ROOT")
        last = len(self.told) - 1
        self.pay(last, cents)
        self.send(last, [*steps, "delayed"])
        self.retry(choice)

    @precondition(lambda self: self.told)
    @rule(choice=st.integers(0, 50), cents=CENTS)
    def pay(self, choice: int, cents: int) -> None:
        """The payer pays once more; events from now on say so."""
        one = self.told[choice % len(self.told)]
        one.charge.paid(f"{cents // 100}.{cents % 100:02}")
        one.paid += cents

    @precondition(lambda self: any(one.credited for one in self.told))
    @rule(choice=st.integers(0, 50), cents=CENTS, step=st.sampled_from(sorted(MONEY)))
    def pay_after_all_was_credited(self, choice: int, cents: int, step: str) -> None:
        credited = [n for n, one in enumerate(self.told) if one.credited]
        self.pay(credited[choice % len(credited)], cents)
        self.send(credited[choice % len(credited)], [step])

    @precondition(lambda self: self.sent)
    @rule(choice=st.integers(0, 500))
    def send_again(self, choice: int) -> None:
        """The provider did not hear our answer."""
        assert self.run(self.shop.receive(self.sent[choice % len(self.sent)]))

    @rule()
    def process(self) -> None:
        self.run(self.shop.process())
        for one, step, paid in self.waiting:
            now, one.paid = one.paid, paid
            one.tell(step)
            one.paid = now
        self.waiting.clear()

    @precondition(lambda self: self.waiting)
    @rule()
    def crash(self) -> None:
        self.run(self._crash())

    async def _crash(self) -> None:
        async with self.worker.read(None) as session:
            [waiting, *_] = await due_events(session, self.shop.world.now, 1)

        async def work(unit: UnitOfWork) -> None:
            await process_event(unit, waiting.program_id, waiting.id, IDS, self.shop.world.now)
            raise Crash

        with contextlib.suppress(Crash):
            await execute(self.worker, self.shop.world.bells, waiting.program_id, work)

    @precondition(lambda self: any(one.state == "PAID_LATE" for one in self.told))
    @rule(choice=st.integers(0, 50))
    def retry(self, choice: int) -> None:
        """A person wants it credited; what waits is read before."""
        self.process()
        late = [one for one in self.told if one.state == "PAID_LATE"]
        if not late:
            return
        one = late[choice % len(late)]
        self.run(self._retry(one))
        one.state, one.credited = "CONFIRMED", one.late
        one.changes += 2  # PENDING again, then CONFIRMED
        Payments.credited_late += 1

    async def _retry(self, one: Told) -> None:
        intent = await self.shop.intent(one.charge)
        await self.shop.retry(intent["id"])
        await self.shop.retry(intent["id"])
        await self.shop.process()

    @precondition(lambda self: not self.waiting)
    @invariant()
    def holds(self) -> None:
        if hasattr(self, "shop"):
            self.run(self._holds())

    async def _holds(self) -> None:
        total = 0
        for one in self.told:
            row = await self.shop.intent(one.charge)
            state = "NONE" if row is None else row["failure_code"] or row["status"]
            seen = (state, 0 if row is None else row["version"])
            assert seen == (one.state, one.changes), (seen, one)
            total += one.credited or 0
        balances = await self.shop.balances()
        assert balances.get("PROVIDER", 0) == -total * 10_000
        assert sum(balances.values()) == 0
        found = await self.shop.discrepancies()
        more = [one for one in found if "names more" in one["message"]]
        assert len(more) == sum(len(one.more) for one in self.told)
        Payments.more += len(more)
        Payments.settled += sum(one.credited is not None for one in self.told)
