"""From owners' signatures to the end of a Safe transaction, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount

from app.processes.approve_batch import ApprovePayoutBatch, approve_payout_batch
from app.processes.end_safe_transactions import end_safe_transactions
from app.processes.payouts import BatchResult, Payouts
from app.processes.relay_payouts import relay_payouts
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.items import USDC
from tests.payouts.planted import Planted, plant
from tests.payouts.safes import sign
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.world import key_of

_STATES = """
SELECT s.status, s.death, s.holding FROM safe_transaction s
  LEFT JOIN payout_batch_transaction t ON t.program_id = s.program_id AND t.safe_transaction_id = s.id
 WHERE s.program_id = $1 ORDER BY s.safe_nonce, s.created_at, s.id
"""


@dataclass
class Paying:
    """world: its programs, chain and senders."""

    world: PayoutWorld
    points: list[str] = field(default_factory=list)

    @property
    def parts(self) -> Payouts:
        settling = self.world.settling
        return Payouts(
            settling.api,
            settling.bells,
            {CHAIN_ID: settling.chain},
            self.world.facts,
            settling.clock,
        )

    async def earned(
        self, transactions: int = 1, recipients: int = 2
    ) -> tuple[PayoutProgram, list[list[UUID]]]:
        """A program, and for each Safe transaction to come the commissions, PAYABLE, of so many affiliates."""
        program = await self.world.program()
        affiliates = await self.world.affiliates(program, transactions * recipients)
        earned = await self.world.payable(program, dict.fromkeys(affiliates, USDC))
        ids = [earned[one] for one in affiliates]
        groups = [ids[start : start + recipients] for start in range(0, len(ids), recipients)]
        await self.world.settling.lanes()
        return program, groups

    async def batch(
        self, transactions: int = 1, recipients: int = 2
    ) -> tuple[PayoutProgram, Planted]:
        """A program with a batch of so many Safe transactions that waits for its owners."""
        program, groups = await self.earned(transactions, recipients)
        return program, await plant(self.world, program, groups)

    async def approved(
        self, transactions: int = 1, recipients: int = 2
    ) -> tuple[PayoutProgram, Planted]:
        """The same, signed by two owners."""
        program, batch = await self.batch(transactions, recipients)
        for owner in program.owners[:2]:
            await self.approve(program, batch, owner)
        return program, batch

    async def approve(
        self, program: PayoutProgram, batch: Planted, owner: LocalAccount, **changed: Any
    ) -> BatchResult:
        """One owner signs all of the batch."""
        return await approve_payout_batch(
            self.parts, key_of(program.id), command_of(batch, owner, **changed)
        )

    async def relay(self, holder: str = "payer", **changed: Any) -> int:
        """One run of the pay job."""
        settling = self.world.settling.settling(holder, **changed)
        await end_safe_transactions(settling)
        return await relay_payouts(settling)

    async def finish(self) -> None:
        """What is in a block becomes final, is posted, and the pay job sees its end."""
        self.world.watching.mine(3)
        await self.world.watching.turn()
        await self.relay()

    async def states(self, program: PayoutProgram) -> list[tuple[str, str | None, bool]]:
        """Status, death and hold of each Safe transaction, by nonce."""
        rows = await self.world.settling.rows(_STATES, program.id)
        return [(row["status"], row["death"], row["holding"]) for row in rows]

    async def status(self, batch: Planted) -> str:
        """Of the batch."""
        query = "SELECT sge_batch_status(program_id, id) FROM payout_batch WHERE id = $1"
        status: str = await self.world.settling.value(query, batch.id)
        return status

    async def events(self, *names: str) -> list[dict[str, Any]]:
        """Those events of payouts, in order."""
        return await self.world.settling.rows(
            "SELECT name, entity_id, version, data FROM event_outbox WHERE name LIKE 'payout%'"
            " AND (cardinality($1::text[]) = 0 OR name = ANY($1::text[])) ORDER BY id",
            list(names),
        )


def command_of(
    batch: Planted, owner: LocalAccount, signatures: Sequence[bytes] | None = None, **changed: Any
) -> ApprovePayoutBatch:
    """What an owner sends who signs everything."""
    if signatures is None:
        signatures = [sign(owner, digest) for digest in batch.hashes]
    facts: dict[str, Any] = {
        "batch_id": batch.id,
        "owner": owner.address,
        "signatures": signatures,
        "content_hash": batch.content_hash,
    }
    return ApprovePayoutBatch(**(facts | changed))
