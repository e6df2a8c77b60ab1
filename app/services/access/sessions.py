"""Wallets' sessions: begun by a message that is used up, ended by their wallet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.services.audit import AuditEntry, write_audit
from app.store.access import sessions as store
from app.store.access.sessions import Holder, Lifetime, NewSession
from app.store.database import UnitOfWork

MOST_SESSIONS = 20
"""Live ones of one wallet; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Login:
    """What begins a session; request_id: of the request that asked for it."""

    session: NewSession
    request_id: str | None


async def begin_sessions(
    unit: UnitOfWork, logins: Sequence[Login], now: datetime, expires_at: datetime
) -> list[bool]:
    """Whether each began, in order: not when its nonce was used before. The unit's program is the platform's."""
    lifetime = Lifetime(now, expires_at, MOST_SESSIONS)
    begun = await store.begin_sessions(unit, [login.session for login in logins], lifetime)
    began = [login.session.id in begun.began for login in logins]
    created = [_created(login, lifetime) for login, did in zip(logins, began, strict=True) if did]
    reason = f"more than {MOST_SESSIONS} sessions"
    # The task that carries all of them has the first one's request.
    requests = {login.session.holder.wallet: login.request_id for login in logins}
    ended = [
        AuditEntry(
            actor_of(wallet),
            "session.revoked",
            str(session_id),
            now,
            reason=reason,
            request_id=requests[wallet],
        )
        for session_id, wallet in begun.ended
    ]
    if created:
        await write_audit(unit, *created, *ended)
    return began


def _created(login: Login, lifetime: Lifetime) -> AuditEntry:
    new = login.session
    after = {
        "userAgent": new.user_agent,
        "expiresAt": lifetime.expires_at.isoformat(),
        "contractChainId": new.holder.contract_chain_id,
    }
    return AuditEntry(
        actor_of(new.holder.wallet),
        "session.created",
        str(new.id),
        lifetime.begins_at,
        after=after,
        request_id=login.request_id,
    )


async def revoke_session(unit: UnitOfWork, holder: Holder, session_id: UUID, now: datetime) -> None:
    """The session stops within seconds; a revoked one stays revoked. Refuses NOT_FOUND, also for another wallet's."""
    revoked = await store.revoke_session(unit, holder, session_id, now)
    if revoked is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such session.", "id")
    if revoked:
        actor = actor_of(holder.wallet)
        await write_audit(unit, AuditEntry(actor, "session.revoked", str(session_id), now))


def actor_of(wallet: str) -> str:
    """How audit rows and transitions name a wallet that signed in."""
    return f"wallet:{wallet}"
