"""A reason is known why Safe transactions are not to be executed: never relayed from now on, and open until proven dead."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.payouts import Death
from app.services.payouts.move_safe_transactions import Told, move_safe_transactions
from app.store.database import UnitOfWork
from app.store.payouts.safe_moves import SafeMove
from app.store.payouts.safe_rows import SafeRow


async def give_up_payouts(
    unit: UnitOfWork,
    program_id: int,
    rows: Sequence[SafeRow],
    death: Death,
    reason: str,
    *,
    actor: str,
    at: datetime,
) -> None:
    """They keep what they hold: owners may have signed them elsewhere. rows: locked."""
    if not rows:
        return
    moves = [SafeMove(row, row.status, reason, death, holding=row.holding) for row in rows]
    data = {"death": death.value, "reason": reason}
    told = [Told("payout_batch.transaction_given_up", [row.id for row in rows], data)]
    await move_safe_transactions(unit, program_id, moves, told, actor=actor, at=at)
