"""Posting: journals go through the one function that may write the ledger, once per database transaction."""

from collections.abc import Sequence
from datetime import datetime

from app.domain.events import EventType, NewEvent
from app.domain.postings import Journal
from app.store.database import UnitOfWork

# One call posts all journals; two calls in one transaction would lose the lock order of accounts.
_POST = {
    "api": "SELECT sge_post_api($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
    " $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
    "worker": "SELECT sge_post_worker($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,"
    " $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
}


async def post(
    unit: UnitOfWork,
    program_id: int,
    journals: Sequence[Journal],
    at: datetime,
    *,
    role: str = "worker",
) -> list[int]:
    """Posts all journals or none; returns their ids in order. at: real time of posting. role: "api" or "worker".

    Records `ledger.posted`, by which the sealer finds the journals.

    Raises asyncpg errors: 23505 for a repeated (kind, reference) or a movement claimed before, 23514 for an account
    limit or an amount that is not above zero, SG011 for a foreign owner, SG013 for movements that do not add up.
    """
    lines = [(n, line) for n, journal in enumerate(journals, 1) for line in journal.transfers]
    moves = [(n, move) for n, journal in enumerate(journals, 1) for move in journal.movements]
    ids: list[int] = await unit.connection.fetchval(
        _POST[role],
        program_id,
        at,
        [journal.public_id for journal in journals],
        [journal.kind.value for journal in journals],
        [journal.reference for journal in journals],
        [journal.reverses for journal in journals],
        [journal.description for journal in journals],
        [journal.effective_at for journal in journals],
        [n for n, _ in lines],
        [line.purpose for _, line in lines],
        [line.amount.currency for _, line in lines],
        [line.debit.kind.value for _, line in lines],
        [line.debit.owner_id for _, line in lines],
        [line.credit.kind.value for _, line in lines],
        [line.credit.owner_id for _, line in lines],
        [line.amount.units for _, line in lines],
        [n for n, _ in moves],
        [move.chain_id for _, move in moves],
        [move.block_hash for _, move in moves],
        [move.log_index for _, move in moves],
        [move.direction.value for _, move in moves],
        [move.undone for _, move in moves],
        [move.tx_hash for _, move in moves],
        [move.block_number for _, move in moves],
        [move.amount.currency for _, move in moves],
        [move.amount.units for _, move in moves],
    )
    unit.record(_posted(journals, ids, at), program_id)
    return ids


def _posted(journals: Sequence[Journal], ids: list[int], at: datetime) -> NewEvent:
    public_ids = [str(journal.public_id) for journal in journals]
    data = {"v": 1, "journals": public_ids, "internal": {"journals": ids}}
    return NewEvent(EventType.LEDGER, "ledger.posted", public_ids[0], 1, at, data)
