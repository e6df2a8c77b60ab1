"""Adjustments of terminated affiliates' balances: two persons, two mutations."""

import strawberry
from strawberry import Parent

from app.services.corrections.approve_adjustment import approve_adjustment
from app.services.corrections.propose_adjustment import (
    AdjustmentResult,
    ProposeAdjustment,
    propose_adjustment,
)
from app.store.reads import adjustments as reads
from app.store.reads import journals
from app.store.reads.adjustments import AdjustmentRow
from app.store.reads.affiliates import AffiliateRow
from app.store.reads.journals import JournalRow
from resolvers.access import Info, authorize, load_one, may_read, own_key
from resolvers.objects import named_object
from resolvers.payloads import BalanceAdjustmentPayloadRow, answer, commit
from schema.ids import IdPrefix


async def _payload(
    info: Info, program_key: int, made: AdjustmentResult
) -> BalanceAdjustmentPayloadRow:
    row = await load_one(info, reads.by_ids, program_key, made.adjustment_id)
    return BalanceAdjustmentPayloadRow(row, made.replayed)


async def propose(
    info: Info,
    affiliate_id: strawberry.ID,
    currency: str,
    reason: str,
    idempotency_key: str,
) -> BalanceAdjustmentPayloadRow:
    """Of the whole balance as it is now."""
    authorize(info)

    async def work() -> BalanceAdjustmentPayloadRow:
        authority, named = await named_object(
            info, IdPrefix.AFFILIATE, affiliate_id, "affiliate", "affiliateId"
        )
        command = ProposeAdjustment(named, currency, reason, own_key(info, idempotency_key))
        now = info.context.now()
        made = await commit(
            info,
            authority.program_id,
            lambda unit: propose_adjustment(unit, authority, command, now),
        )
        return await _payload(info, authority.program_id, made)

    return await answer(BalanceAdjustmentPayloadRow, work)


async def approve(info: Info, id: strawberry.ID) -> BalanceAdjustmentPayloadRow:
    """By somebody else than who proposed it."""
    authorize(info)

    async def work() -> BalanceAdjustmentPayloadRow:
        authority, named = await named_object(info, IdPrefix.BALANCE_ADJUSTMENT, id, "adjustment")
        now = info.context.now()
        made = await commit(
            info,
            authority.program_id,
            lambda unit: approve_adjustment(unit, authority, named, now),
        )
        return await _payload(info, authority.program_id, made)

    return await answer(BalanceAdjustmentPayloadRow, work)


async def waiting(root: Parent[AffiliateRow], info: Info) -> list[AdjustmentRow] | None:
    """What was proposed of this affiliate and waits for a second person."""
    if not may_read(info, root.program_key):
        return None
    rows: list[AdjustmentRow] = await load_one(info, reads.waiting, root.program_key, root.key)
    return rows


async def journal(root: Parent[AdjustmentRow], info: Info) -> JournalRow | None:
    """The journal of an approved adjustment."""
    if root.journal_key is None or not may_read(info, root.program_key):
        return None
    row: JournalRow | None = await load_one(
        info, journals.by_keys, root.program_key, root.journal_key
    )
    return row
