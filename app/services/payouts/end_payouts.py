"""Safe transactions that can not be executed any more: DEAD, and what they listed free for another batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.payouts import Death
from app.domain.states import SafeTransactionStatus
from app.services.payouts.move_safe_transactions import Told
from app.store.database import UnitOfWork
from app.store.payouts.payout_lines import free_lines
from app.store.payouts.safe_moves import End, SafeMove
from app.store.payouts.safe_rows import SafeRow


@dataclass(frozen=True, slots=True)
class Proof:
    """That their nonce is used for good, at a final block. at: its program time; death and reason: of those that have
    none of their own.
    """

    at: datetime
    reason: str
    death: Death = Death.STALE_NONCE


def dead_moves(rows: Sequence[SafeRow], proof: Proof) -> list[SafeMove]:
    """The ledger has released what they held."""
    return [
        SafeMove(
            row,
            SafeTransactionStatus.DEAD,
            row.death_reason or proof.reason,
            row.death or proof.death,
            end=End(proof.at),
        )
        for row in rows
    ]


def dead_events(rows: Sequence[SafeRow], proof: Proof) -> list[Told]:
    """One each, with its own reason."""
    return [
        Told(
            "payout_batch.transaction_dead",
            [row.id],
            {"death": (row.death or proof.death).value, "reason": row.death_reason or proof.reason},
        )
        for row in rows
    ]


async def free_what_is_dead(
    unit: UnitOfWork,
    program_id: int,
    rows: Sequence[SafeRow],
    proof: Proof,
    *,
    actor: str,
    at: datetime,
) -> None:
    """Lines that no open Safe transaction lists any more are PAYABLE or OWED again; the rows are moved already."""
    if rows:
        ids = [row.id for row in rows]
        await free_lines(unit, program_id, ids, actor=actor, reason=proof.reason, at=at)
