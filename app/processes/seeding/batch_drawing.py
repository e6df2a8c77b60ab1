"""What a seeded payout batch proposes: whom it pays, and the calls that its owners sign."""

from dataclasses import dataclass, replace

from app.domain.ids import new_id
from app.domain.payees import PayoutRules
from app.domain.payout_planning import Due, plan_payouts
from app.domain.payouts import BatchKind
from app.domain.seeding import BATCH_FATES, BatchFate, SeedPlan
from app.processes.payouts.paying_chain import PayingSafe
from app.processes.seeding.drawn_execution import DrawnBlock
from app.services.payouts.batch_proposals import Planned, Proposal
from app.services.payouts.batch_situation import Situation, read_situation
from app.store.database import UnitOfWork
from app.store.payouts.due_lines import payee_states
from app.store.payouts.treasuries import lock_treasury
from app.store.programs import read_currencies
from app.store.seeding.payees import due_of_some
from app.store.seeding.program import CHAIN_ID, SeededProgram

_CURRENCY = "USDC"
_FEWER = 4  # of a rejected batch, how many times fewer are paid


@dataclass(frozen=True, slots=True)
class BatchDrawing:
    """Of one program, in the transaction that stores the batch. multisend: what the Safe calls to pay many at once."""

    unit: UnitOfWork
    plan: SeedPlan
    program: SeededProgram
    multisend: str

    async def proposal(self, n: int, rejected: Proposal | None) -> Proposal | None:
        """Of the batch with this number; None when nobody is to be paid. rejected: what it replaces."""
        fresh = await self._fresh(n)
        if not fresh:
            return None
        situation = await read_situation(self.unit, self.program.id)
        treasury = await lock_treasury(self.unit, self.program.id)
        safe = replace(treasury.safe, nonce=situation.used + 1)
        paying = PayingSafe(CHAIN_ID, self.multisend, treasury.address, safe)
        return Proposal(
            id=new_id(),
            kind=BatchKind.PAYOUTS,
            currency=_CURRENCY,
            replaces=None if rejected is None else rejected.id,
            content=await self._content(n, fresh, rejected, paying, situation),
            situation=situation,
            safe=safe,
            read_at=self.plan.paying_at(n, 0),
        )

    async def _fresh(self, n: int) -> list[Due]:
        """The busiest affiliate is paid by the first batch that is executed."""
        most = self.plan.paid_at_once
        if BATCH_FATES[n] is BatchFate.REJECTED:
            most = max(1, most // _FEWER)
        busiest_too = n == BATCH_FATES.index(BatchFate.EXECUTED)
        return await due_of_some(
            self.unit, self.plan, self.program, busiest_too=busiest_too, most=most
        )

    async def _content(
        self,
        n: int,
        fresh: list[Due],
        rejected: Proposal | None,
        paying: PayingSafe,
        situation: Situation,
    ) -> Planned:
        due = [*fresh, *([] if rejected is None else _listed(rejected))]
        states = await payee_states(self.unit, self.program.id, {one.payee for one in due})
        rules = PayoutRules(paying.treasury, 0, self.plan.paying_at(n, 0))
        plan = plan_payouts(due, states, rules, situation.nonces(paying.safe.nonce))
        currency = (await read_currencies(self.unit, self.program.id))[_CURRENCY]
        return Planned(
            drafts=[paying.draft(one, currency) for one in plan.transactions],
            states={payout.payee: states[payout.payee] for payout in plan.payouts},
            new_lines=frozenset(line.id for one in fresh for line in one.lines),
            simulated_block=DrawnBlock(self.plan, paying.safe.nonce).number - 1,
        )


def _listed(rejected: Proposal) -> list[Due]:
    """What the Safe transactions of a rejected batch list: they stay at their nonces until these are used up."""
    return [
        Due(payout.payee, payout.lines, draft.planned.nonce)
        for draft in rejected.content.drafts
        for payout in draft.planned.payouts
    ]
