"""Users."""

from typing import Protocol

from strawberry import UNSET, Parent

from app.store.reads import users as reads
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.intents import IntentRow
from app.store.reads.programs import ProgramRow
from app.store.reads.users import UserRow
from resolvers.access import Info, authorize, load_one, may_read, program_key_of
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.visibility import is_user
from schema.cursors import CursorCodec
from schema.inputs.affiliates import ProgramWallet
from schema.paging import Page

_USERS = CursorCodec("users", int)
_OF_PROGRAM: ListField[int, None, UserRow] = ListField(
    _USERS,
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.key,),
)
_REFERRED: ListField[int, None, UserRow] = ListField(
    _USERS, reads.referred, reads.count_referred, lambda row: (row.key,)
)


async def find(info: Info, by: ProgramWallet) -> UserRow | None:
    """One user of the caller's program by wallet."""
    authorize(info)
    key = await program_key_of(info, by.program_id)
    if key is None:
        return None
    async with info.context.reading(key) as session:
        row = await reads.by_wallet(session, by.wallet)
    return row if row is not None and is_user(info, key, row.key) else None


async def of_program(
    root: Parent[ProgramRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[UserRow] | None:
    """A program's users, newest first."""
    if not may_read(info, root.key):
        return None
    return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), None)


async def referred_by(
    root: Parent[AffiliateRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[UserRow] | None:
    """Users whose referrer this affiliate is, newest first."""
    if not may_read(info, root.program_key):
        return None
    return await _REFERRED.page(info, root.program_key, root.key, (first, after), None)


async def of_intent(root: Parent[IntentRow], info: Info) -> UserRow | None:
    """Whose intent it is; null for a key that may start intents but not read what a user did before."""
    if not is_user(info, root.program_key, root.user_key):
        return None
    row: UserRow | None = await load_one(info, reads.by_keys, root.program_key, root.user_key)
    return row


class PaidRow(Protocol):
    """A row that may be about a user."""

    @property
    def program_key(self) -> int: ...

    @property
    def user_key(self) -> int | None: ...


async def of_row(root: Parent[PaidRow], info: Info) -> UserRow | None:
    """The user that a row is about; null when it is about somebody else, and for a key that may not read users."""
    if root.user_key is None or not is_user(info, root.program_key, root.user_key):
        return None
    row: UserRow | None = await load_one(info, reads.by_keys, root.program_key, root.user_key)
    return row
