"""Lanes: who may take a relayer's nonces. Whoever holds the lease has its fence; an older fence writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.ids import new_id
from app.domain.states import LaneStatus
from app.store.database import ReadSession, UnitOfWork
from app.store.server.standby import outlive_the_primary


class LaneLost(Exception):
    """Somebody else holds this lane by now, or its lease ran out: stop, and write nothing."""


@dataclass(frozen=True, slots=True)
class LaneLease:
    """A lane that the holder may use until the lease ends. fence: rises with each holder."""

    lane_id: UUID
    chain_id: int
    relayer: str
    fence: int
    holder: str


@dataclass(frozen=True, slots=True)
class LockedLane:
    """The lane's row under lock. next_nonce: the first that was never used."""

    status: LaneStatus
    next_nonce: int


_ENSURE = """
INSERT INTO lane (id, chain_id, relayer, next_nonce, explained_through, balance_wei, balance_read_at, created_at)
VALUES ($1, $2, $3, $4, $4, $5, $6, $6)
ON CONFLICT (chain_id, relayer) DO NOTHING RETURNING id
"""
# Those that can take new work come first, then those that wait longest. None after a restore, until `sge recover` is done: a
# database that lacks what was signed last would give out nonces twice.
_LEASE = """
UPDATE lane SET lease_until = $5, leased_by = $3, fence = fence + 1
 WHERE id = (SELECT id FROM lane
              WHERE chain_id = $1 AND relayer = ANY($2::text[]) AND id <> ALL($6::uuid[])
                AND (lease_until IS NULL OR lease_until <= $4) AND sge_is_recovered()
              ORDER BY status <> 'ACTIVE', lease_until NULLS FIRST, id
              LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, chain_id, relayer, fence, leased_by
"""
_RENEW = """
UPDATE lane SET lease_until = $4 WHERE id = $1 AND fence = $2 AND leased_by = $3 RETURNING status, next_nonce
"""
_RELEASE = """
UPDATE lane SET lease_until = NULL, leased_by = NULL WHERE id = $1 AND fence = $2 AND leased_by = $3
"""
_LOCK = """
SELECT status, next_nonce FROM lane
 WHERE id = $1 AND fence = $2 AND leased_by = $3 AND lease_until > $4 AND sge_is_recovered() FOR UPDATE
"""
_TAKE_NONCES = (
    "UPDATE lane SET next_nonce = next_nonce + $2 WHERE id = $1 RETURNING next_nonce - $2"
)
# After a restore nonces that are beyond ours may be our own: `sge recover` has to say so first.
_RAISE_NONCE = """
UPDATE lane SET next_nonce = $2 WHERE id = $1 AND next_nonce < $2 AND sge_is_recovered() RETURNING true
"""
_SKIP_LOST = """
WITH before AS (SELECT id, next_nonce FROM lane WHERE id = $1 FOR UPDATE)
UPDATE lane l SET next_nonce = greatest(l.next_nonce, $2), lost_below = greatest(l.next_nonce, $2)
  FROM before b WHERE l.id = b.id RETURNING b.next_nonce AS before, l.next_nonce AS after
"""
_LOST_BELOW = (
    "SELECT id, lost_below FROM lane WHERE id = ANY($1::uuid[]) AND lost_below IS NOT NULL"
)
_LOOKS = """
SELECT l.id, l.relayer, l.status, l.next_nonce, count(t.id) AS in_flight, min(t.created_at) AS oldest_at
  FROM lane l
  LEFT JOIN chain_transaction t ON t.lane_id = l.id AND t.chain_id = l.chain_id AND t.status IN ('PREPARED', 'BROADCAST')
 WHERE l.chain_id = $1 GROUP BY l.id ORDER BY l.relayer
"""
_SET_BALANCE = "UPDATE lane SET balance_wei = $2, balance_read_at = $3 WHERE id = $1"
_MOVE = """
WITH before AS (SELECT status FROM lane WHERE id = $1 FOR UPDATE)
UPDATE lane l SET status = $2, halt_reason = $3, halted_at = CASE WHEN $3::text IS NOT NULL THEN $4::timestamptz END
  FROM before b
 WHERE l.id = $1 AND b.status <> $2 AND (b.status <> 'HALTED' OR $2 = 'ACTIVE')
RETURNING b.status
"""


@dataclass(frozen=True, slots=True)
class LaneLook:
    """A lane as its check finds it. oldest_at: when the oldest transaction that no block has was signed."""

    lane_id: UUID
    relayer: str
    status: LaneStatus
    next_nonce: int
    in_flight: int
    oldest_at: datetime | None


async def looks(session: ReadSession, chain_id: int) -> list[LaneLook]:
    """All lanes of a chain."""
    return [
        LaneLook(
            row["id"],
            row["relayer"],
            LaneStatus(row["status"]),
            row["next_nonce"],
            row["in_flight"],
            row["oldest_at"],
        )
        for row in await session.connection.fetch(_LOOKS, chain_id)
    ]


async def ensure(
    unit: UnitOfWork, chain_id: int, relayer: str, *, nonce: int, balance_wei: int, at: datetime
) -> UUID | None:
    """The relayer has a lane on the chain; the new one's id, None when it is known and stays as it is."""
    added: UUID | None = await unit.connection.fetchval(
        _ENSURE, new_id(), chain_id, relayer, nonce, balance_wei, at
    )
    return added


async def lease(
    unit: UnitOfWork,
    chain_id: int,
    relayers: Sequence[str],
    holder: str,
    *,
    now: datetime,
    until: datetime,
    besides: Sequence[UUID] = (),
) -> LaneLease | None:
    """One free lane of these relayers, none of those named in `besides`; None when there is none.

    What an earlier holder signed and could not wait for is on the standby too when this is committed: it may be sent.
    """
    await outlive_the_primary(unit)
    row = await unit.connection.fetchrow(
        _LEASE, chain_id, relayers, holder, now, until, list(besides)
    )
    return LaneLease(*row) if row else None


async def renew(unit: UnitOfWork, lane: LaneLease, until: datetime) -> LockedLane:
    """Keeps the lane for longer, also when the lease just ran out and nobody came. Raises LaneLost."""
    row = await unit.connection.fetchrow(_RENEW, lane.lane_id, lane.fence, lane.holder, until)
    return _locked(lane, row)


async def release(unit: UnitOfWork, lane: LaneLease) -> None:
    """Gives the lane back, if it is still held."""
    await unit.connection.execute(_RELEASE, lane.lane_id, lane.fence, lane.holder)


async def lock(unit: UnitOfWork, lane: LaneLease, now: datetime) -> LockedLane:
    """The lane's row, locked until the commit. Raises LaneLost when the lease is another's or has ended."""
    row = await unit.connection.fetchrow(_LOCK, lane.lane_id, lane.fence, lane.holder, now)
    return _locked(lane, row)


async def take_nonces(unit: UnitOfWork, lane_id: UUID, count: int = 1) -> int:
    """The first of `count` nonces that are this unit's from now on, if it commits."""
    first: int = await unit.connection.fetchval(_TAKE_NONCES, lane_id, count)
    return first


async def raise_nonce(unit: UnitOfWork, lane_id: UUID, nonce: int) -> bool:
    """Skips nonces that the chain says are used; whether there were any that we never took."""
    return bool(await unit.connection.fetchval(_RAISE_NONCE, lane_id, nonce))


async def skip_lost(unit: UnitOfWork, lane_id: UUID, first_free: int) -> tuple[int, int]:
    """After a restore: every nonce below `first_free` may be used by a transaction of ours that nothing here knows.

    Returns the next nonce before and after.
    """
    row = await unit.connection.fetchrow(_SKIP_LOST, lane_id, first_free)
    assert row is not None
    return row["before"], row["after"]


async def lost_below(unit: UnitOfWork, lane_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The nonces below which lanes have lost sight of what they signed; lanes that never did are left out."""
    rows = await unit.connection.fetch(_LOST_BELOW, lane_ids)
    return {row["id"]: row["lost_below"] for row in rows}


async def set_balance(unit: UnitOfWork, lane_id: UUID, balance_wei: int, at: datetime) -> None:
    await unit.connection.execute(_SET_BALANCE, lane_id, balance_wei, at)


async def move(
    unit: UnitOfWork,
    lane_id: UUID,
    status: LaneStatus,
    at: datetime,
    halt_reason: str | None = None,
) -> LaneStatus | None:
    """Changes the lane's status; returns the one before, None when it stays. Only ACTIVE follows HALTED, and only a
    person asks for that.
    """
    before = await unit.connection.fetchval(_MOVE, lane_id, status.value, halt_reason, at)
    return None if before is None else LaneStatus(before)


def _locked(lane: LaneLease, row: asyncpg.Record | None) -> LockedLane:
    if row is None:
        raise LaneLost(f"lane {lane.lane_id} is no longer held by {lane.holder}")
    return LockedLane(LaneStatus(row["status"]), row["next_nonce"])
