"""Reverses a settlement, whole or in part: the payer is owed a refund, and everybody who earned gives their part back."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.amounts import AmountText, parse_amount
from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.ids import new_id
from app.domain.money import Money, share
from app.domain.permissions import Authority
from app.domain.postings import Journal
from app.domain.reversal_postings import reversal_journal
from app.domain.reversals import ReversedPart, TakenBack, take_back
from app.domain.texts import check_reason
from app.services.corrections.reversal_events import Reversed, tell_reversed
from app.services.operation_keys import claim_operation
from app.store.database import UnitOfWork
from app.store.ledger import clawbacks, reversals
from app.store.ledger.clawbacks import Cause, TakenPart
from app.store.ledger.posting import post
from app.store.ledger.reversals import NewReversal, ReversibleSettlement
from app.store.payouts.treasuries import lock_treasury, wait_for_treasury
from app.store.programs import ProgramRow, read_currencies, read_program


@dataclass(frozen=True, slots=True)
class ReverseSettlement:
    """amount: absent, all that is not reversed yet."""

    settlement_id: UUID
    amount: AmountText | None
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class ReversalResult:
    """The reversal that the key stands for."""

    reversal_id: UUID
    replayed: bool


@dataclass(frozen=True, slots=True)
class _Reversing:
    """What is about to be reversed. at: program time."""

    id: UUID
    settlement: ReversibleSettlement
    part: ReversedPart
    at: datetime

    @property
    def amount(self) -> Money:
        assert self.settlement.amount is not None
        return Money(self.part.units, self.settlement.amount.currency)


async def reverse_settlement(
    unit: UnitOfWork, authority: Authority, command: ReverseSettlement, now: datetime
) -> ReversalResult:
    """Owes the payer a refund and claws back in proportion; parts of one settlement sum to the whole.

    Refuses NOT_FOUND, INVALID_STATE, UNSUPPORTED_CURRENCY, AMOUNT_OUT_OF_RANGE, AMOUNT_ALREADY_REVERSED.
    """
    check_reason(command.reason)
    program = await _program(unit, authority)
    wanted = await _wanted(unit, program, command)
    await wait_for_treasury(unit, program.id)
    reversal_id = new_id()
    earlier = await claim_operation(
        unit,
        command.idempotency_key,
        "reverseSettlement",
        _meaning(command, wanted),
        result=str(reversal_id),
        now=now,
    )
    if earlier is not None:
        return ReversalResult(UUID(earlier), replayed=True)
    await lock_treasury(unit, program.id)
    settlement = await reversals.find_reversible(unit, command.settlement_id)
    part = check_reversal(settlement, wanted)
    assert settlement is not None
    cause = Cause(authority.actor, command.reason, now)
    at = program_time(now, program.clock_offset)
    await _reverse(unit, _Reversing(reversal_id, settlement, part, at), cause)
    return ReversalResult(reversal_id, replayed=False)


def check_reversal(settlement: ReversibleSettlement | None, wanted: Money | None) -> ReversedPart:
    """Which part of the settlement is to be reversed; wanted: None means all that is left."""
    if settlement is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such settlement.", "id")
    if settlement.undone:
        raise Refusal(RefusalCode.INVALID_STATE, "The chain itself undid this settlement.", "id")
    paid = settlement.amount
    if paid is None:
        raise Refusal(RefusalCode.INVALID_STATE, "This settlement moved no money.", "id")
    rest = paid.units - settlement.reversed - settlement.reversed_before
    units = rest if wanted is None else wanted.units
    if wanted is not None and wanted.currency != paid.currency:
        raise Refusal(
            RefusalCode.UNSUPPORTED_CURRENCY,
            f"This settlement is in {paid.currency}.",
            "amount",
            "currency",
        )
    if units > paid.units:
        raise Refusal(
            RefusalCode.AMOUNT_OUT_OF_RANGE, "This is more than was settled.", "amount", "amount"
        )
    if units > rest or not rest:
        raise Refusal(
            RefusalCode.AMOUNT_ALREADY_REVERSED, "So much is not left of this settlement.", "amount"
        )
    return ReversedPart(paid.units, settlement.reversed, units)


async def _program(unit: UnitOfWork, authority: Authority) -> ProgramRow:
    program = await read_program(unit, authority.program_id)
    if program is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such settlement.", "id")
    return program


async def _wanted(
    unit: UnitOfWork, program: ProgramRow, command: ReverseSettlement
) -> Money | None:
    if command.amount is None:
        return None
    return parse_amount(command.amount, await read_currencies(unit, program.id), "amount")


def _meaning(command: ReverseSettlement, wanted: Money | None) -> dict[str, str | None]:
    return {
        "settlement": str(command.settlement_id),
        "amount": None if wanted is None else str(wanted.units),
        "currency": None if wanted is None else wanted.currency,
        "reason": command.reason,
    }


async def _reverse(unit: UnitOfWork, asked: _Reversing, cause: Cause) -> None:
    """Posts first: the reversal's row names its journal."""
    settlement, amount = asked.settlement, asked.amount
    commissions = await reversals.lock_commissions(unit, settlement.id)
    taken = take_back(asked.part, commissions, asked.at)
    journal = _journal(asked, taken)
    assert unit.program_id is not None
    [journal_id] = await post(unit, unit.program_id, [journal], cause.at, role="api")
    new = NewReversal(
        id=asked.id,
        settlement_id=settlement.id,
        amount=amount,
        taken_before=asked.part.before,
        reason=cause.reason,
        actor=cause.actor,
        journal_id=journal_id,
        user_id=settlement.user_id,
        at=asked.at,
    )
    await reversals.insert_reversal(unit, new, cause.at)
    versions = await _move(unit, new, taken, cause)
    await tell_reversed(unit, Reversed(settlement, new, taken, versions), cause.at)


def _journal(asked: _Reversing, taken: TakenBack) -> Journal:
    settlement, part = asked.settlement, asked.part
    assert settlement.journal_id is not None
    fee = part.of(share(part.payment, settlement.platform_fee_bps))
    return reversal_journal(
        asked.id,
        settlement.user_id,
        asked.amount,
        Money(fee, asked.amount.currency),
        [(earned.affiliate_id, amount) for earned, amount in taken.shares],
        reverses=settlement.journal_id,
        effective_at=asked.at,
    )


async def _move(
    unit: UnitOfWork, new: NewReversal, taken: TakenBack, cause: Cause
) -> dict[UUID, int]:
    """The commissions; returns the versions of those that are reversed themselves."""
    if taken.clawbacks:
        part = TakenPart(new.settlement_id, new.id, new.amount, new.at)
        await clawbacks.insert_clawbacks(unit, part, taken.clawbacks, cause)
    if not taken.reversed:
        return {}
    return await clawbacks.reverse_commissions(unit, [one.id for one in taken.reversed], cause)
