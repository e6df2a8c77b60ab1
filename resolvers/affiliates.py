"""Affiliates."""

from typing import Protocol

from strawberry import UNSET, Parent

from app.store.reads import affiliates as reads
from app.store.reads import branches
from app.store.reads.adjustments import AdjustmentRow
from app.store.reads.affiliates import AffiliateFilter as Conditions
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.commissions import CommissionRow
from app.store.reads.programs import ProgramRow
from app.store.reads.users import UserRow
from resolvers.access import Info, authorize, load_one, may_read, program_key_of
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from resolvers.objects import home_of
from resolvers.visibility import is_affiliate, sees_member, sees_payouts, sees_wallet
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, decode_id
from schema.inputs.affiliates import (
    AffiliateFilter,
    AffiliateKey,
    ProgramReferralCode,
    ProgramWallet,
)
from schema.paging import Page

_OF_PROGRAM: ListField[int, Conditions, AffiliateRow] = ListField(
    CursorCodec("Program.affiliates", int),
    pages_of_program(reads.page),
    counts_of_program(reads.count),
    lambda row: (row.key,),
)
_CHILDREN: ListField[int, None, AffiliateRow] = ListField(
    CursorCodec("Affiliate.children", int),
    branches.children,
    branches.count_children,
    lambda row: (row.key,),
)


async def find(info: Info, by: AffiliateKey) -> AffiliateRow | None:
    """One affiliate of the caller's program; null when there is none for this caller."""
    authorize(info)
    row = await _find(info, by)
    # Found by its wallet, a member would have one: treasuries pay in public, so there is a list to try.
    sees = sees_wallet if isinstance(by.wallet, ProgramWallet) else sees_member
    return row if row is not None and sees(info, row) else None


async def _find(info: Info, by: AffiliateKey) -> AffiliateRow | None:
    if isinstance(by.referral_code, ProgramReferralCode):
        key = await program_key_of(info, by.referral_code.program_id)
        if key is None:
            return None
        async with info.context.reading(key) as session:
            return await reads.by_code(session, by.referral_code.referral_code)
    if isinstance(by.wallet, ProgramWallet):
        key = await program_key_of(info, by.wallet.program_id)
        if key is None:
            return None
        async with info.context.reading(key) as session:
            return await reads.by_wallet(session, by.wallet.wallet)
    id_ = decode_id(IdPrefix.AFFILIATE, by.id or "")
    home = None if id_ is None else await home_of(info, IdPrefix.AFFILIATE, id_)
    if home is None:
        return None
    row: AffiliateRow | None = await load_one(info, reads.by_ids, home.program_id, id_)
    return row


async def by_key(info: Info, program_key: int, key: int) -> AffiliateRow | None:
    """An affiliate by internal key."""
    row: AffiliateRow | None = await load_one(info, reads.by_keys, program_key, key)
    return row


async def of_program(
    root: Parent[ProgramRow],
    info: Info,
    filter: AffiliateFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[AffiliateRow] | None:
    """A program's affiliates, oldest first."""
    if not may_read(info, root.key):
        return None
    conditions = (filter or AffiliateFilter()).conditions()
    return await _OF_PROGRAM.page(info, root.key, root.key, (first, after), conditions)


async def parent(root: Parent[AffiliateRow], info: Info) -> AffiliateRow | None:
    """Who referred this affiliate."""
    if root.parent_key is None:
        return None
    row = await by_key(info, root.program_key, root.parent_key)
    return row if row is not None and sees_member(info, row) else None


async def upline(root: Parent[AffiliateRow], info: Info) -> list[AffiliateRow]:
    """From the parent up to the root, as far as the caller sees."""
    loader = info.context.loader(reads.by_keys, root.program_key)
    found = await loader.load_many(root.upline_keys)
    return [row for row in found if row is not None and sees_member(info, row)]


def wallet(root: Parent[AffiliateRow], info: Info) -> str | None:
    """Whose it is: for the affiliate itself, and for whoever reads everything."""
    return root.wallet if sees_wallet(info, root) else None


async def children(
    root: Parent[AffiliateRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[AffiliateRow] | None:
    """Directly referred affiliates, oldest first."""
    if not sees_member(info, root):
        return None
    return await _CHILDREN.page(info, root.program_key, root.key, (first, after), None)


async def referrer_of_user(root: Parent[UserRow], info: Info) -> AffiliateRow | None:
    """Who referred the user; fixed when its registration was confirmed. Null for the user itself."""
    if root.referrer_key is None or not may_read(info, root.program_key):
        return None
    return await by_key(info, root.program_key, root.referrer_key)


async def of_commission(root: Parent[CommissionRow], info: Info) -> AffiliateRow | None:
    """Who earns the commission."""
    return await by_key(info, root.program_key, root.affiliate_key)


class PaidRow(Protocol):
    """A row that may be about an affiliate."""

    @property
    def program_key(self) -> int: ...

    @property
    def affiliate_key(self) -> int | None: ...


async def of_adjustment(root: Parent[AdjustmentRow], info: Info) -> AffiliateRow | None:
    """Whose balance is adjusted."""
    return await by_key(info, root.program_key, root.affiliate_key)


async def of_row(root: Parent[PaidRow], info: Info) -> AffiliateRow | None:
    """The affiliate that a row of a batch is about: owners see whom they pay, and of an affiliate that is paid no more
    than its name. Null when it is about somebody else, and for a key that may not read.
    """
    sees = sees_payouts(info, root.program_key) or is_affiliate(
        info, root.program_key, root.affiliate_key
    )
    if not sees or root.affiliate_key is None:
        return None
    return await by_key(info, root.program_key, root.affiliate_key)
