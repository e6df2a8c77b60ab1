"""Wallets' sessions: begun by a message that is used up, ended by their wallet."""

from datetime import datetime
from uuid import UUID

from app.auth.login_challenge import login_expired
from app.domain.errors import Refusal, RefusalCode
from app.services.audit import AuditEntry, write_audit
from app.store import sessions as store
from app.store.database import UnitOfWork
from app.store.sessions import Holder, NewSession

MOST_SESSIONS = 20
"""Live ones of one wallet; the oldest gives way."""


async def begin_session(unit: UnitOfWork, new: NewSession) -> None:
    """Stores the session; the unit's program is the platform's. Refuses LOGIN_EXPIRED when the nonce was used before."""
    gave_way = await store.begin_session(unit, new, MOST_SESSIONS)
    if gave_way is None:
        raise login_expired()
    actor, now = actor_of(new.holder), new.created_at
    after = {
        "userAgent": new.user_agent,
        "expiresAt": new.expires_at.isoformat(),
        "contractChainId": new.holder.contract_chain_id,
    }
    await write_audit(unit, AuditEntry(actor, "session.created", str(new.id), now, after=after))
    for session_id in gave_way:
        reason = f"more than {MOST_SESSIONS} sessions"
        await write_audit(
            unit, AuditEntry(actor, "session.revoked", str(session_id), now, reason=reason)
        )


async def revoke_session(unit: UnitOfWork, holder: Holder, session_id: UUID, now: datetime) -> None:
    """The session stops within seconds; a revoked one stays revoked. Refuses NOT_FOUND, also for another wallet's."""
    revoked = await store.revoke_session(unit, holder, session_id, now)
    if revoked is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such session.", "id")
    if revoked:
        actor = actor_of(holder)
        await write_audit(unit, AuditEntry(actor, "session.revoked", str(session_id), now))


def actor_of(holder: Holder) -> str:
    """How audit rows and transitions name a wallet that signed in."""
    return f"wallet:{holder.wallet}"
