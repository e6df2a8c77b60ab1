"""The ledger: accounts, transactions, entries, trial balance."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

import strawberry
from strawberry import UNSET, Parent

from app.domain.clock import program_time
from app.domain.postings import AccountKind as LedgerAccountKind
from app.store.reads import accounts, balances_then, entries, journals
from app.store.reads import trial_balance as sums
from app.store.reads.accounts import AccountFilter, AccountRow
from app.store.reads.entries import EntryRow
from app.store.reads.journals import JournalFilter, JournalRow
from app.store.reads.programs import ProgramRow
from app.store.reads.settlements import SettlementRow
from app.store.reads.trial_balance import TrialBalanceRow
from app.store.reads.values import MoneyRow, money
from resolvers.access import Info, load_one, may_read
from resolvers.listing import ListField, counts_of_program
from resolvers.listing import of_program as pages_of_program
from schema.cursors import CursorCodec
from schema.ids import IdPrefix, decode_any_id, encode_entry_id, encode_id
from schema.inputs.given import NOBODY, given, values
from schema.inputs.ledger import LedgerFilter
from schema.paging import Page

_ACCOUNTS: ListField[int, AccountFilter, AccountRow] = ListField(
    CursorCodec("ledgerAccounts", int),
    pages_of_program(accounts.page),
    counts_of_program(accounts.count),
    lambda row: (row.key,),
)
_TRANSACTIONS: ListField[int, JournalFilter, JournalRow] = ListField(
    CursorCodec("ledgerTransactions", int),
    pages_of_program(journals.page),
    counts_of_program(journals.count),
    lambda row: (row.key,),
)
_JOURNAL_ENTRIES: ListField[int, None, EntryRow] = ListField(
    CursorCodec("LedgerTransaction.entries", int, int),
    entries.of_journals,
    entries.count_of_journals,
    lambda row: (row.seq, 0 if row.direction == "DEBIT" else 1),
)
ACCOUNT_ENTRIES: ListField[int, JournalFilter, EntryRow] = ListField(
    CursorCodec("LedgerAccount.entries", int, int),
    entries.of_accounts,
    entries.count_of_accounts,
    lambda row: (row.journal_key, row.seq),
)
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
    return await _ACCOUNTS.page(info, root.key, root.key, (first, after), conditions)


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
    return await _TRANSACTIONS.page(info, root.key, root.key, (first, after), conditions)


async def trial_balance(
    root: Parent[ProgramRow], info: Info, as_of: datetime | None = UNSET
) -> list[TrialBalanceRow] | None:
    """Debits and credits by kind of account, now or as of an instant on the program's clock."""
    if not may_read(info, root.key):
        return None
    rows: list[TrialBalanceRow] = await load_one(info, sums.trial_balances, root.key, given(as_of))
    now = program_time(info.context.now(), root.clock_offset)
    return [row if row.as_of else replace(row, as_of=now) for row in rows]


async def transactions_of_settlement(
    root: Parent[SettlementRow], info: Info
) -> list[JournalRow] | None:
    """The journal that a settlement was posted with, and what reverses it."""
    if not may_read(info, root.program_key):
        return None
    if root.journal_key is None:
        return []
    journal = await load_one(info, journals.by_keys, root.program_key, root.journal_key)
    return [journal, *await load_one(info, journals.reversals, root.program_key, root.journal_key)]


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
        units = await load_one(info, balances_then.balances_as_of, root.program_key, (root.key, at))
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
    return await ACCOUNT_ENTRIES.page(info, root.program_key, root.key, (first, after), conditions)


async def entries_of_transaction(
    root: Parent[JournalRow], info: Info, first: int = 50, after: str | None = UNSET
) -> Page[EntryRow] | None:
    """A journal's entries in order of posting, debit before credit."""
    if not may_read(info, root.program_key):
        return None
    return await _JOURNAL_ENTRIES.page(info, root.program_key, root.key, (first, after), None)


async def reverses(root: Parent[JournalRow], info: Info) -> JournalRow | None:
    """The journal that this one takes back."""
    if root.reverses_key is None:
        return None
    row: JournalRow | None = await load_one(
        info, journals.by_keys, root.program_key, root.reverses_key
    )
    return row


async def reversals(root: Parent[JournalRow], info: Info) -> list[JournalRow]:
    """The journals that take this one back."""
    rows: list[JournalRow] = await load_one(info, journals.reversals, root.program_key, root.key)
    return rows


def entry_id(root: Parent[EntryRow]) -> strawberry.ID:
    """An entry is named by its journal, place and side."""
    debit = root.direction == "DEBIT"
    return strawberry.ID(encode_entry_id(root.journal_id, root.seq, debit=debit))


async def transaction_of_entry(root: Parent[EntryRow], info: Info) -> JournalRow | None:
    """The journal that an entry is part of: it has others' entries too, so not for an affiliate."""
    if not may_read(info, root.program_key):
        return None
    row: JournalRow | None = await load_one(
        info, journals.by_keys, root.program_key, root.journal_key
    )
    return row


async def account_of_entry(root: Parent[EntryRow], info: Info) -> AccountRow | None:
    """The account that an entry changes."""
    row: AccountRow | None = await load_one(
        info, accounts.by_keys, root.program_key, root.account_key
    )
    return row


async def balance_after(root: Parent[EntryRow], info: Info) -> MoneyRow:
    """The account's balance after this entry, in order of posting."""
    place = (root.account_key, root.journal_key, root.seq)
    units: int = await load_one(info, entries.balances_after, root.program_key, place)
    return await _money(info, root.program_key, units, root.amount.currency)


async def entry(info: Info, program_key: int, id_: tuple[UUID, int, bool]) -> EntryRow | None:
    """One entry of a program by its journal, place and side."""
    journal_id, seq, debit = id_
    place = (journal_id, seq, "DEBIT" if debit else "CREDIT")
    row: EntryRow | None = await load_one(info, entries.at_places, program_key, place)
    return row
