"""Pays some of what is due in a seeded program, through the services that pay: proposed, signed, executed, rejected.

What a chain and owners' keys would have answered is drawn: nobody asks a Safe, and nobody holds the keys.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from app.domain.permissions import Authority
from app.domain.seeding import BATCH_FATES, BatchFate, SeedPlan
from app.processes.seeding.batch_drawing import BatchDrawing
from app.processes.seeding.drawn_execution import DrawnBlock
from app.processes.seeding.progress import Progress
from app.services.execute import Bells, execute
from app.services.payouts.approvable_batch import ApprovePayoutBatch
from app.services.payouts.approve_batch import CheckedApproval, approve_batch
from app.services.payouts.batch_proposals import Asked, Proposal
from app.services.payouts.post_payouts import confirm_payouts, prepare_payouts
from app.services.payouts.propose_batch import propose_batch
from app.services.payouts.reject_batch import RejectPayoutBatch, reject_payout_batch
from app.store.chain.consumption import WatchedProgram, consume_through
from app.store.database import Database, UnitOfWork
from app.store.ledger import posting as ledger
from app.store.payouts import safe_rows
from app.store.payouts.owner_signatures import StoredSignature
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import public_id_of, read_currencies
from app.store.seeding import drawn
from app.store.seeding.program import ACTOR, CHAIN_ID, SeededProgram

_SIGNATURE = bytes(64) + b"\x1b"
# Shares of a batch's time that have gone by when it is signed (or rejected), and while it is executed.
_SIGNED, _EXECUTED, _EXECUTING = 0.3, 0.6, 0.3
T = TypeVar("T")


@dataclass(frozen=True)
class PayoutSeeder:
    """Of one program whose intents are settled. multisend: what its Safe calls to pay many at once."""

    database: Database
    bells: Bells
    plan: SeedPlan
    program: SeededProgram
    multisend: str

    async def seed(self, progress: Progress) -> None:
        """All batches, one after the other; none where nothing is payable yet."""
        step = f"{self.plan.slug}, payouts"
        rejected: Proposal | None = None
        for n, fate in enumerate(BATCH_FATES):
            proposal = await self._run(partial(self._propose, n=n, rejected=rejected))
            if proposal is None:
                return
            await self._run(drawn.payouts_have_grown)
            rejected = None
            if fate is BatchFate.REJECTED:
                await self._run(partial(self._reject, proposal=proposal, at=self._at(n, _SIGNED)))
                rejected = proposal
            elif fate is BatchFate.EXECUTED:
                await self._run(partial(self._sign, proposal=proposal, at=self._at(n, _SIGNED)))
                for place, draft in enumerate(proposal.content.drafts):
                    share = _EXECUTED + _EXECUTING * place / len(proposal.content.drafts)
                    post = partial(self._execute, nonce=draft.planned.nonce, at=self._at(n, share))
                    await self._run(post)
            progress(step, n + 1, len(BATCH_FATES))

    async def _propose(
        self, unit: UnitOfWork, *, n: int, rejected: Proposal | None
    ) -> Proposal | None:
        """None when nobody is to be paid."""
        drawing = BatchDrawing(unit, self.plan, self.program, self.multisend)
        proposal = await drawing.proposal(n, rejected)
        if proposal is not None:
            asked = Asked(ACTOR, f"seed-{n}", "createPayoutBatch", {})
            await propose_batch(unit, self.program.id, asked, proposal, proposal.read_at)
        return proposal

    async def _reject(self, unit: UnitOfWork, *, proposal: Proposal, at: datetime) -> None:
        command = RejectPayoutBatch(proposal.id, "Proposed a day too early.")
        await reject_payout_batch(unit, await self._authority(unit), command, at)

    async def _sign(self, unit: UnitOfWork, *, proposal: Proposal, at: datetime) -> None:
        owner = proposal.safe.owners[0]
        rows = await safe_rows.of_batch(unit, self.program.id, proposal.id)
        signed = [(row.id, StoredSignature(owner, _SIGNATURE, contract=False)) for row in rows]
        command = ApprovePayoutBatch(
            proposal.id, owner, [_SIGNATURE] * len(rows), proposal.content.content_hash
        )
        approval = CheckedApproval(command, signed, proposal.safe, at)
        await approve_batch(unit, await self._authority(unit), approval, at)

    async def _execute(self, unit: UnitOfWork, *, nonce: int, at: datetime) -> None:
        """Of the approved Safe transaction with this nonce, in a block of its own."""
        key, block = self.program.id, DrawnBlock(self.plan, nonce)
        open_rows = await safe_rows.lock_open(unit, key)
        row = next(one for one in open_rows if one.nonce == nonce and one.holding)
        payouts = (await payouts_of(unit, key, [row.id]))[row.id]
        watched = await self._watched(unit)
        execution = block.execution(watched.treasury, row, payouts)
        proven = await prepare_payouts(unit, watched, block.place, [execution], at)
        ids = await ledger.post(unit, key, proven.journals, at)
        journals = {one.reference: id_ for one, id_ in zip(proven.journals, ids, strict=True)}
        await confirm_payouts(unit, key, block.place, proven, journals, paid_at=at, at=at)
        place = block.place
        await consume_through(unit, CHAIN_ID, [key], place.block_number, place.block_hash, at=at)

    async def _watched(self, unit: UnitOfWork) -> WatchedProgram:
        treasury = await lock_treasury(unit, self.program.id)
        currencies = await read_currencies(unit, self.program.id)
        return WatchedProgram(
            id=self.program.id,
            public_id=await public_id_of(unit, self.program.id),
            treasury=treasury.address.lower(),
            tokens={one.token.lower(): one.code for one in currencies.values()},
            consumed_through=0,
            stopped=None,
        )

    async def _authority(self, unit: UnitOfWork) -> Authority:
        program = self.program.id
        return Authority(program, await public_id_of(unit, program), UUID(int=0), ACTOR)

    def _at(self, n: int, share: float) -> datetime:
        return self.plan.paying_at(n, share)

    async def _run(self, use_case: Callable[[UnitOfWork], Awaitable[T]]) -> T:
        return await execute(self.database, self.bells, self.program.id, use_case)
