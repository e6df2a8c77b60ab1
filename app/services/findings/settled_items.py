"""From proofs to what they are worth: whether a Settled log proves its intent, who earns from it, what is posted."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from app.chain.logs import Settled, TokenTransfer
from app.domain.commissions import Accrual, Earner
from app.domain.ids import new_id
from app.domain.intents import kind_of
from app.domain.money import Money
from app.domain.postings import Journal, Movement, MovementDirection
from app.services.findings.transaction_findings import SettledItem
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.intents.proven_intents import AffiliateNow, ProvenIntent

_NOTHING = Accrual((), ())


@dataclass(frozen=True, slots=True)
class Settling:
    """One intent about to be CONFIRMED. log: None when a payment provider proves it. amount, journal: None when no money
    moved.
    """

    settlement_id: UUID
    intent: ProvenIntent
    log: Settled | None
    amount: Money | None
    accrual: Accrual
    journal: Journal | None


def proves(item: SettledItem, intent: ProvenIntent, program: WatchedProgram) -> bool:
    """Whether the log settles what the intent asked for: a wallet and a relayer together can settle something else."""
    log, asked = item.log, intent.amount
    if log.wallet != intent.wallet or (log.token_id != 0) != intent.registration:
        return False
    if asked is None:
        return log.amount == 0
    return (
        item.transfer is not None
        and log.amount == asked.units
        and program.tokens.get(log.token) == asked.currency
    )


def settling(
    item: SettledItem,
    intent: ProvenIntent,
    place: SettlementPlace,
    affiliates: Mapping[int, AffiliateNow],
    confirmed_at: datetime,
) -> Settling:
    """What a proven settlement pays and posts. affiliates: those of its upline, as they are now."""
    amount = intent.amount
    if amount is None or item.transfer is None:
        return Settling(new_id(), intent, item.log, None, _NOTHING, None)
    movement = movement_of(item.transfer, MovementDirection.IN, amount, place)
    accrual, journal = worth(intent, amount, movement, affiliates, confirmed_at)
    return Settling(new_id(), intent, item.log, amount, accrual, journal)


def settled_again(one: Settling, before: int) -> Settling:
    """As PAYOUT_HOLD, a reference with a count. before: how many settlements of the intent were undone."""
    assert one.journal is not None
    reference = f"{one.journal.reference}:{before + 1}"
    return replace(one, journal=replace(one.journal, reference=reference))


def worth(
    intent: ProvenIntent,
    paid: Money,
    movement: Movement | None,
    affiliates: Mapping[int, AffiliateNow],
    confirmed_at: datetime,
) -> tuple[Accrual, Journal]:
    """Who earns from a payment, and what it posts. movement: None when a provider has the money."""
    upline = [Earner(one, affiliates[one].status) for one in intent.upline]
    kind = kind_of(intent.kind)
    accrual = kind.accrual(paid, upline, intent.terms, confirmed_at)
    journal = kind.journal(
        intent.id,
        intent.user_id,
        paid,
        intent.terms,
        accrual,
        movement=movement,
        effective_at=confirmed_at,
    )
    return accrual, journal


def movement_of(
    transfer: TokenTransfer, direction: MovementDirection, amount: Money, place: SettlementPlace
) -> Movement:
    """A Transfer log as the movement that one journal claims."""
    return Movement(
        chain_id=place.chain_id,
        block_number=place.block_number,
        block_hash=place.block_hash,
        log_index=transfer.place.log_index,
        direction=direction,
        amount=amount,
        tx_hash=place.tx_hash,
    )
