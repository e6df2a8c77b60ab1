"""The mutation that takes settlements back."""

import strawberry
from strawberry import UNSET

from app.domain.errors import Refusal, RefusalCode
from app.services.reverse_settlement import ReverseSettlement, reverse_settlement
from app.store.reads import reversals as reads
from resolvers.access import Info, authorize, load_one
from resolvers.payloads import ReversalPayloadRow, answer, commit
from schema.ids import IdPrefix, decode_id
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
    authority = authorize(info)

    async def work() -> ReversalPayloadRow:
        settlement_id = decode_id(IdPrefix.SETTLEMENT, id)
        if settlement_id is None:
            raise Refusal(RefusalCode.NOT_FOUND, "There is no such settlement.", "id")
        asked = given(amount)
        command = ReverseSettlement(
            settlement_id, None if asked is None else asked.text(), reason, idempotency_key
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
