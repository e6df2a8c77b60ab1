"""The ledger as it is read: accounts, journals, entries with running balances, trial balance."""

from app.store.reads.ledger.account_list import (
    AccountFilter,
    AccountRow,
    accounts,
    accounts_by_ids,
    accounts_by_keys,
    count_accounts,
)
from app.store.reads.ledger.balances import balance_as_of, balances_after
from app.store.reads.ledger.entry_list import (
    EntryRow,
    count_entries_of_account,
    count_entries_of_journal,
    entries_of_account,
    entries_of_journal,
)
from app.store.reads.ledger.journal_list import (
    JournalFilter,
    JournalRow,
    count_journals,
    journals,
    journals_by_ids,
    journals_by_keys,
    reversals,
)
from app.store.reads.ledger.trial import KindTotalRow, TrialBalanceRow, trial_balance

__all__ = [
    "AccountFilter",
    "AccountRow",
    "EntryRow",
    "JournalFilter",
    "JournalRow",
    "KindTotalRow",
    "TrialBalanceRow",
    "accounts",
    "accounts_by_ids",
    "accounts_by_keys",
    "balance_as_of",
    "balances_after",
    "count_accounts",
    "count_entries_of_account",
    "count_entries_of_journal",
    "count_journals",
    "entries_of_account",
    "entries_of_journal",
    "journals",
    "journals_by_ids",
    "journals_by_keys",
    "reversals",
    "trial_balance",
]
