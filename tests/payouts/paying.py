"""From owners' signatures to the end of a Safe transaction, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount

from app.domain.payouts import Death
from app.processes.payouts.approve_batch import ApprovePayoutBatch, approve_payout_batch
from app.processes.payouts.end_safe_transactions import end_safe_transactions
from app.processes.payouts.parts import BatchResult
from app.processes.payouts.relay_payouts import relay_payouts
from app.services.execute import execute
from app.services.payouts.give_up_payouts import give_up_payouts
from app.store.database import UnitOfWork
from app.store.payouts.safe_rows import lock_open
from app.store.payouts.treasuries import lock_treasury
from tests.contracts.items import USDC
from tests.payouts.planted import Planted, plant
from tests.payouts.safes import arguments, sign
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.world import key_of

_STATES = """
SELECT s.status, s.death, s.holding FROM safe_transaction s WHERE s.program_id = $1 ORDER BY s.safe_nonce, s.created_at, s.id
"""


@dataclass
class Paying:
    """world: its programs, chain and senders."""

    world: PayoutWorld

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

    async def again(
        self, program: PayoutProgram, replaced: Planted, *, first_nonce: int, recipients: int = 2
    ) -> Planted:
        """One more batch of the program, further on; what the replaced one lists stays open."""
        affiliates = await self.world.affiliates(program, recipients)
        earned = await self.world.payable(program, dict.fromkeys(affiliates, USDC))
        ids = [earned[one] for one in affiliates]
        await self.give_up(program, replaced)
        return await plant(
            self.world, program, [ids], first_nonce=first_nonce, replaces=replaced.id
        )

    async def sign_waiting(
        self,
        program: PayoutProgram,
        batch: Planted,
        signer: LocalAccount,
        waiting: Sequence[bytes],
    ) -> BatchResult:
        """One owner signs these hashes, and no others."""
        signatures = [sign(signer, digest) for digest in waiting]
        return await self.approve(program, batch, signer, signatures=signatures)

    async def of(self, batch_id: UUID) -> Planted:
        """A batch that the product made."""
        rows = await self.world.safes.listed(batch_id)
        query = "SELECT content_hash FROM payout_batch WHERE id = $1"
        content: bytes = await self.world.settling.value(query, batch_id)
        ids, hashes = [row["id"] for row in rows], [row["hash"] for row in rows]
        return Planted(batch_id, content, ids, hashes)

    async def pay(self, program: PayoutProgram, batch_id: UUID) -> None:
        """Two owners sign, and all of it is relayed, final and posted."""
        batch = await self.of(batch_id)
        for owner in program.owners[:2]:
            await self.approve(program, batch, owner)
        assert await self.relay() == 1
        for _ in batch.transactions:
            await self.finish()
        assert await self.status(batch) == "COMPLETED"

    async def arguments(self, safe_transaction_id: UUID) -> list[Any]:
        """What the Safe's functions take of a stored Safe transaction."""
        query = "SELECT * FROM safe_transaction WHERE id = $1"
        [row] = await self.world.settling.rows(query, safe_transaction_id)
        return arguments(row)

    async def approve(
        self, program: PayoutProgram, batch: Planted, signer: LocalAccount, **changed: Any
    ) -> BatchResult:
        """One owner signs all of the batch."""
        command = command_of(batch, signer, **changed)
        return await approve_payout_batch(self.world.payouts, key_of(program.id), command)

    async def relay(self, holder: str = "payer", **changed: Any) -> int:
        """One run of the pay job."""
        settling = self.world.settling.settling(holder, **changed)
        await end_safe_transactions(settling)
        return await relay_payouts(settling)

    async def safe_call(
        self, program: PayoutProgram, function: str, *args: Any, nonce: int
    ) -> None:
        """Two owners change their Safe by themselves."""
        chain = self.world.chain
        contract = chain.contract("Safe", program.treasury)
        data = bytes.fromhex(contract.encode_abi(function, args=list(args)).removeprefix("0x"))
        row = {"to_address": program.treasury, "data": data, "operation": 0}
        assert self.world.safes.send(program.treasury, row, nonce, program.owners[:2])

    async def drain(self, program: PayoutProgram, *, leave: int) -> None:
        """The treasury's money goes away (nothing explains it), as far as the Safe's nonce does not show it."""
        chain = self.world.chain
        amount = chain.balance(program.treasury) - leave
        self.by_the_way(program, chain.stranger.address, amount)
        assert chain.balance(program.treasury) == leave

    def by_the_way(self, program: PayoutProgram, wallet: str, amount: int) -> None:
        """Money leaves the treasury, and the Safe's nonce stays."""
        chain = self.world.chain
        node = chain.node
        node.call("anvil_impersonateAccount", program.treasury)
        node.call("anvil_setBalance", program.treasury, hex(10**18))
        data = chain.token.encode_abi("transfer", args=[wallet, amount])
        call = {"from": program.treasury, "to": chain.deployment.token, "data": data}
        node.call("eth_sendTransaction", call)
        node.call("anvil_stopImpersonatingAccount", program.treasury)

    async def give_up(self, program: PayoutProgram, batch: Planted) -> None:
        """A person rejects what is open of the batch."""
        settling = self.world.settling

        async def give_up(unit: UnitOfWork) -> None:
            await lock_treasury(unit, program.id)
            rows = await lock_open(unit, program.id)
            mine = [row for row in rows if row.id in batch.transactions]
            at = settling.clock()
            await give_up_payouts(
                unit, program.id, mine, Death.REJECTED, "a test", actor="a person", at=at
            )

        await execute(settling.worker, settling.bells, program.id, give_up)

    async def end(self) -> None:
        """The half of the pay job that looks at what is over."""
        await end_safe_transactions(self.world.settling.settling("payer"))

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
    batch: Planted, signer: LocalAccount, signatures: Sequence[bytes] | None = None, **changed: Any
) -> ApprovePayoutBatch:
    """What an owner sends who signs everything."""
    if signatures is None:
        signatures = [sign(signer, digest) for digest in batch.hashes]
    facts: dict[str, Any] = {
        "batch_id": batch.id,
        "owner": signer.address,
        "signatures": signatures,
        "content_hash": batch.content_hash,
    }
    return ApprovePayoutBatch(**(facts | changed))
