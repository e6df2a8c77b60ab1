"""Settlements."""

from uuid import UUID

from strawberry import Parent

from app.store.reads import settlements as reads
from app.store.reads.commissions import CommissionRow
from app.store.reads.intents import IntentRow
from app.store.reads.settlements import SettlementRow
from resolvers.access import Info, load_one, may_read


async def by_id(info: Info, program_key: int, id_: UUID) -> SettlementRow | None:
    """One settlement of a program."""
    row: SettlementRow | None = await load_one(info, reads.by_ids, program_key, id_)
    return row


async def of_intent(root: Parent[IntentRow], info: Info) -> SettlementRow | None:
    """The proof that an intent happened; null until it did."""
    row: SettlementRow | None = await load_one(info, reads.of_intents, root.program_key, root.id)
    return row


async def of_commission(root: Parent[CommissionRow], info: Info) -> SettlementRow | None:
    """What a commission was earned from: a user's payment, so not for the affiliate."""
    if not may_read(info, root.program_key):
        return None
    return await by_id(info, root.program_key, root.settlement_id)
