"""Moves of Safe transactions and what each leaves behind: the row, its transition, the versions of its batches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.payouts import BatchStatus, Death
from app.domain.states import SafeTransactionStatus
from app.store.database import UnitOfWork
from app.store.payouts.safe_rows import SafeRow

_MOVE = """
UPDATE safe_transaction s
   SET status = g.status, death = g.death, death_reason = g.reason, holding = g.holding,
       holds = s.holds + CASE WHEN g.holding AND NOT s.holding THEN 1 ELSE 0 END,
       version = s.version + 1, waiting = NULL, waiting_code = NULL
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::boolean[]) AS g (id, status, death, reason, holding)
 WHERE s.program_id = $1 AND s.id = g.id
"""
_END = """
UPDATE safe_transaction s
   SET status = g.status, death = g.death, death_reason = g.reason, holding = false, version = s.version + 1,
       waiting = NULL, waiting_code = NULL, finished_at = $6, executed_tx_hash = g.tx_hash, executed_block = g.block,
       executed_block_hash = g.block_hash, executed_log_index = g.log_index, journal_id = g.journal
  FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $7::bytea[], $8::bigint[], $9::bytea[], $10::integer[],
              $11::bigint[]) AS g (id, status, death, reason, tx_hash, block, block_hash, log_index, journal)
 WHERE s.program_id = $1 AND s.id = g.id
"""
_RELEASE = """
UPDATE safe_transaction SET holding = false WHERE program_id = $1 AND id = ANY($2::uuid[]) AND holding
"""
_TRANSITIONS = """
INSERT INTO safe_transaction_transition
       (program_id, safe_transaction_id, seq, from_status, to_status, death, at, actor, reason)
SELECT $1, g.id, s.version, g.from_status, s.status, s.death, $5, $6, g.reason
  FROM unnest($2::uuid[], $3::text[], $4::text[]) AS g (id, from_status, reason)
  JOIN safe_transaction s ON s.program_id = $1 AND s.id = g.id
"""
_BATCHES = """
SELECT b.id, t.safe_transaction_id, sge_batch_status($1, b.id) AS status
  FROM payout_batch_transaction t JOIN payout_batch b ON b.program_id = t.program_id AND b.id = t.batch_id
 WHERE t.program_id = $1 AND t.safe_transaction_id = ANY($2::uuid[]) ORDER BY b.created_at, b.id, t.place
"""
_RAISE_VERSIONS = """
UPDATE payout_batch b SET version = b.version + g.steps
  FROM unnest($2::uuid[], $3::bigint[]) AS g (id, steps) WHERE b.program_id = $1 AND b.id = g.id
RETURNING b.id, b.version
"""


@dataclass(frozen=True, slots=True)
class End:
    """How a Safe transaction ended. at: program time of the final block; the rest: of its success log, if executed."""

    at: datetime
    tx_hash: bytes | None = None
    block_number: int | None = None
    block_hash: bytes | None = None
    log_index: int | None = None
    journal_id: int | None = None


@dataclass(frozen=True, slots=True)
class SafeMove:
    """What becomes of one row. reason: in words; of a death it stays with the row."""

    row: SafeRow
    to: SafeTransactionStatus
    reason: str | None = None
    death: Death | None = None
    holding: bool = False
    end: End | None = None


@dataclass(frozen=True, slots=True)
class ListingBatch:
    """A batch that lists Safe transactions of ours, with the status that they give it."""

    id: UUID
    status: BatchStatus
    safe_transactions: Sequence[UUID]


async def write_moves(
    unit: UnitOfWork, program_id: int, moves: Sequence[SafeMove], actor: str, at: datetime
) -> None:
    """Rows and transitions. Whoever held the money of a nonce is to be `release`d before another holds it."""
    going, ended = [one for one in moves if one.end is None], [one for one in moves if one.end]
    if going:
        await unit.connection.execute(
            _MOVE, program_id, *_states(going), [one.holding for one in going]
        )
    if ended:
        await _write_ends(unit, program_id, ended)
    await unit.connection.execute(
        _TRANSITIONS,
        program_id,
        [one.row.id for one in moves],
        [one.row.status.value for one in moves],
        [one.reason for one in moves],
        at,
        actor,
    )


async def release(unit: UnitOfWork, program_id: int, ids: Sequence[UUID]) -> None:
    """These hold nothing any more."""
    await unit.connection.execute(_RELEASE, program_id, ids)


async def listing_batches(
    unit: UnitOfWork, program_id: int, ids: Sequence[UUID]
) -> list[ListingBatch]:
    """Every batch that lists any of them, the oldest first, with their ids in its order."""
    found: dict[UUID, list[UUID]] = {}
    statuses: dict[UUID, str] = {}
    for row in await unit.connection.fetch(_BATCHES, program_id, ids):
        found.setdefault(row["id"], []).append(row["safe_transaction_id"])
        statuses[row["id"]] = row["status"]
    return [ListingBatch(one, BatchStatus(statuses[one]), tuple(found[one])) for one in found]


async def raise_versions(
    unit: UnitOfWork, program_id: int, steps: Mapping[UUID, int]
) -> dict[UUID, int]:
    """The batches' versions after so many changes each."""
    batches = sorted(steps)
    rows = await unit.connection.fetch(
        _RAISE_VERSIONS, program_id, batches, [steps[one] for one in batches]
    )
    return {row["id"]: row["version"] for row in rows}


async def _write_ends(unit: UnitOfWork, program_id: int, moves: Sequence[SafeMove]) -> None:
    ends = [one.end for one in moves if one.end is not None]
    await unit.connection.execute(
        _END,
        program_id,
        *_states(moves),
        ends[0].at,
        [one.tx_hash for one in ends],
        [one.block_number for one in ends],
        [one.block_hash for one in ends],
        [one.log_index for one in ends],
        [one.journal_id for one in ends],
    )


def _states(
    moves: Sequence[SafeMove],
) -> tuple[list[UUID], list[str], list[str | None], list[str | None]]:
    return (
        [one.row.id for one in moves],
        [one.to.value for one in moves],
        [None if one.death is None else one.death.value for one in moves],
        [None if one.death is None else one.reason for one in moves],
    )
