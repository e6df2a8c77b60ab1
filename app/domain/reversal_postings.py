"""The journals of what is taken back: a settlement reversed in part or whole, a terminated affiliate's balance adjusted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    PLATFORM,
    PROGRAM,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    Transfer,
)

REFUND = "refund"
FEE_RETURNED = "platform_fee_returned"
CLAWBACK = "commission_clawback"
FORFEIT = "balance_forfeit"
WRITE_OFF = "balance_write_off"
UNDONE = "settlement_undone"


def reversal_journal(
    reversal_id: UUID,
    user_id: int,
    refund: Money,
    fee: Money,
    shares: Sequence[tuple[int, Money]],
    *,
    reverses: int,
    effective_at: datetime,
) -> Journal:
    """The user is owed `refund`; the platform and each affiliate (key, amount) give their parts back to the program.

    reverses: the settlement's journal. Amounts of zero write nothing.
    """
    owed = Account(AccountKind.REFUND, user_id)
    lines = [Transfer(REFUND, refund, PROGRAM, owed)]
    if fee.units:
        lines.append(Transfer(FEE_RETURNED, fee, PLATFORM, PROGRAM))
    lines.extend(
        Transfer(CLAWBACK, amount, Account(AccountKind.AFFILIATE, affiliate_id), PROGRAM)
        for affiliate_id, amount in shares
    )
    return Journal(
        public_id=new_id(),
        kind=JournalKind.REVERSAL,
        reference=str(reversal_id),
        effective_at=effective_at,
        transfers=tuple(lines),
        reverses=reverses,
    )


def undoing_journal(
    discrepancy_id: UUID,
    user_id: int,
    movement: Movement,
    fee: Money,
    shares: Sequence[tuple[int, Money]],
    *,
    reverses: int,
    note: str,
    effective_at: datetime,
) -> Journal:
    """The mirror of a settlement that the chain took back: nobody paid, so nobody is owed a refund. fee, shares: what
    earlier reversals have left of them.

    movement: what brought the money, claimed again as undone.
    """
    payer = Account(AccountKind.USER, user_id)
    lines = [Transfer(UNDONE, movement.amount, PROGRAM, payer)]
    if fee.units:
        lines.append(Transfer(FEE_RETURNED, fee, PLATFORM, PROGRAM))
    lines.extend(
        Transfer(CLAWBACK, amount, Account(AccountKind.AFFILIATE, affiliate_id), PROGRAM)
        for affiliate_id, amount in shares
    )
    return Journal(
        public_id=new_id(),
        kind=JournalKind.REVERSAL,
        reference=str(discrepancy_id),
        effective_at=effective_at,
        transfers=tuple(lines),
        movements=(replace(movement, undone=True),),
        reverses=reverses,
        description=note,
    )


def adjustment_journal(
    adjustment_id: UUID, affiliate_id: int, balance: Money, reason: str, effective_at: datetime
) -> Journal:
    """Brings an affiliate's balance to zero: what it is owed is forfeited, what it owes is written off."""
    account = Account(AccountKind.AFFILIATE, affiliate_id)
    line = (
        Transfer(FORFEIT, balance, account, PROGRAM)
        if balance.units > 0
        else Transfer(WRITE_OFF, -balance, PROGRAM, account)
    )
    return Journal(
        public_id=new_id(),
        kind=JournalKind.ADJUSTMENT,
        reference=str(adjustment_id),
        effective_at=effective_at,
        transfers=(line,),
        description=reason,
    )
