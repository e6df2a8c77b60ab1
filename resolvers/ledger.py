"""The ledger: accounts, transactions, entries, trial balance."""

from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import UNSET, Parent

from app.domain.postings import AccountKind as LedgerAccountKind
from app.store.reads import ledger as reads
from app.store.reads.ledger import (
    AccountFilter,
    AccountRow,
    EntryRow,
    JournalFilter,
    JournalRow,
    TrialBalanceRow,
)
from app.store.reads.programs import ProgramRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.values import MoneyRow, Slice, money
from resolvers.access import Info, load_one, may_read
from resolvers.listing import list_page
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, decode_any_id, encode_entry_id, encode_id
from schema.inputs.given import NOBODY, given, values
from schema.inputs.ledger import LedgerFilter
from schema.paging import Page

_ACCOUNTS = CursorCodec("ledgerAccounts", int)
_TRANSACTIONS = CursorCodec("ledgerTransactions", int)
_JOURNAL_ENTRIES = CursorCodec("LedgerTransaction.entries", int, int)
_ACCOUNT_ENTRIES = CursorCodec("LedgerAccount.entries", int, int)
_OWNERS = {"AFFILIATE": IdPrefix.AFFILIATE, "USER": IdPrefix.USER, "REFUND": IdPrefix.USER}


def _owner(text: str | None) -> UUID | None:
    if text is None or text is UNSET:
        return None
    decoded = decode_any_id(text)
    if decoded is None or decoded[0] not in _OWNERS.values():
        return NOBODY
    return decoded[1]


def _journal_filter(filter_: LedgerFilter | None) -> JournalFilter:
    if filter_ is None or filter_ is UNSET:
        return JournalFilter()
    return JournalFilter(
        kind=values(filter_.kind),
        reference=given(filter_.reference),
        from_at=given(filter_.from_),
        to_at=given(filter_.to),
    )


async def accounts_of_program(
    root: Parent[ProgramRow],
    info: Info,
    kind: list[LedgerAccountKind] | None = UNSET,
    currency: str | None = UNSET,
    owner_id: strawberry.ID | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[AccountRow] | None:
    """A program's accounts, oldest first."""
    if not may_read(info, root.key):
        return None
    conditions = AccountFilter(values(kind), given(currency), _owner(owner_id))
    return await list_page(
        info,
        root.key,
        _ACCOUNTS,
        (first, after),
        lambda session, part: reads.accounts(session, conditions, part),
        lambda session: reads.count_accounts(session, conditions),
        lambda row: (row.key,),
    )


async def transactions_of_program(
    root: Parent[ProgramRow],
    info: Info,
    filter: LedgerFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[JournalRow] | None:
    """A program's journals, newest first."""
    if not may_read(info, root.key):
        return None
    conditions = _journal_filter(filter)
    return await list_page(
        info,
        root.key,
        _TRANSACTIONS,
        (first, after),
        lambda session, part: reads.journals(session, conditions, part),
        lambda session: reads.count_journals(session, conditions),
        lambda row: (row.key,),
    )


async def trial_balance(
    root: Parent[ProgramRow], info: Info, as_of: datetime | None = UNSET
) -> list[TrialBalanceRow] | None:
    """Debits and credits by kind of account, now or as of an instant on the program's clock."""
    if not may_read(info, root.key):
        return None
    async with info.context.reading(root.key) as session:
        return await reads.trial_balance(
            session, given(as_of), info.context.now() + root.clock_offset
        )


async def transactions_of_settlement(
    root: Parent[SettlementRow], info: Info
) -> list[JournalRow] | None:
    """The journal that a settlement was posted with, and what reverses it."""
    if not may_read(info, root.program_key):
        return None
    if root.journal_key is None:
        return []
    journal = await load_one(info, reads.journals_by_keys, root.program_key, root.journal_key)
    return [journal, *await load_one(info, reads.reversals, root.program_key, root.journal_key)]


def owner_id(root: Parent[AccountRow]) -> strawberry.ID | None:
    """The affiliate or user whose account it is; null for the program's own."""
    prefix = _OWNERS.get(root.kind)
    if prefix is None or root.owner_public_id is None:
        return None
    return strawberry.ID(encode_id(prefix, root.owner_public_id))


async def _money(info: Info, program_key: int, units: int, currency: str) -> MoneyRow:
    async with info.context.reading(program_key) as session:
        return money(units, currency, await session.decimals())


async def balance(root: Parent[AccountRow], info: Info, as_of: datetime | None = UNSET) -> MoneyRow:
    """Credits less debits, now or from journals effective up to an instant."""
    at = given(as_of)
    if at is None:
        units = root.credits.minor - root.debits.minor
    else:
        async with info.context.reading(root.program_key) as session:
            units = await reads.balance_as_of(session, root.key, at)
    return await _money(info, root.program_key, units, root.currency)


async def entries_of_account(
    root: Parent[AccountRow],
    info: Info,
    filter: LedgerFilter | None = UNSET,
    first: int = 50,
    after: str | None = UNSET,
) -> Page[EntryRow]:
    """An account's entries, newest first."""
    conditions = _journal_filter(filter)
    return await list_page(
        info,
        root.program_key,
        _ACCOUNT_ENTRIES,
        (first, after),
        lambda session, part: reads.entries_of_account(session, root.key, conditions, part),
        lambda session: reads.count_entries_of_account(session, root.key, conditions),
        lambda row: (row.journal_key, row.seq),
    )


async def entries_of_transaction(
    root: Parent[JournalRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[EntryRow] | None:
    """A journal's entries in order of posting, debit before credit."""
    if not may_read(info, root.program_key):
        return None
    return await list_page(
        info,
        root.program_key,
        _JOURNAL_ENTRIES,
        (first, after),
        lambda session, part: reads.entries_of_journal(session, root.key, part),
        lambda session: reads.count_entries_of_journal(session, root.key),
        lambda row: (row.seq, _side(row)),
    )


def _side(row: EntryRow) -> int:
    return 0 if row.direction == "DEBIT" else 1


async def reverses(root: Parent[JournalRow], info: Info) -> JournalRow | None:
    """The journal that this one takes back."""
    if root.reverses_key is None:
        return None
    row: JournalRow | None = await load_one(
        info, reads.journals_by_keys, root.program_key, root.reverses_key
    )
    return row


async def reversals(root: Parent[JournalRow], info: Info) -> list[JournalRow]:
    """The journals that take this one back."""
    rows: list[JournalRow] = await load_one(info, reads.reversals, root.program_key, root.key)
    return rows


def entry_id(root: Parent[EntryRow]) -> strawberry.ID:
    """An entry is named by its journal, place and side."""
    debit = root.direction == "DEBIT"
    return strawberry.ID(encode_entry_id(root.journal_id, root.seq, debit=debit))


async def transaction_of_entry(root: Parent[EntryRow], info: Info) -> JournalRow | None:
    """The journal that an entry is part of."""
    row: JournalRow | None = await load_one(
        info, reads.journals_by_keys, root.program_key, root.journal_key
    )
    return row


async def account_of_entry(root: Parent[EntryRow], info: Info) -> AccountRow | None:
    """The account that an entry changes."""
    row: AccountRow | None = await load_one(
        info, reads.accounts_by_keys, root.program_key, root.account_key
    )
    return row


async def balance_after(root: Parent[EntryRow], info: Info) -> MoneyRow:
    """The account's balance after this entry, in order of posting."""
    place = (root.account_key, root.journal_key, root.seq)
    units: int = await load_one(info, reads.balances_after, root.program_key, place)
    return await _money(info, root.program_key, units, root.amount.currency)


async def entry(info: Info, program_key: int, id_: tuple[UUID, int, bool]) -> EntryRow | None:
    """One entry of a program by its journal, place and side."""
    journal_id, seq, debit = id_
    journal: JournalRow | None = await load_one(
        info, reads.journals_by_ids, program_key, journal_id
    )
    if journal is None:
        return None
    before = (seq, -1) if debit else (seq, 0)
    async with info.context.reading(program_key) as session:
        rows = await reads.entries_of_journal(session, journal.key, Slice(1, before))
    return rows[0] if rows and rows[0].seq == seq else None
