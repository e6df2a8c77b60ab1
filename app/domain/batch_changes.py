"""What owners should look at twice before they sign: how a batch differs from what was paid before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.money import Currency, format_units
from app.domain.payees import Payee
from app.domain.payout_planning import PlannedPayout
from app.domain.payouts import BatchChangeKind, PayoutPurpose

_JUMP = 5
_SHOWN_DIGITS = 4


@dataclass(frozen=True, slots=True)
class LastPayout:
    """What an affiliate was paid last in this currency."""

    destination: str
    amount: int


@dataclass(frozen=True, slots=True)
class EarlierPayouts:
    """What a batch is compared with. any_paid: whether the program has paid a batch at all; last: by affiliate;
    wallet_changed: affiliates who changed their wallet at any time; wallets: of the program's affiliates, today's
    and former ones, as far as they look like one of the batch's.
    """

    any_paid: bool
    last: Mapping[int, LastPayout]
    wallet_changed: frozenset[int]
    wallets: Sequence[str]


@dataclass(frozen=True, slots=True)
class BatchChange:
    """affiliate_id: None when it is about the whole batch, or about a user."""

    kind: BatchChangeKind
    affiliate_id: int | None
    message: str


def look_alike_key(address: str) -> str:
    """What people compare of an address: its first and last digits."""
    digits = address.lower().removeprefix("0x")
    return digits[:_SHOWN_DIGITS] + digits[-_SHOWN_DIGITS:]


def batch_changes(
    payouts: Sequence[PlannedPayout], earlier: EarlierPayouts, currency: Currency
) -> list[BatchChange]:
    """In the order of the batch. A program's first batch says once that everybody is new."""
    alike = _by_look([*(payout.destination for payout in payouts), *earlier.wallets])
    found: list[BatchChange] = []
    if not earlier.any_paid:
        found.append(
            BatchChange(
                BatchChangeKind.NEW_RECIPIENT,
                None,
                "The program has paid no batch yet: every recipient is new.",
            )
        )
    for payout in payouts:
        if payout.payee.purpose is PayoutPurpose.COMMISSION:
            found.extend(_since_last(payout, earlier, currency))
        found.extend(_look_alikes(payout, alike))
    return found


def _since_last(
    payout: PlannedPayout, earlier: EarlierPayouts, currency: Currency
) -> Iterable[BatchChange]:
    affiliate = payout.payee.owner_id
    last = earlier.last.get(affiliate)
    if last is None:
        if earlier.any_paid:
            yield BatchChange(
                BatchChangeKind.NEW_RECIPIENT, affiliate, "This recipient was never paid before."
            )
        if affiliate in earlier.wallet_changed:
            yield BatchChange(
                BatchChangeKind.WALLET_CHANGED,
                affiliate,
                "The affiliate changed its wallet before its first payout.",
            )
        return
    if last.destination.lower() != payout.destination.lower():
        yield BatchChange(
            BatchChangeKind.WALLET_CHANGED,
            affiliate,
            f"The last payout went to {last.destination}, this one goes to {payout.destination}.",
        )
    if payout.amount >= _JUMP * last.amount:
        before, now = (_in_words(amount, currency) for amount in (last.amount, payout.amount))
        times = payout.amount // last.amount
        yield BatchChange(
            BatchChangeKind.AMOUNT_JUMP,
            affiliate,
            f"The last payout was {before}, this one is {now}: at least {times} times as much.",
        )


def _in_words(units: int, currency: Currency) -> str:
    return f"{format_units(units, currency.decimals)} {currency.code}"


def _look_alikes(
    payout: PlannedPayout, alike: Mapping[str, frozenset[str]]
) -> Iterable[BatchChange]:
    own = payout.destination.lower()
    others = sorted(alike[look_alike_key(own)] - {own})
    if others:
        yield BatchChange(
            BatchChangeKind.LOOK_ALIKE_ADDRESS,
            _affiliate(payout.payee),
            f"{payout.destination} begins and ends as another known address does: {others[0]}.",
        )


def _by_look(addresses: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for address in addresses:
        found.setdefault(look_alike_key(address), set()).add(address.lower())
    return {look: frozenset(ones) for look, ones in found.items()}


def _affiliate(payee: Payee) -> int | None:
    return payee.owner_id if payee.purpose is PayoutPurpose.COMMISSION else None
