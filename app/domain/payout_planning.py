"""What a batch pays: what is due, netted per payee and spread over consecutive nonces of the Safe. Pure and repeatable."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from app.domain.payees import Obstacle, Payee, PayeeState, PayoutRules, amount_obstacle, obstacle_of
from app.domain.payouts import MOST_PAYOUTS, USUAL_PAYOUTS, BlockerCode


@dataclass(frozen=True, slots=True)
class Line:
    """A commission, refund or withdrawal, always whole. amount: smallest units; negative for a clawback."""

    id: UUID
    amount: int


@dataclass(frozen=True, slots=True)
class Due:
    """Lines of one payee. nonce: of the open Safe transactions that list them; None: no open one does."""

    payee: Payee
    lines: tuple[Line, ...]
    nonce: int | None = None


@dataclass(frozen=True, slots=True)
class PlannedPayout:
    """One recipient's part: lines that sum to more than zero."""

    payee: Payee
    destination: str
    lines: tuple[Line, ...]

    @property
    def amount(self) -> int:
        return sum(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class PlannedTransaction:
    """One Safe transaction; without payouts a call of nothing that uses the nonce up."""

    nonce: int
    payouts: tuple[PlannedPayout, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines that no planned payout pays; their sum is `owed`."""

    state: PayeeState
    owed: int
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class Plan:
    """transactions: in nonce order, without a gap."""

    transactions: tuple[PlannedTransaction, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def payouts(self) -> list[PlannedPayout]:
        """In the order of the batch."""
        return list(chain.from_iterable(one.payouts for one in self.transactions))


@dataclass(frozen=True, slots=True)
class Nonces:
    """Of the Safe: `head`, the next to be used, and those of Safe transactions that can still execute."""

    head: int
    open: frozenset[int] = frozenset()

    @property
    def covered(self) -> range:
        """What a new batch has to cover: nonces below the head are used up."""
        return range(self.head, max(self.open, default=-1) + 1)


def plan_payouts(
    due: Iterable[Due],
    states: Mapping[Payee, PayeeState],
    rules: PayoutRules,
    nonces: Nonces,
    refused: Collection[Payee] = (),
) -> Plan:
    """Each line in at most one payout, lines that an open Safe transaction lists at its nonce and nowhere else.

    New lines of a payee who has an old nonce go there; those of others fill old nonces, then new ones. refused: by the
    simulation. What stays behind with an open Safe transaction waits until that has ended.
    """
    kept: dict[int, list[PlannedPayout]] = {nonce: [] for nonce in nonces.covered}
    fresh: list[PlannedPayout] = []
    left_out: list[LeftOut] = []
    for payee, parts in sorted(_by_payee(due).items(), key=lambda item: item[0].place):
        state = states[payee]
        obstacle = _refusal(payee, refused) or obstacle_of(state, rules)
        for nonce, lines in _placed(parts, nonces.head):
            why = (
                obstacle
                or _late(nonce, nonces.head)
                or _too_little(payee, lines, rules)
                or _full(kept, nonce)
            )
            if why is not None:
                left_out.append(LeftOut(state, _sum(lines), why))
            elif nonce is None:
                fresh.append(PlannedPayout(payee, state.destination, tuple(lines)))
            else:
                kept[nonce].append(PlannedPayout(payee, state.destination, tuple(lines)))
    return Plan(_filled(kept, fresh, nonces), tuple(left_out))


def closing_plan(nonces: Nonces) -> Plan:
    """Pays nobody, and uses every open nonce up."""
    return Plan(tuple(PlannedTransaction(nonce) for nonce in nonces.covered), ())


def _by_payee(due: Iterable[Due]) -> dict[Payee, dict[int | None, list[Line]]]:
    found: dict[Payee, dict[int | None, list[Line]]] = {}
    for one in due:
        found.setdefault(one.payee, {}).setdefault(one.nonce, []).extend(one.lines)
    return found


def _placed(
    parts: Mapping[int | None, Sequence[Line]], head: int
) -> list[tuple[int | None, list[Line]]]:
    """The same with new lines at the payee's last nonce that is not used up."""
    placed = {nonce: list(lines) for nonce, lines in parts.items() if nonce is not None}
    if None in parts:
        home = max((nonce for nonce in placed if nonce >= head), default=None)
        if home is None:
            return [*sorted(placed.items()), (None, list(parts[None]))]
        placed[home].extend(parts[None])
    return sorted(placed.items())


def _refusal(payee: Payee, refused: Collection[Payee]) -> Obstacle | None:
    return Obstacle(BlockerCode.RECIPIENT_REFUSED) if payee in refused else None


def _late(nonce: int | None, head: int) -> Obstacle | None:
    if nonce is not None and nonce < head:
        return Obstacle(BlockerCode.EARLIER_BATCH_OPEN)
    return None


def _too_little(payee: Payee, lines: Sequence[Line], rules: PayoutRules) -> Obstacle | None:
    return amount_obstacle(payee.purpose, _sum(lines), rules)


def _full(kept: Mapping[int, Sequence[PlannedPayout]], nonce: int | None) -> Obstacle | None:
    """Replacements that left payees out and filled their places may have more of them at a nonce than one call pays."""
    if nonce is not None and len(kept[nonce]) == MOST_PAYOUTS:
        return Obstacle(BlockerCode.EARLIER_BATCH_OPEN)
    return None


def _sum(lines: Iterable[Line]) -> int:
    return sum(line.amount for line in lines)


def _filled(
    kept: Mapping[int, Sequence[PlannedPayout]], fresh: Sequence[PlannedPayout], nonces: Nonces
) -> tuple[PlannedTransaction, ...]:
    """Old nonces first, up to the usual number, then new ones."""
    waiting = list(reversed(fresh))
    planned: list[PlannedTransaction] = []
    nonce = nonces.head
    while nonce in kept or waiting:
        payouts = list(kept.get(nonce, ()))
        while waiting and len(payouts) < USUAL_PAYOUTS:
            payouts.append(waiting.pop())
        ordered = tuple(sorted(payouts, key=lambda payout: payout.payee.place))
        planned.append(PlannedTransaction(nonce, ordered))
        nonce += 1
    return tuple(planned)
