"""The programs in which a caller is somebody, and what it is there."""

from dataclasses import dataclass

from strawberry import UNSET, Parent

from app.domain.permissions import PLATFORM_PROGRAM_ID, Caller, Role
from app.store.reads import affiliates as reads_affiliates
from app.store.reads import users as reads_users
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.programs import ProgramRow
from app.store.reads.users import UserRow
from resolvers import programs
from resolvers.access import Info, load_one
from resolvers.viewer import ViewerRow
from schema.cursors import CursorCodec
from schema.paging import Page, page_request

_CURSOR = CursorCodec("Viewer.memberships", int)


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """roles: granted ones, and what the wallet registered as. An API key has none, and a treasury's owner maybe none."""

    program_key: int
    roles: list[Role]
    affiliate_key: int | None
    user_key: int | None


async def of_viewer(
    root: Parent[ViewerRow], first: int = 50, after: str | None = UNSET
) -> Page[MembershipRow]:
    """Oldest program first; an API key's own program, and none for the platform's."""
    rows = _memberships(root.caller)
    request = page_request(_CURSOR, first, after)
    start = 0 if request.after is None else request.after[0]

    async def counter() -> int:
        return len(rows)

    later = [row for row in rows if row.program_key > start]
    return Page.of(later[: request.limit], request, lambda row: (row.program_key,), counter)


def _memberships(caller: Caller) -> list[MembershipRow]:
    rows = [
        MembershipRow(one.program_id, sorted(one.roles), one.affiliate_id, one.user_id)
        for one in caller.authorities
        if one.program_id != PLATFORM_PROGRAM_ID
    ]
    return sorted(rows, key=lambda row: row.program_key)


async def program(root: Parent[MembershipRow], info: Info) -> ProgramRow | None:
    """The program; there is one, since whoever is somebody in a program sees it."""
    return await programs.by_key(info, root.program_key)


async def affiliate(root: Parent[MembershipRow], info: Info) -> AffiliateRow | None:
    """The wallet itself as an affiliate, if it registered as one."""
    if root.affiliate_key is None:
        return None
    row: AffiliateRow | None = await load_one(
        info, reads_affiliates.by_keys, root.program_key, root.affiliate_key
    )
    return row


async def user(root: Parent[MembershipRow], info: Info) -> UserRow | None:
    """The wallet itself as a user, if it registered as one."""
    if root.user_key is None:
        return None
    row: UserRow | None = await load_one(info, reads_users.by_keys, root.program_key, root.user_key)
    return row
