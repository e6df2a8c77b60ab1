"""The journals of what the chain, or a payment provider, proved: a payment with all that follows from it, and money that nothing explains."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.commissions import AccruedCommission
from app.domain.ids import new_id
from app.domain.money import Money, share
from app.domain.postings import (
    DEPOSIT,
    PAID_OUT,
    PLATFORM,
    PROGRAM,
    SUSPENSE,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)

PAYMENT = "payment"
REGISTRATION_FEE = "registration_fee"
PLATFORM_FEE = "platform_fee"
COMMISSION = "commission"
UNEXPLAINED = "unexplained"


def settlement_journal(
    intent_id: UUID,
    payer: Account,
    paid: Money,
    platform_fee_bps: int,
    commissions: Sequence[AccruedCommission],
    *,
    movement: Movement | None,
    effective_at: datetime,
    registration: bool,
) -> Journal:
    """One journal: the payer pays the program, which pays the platform's fee and each level's commission.

    payer: the user, or the provider that will bring the money. movement: the log that brought it; None: none did yet.
    """
    lines = [Transfer(REGISTRATION_FEE if registration else PAYMENT, paid, payer, PROGRAM)]
    fee = Money(share(paid.units, platform_fee_bps), paid.currency)
    if fee.units:
        lines.append(Transfer(PLATFORM_FEE, fee, PROGRAM, PLATFORM))
    lines.extend(
        Transfer(COMMISSION, one.amount, PROGRAM, Account(AccountKind.AFFILIATE, one.affiliate_id))
        for one in commissions
    )
    return Journal(
        public_id=new_id(),
        kind=JournalKind.SETTLEMENT,
        reference=str(intent_id),
        effective_at=effective_at,
        transfers=tuple(lines),
        movements=() if movement is None else (movement,),
    )


def unexplained_journal(movement: Movement, effective_at: datetime, *others: Movement) -> Journal:
    """Money that came or went without a reason we know waits in SUSPENSE until a person gives one. others: of the same
    transaction, direction and currency, further on.
    """
    came = movement.direction is MovementDirection.IN
    movements = (movement, *others)
    total = Money(sum(one.amount.units for one in movements), movement.amount.currency)
    debit, credit = (DEPOSIT, SUSPENSE) if came else (SUSPENSE, PAID_OUT)
    return Journal(
        public_id=new_id(),
        kind=JournalKind.DEPOSIT if came else JournalKind.WITHDRAWAL,
        reference=movement_reference(movement),
        effective_at=effective_at,
        transfers=(Transfer(UNEXPLAINED, total, debit, credit),),
        movements=movements,
    )


def movement_reference(movement: Movement) -> str:
    """How a log is named where it must be posted or reported once: chain, block hash and log index."""
    return f"{movement.chain_id}:0x{movement.block_hash.hex()}:{movement.log_index}"
