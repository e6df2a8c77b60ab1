"""Wallets' sessions for tests that are not about how one signs in."""

from datetime import timedelta

from app.auth.sessions import make_session_token
from app.domain.ids import new_id
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.services.access.sessions import Login, begin_sessions
from app.store.access.sessions import Holder, NewSession
from tests.api.caller import Caller, Stage


async def signed_in(stage: Stage, wallet: str) -> Caller:
    """A session of a wallet whose key signed. wallet: checksummed."""
    token, now = make_session_token(stage.process.key_hasher), stage.process.now()
    session = NewSession(
        id=new_id(),
        holder=Holder(wallet, None),
        token_hash=token.hash,
        user_agent="tests",
        nonce=new_id().hex,
        nonce_expires_at=now + timedelta(minutes=5),
    )
    began = await stage.process.execute(
        PLATFORM_PROGRAM_ID,
        lambda unit: begin_sessions(unit, [Login(session, None)], now, now + timedelta(hours=1)),
    )
    assert began == [True]
    return Caller(stage.client, token.text)
