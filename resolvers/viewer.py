"""Who is asking."""

from dataclasses import dataclass

from app.store.reads import api_keys
from app.store.reads.api_keys import ApiKeyRow
from resolvers.access import Info, authorize, load_one


@dataclass(frozen=True, slots=True)
class ViewerRow:
    kind: str
    api_key: ApiKeyRow | None


async def viewer(info: Info) -> ViewerRow:
    """The caller's own credential."""
    caller = authorize(info)
    if caller.wallet is not None:
        return ViewerRow("WALLET", None)
    [authority] = caller.authorities
    key = await load_one(info, api_keys.by_ids, authority.program_id, caller.credential_id)
    return ViewerRow("API_KEY", key)
