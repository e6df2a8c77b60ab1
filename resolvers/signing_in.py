"""Mutations by which wallets sign in and out."""

import strawberry

from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.texts import shown_line
from app.processes.sign_in import LoginChallenge
from app.services.access import sessions as services
from resolvers.access import Info, authorize, process_of
from resolvers.payloads import (
    LoginPayloadRow,
    LogoutPayloadRow,
    SessionPayloadRow,
    answer,
    commit,
)
from resolvers.viewer import ViewerRow, holder_of, own_session, viewer_of
from schema.errors import BadUserInput
from schema.ids import IdPrefix, decode_id
from schema.inputs.sign_in import LoginInput
from schema.scalars import Hex

_LONGEST_USER_AGENT = 200


async def request_login(info: Info, input: LoginInput) -> LoginChallenge:
    """What the wallet is asked to sign; nothing is stored. Of another chain the error says those that are served."""
    sign_ins = process_of(info.context).sign_ins
    try:
        return sign_ins.ask(input.wallet, input.chain_id, input.uri)
    except Refusal as refusal:
        unknown = refusal.code is RefusalCode.UNKNOWN_CHAIN
        served = {"servedChainIds": [str(each) for each in sign_ins.chain_ids]} if unknown else {}
        argument = ["input", *(refusal.field or ())]
        raise BadUserInput(refusal.message, argument, **served) from None


async def login(info: Info, message: str, signature: Hex) -> LoginPayloadRow:
    """A session for what requestLogin gave and the wallet signed."""

    async def work() -> LoginPayloadRow:
        user_agent = shown_line(info.context.user_agent or "", _LONGEST_USER_AGENT)
        await info.context.leave_snapshot()
        sign_ins = process_of(info.context).sign_ins
        begun = await sign_ins.login(message, signature, user_agent)
        return LoginPayloadRow(begun.token, begun.expires_at)

    return await answer(LoginPayloadRow, work)


async def logged_in_viewer(
    info: Info, root: strawberry.Parent[LoginPayloadRow]
) -> ViewerRow | None:
    """Who signed in. What follows in this document is its doing, unless the request came with another credential."""
    if root.token is None:
        return None
    caller = await info.context.runtime.authenticator.authenticate(root.token)
    if caller is None:
        return None
    if info.context.caller is None:
        info.context.caller = caller
    return await viewer_of(info, caller)


async def logout(info: Info) -> LogoutPayloadRow:
    """Ends the session that asks."""
    caller = authorize(info)
    holder, now = holder_of(caller), info.context.now()
    assert holder is not None
    await commit(
        info,
        PLATFORM_PROGRAM_ID,
        lambda unit: services.revoke_session(unit, holder, caller.credential_id, now),
    )
    process_of(info.context).authenticator.forget(caller.credential_id)
    return LogoutPayloadRow(logged_out=True)


async def revoke(info: Info, id: strawberry.ID) -> SessionPayloadRow:
    """Ends any session of the wallet that asks."""
    holder, now = holder_of(authorize(info)), info.context.now()
    assert holder is not None

    async def work() -> SessionPayloadRow:
        session_id = decode_id(IdPrefix.SESSION, id)
        if session_id is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such session.", "id")
        await commit(
            info,
            PLATFORM_PROGRAM_ID,
            lambda unit: services.revoke_session(unit, holder, session_id, now),
        )
        process_of(info.context).authenticator.forget(session_id)
        return SessionPayloadRow(await own_session(info, session_id))

    return await answer(SessionPayloadRow, work)
