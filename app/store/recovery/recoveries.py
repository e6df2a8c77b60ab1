"""Returns from an older state: noticed by the server's own identity, begun once, finished once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.ids import new_id
from app.domain.instances import EventMark, ServerPlace
from app.store.database import ReadSession, UnitOfWork

_IS_RECOVERED = "SELECT sge_is_recovered()"
_IS_OWN_SERVER = "SELECT sge_is_own_server()"
_DIGEST = """
encode(sha256(convert_to(concat_ws('|', e.program_id, e.type, e.name, e.entity_id, e.version, e.data, extract(epoch FROM e.at)),
                         'UTF8')), 'hex')"""
_PLACE = f"""
SELECT (SELECT system_identifier FROM pg_control_system()) AS system, sge_timeline() AS timeline,
       (pg_current_wal_flush_lsn() - '0/0')::numeric AS written, n.position, n.digest
  FROM (VALUES (true)) one
  LEFT JOIN LATERAL (SELECT e.position, {_DIGEST} AS digest FROM event e ORDER BY e.position DESC LIMIT 1) n ON true
"""
# What is that old was removed by age, or moved out with it.
_HAS_EVENT = f"""
SELECT EXISTS (SELECT FROM event e WHERE e.position = $1 AND {_DIGEST} = $2)
    OR EXISTS (SELECT FROM event_feed f WHERE f.kept_from >= $1)
"""
_NOTED = "SELECT timeline FROM instance"
# One at a time: who comes second sees what the first has begun.
_LOCK_INSTANCE = "SELECT FROM instance FOR UPDATE"
_ADOPT = """
UPDATE instance SET system_identifier = (SELECT system_identifier FROM pg_control_system()), timeline = sge_timeline(),
       noted_at = $1
"""
_NOTE_FOREIGN = """
UPDATE instance SET foreign_note_at = $1::timestamptz WHERE foreign_note_at IS NULL OR foreign_note_at < $1::timestamptz - interval '1 minute'
"""
# Seconds only rise, whichever copy counts them: two restores of one backup never issue positions under the same number.
_RAISE_EPOCH = """
UPDATE event_feed SET epoch = greatest(epoch + 1, floor(extract(epoch FROM $1::timestamptz))::integer) RETURNING epoch
"""
# A fence that was given out after the backup is above the stored one: the new one has to be above both.
_RAISE_FENCES = """
UPDATE {table} SET lease_until = NULL, leased_by = NULL,
       fence = greatest(fence + 1, floor(extract(epoch FROM $1::timestamptz))::bigint)
"""
_FENCED = ("lane", "chain_watch", "consumer_position")
_STATE_OF = "SELECT greatest((SELECT max(at) FROM event_outbox), (SELECT at FROM event ORDER BY position DESC LIMIT 1))"
_BEGIN = """
INSERT INTO recovery AS r (id, reason, begun_by, begun_at, state_of, feed_epoch) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT ((finished_at IS NULL)) WHERE finished_at IS NULL
DO UPDATE SET reason = excluded.reason, begun_at = excluded.begun_at, state_of = excluded.state_of,
              feed_epoch = excluded.feed_epoch
RETURNING r.id
"""
_OPEN = "SELECT id, reason, begun_at, state_of, feed_epoch FROM recovery WHERE finished_at IS NULL"
# One that begins anew keeps its row and raises the feed's epoch.
_FINISH = """
UPDATE recovery SET finished_by = $1, finished_at = $2 WHERE id = $3 AND feed_epoch = $4 AND finished_at IS NULL RETURNING id
"""
_PAUSE_ALL = """
UPDATE program SET status = 'PAUSED', pause_reason = $1, paused_by = $2, paused_at = $3, version = version + 1
 WHERE status = 'ACTIVE' RETURNING id, public_id, version
"""
_NEWEST_COMMIT = "SELECT pg_last_xact_replay_timestamp()"
_END_SESSIONS = "SELECT sge_end_sessions($1)"


@dataclass(frozen=True, slots=True)
class OpenRecovery:
    """A return from an older state that is not finished. state_of: when the newest event in the tables happened."""

    id: UUID
    reason: str
    begun_at: datetime
    state_of: datetime | None
    feed_epoch: int


@dataclass(frozen=True, slots=True)
class PausedProgram:
    """A program that was ACTIVE."""

    id: int
    public_id: UUID
    version: int


async def note_foreign(unit: UnitOfWork, at: datetime) -> None:
    """That Redis held a note about the server which none of ours has written; once a minute."""
    await unit.connection.execute(_NOTE_FOREIGN, at)


async def is_recovered(session: ReadSession | UnitOfWork) -> bool:
    """Whether the tables are on the server that they were last known on, and no recovery waits to be finished."""
    return bool(await session.connection.fetchval(_IS_RECOVERED))


async def is_own_server(session: ReadSession | UnitOfWork) -> bool:
    """Whether the tables are on the server that they were last known on."""
    return bool(await session.connection.fetchval(_IS_OWN_SERVER))


async def server_place(session: ReadSession | UnitOfWork) -> ServerPlace:
    """How far the server's log is written; not to be asked of a replica."""
    row = await session.connection.fetchrow(_PLACE)
    assert row is not None
    position = row["position"]
    newest = None if position is None else EventMark(position, row["digest"])
    return ServerPlace(row["system"], row["timeline"], int(row["written"]), newest)


async def was_taken_back(session: ReadSession, place: ServerPlace, seen: ServerPlace) -> bool:
    """Whether the server, being at `place`, has been taken back since it was seen: it is behind, or lacks what it had said."""
    if place.is_before(seen):
        return True
    if seen.newest is None or place.system != seen.system:
        return False
    return not await session.connection.fetchval(
        _HAS_EVENT, seen.newest.position, seen.newest.digest
    )


async def noted_timeline(session: ReadSession | UnitOfWork) -> int:
    """The timeline that these tables were last known on."""
    noted: int = await session.connection.fetchval(_NOTED)
    return noted


async def open_recovery(session: ReadSession | UnitOfWork) -> OpenRecovery | None:
    row = await session.connection.fetchrow(_OPEN)
    return None if row is None else OpenRecovery(**row)


async def lock_instance(unit: UnitOfWork) -> None:
    """One process at a time decides about a recovery."""
    await unit.connection.execute(_LOCK_INSTANCE)


async def begin(unit: UnitOfWork, reason: str, actor: str, at: datetime) -> tuple[UUID, int]:
    """Stores that a recovery has begun, or begun anew; adopts the server, raises the feed's epoch and every fence.

    Returns its id and the epoch.
    """
    connection = unit.connection
    state_of = await connection.fetchval(_STATE_OF)
    await connection.execute(_ADOPT, at)
    epoch: int = await connection.fetchval(_RAISE_EPOCH, at)
    for table in _FENCED:
        await connection.execute(_RAISE_FENCES.format(table=table), at)
    row = await connection.fetchval(_BEGIN, new_id(), reason, actor, at, state_of, epoch)
    recovery_id: UUID = row
    return recovery_id, epoch


async def finish(unit: UnitOfWork, recovery: OpenRecovery, actor: str, at: datetime) -> UUID | None:
    """The recovery that is finished by this; None when it is not open, or has begun anew since it was read."""
    finished: UUID | None = await unit.connection.fetchval(
        _FINISH, actor, at, recovery.id, recovery.feed_epoch
    )
    return finished


async def pause_all(
    unit: UnitOfWork, reason: str, actor: str, at: datetime
) -> Sequence[PausedProgram]:
    """Every ACTIVE program is PAUSED."""
    return [
        PausedProgram(*row) for row in await unit.connection.fetch(_PAUSE_ALL, reason, actor, at)
    ]


async def end_sessions(unit: UnitOfWork, at: datetime) -> int:
    """Ends every wallet's session; how many."""
    ended: int = await unit.connection.fetchval(_END_SESSIONS, at)
    return ended


async def newest_commit(session: ReadSession) -> datetime | None:
    """When the last transaction that this server replayed was committed; None when it replayed none."""
    at: datetime | None = await session.connection.fetchval(_NEWEST_COMMIT)
    return at


async def newest_event(session: ReadSession) -> datetime | None:
    """When the newest event in the tables happened."""
    at: datetime | None = await session.connection.fetchval(_STATE_OF)
    return at
