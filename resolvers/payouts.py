"""Payouts: to whom, how much, and what became of each."""

from uuid import UUID

from strawberry import UNSET, Parent

from app.store.reads import commission_links as links
from app.store.reads import payouts as reads
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.commissions import CommissionRow
from app.store.reads.payout_batches import PayoutBatchRow
from app.store.reads.payouts import PayoutRow
from app.store.reads.reversals import ReversalRow
from resolvers.access import Info, load_one, may_read
from resolvers.listing import ListField
from resolvers.visibility import is_affiliate, require_affiliate
from schema.cursors import CursorCodec
from schema.paging import Page

_OF_BATCH: ListField[UUID, None, PayoutRow] = ListField(
    CursorCodec("PayoutBatch.payouts", int, int),
    reads.of_batches,
    reads.count_of_batches,
    lambda row: (row.safe_transaction_index, row.index),
)
_OF_AFFILIATE: ListField[int, None, PayoutRow] = ListField(
    CursorCodec("Affiliate.payouts", UUID),
    reads.of_affiliates,
    reads.count_of_affiliates,
    lambda row: (row.id,),
)
_COMMISSIONS: ListField[UUID, None, CommissionRow] = ListField(
    CursorCodec("Payout.commissions", UUID),
    links.of_payouts,
    links.count_of_payouts,
    lambda row: (row.id,),
)


async def of_batch(
    root: Parent[PayoutBatchRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[PayoutRow]:
    """A batch's payouts in the order of their Transfers."""
    return await _OF_BATCH.page(info, root.program_key, root.id, (first, after), None)


async def of_affiliate(
    root: Parent[AffiliateRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[PayoutRow] | None:
    """An affiliate's payouts, newest first."""
    if not is_affiliate(info, root.program_key, root.key):
        return None
    return await _OF_AFFILIATE.page(info, root.program_key, root.key, (first, after), None)


async def of_commission(root: Parent[CommissionRow], info: Info) -> PayoutRow | None:
    """What pays a commission; null while nothing lists it that was executed or still can be."""
    row: PayoutRow | None = await load_one(info, reads.of_lines, root.program_key, root.id)
    return row


async def of_reversal(root: Parent[ReversalRow], info: Info) -> PayoutRow | None:
    """What pays a refund, which has its reversal's id; null while nothing lists it that was executed or still can be."""
    if not may_read(info, root.program_key):
        return None
    row: PayoutRow | None = await load_one(info, reads.of_lines, root.program_key, root.id)
    return row


async def commissions(
    root: Parent[PayoutRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[CommissionRow]:
    """What a payout pays, clawbacks that were netted too."""
    require_affiliate(info, root.program_key, root.affiliate_key)
    return await _COMMISSIONS.page(info, root.program_key, root.id, (first, after), None)
