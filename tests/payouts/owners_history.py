"""Random histories of one program: earning, batches of every kind, signatures, relays, refusals, and owners who execute
any document that was ever stored, whenever its nonce is next.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from app.domain.errors import Refusal
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram

_BATCHES = "SELECT id FROM payout_batch WHERE program_id = $1 ORDER BY created_at DESC, id DESC"
_NEXT = "SELECT id FROM safe_transaction WHERE program_id = $1 AND safe_nonce = $2 ORDER BY id"
_REVERSIBLE = "SELECT id FROM commission WHERE program_id = $1 AND amount > 0 ORDER BY id"
_PAY_OUTS = """
SELECT p.destination, sum(p.amount) AS paid FROM payout p
  JOIN safe_transaction s ON s.program_id = p.program_id AND s.id = p.safe_transaction_id
 WHERE p.program_id = $1 AND s.status = 'EXECUTED' GROUP BY 1
"""
_WALLETS = "SELECT wallet FROM affiliate WHERE program_id = $1 ORDER BY id"
_SWITCH = """
UPDATE program SET status = CASE status WHEN 'ACTIVE' THEN 'PAUSED' ELSE 'ACTIVE' END,
       pause_reason = CASE status WHEN 'ACTIVE' THEN 'a test' END WHERE id = $1
"""
_OPEN = "SELECT count(*) FROM safe_transaction WHERE program_id = $1 AND status NOT IN ('EXECUTED', 'DEAD')"


@dataclass
class OwnersHistory:
    """steps: what was done, for whoever has to understand a failure."""

    paying: Paying
    random: Random
    program: PayoutProgram
    affiliates: list[int]
    refused: set[str] = field(default_factory=set)
    suspended: set[int] = field(default_factory=set)
    steps: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """Anything at all; what the product refuses is no step."""
        actions: dict[Callable[[], Awaitable[Any]], int] = {
            self.earn: 1,
            self.propose: 3,
            self.give_up: 2,
            self.sign: 6,
            self.run_job: 4,
            self.execute_outside: 3,
            self.do_something_else: 1,
            self.go_on: 4,
            self.reverse: 1,
            self.refuse_somebody: 1,
            self.suspend_or_revive: 1,
            self.pause_or_resume: 1,
        }
        [action] = self.random.choices(list(actions), list(actions.values()))
        try:
            outcome = await action()
        except Refusal as problem:
            outcome = problem.code.value
        self.steps.append(f"{action.__name__}: {outcome}")

    async def earn(self) -> str:
        earning = self.random.sample(self.affiliates, 2)
        await self.paying.world.payable(self.program, dict.fromkeys(earning, USDC))
        return f"{earning}"

    async def propose(self) -> str:
        """A batch from the start, or instead of the newest one."""
        newest = await self._newest()
        replaces = newest if newest and await self._open() else None
        made = await self.paying.world.create(self.program, replaces=replaces)
        return f"{made.batch_id} for {replaces}"

    async def give_up(self) -> str:
        newest = await self._newest()
        if newest is None:
            return "nothing"
        await self.paying.world.reject(self.program, newest)
        if self.random.random() < 0.5:
            await self.paying.world.close(self.program, newest)
            return "rejected and closed"
        return "rejected"

    async def sign(self) -> str:
        newest = await self._newest()
        if newest is None:
            return "nothing"
        batch = await self.paying.of(newest)
        owner = self.random.choice(self.program.owners)
        waiting = [
            digest
            for digest, state in zip(
                batch.hashes, await self._states(batch.transactions), strict=True
            )
            if state == ("PROPOSED", None)
        ]
        result = await self.paying.sign_waiting(self.program, batch, owner, waiting)
        return f"replayed {result.replayed}"

    async def run_job(self) -> str:
        return f"{await self.paying.relay()} relays"

    async def execute_outside(self) -> str:
        """Whatever is next for the Safe, also what we gave up."""
        documents = await self.paying.world.settling.rows(_NEXT, self.program.id, self._nonce())
        if not documents:
            return "nothing"
        chosen = self.random.choice(documents)["id"]
        owners = self.random.sample(list(self.program.owners), 2)
        return f"{chosen} {await self.paying.world.safes.execute(chosen, owners)}"

    async def do_something_else(self) -> str:
        nonce = self._nonce()
        await self.paying.safe_call(self.program, "changeThreshold", 2, nonce=nonce)
        return f"at nonce {nonce}"

    async def go_on(self) -> str:
        blocks = self.random.randint(1, 3)
        self.paying.world.watching.mine(blocks)
        await self.paying.world.watching.turn()
        return f"{blocks} blocks"

    async def reverse(self) -> str:
        commissions = await self.paying.world.settling.rows(_REVERSIBLE, self.program.id)
        chosen = self.random.choice(commissions)["id"]
        await self.paying.world.reverse(self.program, chosen, self.random.choice(["1", "10"]))
        return str(chosen)

    async def refuse_somebody(self) -> str:
        """The token's blacklist takes one in, or lets all out."""
        token, chain = self.paying.world.chain.token.functions, self.paying.world.chain
        if self.refused:
            chain.send(token.unBlacklist(self.refused.pop()))
            return "nobody"
        wallets = await self.paying.world.settling.rows(_WALLETS, self.program.id)
        self.refused.add(self.random.choice(wallets)["wallet"])
        chain.send(token.blacklist(next(iter(self.refused))))
        return f"{self.refused}"

    async def suspend_or_revive(self) -> str:
        """Whoever is suspended is left out of what is planned, and still paid by what was planned before."""
        affiliate = self.random.choice(self.affiliates)
        status = "ACTIVE" if affiliate in self.suspended else "SUSPENDED"
        await self.paying.world.set_status(self.program, affiliate, status)
        self.suspended ^= {affiliate}
        return f"{affiliate} {status}"

    async def pause_or_resume(self) -> str:
        await self.paying.world.settling.run(_SWITCH, self.program.id)
        return ""

    async def end(self) -> None:
        """Everything that is under way comes to an end, by nonces of the owners' own if need be."""
        await self.paying.finish()
        nonce = self._nonce()
        highest = await self.paying.world.settling.value(
            "SELECT max(safe_nonce) FROM safe_transaction WHERE program_id = $1", self.program.id
        )
        for used in range(nonce, int(highest or 0) + 1):
            await self.paying.safe_call(self.program, "changeThreshold", 2, nonce=used)
        for _ in range(3):
            await self.paying.finish()

    async def check(self) -> None:
        """Every invariant; and nobody has more than the executed payouts say."""
        world = self.paying.world
        await world.check()
        for row in await world.settling.rows(_PAY_OUTS, self.program.id):
            assert world.chain.balance(row["destination"]) >= row["paid"]

    async def check_end(self) -> None:
        """Nothing is open, and each wallet has exactly what was posted."""
        world = self.paying.world
        assert await self._open() == 0
        rows = await world.settling.rows(_PAY_OUTS, self.program.id)
        paid = {row["destination"]: int(row["paid"]) for row in rows}
        for row in await world.settling.rows(_WALLETS, self.program.id):
            assert world.chain.balance(row["wallet"]) == paid.get(row["wallet"], 0)

    def _nonce(self) -> int:
        contract = self.paying.world.chain.contract("Safe", self.program.treasury)
        nonce: int = contract.functions.nonce().call()
        return nonce

    async def _newest(self) -> UUID | None:
        newest: UUID | None = await self.paying.world.settling.value(_BATCHES, self.program.id)
        return newest

    async def _open(self) -> int:
        count: int = await self.paying.world.settling.value(_OPEN, self.program.id)
        return count

    async def _states(self, ids: Any) -> list[tuple[str, str | None]]:
        rows = await self.paying.world.settling.rows(
            "SELECT id, status, death FROM safe_transaction WHERE id = ANY($1::uuid[])", list(ids)
        )
        states = {row["id"]: (row["status"], row["death"]) for row in rows}
        return [states[one] for one in ids]
