"""Wallets' sessions: begun, found by their token's hash, revoked, forgotten. Through named functions only."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_BEGIN = (
    "SELECT began, ended, wallet FROM sge_begin_sessions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
)
_FIND = """
SELECT asked.hash, s.*
  FROM unnest($1::bytea[]) AS asked (hash) CROSS JOIN LATERAL sge_authenticate_session(asked.hash) s
"""
_REVOKE = "SELECT sge_revoke_session($1, $2, $3, $4)"
_NOTE_USE = "SELECT sge_note_session_use($1, $2)"
_FORGET_NONCES = "SELECT sge_forget_login_nonces($1)"
_FORGET_SESSIONS = "SELECT sge_forget_sessions($1)"


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose sessions are meant. wallet: checksummed.

    contract_chain_id: the chain whose contract signed, None when the wallet's key did. A contract speaks for its address
    on its own chain only: on another one somebody else may hold the same address.
    """

    wallet: str
    contract_chain_id: int | None


@dataclass(frozen=True, slots=True)
class KnownSession:
    """What authentication needs to know of a session."""

    session_id: UUID
    holder: Holder
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session about to begin, by a nonce that nobody may use again."""

    id: UUID
    holder: Holder
    token_hash: bytes = field(repr=False)
    user_agent: str | None
    nonce: str
    nonce_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Lifetime:
    """Of sessions that begin together; most: how many live ones a holder keeps, the oldest ending first."""

    begins_at: datetime
    expires_at: datetime
    most: int


@dataclass(frozen=True, slots=True)
class Begun:
    """began: those whose nonce had not been used. ended: older ones that had to give way, with their wallets."""

    began: frozenset[UUID]
    ended: tuple[tuple[UUID, str], ...]


async def begin_sessions(unit: UnitOfWork, news: Sequence[NewSession], lifetime: Lifetime) -> Begun:
    """Uses the nonces up and stores the sessions; one whose nonce was used before, or stands here twice, is left out."""
    rows = await unit.connection.fetch(
        _BEGIN,
        [new.nonce for new in news],
        [new.nonce_expires_at for new in news],
        [new.id for new in news],
        [new.holder.wallet for new in news],
        [new.holder.contract_chain_id for new in news],
        [new.token_hash for new in news],
        [new.user_agent for new in news],
        lifetime.begins_at,
        lifetime.expires_at,
        lifetime.most,
    )
    return Begun(
        frozenset(row["began"] for row in rows if row["began"]),
        tuple((row["ended"], row["wallet"]) for row in rows if row["ended"]),
    )


async def find_sessions(session: ReadSession, hashes: Sequence[bytes]) -> dict[bytes, KnownSession]:
    """Sessions by their tokens' hashes, expired and revoked ones too."""
    return {
        row["hash"]: KnownSession(
            row["session_id"],
            Holder(row["wallet"], row["contract_chain_id"]),
            row["expires_at"],
            row["revoked_at"],
        )
        for row in await session.connection.fetch(_FIND, hashes)
    }


async def revoke_session(
    unit: UnitOfWork, holder: Holder, session_id: UUID, at: datetime
) -> bool | None:
    """Ends one of the holder's sessions: whether it was not revoked before; None when the holder has no such session."""
    revoked: bool | None = await unit.connection.fetchval(
        _REVOKE, holder.wallet, holder.contract_chain_id, session_id, at
    )
    return revoked


async def note_session_use(unit: UnitOfWork, session_id: UUID, at: datetime) -> None:
    await unit.connection.execute(_NOTE_USE, session_id, at)


async def forget_nonces(unit: UnitOfWork, before: datetime) -> int:
    """Removes up to 10 000 nonces that expired before an instant; returns how many."""
    gone: int = await unit.connection.fetchval(_FORGET_NONCES, before)
    return gone


async def forget_sessions(unit: UnitOfWork, before: datetime) -> int:
    """Removes up to 10 000 sessions that expired before an instant; returns how many."""
    gone: int = await unit.connection.fetchval(_FORGET_SESSIONS, before)
    return gone
