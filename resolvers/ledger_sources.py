"""What the ledger's rows point to: whose account it is, what a journal was posted for, where the chain shows it."""

from typing import Any
from uuid import UUID

from strawberry import Parent

from app.store.reads import adjustments, affiliates, discrepancies, intents, reversals, users
from app.store.reads import journal_sources as sources
from app.store.reads import payout_batches as batches
from app.store.reads.accounts import AccountRow
from app.store.reads.journal_sources import MovementRow, SealRow
from app.store.reads.journals import JournalRow
from resolvers.access import Info, load_one, may_read, process_of
from resolvers.visibility import visible

_OWNERS: dict[str, Any] = {
    "AFFILIATE": affiliates.by_ids,
    "USER": users.by_ids,
    "REFUND": users.by_ids,
}
# A reference is the id of what it was posted for; in these the first that has it.
_NAMED: dict[str, tuple[Any, ...]] = {
    "SETTLEMENT": (intents.by_ids,),
    "ADJUSTMENT": (discrepancies.by_ids, adjustments.by_ids),
    "REVERSAL": (reversals.by_ids, discrepancies.by_ids),
}


async def owner(root: Parent[AccountRow], info: Info) -> Any:
    """The affiliate or user whose account it is, as far as the caller sees them."""
    load = _OWNERS.get(root.kind)
    if load is None or root.owner_public_id is None:
        return None
    row = await load_one(info, load, root.program_key, root.owner_public_id)
    return await visible(info, row, root.program_key)


async def source(root: Parent[JournalRow], info: Info) -> Any:
    """What a journal was posted for."""
    if not may_read(info, root.program_key):
        return None
    if root.kind.startswith("PAYOUT"):
        return await _batch(root, info)
    if root.kind not in _NAMED:
        found = await load_one(info, sources.discrepancies_of, root.program_key, root.key)
        return found and await load_one(info, discrepancies.by_ids, root.program_key, found)
    # With a count when it was posted again.
    named = UUID(root.reference.partition(":")[0])
    for load in _NAMED[root.kind]:
        row = await load_one(info, load, root.program_key, named)
        if row is not None:
            return row
    return None


async def _batch(root: JournalRow, info: Info) -> Any:
    safe_tx_hash = bytes.fromhex(root.reference.partition(":")[0].removeprefix("0x"))
    found = await load_one(info, sources.batches_of, root.program_key, safe_tx_hash)
    return found and await load_one(info, batches.by_ids, root.program_key, found)


async def movements(root: Parent[JournalRow], info: Info) -> list[MovementRow] | None:
    """What a journal claims of the chain."""
    if not may_read(info, root.program_key):
        return None
    rows: list[MovementRow] = await load_one(info, sources.movements_of, root.program_key, root.key)
    return rows


def explorer_url(root: Parent[MovementRow], info: Info) -> str | None:
    """Where a person can look the transaction up; null on a chain without an explorer."""
    base = process_of(info.context).explorer_url(root.chain_id)
    if base is None or root.transaction_hash is None:
        return None
    return f"{base.rstrip('/')}/tx/0x{root.transaction_hash.hex()}"


async def seal(root: Parent[JournalRow], info: Info) -> SealRow | None:
    """The journal's place in the chain of hashes; null for the seconds until it has one."""
    if not may_read(info, root.program_key):
        return None
    row: SealRow | None = await load_one(info, sources.seals_of, root.program_key, root.key)
    return row
