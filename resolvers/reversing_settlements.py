"""The mutation that takes settlements back."""

import strawberry
from strawberry import UNSET

from app.services.corrections.reverse_settlement import ReverseSettlement, reverse_settlement
from app.store.reads import reversals as reads
from resolvers.access import Info, authorize, load_one, own_key
from resolvers.objects import named_object
from resolvers.payloads import ReversalPayloadRow, answer, commit
from schema.ids import IdPrefix
from schema.inputs.given import given
from schema.inputs.money import MoneyInput


async def reverse(
    info: Info,
    id: strawberry.ID,
    reason: str,
    idempotency_key: str,
    amount: MoneyInput | None = UNSET,
) -> ReversalPayloadRow:
    """Owes the payer a refund and claws the commissions back in proportion."""
    authorize(info)

    async def work() -> ReversalPayloadRow:
        authority, settlement_id = await named_object(info, IdPrefix.SETTLEMENT, id, "settlement")
        asked, key = given(amount), own_key(info, idempotency_key)
        command = ReverseSettlement(
            settlement_id, None if asked is None else asked.text(), reason, key
        )
        now = info.context.now()
        made = await commit(
            info,
            authority.program_id,
            lambda unit: reverse_settlement(unit, authority, command, now),
        )
        row = await load_one(info, reads.by_ids, authority.program_id, made.reversal_id)
        return ReversalPayloadRow(row, made.replayed)

    return await answer(ReversalPayloadRow, work)
