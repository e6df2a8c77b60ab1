"""Runs of the reconciliation over a world, and the damage that it has to find."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.explanations import Explanation
from app.domain.reconciliation import CheckName, RunStatus
from app.processes.chain_proof.checks import CHAIN_CHECKS
from app.processes.discrepancies.discrepancies_by_hand import DiscrepanciesByHand
from app.processes.reconciliation.checks import CHECKS, DATABASE_CHECKS, Checks
from app.processes.reconciliation.parts import Reconciling
from app.processes.reconciliation.reconcile import reconcile_one
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy
from app.services.execute import execute
from app.services.reconciliation.ask import ask_for_run
from app.store.database import UnitOfWork
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.items import USDC
from tests.payouts.paying import Paying
from tests.payouts.safes import arguments
from tests.payouts.world import PayoutProgram
from tests.services.world import key_of
from tests.storage.following import roll_up_and_seal

_FOUND = """
SELECT d.kind, d.reference FROM reconciliation_finding f
  JOIN discrepancy d ON d.program_id = f.program_id AND d.id = f.discrepancy_id
 WHERE f.run_id = $1 ORDER BY d.kind, d.reference
"""
# Intents of a test are accepted by the function alone, without the event that the service records.
_ASK_FOR_SEALS = """
INSERT INTO event_outbox (program_id, type, name, version, data, at)
SELECT a.program_id, 'AUDIT', 'audit.written', 1,
       jsonb_build_object('v', 1, 'internal', jsonb_build_object('audit', jsonb_agg(a.id ORDER BY a.id))), max(a.at)
  FROM audit a
 WHERE NOT EXISTS (SELECT FROM seal s WHERE s.program_id = a.program_id AND s.stream = 'AUDIT' AND s.through = a.id::text)
   AND NOT EXISTS (SELECT FROM event_outbox e WHERE e.program_id = a.program_id AND e.data -> 'internal' -> 'audit' ? a.id::text)
   AND NOT EXISTS (SELECT FROM event e WHERE e.program_id = a.program_id AND e.data -> 'internal' -> 'audit' ? a.id::text)
 GROUP BY a.program_id
"""
# Where nothing seals.
WITHOUT_SEALS = Checks(
    tuple(one for one in DATABASE_CHECKS if one[0] is not CheckName.SEALS), CHAIN_CHECKS
)
_GUARDED = (
    "chain_transaction",
    "settlement",
    "movement",
    "journal",
    "transfer",
    "account",
    "payout",
    "commission",
)


@dataclass
class Proving:
    """paying: programs whose owners sign and pay. lags: nothing is rolled up and sealed before a run."""

    paying: Paying
    lags: bool = False

    def __post_init__(self) -> None:
        self.world = self.paying.world
        self.settling = self.world.settling
        self.watching = self.world.watching
        self.chain = self.world.chain
        self.checks = CHECKS

    def parts(self, chains: Mapping[int, Any] | None = None) -> Reconciling:
        return Reconciling(
            self.settling.worker,
            self.settling.bells,
            chains or {CHAIN_ID: self.settling.chain},
            self.settling.clock,
            "a test",
            {CHAIN_ID: self.chain.deployment.gateway},
            self.checks,
        )

    async def run(
        self, program: PayoutProgram, *, whole: bool = True, chains: Any = None
    ) -> tuple[RunStatus, list[tuple[str, str]]]:
        """How a run of all eleven checks ended, and what it came upon."""

        async def ask(unit: UnitOfWork) -> Any:
            return await ask_for_run(unit, "a test", self.settling.clock(), whole=whole)

        if not self.lags:
            await self.follow()
        run_id = await execute(self.settling.worker, self.settling.bells, program.id, ask)
        status = await reconcile_one(self.parts(chains), run_id=run_id)
        assert status is not None
        rows = await self.settling.rows(_FOUND, run_id)
        self.run_id = run_id
        return status, [(row["kind"], row["reference"]) for row in rows]

    async def found(self, program: PayoutProgram, **changed: Any) -> list[str]:
        """The kinds of what a whole run came upon."""
        status, found = await self.run(program, **changed)
        assert (status is RunStatus.CLEAN) == (not found), status
        return [kind for kind, _ in found]

    async def resolve(
        self, program: PayoutProgram, discrepancy_id: UUID, explanation: str, *, chain: Any = None
    ) -> None:
        """A person explains it; chain: the one that is asked before."""
        chains = {CHAIN_ID: chain or self.settling.chain}
        settling = self.settling
        hand = DiscrepanciesByHand(settling.api, settling.bells, chains, settling.clock)
        said = Explanation(explanation)
        command = ResolveDiscrepancy(discrepancy_id, said, None, "the chain took it")
        await hand.resolve(key_of(program.id), command)

    async def follow(self) -> None:
        """Everything is rolled up and sealed."""
        settling = self.settling
        await settling.run(_ASK_FOR_SEALS)
        while await settling.value("SELECT sge_move_outbox(now())"):
            pass
        await roll_up_and_seal(settling.worker, settling.clock)

    async def failure(self) -> str:
        query = "SELECT failure FROM reconciliation_run WHERE id = $1"
        told: str = await self.settling.value(query, self.run_id)
        return told

    async def lived(self) -> PayoutProgram:
        """A program with registrations, payments, a deposit that was explained, a withdrawal and a payout."""
        program, groups = await self.paying.earned()
        assert groups
        batch = await self.world.create(program)
        await self.paying.pay(program, batch.batch_id)
        out = await self.world.withdraw(program, "3", self.watching.new_wallet().address)
        await self.paying.pay(program, out.batch_id)
        return program

    @asynccontextmanager
    async def unguarded(self) -> AsyncIterator[Any]:
        """What a superuser can do who takes the guards away for a moment."""
        async with self.settling.admin.pool.acquire() as connection, connection.transaction():
            for table in _GUARDED:
                await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            yield connection
            for table in _GUARDED:
                await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")

    def steal(self, program: PayoutProgram, units: int = USDC, *, nonce: int) -> None:
        """Two owners send money away by themselves."""
        data = self.chain.token.encode_abi("transfer", args=[self.chain.stranger.address, units])
        row = {
            "to_address": self.chain.deployment.token,
            "data": bytes.fromhex(data.removeprefix("0x")),
            "operation": 0,
        }
        assert arguments(row)
        assert self.world.safes.send(program.treasury, row, nonce, program.owners[:2])

    async def final(self) -> None:
        """What happened is final, and posted."""
        self.watching.mine(3)
        await self.watching.turn()
