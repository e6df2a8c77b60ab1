"""The journals of a Safe transaction: money held when it is approved, paid when it is executed, released when it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.payouts import PayoutPurpose
from app.domain.postings import (
    IN_FLIGHT,
    PAID_OUT,
    PLATFORM,
    PROGRAM,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    Transfer,
)


@dataclass(frozen=True, slots=True)
class PostedPayout:
    """One recipient's part. owner_id: the affiliate or user; of a withdrawal 0, and platform_fee says whose money it is."""

    purpose: PayoutPurpose
    owner_id: int
    amount: Money
    platform_fee: bool = False

    @property
    def source(self) -> Account:
        """Whose account owes it."""
        match self.purpose:
            case PayoutPurpose.COMMISSION:
                return Account(AccountKind.AFFILIATE, self.owner_id)
            case PayoutPurpose.REFUND:
                return Account(AccountKind.REFUND, self.owner_id)
            case PayoutPurpose.WITHDRAWAL:
                return PLATFORM if self.platform_fee else PROGRAM


def hold_journal(
    safe_tx_hash: bytes, time: int, payouts: Sequence[PostedPayout], effective_at: datetime
) -> Journal:
    """Approved: nobody else is promised this money. time: 1 for the first hold of this Safe transaction."""
    return Journal(
        public_id=new_id(),
        kind=JournalKind.PAYOUT_HOLD,
        reference=_counted(safe_tx_hash, time),
        effective_at=effective_at,
        transfers=tuple(
            Transfer(_purpose(one, "hold"), one.amount, one.source, IN_FLIGHT) for one in payouts
        ),
    )


def release_journal(
    safe_tx_hash: bytes, time: int, payouts: Sequence[PostedPayout], effective_at: datetime
) -> Journal:
    """It will not be paid by this Safe transaction: the money goes back to where it came from."""
    return Journal(
        public_id=new_id(),
        kind=JournalKind.PAYOUT_RELEASE,
        reference=_counted(safe_tx_hash, time),
        effective_at=effective_at,
        transfers=tuple(
            Transfer(_purpose(one, "release"), one.amount, IN_FLIGHT, one.source) for one in payouts
        ),
    )


def payout_journal(
    safe_tx_hash: bytes,
    payouts: Sequence[PostedPayout],
    movements: Sequence[Movement],
    effective_at: datetime,
    *,
    held: bool,
) -> Journal:
    """Executed: each payout has left the treasury by its own Transfer. held: by this very Safe transaction."""
    return Journal(
        public_id=new_id(),
        kind=JournalKind.PAYOUT,
        reference=f"0x{safe_tx_hash.hex()}",
        effective_at=effective_at,
        transfers=tuple(
            Transfer(
                _purpose(one, "payout"), one.amount, IN_FLIGHT if held else one.source, PAID_OUT
            )
            for one in payouts
        ),
        movements=tuple(movements),
    )


def _counted(safe_tx_hash: bytes, time: int) -> str:
    reference = f"0x{safe_tx_hash.hex()}"
    return reference if time == 1 else f"{reference}:{time}"


def _purpose(payout: PostedPayout, step: str) -> str:
    return f"{payout.purpose.lower()}_{step}"
