"""Reversals: what was taken back of settlements."""

from strawberry import Parent

from app.store.reads import journals
from app.store.reads import reversals as reads
from app.store.reads.journals import JournalRow
from app.store.reads.reversals import ReversalRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.values import MoneyRow, money
from resolvers.access import Info, load_one, may_read


async def _of(info: Info, settlement: SettlementRow) -> list[ReversalRow]:
    rows: list[ReversalRow] = await load_one(
        info, reads.of_settlements, settlement.program_key, settlement.id
    )
    return rows


async def of_settlement(root: Parent[SettlementRow], info: Info) -> list[ReversalRow] | None:
    """What was taken back of a settlement, oldest first."""
    if not may_read(info, root.program_key):
        return None
    return await _of(info, root)


async def total(root: Parent[SettlementRow], info: Info) -> MoneyRow | None:
    """How much was taken back; null where no money moved."""
    if root.amount is None or not may_read(info, root.program_key):
        return None
    units = sum(row.amount.minor for row in await _of(info, root))
    async with info.context.reading(root.program_key) as session:
        return money(units, root.amount.currency, await session.decimals())


async def journal(root: Parent[ReversalRow], info: Info) -> JournalRow | None:
    """The journal that a reversal was posted with."""
    if not may_read(info, root.program_key):
        return None
    row: JournalRow | None = await load_one(
        info, journals.by_keys, root.program_key, root.journal_key
    )
    return row
