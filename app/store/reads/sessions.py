"""Sessions of a wallet, never their tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.access.sessions import Holder
from app.store.database import ReadSession

_OF_HOLDER = "SELECT * FROM sge_sessions_of($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: UUID
    user_agent: str | None
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime
    revoked_at: datetime | None


async def live(
    session: ReadSession, keys: Sequence[tuple[Holder, datetime]]
) -> list[list[SessionRow]]:
    """Sessions of each holder that are good at an instant, newest first."""
    return [await _of(session, holder, None, at) for holder, at in keys]


async def by_ids(
    session: ReadSession, keys: Sequence[tuple[Holder, UUID]]
) -> list[SessionRow | None]:
    """Sessions by holder and id; None where that holder has none of that id."""
    found: dict[tuple[Holder, UUID], SessionRow] = {}
    for holder in {holder for holder, _ in keys}:
        ids = [id_ for owner, id_ in keys if owner == holder]
        found |= {(holder, row.id): row for row in await _of(session, holder, ids, None)}
    return [found.get(key) for key in keys]


async def _of(
    session: ReadSession, holder: Holder, ids: Sequence[UUID] | None, at: datetime | None
) -> list[SessionRow]:
    rows = await session.connection.fetch(
        _OF_HOLDER, holder.wallet, holder.contract_chain_id, ids, at
    )
    return [SessionRow(**row) for row in rows]
