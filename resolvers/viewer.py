"""Who is asking."""

from dataclasses import dataclass
from uuid import UUID

import strawberry

from app.domain.permissions import Caller
from app.store.access.sessions import Holder
from app.store.reads import api_keys, sessions
from app.store.reads.api_keys import ApiKeyRow
from app.store.reads.sessions import SessionRow
from resolvers.access import Info, authorize, load_one


@dataclass(frozen=True, slots=True)
class ViewerRow:
    caller: Caller
    kind: str
    api_key: ApiKeyRow | None

    @property
    def wallet(self) -> str | None:
        return self.caller.wallet

    @property
    def operator(self) -> bool:
        """Whether it is a wallet that the settings list; no API key is."""
        return self.caller.operator


async def viewer(info: Info) -> ViewerRow:
    """The caller's own credential."""
    return await viewer_of(info, authorize(info))


async def viewer_of(info: Info, caller: Caller) -> ViewerRow:
    """Any caller as itself."""
    if caller.wallet is not None:
        return ViewerRow(caller, "WALLET", None)
    [authority] = caller.authorities
    key = await load_one(info, api_keys.by_ids, authority.program_id, caller.credential_id)
    return ViewerRow(caller, "API_KEY", key)


def holder_of(caller: Caller) -> Holder | None:
    """Whose sessions the caller's are; None for an API key."""
    return None if caller.wallet is None else Holder(caller.wallet, caller.contract_chain_id)


async def own_sessions(info: Info, root: strawberry.Parent[ViewerRow]) -> list[SessionRow]:
    """The wallet's live sessions, newest first; an API key has none."""
    holder = holder_of(root.caller)
    if holder is None:
        return []
    rows: list[SessionRow] = await load_one(info, sessions.live, None, (holder, info.context.now()))
    return rows


async def own_session(info: Info, session_id: UUID) -> SessionRow | None:
    """One of the calling wallet's sessions, ended ones too while they are kept; None for anybody else's."""
    holder = holder_of(info.context.require_caller())
    if holder is None:
        return None
    row: SessionRow | None = await load_one(info, sessions.by_ids, None, (holder, session_id))
    return row


async def is_current(info: Info, root: strawberry.Parent[SessionRow]) -> bool:
    """Whether this is the session that asks."""
    caller = info.context.caller
    return caller is not None and caller.credential_id == root.id
