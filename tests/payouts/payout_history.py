"""A program's payouts, whatever becomes of them: owners who need none of us, blocks that vanish, workers that die."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount

from app.domain.money import format_units
from app.domain.transactions import SEND_AGAIN_AFTER
from app.processes.payouts.approve_batch import approve_payout_batch
from app.processes.payouts.pay_day import pay_day
from app.services.programs.change_programs import pause_program, resume_program
from tests.payouts.history import History
from tests.payouts.outside import Outside
from tests.payouts.paying import Paying, command_of
from tests.payouts.safes import sign
from tests.processes.ended import Ended, ending_at
from tests.processes.test_watch_faults import LEASE
from tests.services.world import key_of

_ROWS = "SELECT * FROM safe_transaction WHERE program_id = $1 ORDER BY safe_nonce, created_at, id"
_LIVE = """
SELECT b.id, b.rejected_at IS NOT NULL AS rejected FROM payout_batch b
 WHERE b.program_id = $1
   AND NOT EXISTS (SELECT FROM payout_batch r WHERE r.program_id = b.program_id AND r.replaces = b.id)
   AND EXISTS (SELECT FROM payout_batch_transaction t
                 JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
                WHERE t.program_id = b.program_id AND t.batch_id = b.id AND s.status NOT IN ('EXECUTED', 'DEAD'))
"""
_POSTED = "SELECT block_number FROM consumed_through WHERE program_id = $1"
_STATUS = "SELECT status FROM program WHERE id = $1"


@dataclass
class PayoutHistory(History):
    """refusing: wallets that the token does not pay at the moment. ends: workers that died."""

    refusing: set[str] = field(default_factory=set)
    ends: int = 0

    def __post_init__(self) -> None:
        self.paying = Paying(self.world)

    # People and the platform.

    @property
    def paused(self) -> bool:
        return bool(self._value(_STATUS) == "PAUSED")

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Every Safe transaction that was ever proposed."""
        return self.run(self.world.settling.rows(_ROWS, self.program.id))

    @property
    def live(self) -> dict[str, Any] | None:
        """The newest batch of which something can still be executed."""
        found = self.run(self.world.settling.rows(_LIVE, self.program.id))
        return found[0] if found else None

    def propose(self) -> UUID | None:
        """A new batch; it replaces the live one, if there is one."""
        live = self.live
        what = "replace" if live else "create"
        replaces = {"replaces": live["id"]} if live else {}
        made = self.attempt(what, self.world.create(self.program, **replaces))
        return made.batch_id if made else None

    def pay_day(self) -> None:
        """The daily run."""
        parts = replace(self.world.payouts, database=self.world.settling.worker)
        self.run(pay_day(parts))

    def reject(self) -> None:
        live = self.live
        if live:
            self.attempt("reject", self.world.reject(self.program, live["id"]))

    def close(self) -> None:
        live = self.live
        if live:
            self.attempt("close", self.world.close(self.program, live["id"]))

    def withdraw(self, units: int) -> None:
        destination = self.world.watching.new_wallet().address
        amount = format_units(units, 6)
        if self.attempt("withdraw", self.world.withdraw(self.program, amount, destination)):
            self.model.withdraw(destination, units)

    def approve(self, owners: Sequence[int] = (0, 1), point: str | None = None) -> None:
        """Those owners sign all that waits in the live batch; point: where the process that stores it dies."""
        live = self.live
        for owner in owners if live else ():
            assert live is not None
            self.attempt("approve", self._approve(live["id"], owner, point))

    def pause_or_resume(self) -> None:
        use_case = resume_program if self.paused else pause_program
        if self.paused:
            self.run(self._explain())
        self.run(self.world.run(self.program, use_case, self.program.id, "a test"))

    async def _explain(self) -> None:
        """What went away has to be explained before, once it is final: it went to nobody, so the program bears it."""
        outside = Outside(self.paying)
        if await outside.open(self.program):
            await self.paying.finish()
            await outside.explain(self.program)
            seen = await self.proof.seen()
            self.model.bear(seen.posted[self.world.chain.stranger.address.lower()])

    # Time, nodes and workers.

    def work(self, blocks: int = 3, workers: int = 1) -> None:
        """Blocks come, the watcher reads them, relays go out again, and so many workers pay."""
        if blocks:
            self.world.watching.mine(blocks)
        self.run(self._work(workers))

    def die_at(self, point: str, blocks: int = 0) -> None:
        """The worker that comes to this point ends there, whichever it is; others go on when its lease has run out."""
        watching, clock = self.world.watching, self.world.settling.clock
        self.ends += 1
        if blocks:
            watching.mine(blocks)
        clock.ahead += LEASE
        watching.watchers.clear()
        died = False
        for work in (self._dying_watcher, self._dying_payer):
            try:
                self.run(work(point))
            except Ended:
                died = True
        self.seen["died" if died else "survived"] += 1
        clock.ahead += LEASE
        watching.watchers.clear()

    def relay_while_an_owner_executes(self, choice: int) -> None:
        """Between the signing of a relay and its sending an owner executes what has that nonce."""
        rows = self.next_ones()

        def hurry(point: str) -> None:
            if point == "relay.signed" and rows:
                self.execute(rows[choice % len(rows)], self.program.owners[1:])

        self.run(self.world.settling.lanes())
        self.seen["hurried"] += self.run(self.paying.relay(at_point=hurry))

    def forget_block(self) -> None:
        """A block that is not final vanishes with what was in it."""
        head = self.run(self.world.settling.chain.block_number())
        if head > self._value(_POSTED):
            self.world.chain.node.call("anvil_reorg", 1, [])
            self.seen["forgotten"] += 1
            # What nobody had seen in it yet is sent again after a while.
            self.world.settling.clock.ahead += SEND_AGAIN_AFTER

    # Owners and strangers on the chain.

    def execute(self, row: dict[str, Any], owners: Sequence[LocalAccount]) -> bool:
        """Signs a stored Safe transaction off the platform and sends it from a stranger's key."""
        done = self.world.safes.send(self.program.treasury, row, int(row["safe_nonce"]), owners)
        self.seen["outside" if done else "outside in vain"] += 1
        return done

    def execute_any(
        self, rows: Sequence[dict[str, Any]], choice: int, owners: Sequence[int]
    ) -> None:
        """One of these, by the owners of these places."""
        if rows:
            signers = [self.program.owners[one] for one in owners]
            self.execute(rows[choice % len(rows)], signers)

    def spend_nonce(self) -> None:
        """An owner's business of their own."""
        row = {"to_address": self.world.chain.stranger.address, "data": b"", "operation": 0}
        nonce = self.safe_nonce
        assert self.world.safes.send(self.program.treasury, row, nonce, self.program.owners[:2])
        self.seen["nonce spent"] += 1

    def refuse_or_accept(self, wallet: str) -> None:
        """The token blacklists a wallet, or takes it off the list."""
        functions = self.world.chain.token.functions
        listed = wallet in self.refusing
        change = functions.unBlacklist if listed else functions.blacklist
        assert self.world.chain.send(change(wallet))["status"] == 1
        self.refusing ^= {wallet}

    def drain(self, part: int) -> None:
        """A part (of 4) of the treasury's money goes away; nothing explains it."""
        holds = self.world.chain.balance(self.program.treasury)
        self.run(self.paying.drain(self.program, leave=holds * part // 4))
        self.seen["drained"] += 1

    def fund(self, units: int) -> None:
        """Money comes that nothing explains."""
        self.world.chain.fund([self.program.treasury], units)

    @property
    def safe_nonce(self) -> int:
        """At the head."""
        contract = self.world.chain.contract("Safe", self.program.treasury)
        nonce: int = contract.functions.nonce().call()
        return nonce

    def next_ones(self) -> list[dict[str, Any]]:
        """What the Safe would take now."""
        nonce = self.safe_nonce
        return [row for row in self.rows if row["safe_nonce"] == nonce]

    async def _approve(self, batch_id: UUID, owner: int, point: str | None) -> bool:
        signer = self.program.owners[owner]
        batch = await self.paying.of(batch_id)
        waiting = [
            row["hash"]
            for row in await self.world.safes.listed(batch_id)
            if row["status"] == "PROPOSED" and row["death"] is None
        ]
        command = command_of(batch, signer, [sign(signer, digest) for digest in waiting])
        at_point = ending_at(point or "nowhere")
        with suppress(Ended):
            await approve_payout_batch(
                self.world.payouts, key_of(self.program.id), command, at_point=at_point
            )
        return True

    async def _work(self, workers: int) -> None:
        await self.world.watching.turn()
        await self.world.settling.lanes()
        names = [f"payer {number}" for number in range(workers)]
        await asyncio.gather(*(self.paying.relay(name) for name in names))
        # The upkeep of lanes sends again what a vanished block had in it.
        await self.world.watching.settle()

    async def _dying_watcher(self, point: str) -> None:
        watcher = await self.world.watching.watcher(f"dies {self.ends}", ending_at(point))
        await watcher.turn()

    async def _dying_payer(self, point: str) -> None:
        await self.world.settling.lanes()
        await self.paying.relay(f"dies {self.ends}", at_point=ending_at(point))


NewHistory = Callable[[], AbstractContextManager[PayoutHistory]]
"""Each call gives a world of its own, and takes it away afterwards."""
