"""What a new batch stands on: the batch that is live, and the Safe transactions that can still execute."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode, Unavailable
from app.domain.payout_planning import Nonces
from app.domain.states import SafeTransactionStatus
from app.domain.treasury import SafeReading
from app.store.database import ReadSession, UnitOfWork
from app.store.payouts import safe_rows
from app.store.payouts.live_batches import BatchRow, last_used_nonce, live_batch, read_batch
from app.store.payouts.safe_rows import SafeRow


@dataclass(frozen=True, slots=True)
class Situation:
    """live: the batch whose Safe transactions are open, not replaced yet; used: the highest nonce used for ever."""

    live: BatchRow | None
    open: tuple[SafeRow, ...]
    used: int

    def nonces(self, head: int) -> Nonces:
        """Seen from the Safe's nonce at the head."""
        return Nonces(head, frozenset(row.nonce for row in self.open))

    def same_as(self, other: "Situation") -> bool:
        """Whether what was planned from the other one still fits. Signatures may have come meanwhile."""
        return self.essence == other.essence

    @property
    def essence(self) -> tuple[UUID | None, frozenset[object]]:
        """What decides how a batch is planned."""
        states: frozenset[object] = frozenset((row.id, row.status, row.death) for row in self.open)
        return (None if self.live is None else self.live.id), states


async def read_situation(session: ReadSession | UnitOfWork, program_id: int) -> Situation:
    """In a snapshot, or under the treasury's lock."""
    rows: Sequence[SafeRow] = await safe_rows.read_open(session, program_id)
    live = await live_batch(session, program_id)
    return Situation(live, tuple(rows), await last_used_nonce(session, program_id))


def refuse_beside_live_batch(situation: Situation) -> None:
    """One live batch per Safe, whatever its currency. Refuses EARLIER_BATCH_OPEN."""
    if situation.open:
        raise Refusal(
            RefusalCode.EARLIER_BATCH_OPEN,
            "A batch of this treasury can still be executed: replace it, or wait until it has ended.",
        )


def refuse_old_reading(situation: Situation, safe: SafeReading) -> None:
    """A node that lags behind what is final gives nonces that are used. Raises Unavailable."""
    if safe.nonce <= situation.used:
        raise Unavailable("The chain's node is behind what is final already; send it again.")


async def replaced_batch(
    session: ReadSession | UnitOfWork,
    program_id: int,
    situation: Situation,
    batch_id: UUID,
    field: str,
) -> BatchRow:
    """The live batch, which is asked for by its id. Refuses NOT_FOUND, and INVALID_STATE unless it can be replaced."""
    batch = await read_batch(session, program_id, batch_id)
    if batch is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such batch.", field)
    live = situation.live
    if live is None or live.id != batch.id:
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "This batch was replaced already, or nothing of it can be executed any more.",
            field,
        )
    if any(row.status is SafeTransactionStatus.EXECUTING for row in situation.open):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            "A Safe transaction of this batch is being executed: wait for its outcome.",
            field,
        )
    return live
