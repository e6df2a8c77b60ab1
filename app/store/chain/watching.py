"""One watcher a chain: its lease, what it saw of the head, and the last blocks' hashes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.store.database import ReadSession, UnitOfWork

# Enough to notice any reorganisation that is shorter.
KEPT_BLOCKS = 256

# A fence only rises, so whoever held the lease before can be told from its new holder. After a restore only the recovery
# itself may read logs: it has to set the lanes first.
_TAKE = """
INSERT INTO chain_watch AS w (chain_id, leased_by, lease_until, fence, updated_at, answered_at)
SELECT $1::bigint, $2::text, $4::timestamptz, 1, $3::timestamptz, $3::timestamptz WHERE $5::boolean OR sge_is_recovered()
ON CONFLICT (chain_id) DO UPDATE
   SET leased_by = $2, lease_until = $4, fence = w.fence + 1, updated_at = $3
 WHERE w.lease_until IS NULL OR w.lease_until <= $3
RETURNING fence
"""
_KEEP = """
UPDATE chain_watch SET lease_until = $4, updated_at = $3, answered_at = coalesce($5, answered_at)
 WHERE chain_id = $1 AND fence = $2 RETURNING true
"""
_GIVE_BACK = """
UPDATE chain_watch SET lease_until = NULL, leased_by = NULL, updated_at = $3 WHERE chain_id = $1 AND fence = $2
"""
# Held to the end of the transaction, so that nobody can take the lease while this holder still writes.
_HOLD = "SELECT true FROM chain_watch WHERE chain_id = $1 AND fence = $2 FOR SHARE"
_SEEN = """
UPDATE chain_watch SET head_number = $2, head_at = $3, final_number = greatest(final_number, $4),
                       required_confirmations = $5, updated_at = $6
 WHERE chain_id = $1
"""
_REWIND_FINAL = "UPDATE chain_watch SET final_number = least(final_number, $2) WHERE chain_id = $1"
_FINAL = "SELECT final_number FROM chain_watch WHERE chain_id = $1"
_BLOCKS = """
SELECT number, hash, parent_hash, at FROM chain_block WHERE chain_id = $1 AND number >= $2 ORDER BY number DESC
"""
_FORGET_FROM = "DELETE FROM chain_block WHERE chain_id = $1 AND number >= $2"
_FORGET_OLD = "DELETE FROM chain_block WHERE chain_id = $1 AND number <= $2"
_REMEMBER = """
INSERT INTO chain_block (chain_id, number, hash, parent_hash, at)
SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::timestamptz[])
"""


class LeaseLost(RuntimeError):
    """Another watcher has this chain: whatever this one was about to write is not written."""


@dataclass(frozen=True, slots=True)
class WatchLease:
    """The right to write what this chain says, until somebody with a higher fence has it."""

    chain_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class KnownBlock:
    """A block as it was stored."""

    number: int
    hash: bytes
    parent_hash: bytes
    at: datetime


async def take_lease(
    unit: UnitOfWork,
    chain_id: int,
    holder: str,
    at: datetime,
    until: datetime,
    *,
    recovering: bool = False,
) -> WatchLease | None:
    """The lease with a new fence; None while somebody else's is alive, or a recovery that is not the holder's is open."""
    fence = await unit.connection.fetchval(_TAKE, chain_id, holder, at, until, recovering)
    return None if fence is None else WatchLease(chain_id, fence)


async def keep_lease(
    unit: UnitOfWork,
    lease: WatchLease,
    at: datetime,
    until: datetime,
    answered_at: datetime | None = None,
) -> None:
    """Makes the lease last longer; raises LeaseLost. answered_at: when the chain last answered a whole turn."""
    if not await unit.connection.fetchval(
        _KEEP, lease.chain_id, lease.fence, at, until, answered_at
    ):
        raise LeaseLost(f"chain {lease.chain_id} has another watcher")


async def give_back(unit: UnitOfWork, lease: WatchLease, at: datetime) -> None:
    """Lets the next watcher begin at once."""
    await unit.connection.execute(_GIVE_BACK, lease.chain_id, lease.fence, at)


async def hold_lease(unit: UnitOfWork, lease: WatchLease) -> None:
    """Keeps the lease for the rest of this transaction; raises LeaseLost."""
    if not await unit.connection.fetchval(_HOLD, lease.chain_id, lease.fence):
        raise LeaseLost(f"chain {lease.chain_id} has another watcher")


async def note_head(
    unit: UnitOfWork, chain_id: int, head: KnownBlock, final_number: int, at: datetime
) -> None:
    """What everybody may know of the chain's progress; the final block never goes back by itself."""
    await unit.connection.execute(
        _SEEN, chain_id, head.number, head.at, final_number, head.number - final_number, at
    )


async def rewind_final(unit: UnitOfWork, chain_id: int, number: int) -> None:
    """Finality was broken: the last final block that still stands."""
    await unit.connection.execute(_REWIND_FINAL, chain_id, number)


async def final_number(session: ReadSession, chain_id: int) -> int | None:
    """The newest block that was ever called final; None before the first."""
    number: int | None = await session.connection.fetchval(_FINAL, chain_id)
    return number


async def known_blocks(session: ReadSession, chain_id: int, first: int = 0) -> list[KnownBlock]:
    """The stored blocks from that number on, newest first."""
    return [
        KnownBlock(row["number"], row["hash"], row["parent_hash"], row["at"])
        for row in await session.connection.fetch(_BLOCKS, chain_id, first)
    ]


async def replace_blocks(
    unit: UnitOfWork, chain_id: int, first: int, blocks: Sequence[KnownBlock]
) -> None:
    """From that number on the chain is these blocks, lowest first; what is too old is forgotten."""
    await unit.connection.execute(_FORGET_FROM, chain_id, first)
    await unit.connection.execute(
        _REMEMBER,
        chain_id,
        [block.number for block in blocks],
        [block.hash for block in blocks],
        [block.parent_hash for block in blocks],
        [block.at for block in blocks],
    )
    if blocks:
        await unit.connection.execute(_FORGET_OLD, chain_id, blocks[-1].number - KEPT_BLOCKS)
