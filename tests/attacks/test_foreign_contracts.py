"""A contract at an administrator's address, on another chain: somebody else may have put it there."""

from uuid import uuid4

import pytest

from app.auth.sessions import make_session_token
from app.domain.ids import new_id
from app.services.access.sessions import Login, begin_sessions
from app.store.access.sessions import Holder, NewSession
from tests.api.caller import Stage
from tests.api.conftest import deployment, stage
from tests.processes.signing_in import new_wallet

__all__ = ["deployment", "stage"]


async def token_of(stage: Stage, holder: Holder) -> str:
    """As after a login."""
    process, token = stage.process, make_session_token(stage.process.key_hasher)
    now = process.now()
    session = NewSession(new_id(), holder, token.hash, None, uuid4().hex, now)
    ends = now.replace(year=now.year + 1)
    await process.execute(0, lambda unit: begin_sessions(unit, [Login(session, None)], now, ends))
    return token.text


@pytest.mark.parametrize("chain_id", [None, 31337, 10])
async def test_a_contract_is_somebody_on_its_own_chain_only(
    stage: Stage, chain_id: int | None
) -> None:
    wallet = new_wallet().address
    await stage.program(adminWallets=[wallet])
    caller = await stage.process.authenticator.authenticate(
        await token_of(stage, Holder(wallet, chain_id))
    )
    assert caller is not None
    roles = [sorted(one.roles) for one in caller.authorities]
    assert roles == ([] if chain_id == 10 else [["ADMIN"]])
