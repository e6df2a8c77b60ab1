"""Wallets that were granted roles in a program."""

from strawberry import UNSET, Parent

from app.domain.permissions import Role
from app.store.reads import members as reads
from app.store.reads.members import MemberRow
from app.store.reads.programs import ProgramRow
from resolvers.access import Info, may_read
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from schema.cursors import CursorCodec
from schema.inputs.given import given
from schema.paging import Page

_OF_PROGRAM: ListField[int, str | None, MemberRow] = ListField(
    CursorCodec("Program.members", str),
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.wallet,),
)


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    role: Role | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[MemberRow] | None:
    """By wallet, all of them or those with a role; null for those who do not see everything."""
    if not may_read(info, root.key):
        return None
    wanted = given(role)
    name = None if wanted is None else wanted.value
    return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), name)
