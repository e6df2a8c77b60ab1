"""Chain transactions, as far as they carried the caller's own intents."""

from typing import Protocol
from uuid import UUID

from strawberry import Parent

from app.store.reads import chain_transactions as reads
from app.store.reads.chain_transactions import ChainTransactionRow, SignedCopyRow
from resolvers.access import Info, load_one, process_of


class CarriedRow(Protocol):
    """A row that a chain transaction may have carried."""

    @property
    def program_key(self) -> int: ...

    @property
    def chain_transaction_id(self) -> UUID | None: ...


async def by_id(info: Info, program_key: int, id_: UUID) -> ChainTransactionRow | None:
    """One transaction as a program sees it; null when it carried nothing of it."""
    row: ChainTransactionRow | None = await load_one(info, reads.by_ids, program_key, id_)
    return row


async def of_row(root: Parent[CarriedRow], info: Info) -> ChainTransactionRow | None:
    """The transaction that carried an attempt or a settlement."""
    if root.chain_transaction_id is None:
        return None
    return await by_id(info, root.program_key, root.chain_transaction_id)


async def copies(root: Parent[ChainTransactionRow], info: Info) -> list[SignedCopyRow]:
    """Every signed copy, oldest first."""
    rows: list[SignedCopyRow] = await load_one(info, reads.copies, root.program_key, root.id)
    return rows


def explorer_url(root: Parent[ChainTransactionRow], info: Info) -> str | None:
    """Where a person can look the transaction up; null on a chain without an explorer."""
    base = process_of(info.context).explorer_url(root.chain_id)
    return None if base is None else f"{base.rstrip('/')}/tx/0x{root.hash.hex()}"
