"""Adjustments of terminated affiliates' balances: two persons, two mutations."""

from uuid import UUID

import strawberry
from strawberry import Parent

from app.domain.errors import Refusal, RefusalCode
from app.services.approve_adjustment import approve_adjustment
from app.services.propose_adjustment import (
    AdjustmentResult,
    ProposeAdjustment,
    propose_adjustment,
)
from app.store.reads import adjustments as reads
from app.store.reads import journals
from app.store.reads.adjustments import AdjustmentRow
from app.store.reads.journals import JournalRow
from resolvers.access import Info, authorize, load_one, may_read
from resolvers.payloads import BalanceAdjustmentPayloadRow, answer, commit
from schema.ids import IdPrefix, decode_id


def _named(prefix: IdPrefix, text: str, what: str, field: str) -> UUID:
    id_ = decode_id(prefix, text)
    if id_ is None:
        raise Refusal(RefusalCode.NOT_FOUND, f"There is no such {what}.", field)
    return id_


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
    authority = authorize(info)

    async def work() -> BalanceAdjustmentPayloadRow:
        named = _named(IdPrefix.AFFILIATE, affiliate_id, "affiliate", "affiliateId")
        command = ProposeAdjustment(named, currency, reason, idempotency_key)
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
    authority = authorize(info)

    async def work() -> BalanceAdjustmentPayloadRow:
        named = _named(IdPrefix.BALANCE_ADJUSTMENT, id, "adjustment", "id")
        now = info.context.now()
        made = await commit(
            info,
            authority.program_id,
            lambda unit: approve_adjustment(unit, authority, named, now),
        )
        return await _payload(info, authority.program_id, made)

    return await answer(BalanceAdjustmentPayloadRow, work)


async def journal(root: Parent[AdjustmentRow], info: Info) -> JournalRow | None:
    """The journal of an approved adjustment."""
    if root.journal_key is None or not may_read(info, root.program_key):
        return None
    row: JournalRow | None = await load_one(
        info, journals.by_keys, root.program_key, root.journal_key
    )
    return row
