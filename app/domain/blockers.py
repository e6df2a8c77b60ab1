"""Why something is not paid yet, in words a person can act on: derived from stored facts, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.money import format_units
from app.domain.payouts import BlockerCode, Death
from app.domain.states import AffiliateStatus, CommissionStatus, SafeTransactionStatus


@dataclass(frozen=True, slots=True)
class Blocker:
    """until: program time, where it ends by itself."""

    code: BlockerCode
    message: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PayingFacts:
    """A Safe transaction that is to pay. signed: how many of today's owners did; waiting: why no relay takes it."""

    status: SafeTransactionStatus
    death: Death | None
    death_reason: str | None
    signed: int
    threshold: int
    waiting_code: BlockerCode | None
    waiting: str | None


@dataclass(frozen=True, slots=True)
class EarnerFacts:
    """An affiliate in one currency. net: the sum of what is PAYABLE; minimum: of the terms in force, 0 for none.

    pays_from: when a changed wallet may be paid; refused: why the newest batch left the affiliate out.
    """

    status: AffiliateStatus
    net: int
    minimum: int
    currency: str
    decimals: int
    pays_from: datetime | None
    refused: str | None


@dataclass(frozen=True, slots=True)
class CommissionFacts:
    """paying: the Safe transaction that lists it, while it is PENDING_APPROVAL."""

    status: CommissionStatus
    payable_at: datetime
    earner: EarnerFacts
    paying: PayingFacts | None
    paused: bool
    another_batch_is_open: bool


def blockers_of_commission(facts: CommissionFacts, now: datetime) -> list[Blocker]:
    """Empty when nothing more is to come. now: program time."""
    match facts.status:
        case CommissionStatus.ACCRUED:
            return [_held(facts.payable_at, now), *_suspension(facts.earner)]
        case CommissionStatus.PAYABLE:
            return _of_payable(facts, now)
        case CommissionStatus.PENDING_APPROVAL if facts.paying is not None:
            return blockers_of_paying(facts.paying, paused=facts.paused)
        case _:
            return []


def _held(payable_at: datetime, now: datetime) -> Blocker:
    if now < payable_at:
        return Blocker(BlockerCode.HOLDING_PERIOD, "The holding period is not over.", payable_at)
    over = "The holding period is over: the next daily run, or whoever makes a batch, takes it."
    return Blocker(BlockerCode.HOLDING_PERIOD, over)


def blockers_of_batch(
    parts: Sequence[PayingFacts], *, paused: bool, earlier_is_open: bool
) -> list[Blocker]:
    """Of a batch that can still be paid; each of its Safe transactions' blockers once."""
    found: dict[BlockerCode, Blocker] = {}
    if earlier_is_open:
        found[BlockerCode.EARLIER_BATCH_OPEN] = Blocker(
            BlockerCode.EARLIER_BATCH_OPEN,
            "A Safe transaction of an earlier batch holds a lower nonce of the Safe.",
        )
    # The one with the fewest signatures says how far a batch is.
    for part in sorted(parts, key=lambda part: part.signed):
        for blocker in blockers_of_paying(part, paused=paused):
            found.setdefault(blocker.code, blocker)
    return list(found.values())


def blockers_of_paying(paying: PayingFacts, *, paused: bool) -> list[Blocker]:
    """What a Safe transaction waits for, until it has ended."""
    if paying.status in (SafeTransactionStatus.EXECUTED, SafeTransactionStatus.DEAD):
        return []
    if paying.death is not None:
        return [_given_up(paying)]
    if paying.status is SafeTransactionStatus.EXECUTING:
        return [Blocker(BlockerCode.EXECUTING, "It was sent to the chain and is not final yet.")]
    if paying.status is SafeTransactionStatus.PROPOSED:
        signed = signatures_so_far(paying.signed, paying.threshold)
        return [Blocker(BlockerCode.AWAITING_APPROVAL, f"It has {signed}."), *_pause(paused)]
    return _before_relay(paying, paused=paused)


def signatures_so_far(signed: int, threshold: int) -> str:
    """Not "1 of 2 owners": a Safe may have more owners than it needs."""
    return f"{signed} of the {threshold} signature{'' if threshold == 1 else 's'} that it needs"


def _before_relay(paying: PayingFacts, *, paused: bool) -> list[Blocker]:
    found = _pause(paused)
    if paying.waiting_code not in (None, BlockerCode.PROGRAM_PAUSED):
        found.append(Blocker(paying.waiting_code, paying.waiting or ""))
    return found or [
        Blocker(BlockerCode.EXECUTING, "Enough owners have signed: it is sent to the chain next.")
    ]


def _given_up(paying: PayingFacts) -> Blocker:
    reason = paying.death_reason or ""
    if paying.death is Death.RECIPIENT_REFUSED:
        return Blocker(BlockerCode.RECIPIENT_REFUSED, reason)
    return Blocker(
        BlockerCode.EARLIER_BATCH_OPEN,
        f"Its batch was given up, and can be executed until its nonce is used: {reason}",
    )


def _of_payable(facts: CommissionFacts, now: datetime) -> list[Blocker]:
    earner = facts.earner
    found = [*_suspension(earner), *_cool_down(earner, now), *_amount(earner)]
    if earner.refused is not None:
        found.append(Blocker(BlockerCode.RECIPIENT_REFUSED, earner.refused))
    found += _pause(facts.paused)
    if facts.another_batch_is_open:
        found.append(
            Blocker(BlockerCode.EARLIER_BATCH_OPEN, "It goes into the batch after the open one.")
        )
    return found or [
        Blocker(
            BlockerCode.AWAITING_APPROVAL, "It goes into the next batch, for owners to approve."
        )
    ]


def _suspension(earner: EarnerFacts) -> list[Blocker]:
    if earner.status is AffiliateStatus.ACTIVE:
        return []
    words = f"The affiliate is {earner.status.value.lower()}."
    return [Blocker(BlockerCode.AFFILIATE_SUSPENDED, words)]


def _cool_down(earner: EarnerFacts, now: datetime) -> list[Blocker]:
    if earner.pays_from is None or earner.pays_from <= now:
        return []
    words = "The affiliate's wallet was changed: payouts to the new one wait."
    return [Blocker(BlockerCode.WALLET_COOL_DOWN, words, earner.pays_from)]


def _amount(earner: EarnerFacts) -> list[Blocker]:
    if earner.net <= 0:
        words = "Clawbacks take up all that is payable."
        return [Blocker(BlockerCode.NEGATIVE_BALANCE, words)]
    missing = earner.minimum - earner.net
    if missing <= 0:
        return []
    words = (
        f"{format_units(missing, earner.decimals)} {earner.currency} are missing to the minimum of"
        f" {format_units(earner.minimum, earner.decimals)} {earner.currency}."
    )
    return [Blocker(BlockerCode.BELOW_MINIMUM, words)]


def _pause(paused: bool) -> list[Blocker]:
    return [Blocker(BlockerCode.PROGRAM_PAUSED, "The program is paused.")] if paused else []
