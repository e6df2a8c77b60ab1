"""Lanes as the platform's people change them, with the web process's rights: a halted lane becomes active, no more."""

from dataclasses import dataclass
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_HALTED = "SELECT chain_id, relayer, next_nonce, halt_reason FROM lane WHERE id = $1"
_LOCK = "SELECT next_nonce, halt_reason FROM lane WHERE id = $1 AND status = 'HALTED' FOR UPDATE"
_NONCES = "SELECT nonce, what, hash FROM sge_lane_nonces($1, $2)"
_UNHALT = """
UPDATE lane SET status = 'ACTIVE', halt_reason = NULL, halted_at = NULL, next_nonce = greatest(next_nonce, $2),
                explained_through = greatest(explained_through, $2)
 WHERE id = $1 AND status = 'HALTED'
"""


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """halt_reason: None while it is not halted."""

    chain_id: int
    relayer: str
    next_nonce: int
    halt_reason: str | None


@dataclass(frozen=True, slots=True)
class UsedNonces:
    """Nonces that the chain has used. foreign: no transaction of ours has them; open: ours, in no block as far as we know,
    with their copies' hashes; ended: the newest that is final, -1 before the first.
    """

    foreign: tuple[int, ...]
    open: dict[int, tuple[bytes, ...]]
    ended: int


async def lane_facts(session: ReadSession, lane_id: UUID) -> LaneFacts | None:
    """None when the platform has no such lane."""
    row = await session.connection.fetchrow(_HALTED, lane_id)
    return None if row is None else LaneFacts(*row)


async def used_nonces(session: ReadSession, lane_id: UUID, used: int) -> UsedNonces:
    """used: how many transactions the chain has seen of the lane's key. At most the first 1000 that say something."""
    foreign, open_, ended = [], dict[int, tuple[bytes, ...]](), -1
    for nonce, what, hash_ in await session.connection.fetch(_NONCES, lane_id, used):
        match what:
            case "FOREIGN":
                foreign.append(nonce)
            case "OPEN":
                open_[nonce] = (*open_.get(nonce, ()), hash_)
            case _:
                ended = nonce
    return UsedNonces(tuple(sorted(foreign)), open_, ended)


async def lock_halted(unit: UnitOfWork, lane_id: UUID) -> tuple[int, str] | None:
    """Its next nonce and why it is halted; None when it is not."""
    row = await unit.connection.fetchrow(_LOCK, lane_id)
    return None if row is None else (row["next_nonce"], row["halt_reason"])


async def unhalt(unit: UnitOfWork, lane_id: UUID, used: int) -> None:
    """Makes a halted lane active. Every nonce below `used` is explained, and none of them is taken again."""
    await unit.connection.execute(_UNHALT, lane_id, used)
