"""Stores a planned batch in one database transaction, or finds that what it was planned from has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.payees import Payee
from app.domain.payouts import BatchKind, Death, PayoutPurpose
from app.domain.states import ProgramStatus
from app.services.payouts.batch_proposals import Asked, Outdated, Proposal, SafeDraft
from app.services.payouts.batch_result import BatchResult
from app.services.payouts.batch_situation import read_situation
from app.services.payouts.list_again import list_again
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.services.payouts.note_treasury import note_treasury
from app.services.payouts.rows_of_drafts import new_row, simulation_notes
from app.services.payouts.tell_proposed import tell_proposed
from app.services.recovery.require_explained import require_explained
from app.services.recovery.require_recovered import require_recovered
from app.store.database import UnitOfWork
from app.store.payouts import new_safe_transactions
from app.store.payouts.due_lines import payee_states
from app.store.payouts.new_batches import (
    NewBatch,
    insert_batch,
    insert_changes,
    insert_exclusions,
    list_safe_transactions,
)
from app.store.payouts.new_safe_transactions import (
    SafeSide,
)
from app.store.payouts.own_money import own_money
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.safe_rows import SafeRow
from app.store.payouts.take_lines import LineMove, take_commissions, take_refunds
from app.store.payouts.treasuries import LockedTreasury, lock_treasury
from app.store.payouts.withdrawals import NewWithdrawal, insert_withdrawal
from app.store.programs import read_program


async def propose_batch(
    unit: UnitOfWork, program_id: int, asked: Asked, proposal: Proposal, now: datetime
) -> BatchResult:
    """The new batch, whose id its key was claimed for. now: real time.

    A large one takes seconds, and only the treasury is locked: acceptance, posting and signing go on meanwhile.
    Raises Outdated, and refuses NOT_FOUND and INVALID_STATE.
    """
    program = await read_program(unit, program_id)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such program.", "programId")
    if program.status is ProgramStatus.ARCHIVED:
        raise Refusal(RefusalCode.INVALID_STATE, "The program is archived.", "programId")
    await require_recovered(unit, "programId")
    treasury = await lock_treasury(unit, program_id)
    if proposal.kind is not BatchKind.CLOSING:
        await require_explained(unit, program_id, "programId")
    program_now = program_time(now, program.clock_offset)
    storing = _Storing(unit, program_id, asked.actor, proposal, now, program_now)
    await storing.check(treasury)
    await storing.check_again()
    await note_treasury(
        unit, program_id, treasury, proposal.safe, proposal.read_at, actor=asked.actor
    )
    await storing.take_lines()
    await storing.replace()
    safe = SafeSide(treasury.chain_id, treasury.address, proposal.safe.version)
    await storing.insert_batch()
    await storing.insert_safe_transactions(safe)
    await tell_proposed(unit, program_id, asked, proposal, now)
    return BatchResult(proposal.id, replayed=False)


@dataclass(frozen=True)
class _Storing:
    """One proposal under the treasury's lock: nobody else decides about payouts meanwhile."""

    unit: UnitOfWork
    program_id: int
    actor: str
    proposal: Proposal
    now: datetime
    program_now: datetime

    @cached_property
    def again(self) -> dict[bytes, SafeRow]:
        """By hash: Safe transactions that are stored already. Equal content at an equal nonce is the same one."""
        drafted = {draft.hash for draft in self.proposal.content.drafts}
        return {row.hash: row for row in self.proposal.situation.open if row.hash in drafted}

    @cached_property
    def fresh(self) -> list[SafeDraft]:
        return [draft for draft in self.proposal.content.drafts if draft.hash not in self.again]

    async def check(self, treasury: LockedTreasury) -> None:
        """Raises Outdated when it was planned from something that is not so."""
        proposal = self.proposal
        situation = await read_situation(self.unit, self.program_id)
        if not situation.same_as(proposal.situation) or proposal.safe.nonce <= situation.used:
            raise Outdated
        if treasury.read_at > proposal.read_at and treasury.safe != proposal.safe:
            raise Outdated
        if not await self._is_covered(proposal.content.withdrawal):
            raise Outdated
        states = proposal.content.states
        if await payee_states(self.unit, self.program_id, states.keys()) != states:
            raise Outdated

    async def check_again(self) -> None:
        """Equal hashes mean equal addresses and amounts; whom they were owed to may differ. Refuses EARLIER_BATCH_OPEN."""
        payouts = await payouts_of(
            self.unit, self.program_id, [row.id for row in self.again.values()]
        )
        for draft in self.proposal.content.drafts:
            row = self.again.get(draft.hash)
            planned = [payout.payee for payout in draft.planned.payouts]
            if row and planned != [Payee(one.purpose, one.owner_id) for one in payouts[row.id]]:
                raise Refusal(
                    RefusalCode.EARLIER_BATCH_OPEN,
                    f"At nonce {row.nonce} the same amounts to the same addresses are open for something else:"
                    " close the batch first.",
                    "replaces",
                )

    async def _is_covered(self, withdrawal: NewWithdrawal | None) -> bool:
        """Whether the ledger still has what is withdrawn; reversals wait for the treasury's lock."""
        if withdrawal is None:
            return True
        money = (await own_money(self.unit, self.program_id))[withdrawal.currency]
        owned = money.platform if withdrawal.platform_fee else money.program
        return withdrawal.amount <= owned

    async def take_lines(self) -> None:
        """Those that no open Safe transaction lists yet. A Safe transaction that is stored already keeps its lines."""
        taken: dict[PayoutPurpose, list[UUID]] = {purpose: [] for purpose in PayoutPurpose}
        for draft in self.fresh:
            for payout in draft.planned.payouts:
                new = (line.id for line in payout.lines if line.id in self._new_lines)
                taken[payout.payee.purpose].extend(new)
        move = LineMove(self.actor, f"in batch {self.proposal.id}", self.now)
        commissions, refunds = taken[PayoutPurpose.COMMISSION], taken[PayoutPurpose.REFUND]
        if not await take_commissions(self.unit, self.program_id, commissions, move):
            raise Outdated
        if not await take_refunds(self.unit, self.program_id, refunds, move):
            raise Outdated

    async def replace(self) -> None:
        """What is listed again lives, whatever was said of it (list_again); no other open one is to be executed any more."""
        rows, by = self.proposal.situation.open, self.proposal.id
        if not rows:
            return
        others = [row for row in rows if row.hash not in self.again]
        listed = await list_again(
            self.unit,
            self.program_id,
            list(self.again.values()),
            others,
            self.proposal.safe,
            program_now=self.program_now,
            at=self.now,
        )
        moves = [
            SafeMove(
                row,
                row.status,
                "replaced by a newer batch",
                Death.REJECTED,
                holding=row.holding and row.id not in listed.released,
            )
            for row in others
            if row.death is None
        ]
        moves += listed.moves
        told = Told("payout_batch.replaced", [row.id for row in rows], {"by": str(by)})
        await move_safe_transactions(
            self.unit, self.program_id, moves, [told], actor=self.actor, at=self.now
        )

    async def insert_batch(self) -> None:
        """Before anything of it can execute: the database then sees what else is open."""
        proposal, content = self.proposal, self.proposal.content
        batch = NewBatch(
            id=proposal.id,
            kind=proposal.kind,
            currency=proposal.currency,
            replaces=proposal.replaces,
            content_hash=content.content_hash,
            payout_count=content.payout_count,
            total=content.total,
            created_by=self.actor,
            created_at=self.now,
        )
        await insert_batch(self.unit, self.program_id, batch)
        await insert_exclusions(self.unit, self.program_id, batch.id, content.excluded)
        await insert_changes(self.unit, self.program_id, batch.id, content.changes)

    async def insert_safe_transactions(self, safe: SafeSide) -> None:
        """Those that are new, and the list of all in order."""
        content = self.proposal.content
        if content.withdrawal is not None:
            await insert_withdrawal(
                self.unit, self.program_id, content.withdrawal, self.actor, self.now
            )
        made = {draft.hash: new_row(draft) for draft in self.fresh}
        await new_safe_transactions.insert_safe_transactions(
            self.unit, self.program_id, safe, list(made.values()), actor=self.actor, at=self.now
        )
        ids = {hash_: row.id for hash_, row in made.items()}
        ids |= {hash_: row.id for hash_, row in self.again.items()}
        await self._note_simulation(ids)
        listed = [ids[draft.hash] for draft in content.drafts]
        await list_safe_transactions(self.unit, self.program_id, self.proposal.id, listed)

    async def _note_simulation(self, ids: Mapping[bytes, UUID]) -> None:
        content = self.proposal.content
        if content.simulated_block is None:
            return
        notes = simulation_notes(content, ids)
        await new_safe_transactions.note_simulations(
            self.unit,
            self.program_id,
            notes,
            block_number=content.simulated_block,
            at=self.proposal.read_at,
        )

    @property
    def _new_lines(self) -> frozenset[UUID]:
        return self.proposal.content.new_lines
