"""What a batch's Safe transactions are as rows, and what their simulation said."""

from collections.abc import Mapping
from uuid import UUID

from app.domain.ids import new_id
from app.services.payouts.batch_proposals import Planned, SafeDraft
from app.store.payouts.new_safe_transactions import (
    NewPayout,
    NewSafeTransaction,
    SimulationNote,
)


def simulation_notes(content: Planned, ids: Mapping[bytes, UUID]) -> list[SimulationNote]:
    """Of those that pay somebody. ids: of the Safe transactions, by hash."""
    return [
        SimulationNote(ids[draft.hash], len(draft.planned.payouts), draft.gas)
        for draft in content.drafts
        if draft.planned.payouts
    ]


def new_row(draft: SafeDraft) -> NewSafeTransaction:
    """With ids of its own, and of each payout."""
    return NewSafeTransaction(
        id=new_id(),
        nonce=draft.planned.nonce,
        currency=draft.currency,
        token=draft.token,
        to=draft.call.to,
        data=draft.call.data,
        operation=int(draft.call.operation),
        hash=draft.hash,
        content_hash=draft.content_hash,
        payouts=[NewPayout(new_id(), payout) for payout in draft.planned.payouts],
    )
