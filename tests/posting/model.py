"""The books as they should be, in a few sums."""

from collections import Counter
from dataclasses import dataclass, field

from app.domain.states import AffiliateStatus
from app.domain.terms import TermsText
from tests.posting.books import Asked


@dataclass
class Owed:
    """What the model knows of an accepted intent: its terms and upline as they were."""

    asked: Asked
    terms: TermsText
    upline: list[int]
    referrer: int | None = None


@dataclass
class Paid:
    """A settled payment: whom it owes a refund when it is reversed, and what each account got of it."""

    asked: Asked
    user: int
    shares: Counter[tuple[str, int]]
    reversed: int = 0

    @property
    def rest(self) -> int:
        return self.asked.amount - self.reversed


@dataclass
class Model:
    """The books as they should be."""

    parents: dict[int, int | None] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    status: dict[int, AffiliateStatus] = field(default_factory=dict)
    users: dict[str, int | None] = field(default_factory=dict)  # referrer by registered wallet
    terms: list[TermsText] = field(default_factory=list)
    waiting: list[Owed] = field(default_factory=list)
    balances: Counter[tuple[str, int]] = field(default_factory=Counter)
    paid: list[Paid] = field(default_factory=list)
    posted: int = 0

    def upline(self, affiliate: int | None) -> list[int]:
        line: list[int] = []
        while affiliate is not None:
            line.append(affiliate)
            affiliate = self.parents[affiliate]
        return line

    def post(self, owed: Owed, user: int) -> None:
        amount, terms = owed.asked.amount, owed.terms
        if owed.asked.registration:
            self.users[owed.asked.wallet] = owed.referrer
        shares: Counter[tuple[str, int]] = Counter()
        shares["PLATFORM", 0] = amount * terms.platform_fee_bps // 10_000
        if not owed.asked.registration or terms.registration_earns_commission:
            for affiliate, rate in zip(owed.upline, terms.commission_levels_bps, strict=False):
                if self.status[affiliate] is AffiliateStatus.ACTIVE:
                    shares["AFFILIATE", affiliate] = amount * rate // 10_000
        self.balances["USER", user] -= amount
        self.balances["PROGRAM", 0] += amount
        self._share(shares, 1)
        if amount:
            self.paid.append(Paid(owed.asked, user, shares))

    def reverse(self, paid: Paid, units: int) -> None:
        """Whatever the parts were, so much is taken back of each share when so much of the payment is."""
        before, paid.reversed = paid.reversed, paid.reversed + units
        self.balances["PROGRAM", 0] -= units
        self.balances["REFUND", paid.user] += units
        total = paid.asked.amount
        self._share(_part(paid.shares, paid.reversed, total), -1)
        self._share(_part(paid.shares, before, total), 1)

    def _share(self, shares: Counter[tuple[str, int]], sign: int) -> None:
        for account, units in shares.items():
            self.balances[account] += sign * units
            self.balances["PROGRAM", 0] -= sign * units


def _part(shares: Counter[tuple[str, int]], units: int, total: int) -> Counter[tuple[str, int]]:
    return Counter({account: share * units // total for account, share in shares.items()})
