"""payout.paid of each recipient (docs/events.md)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from app.domain.events import EventType, NewEvent
from app.domain.payouts import PayoutPurpose
from app.store.payouts.payouts_to_post import PayoutRow

_OWNERS = {PayoutPurpose.COMMISSION: "affiliate", PayoutPurpose.REFUND: "user"}


def paid_events(
    payouts: Sequence[PayoutRow], currency: str, tx_hash: bytes, batch_id: UUID, at: datetime
) -> Iterator[NewEvent]:
    """batch_id: the newest batch that lists them."""
    for payout in payouts:
        data = {
            "v": 1,
            "purpose": payout.purpose.value,
            "amount": str(payout.amount),
            "currency": currency,
            "transactionHash": f"0x{tx_hash.hex()}",
            "batch": str(batch_id),
        }
        owner = _OWNERS.get(payout.purpose)
        if owner is not None:
            data[owner] = str(payout.owner_public_id)
        yield NewEvent(EventType.PAYOUT_BATCH, "payout.paid", str(payout.id), 1, at, data)
