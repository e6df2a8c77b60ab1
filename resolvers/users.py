"""Users."""

from strawberry import UNSET, Parent

from app.store.reads import users as reads
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.intents import IntentRow
from app.store.reads.programs import ProgramRow
from app.store.reads.users import UserRow
from resolvers.access import Info, authorize, load_one, may_read, program_key_of
from resolvers.listing import list_page
from schema.cursors import CursorCodec
from schema.inputs.affiliates import ProgramWallet
from schema.paging import Page

_USERS = CursorCodec("users", int)


async def find(info: Info, by: ProgramWallet) -> UserRow | None:
    """One user of the caller's program by wallet."""
    authorize(info)
    key = await program_key_of(info, by.program_id)
    if key is None:
        return None
    async with info.context.reading(key) as session:
        return await reads.by_wallet(session, by.wallet)


async def _page(
    info: Info, program_key: int, referrer_key: int | None, arguments: tuple[int, str | None]
) -> Page[UserRow] | None:
    if not may_read(info, program_key):
        return None
    return await list_page(
        info,
        program_key,
        _USERS,
        arguments,
        lambda session, part: reads.page(session, referrer_key, part),
        lambda session: reads.count(session, referrer_key),
        lambda row: (row.key,),
    )


async def of_program(
    root: Parent[ProgramRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[UserRow] | None:
    """A program's users, newest first."""
    return await _page(info, root.key, None, (first, after))


async def referred_by(
    root: Parent[AffiliateRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[UserRow] | None:
    """Users whose referrer this affiliate is, newest first."""
    return await _page(info, root.program_key, root.key, (first, after))


async def of_intent(root: Parent[IntentRow], info: Info) -> UserRow | None:
    """Whose intent it is."""
    row: UserRow | None = await load_one(info, reads.by_keys, root.program_key, root.user_key)
    return row
