"""What is proposed again with all that it had: APPROVED means that enough of today's owners signed it and its money is held."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.states import SafeTransactionStatus
from app.domain.treasury import SafeReading
from app.services.payouts.approve_ready import enough_signed
from app.services.payouts.payout_journals import holds, releases
from app.store.database import UnitOfWork
from app.store.ledger import posting as ledger
from app.store.payouts import safe_moves
from app.store.payouts.owner_signatures import signatures_of
from app.store.payouts.payouts_to_post import payouts_of
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.safe_rows import SafeRow

_REASON = "listed by a newer batch"
_ANEW = f"{_REASON}, to be signed by the owners of today"


@dataclass(frozen=True, slots=True)
class ListedAgain:
    """moves: of those that change. released: what held money until now and does not any more."""

    moves: Sequence[SafeMove]
    released: Collection[UUID]


async def list_again(
    unit: UnitOfWork,
    program_id: int,
    rows: Sequence[SafeRow],
    others: Sequence[SafeRow],
    safe: SafeReading,
    *,
    program_now: datetime,
    at: datetime,
) -> ListedAgain:
    """Those that too few of today's owners signed are PROPOSED again and hold nothing. What is APPROVED and held nothing,
    since what replaced it held its nonce's money, holds it again, released by the other in the same posting.

    rows: listed again; others: the other open ones; all locked. safe: as stored with the treasury. Posts with the web
    process's right.
    """
    approved = [row for row in rows if row.status is SafeTransactionStatus.APPROVED]
    signatures = await signatures_of(unit, program_id, [row.id for row in approved])
    carried = [row for row in approved if enough_signed(signatures[row.id], safe)]
    lost = [row for row in approved if row not in carried]
    held = [row for row in carried if row.currency is not None and not row.holding]
    nonces = {row.nonce for row in held}
    ending = [*lost, *(row for row in others if row.holding and row.nonce in nonces)]
    payouts = await payouts_of(unit, program_id, [row.id for row in (*ending, *held)])
    journals = [*releases(ending, payouts, program_now), *holds(held, payouts, program_now)]
    if journals:
        await ledger.post(unit, program_id, journals, at, role="api")
    released = frozenset(row.id for row in ending)
    await safe_moves.release(unit, program_id, list(released))
    moves = [SafeMove(row, SafeTransactionStatus.PROPOSED, _ANEW) for row in lost]
    moves += [
        SafeMove(row, row.status, _REASON, holding=row.holding or row in held)
        for row in rows
        if row not in lost and (row.death is not None or row in held)
    ]
    return ListedAgain(moves, released)
