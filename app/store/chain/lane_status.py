"""Lanes as the platform's people change them, with the web process's rights: a halted lane becomes active, no more."""

from dataclasses import dataclass
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_HALTED = "SELECT chain_id, relayer, next_nonce, halt_reason FROM lane WHERE id = $1"
_LOCK = "SELECT next_nonce, halt_reason FROM lane WHERE id = $1 AND status = 'HALTED' FOR UPDATE"
MOST_FOREIGN = 10_000
"""More nonces than a person explains were used by somebody else: sge_unhalt_lane goes no further."""
_NONCES = "SELECT nonce, what, hash FROM sge_lane_nonces($1, $2, $3)"
_UNHALT = "SELECT sge_unhalt_lane($1, $2)"


@dataclass(frozen=True, slots=True)
class LaneFacts:
    """halt_reason: None while it is not halted."""

    chain_id: int
    relayer: str
    next_nonce: int
    halt_reason: str | None


@dataclass(frozen=True, slots=True)
class UsedNonces:
    """Nonces that the chain has used, of one part of them. foreign: no transaction of ours has them; open: ours, in no block as far as we know,
    with their copies' hashes; ended: the newest that is final, -1 before the first. next: where the part ends.
    """

    foreign: tuple[int, ...]
    open: dict[int, tuple[bytes, ...]]
    ended: int
    next: int


async def lane_facts(session: ReadSession, lane_id: UUID) -> LaneFacts | None:
    """None when the platform has no such lane."""
    row = await session.connection.fetchrow(_HALTED, lane_id)
    return None if row is None else LaneFacts(*row)


async def used_nonces(session: ReadSession, lane_id: UUID, first: int, used: int) -> UsedNonces:
    """used: how many transactions the chain has seen of the lane's key. The part from `first` on, of ten thousand at most."""
    foreign, open_ = [], dict[int, tuple[bytes, ...]]()
    ended, next_ = -1, used
    for nonce, what, hash_ in await session.connection.fetch(_NONCES, lane_id, first, used):
        match what:
            case "FOREIGN":
                foreign.append(nonce)
            case "OPEN":
                open_[nonce] = (*open_.get(nonce, ()), hash_)
            case "ENDED":
                ended = nonce
            case _:
                next_ = nonce
    return UsedNonces(tuple(sorted(foreign)), open_, ended, next_)


async def lock_halted(unit: UnitOfWork, lane_id: UUID) -> tuple[int, str] | None:
    """Its next nonce and why it is halted; None when it is not."""
    row = await unit.connection.fetchrow(_LOCK, lane_id)
    return None if row is None else (row["next_nonce"], row["halt_reason"])


async def unhalt(unit: UnitOfWork, lane_id: UUID, used: int) -> None:
    """Makes a halted lane active. Every nonce below `used` is explained, and none of them is taken again. The platform's
    unit; used is MOST_FOREIGN beyond the lane's next nonce at most.
    """
    await unit.connection.execute(_UNHALT, lane_id, used)
