"""A small model of the ledger: what a posting must do, and every code it may be refused with."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.domain.postings import Account, AccountKind, Journal, Movement, MovementDirection

CURRENCIES = {"USD", "EUR"}
OWNED = {AccountKind.USER, AccountKind.AFFILIATE, AccountKind.REFUND}
LIMITED = {AccountKind.REFUND, AccountKind.PAYOUT_IN_FLIGHT}
OUTSIDE_IN = {AccountKind.USER, AccountKind.DEPOSIT}

UNKNOWN_OWNER = "SG011"
NO_TRANSFERS = "SG010"
MOVEMENTS = "SG013"
CHECK = "23514"
REPEATED = "23505"
UNKNOWN_CURRENCY = "23503"

Key = tuple[AccountKind, int, str]


def movement_key(movement: Movement) -> tuple[object, ...]:
    return (
        movement.chain_id,
        movement.block_hash,
        movement.log_index,
        movement.direction,
        movement.undone,
    )


@dataclass
class LedgerModel:
    """One program. owners: the affiliates and users it has."""

    affiliates: frozenset[int]
    users: frozenset[int]
    balances: dict[Key, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    references: set[tuple[str, str]] = field(default_factory=set)
    movements: set[tuple[object, ...]] = field(default_factory=set)
    journals: int = 0
    transfers: int = 0

    def post(self, journals: Sequence[Journal]) -> set[str]:
        """Applies all and returns nothing, or applies none and returns every code that fits."""
        codes = set(self._faults(journals))
        if codes:
            return codes
        self.journals += len(journals)
        for journal in journals:
            self.references.add((journal.kind, journal.reference))
            self.movements.update(movement_key(one) for one in journal.movements)
            self.transfers += len(journal.transfers)
        for key, (debits, credits_) in _sums(journals).items():
            self.balances[key][0] += debits
            self.balances[key][1] += credits_
        return set()

    def balance(self, account: Account, currency: str = "USD") -> int:
        debits, credits_ = self.balances[account.kind, account.owner_id, currency]
        return credits_ - debits

    def _faults(self, journals: Sequence[Journal]) -> Iterable[str]:
        names = [(journal.kind, journal.reference) for journal in journals]
        if len(set(names)) < len(names) or self.references & set(names):
            yield REPEATED
        claimed = [movement_key(one) for journal in journals for one in journal.movements]
        if len(set(claimed)) < len(claimed) or self.movements & set(claimed):
            yield REPEATED
        for journal in journals:
            yield from self._journal_faults(journal)
        for (kind, owner, currency), (debits, credits_) in _sums(journals).items():
            before = self.balances.get((kind, owner, currency), (0, 0))
            if kind in LIMITED and before[0] + debits > before[1] + credits_:
                yield CHECK

    def _journal_faults(self, journal: Journal) -> Iterable[str]:
        if not journal.transfers:
            yield NO_TRANSFERS
        if not _movements_fit(journal):
            yield MOVEMENTS
        for line in journal.transfers:
            if line.amount.units <= 0 or line.debit == line.credit:
                yield CHECK
            if line.amount.currency not in CURRENCIES:
                yield UNKNOWN_CURRENCY
            for account in (line.debit, line.credit):
                yield from self._account_faults(account)
        if any(one.amount.units <= 0 for one in journal.movements):
            yield CHECK

    def _account_faults(self, account: Account) -> Iterable[str]:
        if (account.kind in OWNED) != (account.owner_id != 0):
            yield CHECK
        known = self.affiliates if account.kind is AccountKind.AFFILIATE else self.users
        if account.owner_id and account.owner_id not in known:
            yield UNKNOWN_OWNER


def _sums(journals: Iterable[Journal]) -> dict[Key, list[int]]:
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for journal in journals:
        for line in journal.transfers:
            currency = line.amount.currency
            sums[line.debit.kind, line.debit.owner_id, currency][0] += line.amount.units
            sums[line.credit.kind, line.credit.owner_id, currency][1] += line.amount.units
    return sums


def _movements_fit(journal: Journal) -> bool:
    said: dict[tuple[str, MovementDirection, bool], int] = defaultdict(int)
    for line in journal.transfers:
        currency, units = line.amount.currency, line.amount.units
        if line.debit.kind in OUTSIDE_IN:
            said[currency, MovementDirection.IN, False] += units
        if line.credit.kind in OUTSIDE_IN:
            said[currency, MovementDirection.IN, True] += units
        if line.credit.kind is AccountKind.PAID_OUT:
            said[currency, MovementDirection.OUT, False] += units
        if line.debit.kind is AccountKind.PAID_OUT:
            said[currency, MovementDirection.OUT, True] += units
    for one in journal.movements:
        said[one.amount.currency, one.direction, one.undone] -= one.amount.units
    return not any(said.values())
