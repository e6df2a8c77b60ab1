"""Who is owed what, in a few sums: what a history of payouts has to agree with after each of its steps."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from eth_account.signers.local import LocalAccount

LEVELS_BPS = (1000, 500, 200)
FEE_BPS = 100


class Owner(NamedTuple):
    """An account of the ledger."""

    kind: str
    id: int


PROGRAM = Owner("PROGRAM", 0)
PLATFORM = Owner("PLATFORM", 0)


@dataclass
class Payer:
    """A registered user. upline: of the next payment, nearest first."""

    id: int
    wallet: LocalAccount
    referrer: int


@dataclass
class Payment:
    """A settled payment: what each account got of it, and how much of it was taken back."""

    key: str
    payer: Payer
    amount: int
    shares: Counter[Owner]
    reversed: int = 0

    @property
    def rest(self) -> int:
        return self.amount - self.reversed


@dataclass
class Model:
    """owed: balances as if nothing had been paid out. ever: the same without clawbacks, the most that may be paid.

    wallets: every address that was ever somebody's, in lower case. withdrawals: what may go to each destination.
    borne: what went away without a reason and was explained as the program's, out of its `owed` already.
    """

    parents: dict[int, int | None] = field(default_factory=dict)
    status: dict[int, str] = field(default_factory=dict)
    holders: dict[int, LocalAccount] = field(default_factory=dict)
    payers: list[Payer] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    owed: Counter[Owner] = field(default_factory=Counter)
    ever: Counter[Owner] = field(default_factory=Counter)
    wallets: dict[str, Owner] = field(default_factory=dict)
    withdrawals: Counter[str] = field(default_factory=Counter)
    borne: int = 0

    def bear(self, drained: int) -> None:
        """The program bears all that ever went away, since a person has explained it."""
        self.owed[PROGRAM] -= drained - self.borne
        self.borne = drained

    def upline(self, affiliate: int | None) -> list[int]:
        """From this one up."""
        line: list[int] = []
        while affiliate is not None:
            line.append(affiliate)
            affiliate = self.parents[affiliate]
        return line

    def pay(self, key: str, payer: Payer, amount: int) -> None:
        """Settled at once, so that upline and statuses are those of the acceptance."""
        shares = Counter({PLATFORM: amount * FEE_BPS // 10_000})
        for affiliate, rate in zip(self.upline(payer.referrer), LEVELS_BPS, strict=False):
            if self.status[affiliate] == "ACTIVE":
                shares[Owner("AFFILIATE", affiliate)] = amount * rate // 10_000
        self.payments.append(Payment(key, payer, amount, shares))
        self.owed[PROGRAM] += amount
        self._share(shares, 1)
        self.ever.update(shares)

    def reverse(self, payment: Payment, units: int) -> None:
        """Whatever the parts were, so much of each share is taken back as of the payment."""
        before, payment.reversed = payment.reversed, payment.reversed + units
        refund = Owner("REFUND", payment.payer.id)
        self.owed[PROGRAM] -= units
        self.owed[refund] += units
        self.ever[refund] += units
        self._share(_part(payment, payment.reversed), -1)
        self._share(_part(payment, before), 1)

    def write_off(self, affiliate: int, balance: int) -> None:
        """Forfeits what is above zero, forgives what is below."""
        self._share(Counter({Owner("AFFILIATE", affiliate): balance}), -1)

    def withdraw(self, destination: str, units: int) -> None:
        """Somebody may execute it one day."""
        self.wallets[destination.lower()] = PROGRAM
        self.withdrawals[destination.lower()] = units

    def _share(self, shares: Counter[Owner], sign: int) -> None:
        for owner, units in shares.items():
            self.owed[owner] += sign * units
            self.owed[PROGRAM] -= sign * units


def _part(payment: Payment, units: int) -> Counter[Owner]:
    return Counter(
        {owner: share * units // payment.amount for owner, share in payment.shares.items()}
    )
