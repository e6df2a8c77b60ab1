"""Who is paid: an affiliate or a user as a recipient of payouts, and what may stand in the way."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.payouts import BlockerCode, PayoutPurpose
from app.domain.states import AffiliateStatus


@dataclass(frozen=True, slots=True)
class Payee:
    """owner_id: of the affiliate (COMMISSION), the user (REFUND), or 0 (WITHDRAWAL)."""

    purpose: PayoutPurpose
    owner_id: int

    @property
    def place(self) -> tuple[str, int]:
        """Commissions before refunds, each by owner: the order inside a Safe transaction."""
        return self.purpose.value, self.owner_id


@dataclass(frozen=True, slots=True)
class PayeeState:
    """A payee as it is now. status: of an affiliate; pays_from: the end of its wallet's cool-down, program time."""

    payee: Payee
    destination: str
    status: AffiliateStatus = AffiliateStatus.ACTIVE
    pays_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class PayoutRules:
    """What a payout must keep to. minimum: of a commission payout, smallest units; now: program time."""

    treasury: str
    minimum: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why a payee is not paid. missing: smallest units up to the minimum payout, or up to zero; until: program time."""

    code: BlockerCode
    until: datetime | None = None
    missing: int | None = None


def obstacle_of(state: PayeeState, rules: PayoutRules) -> Obstacle | None:
    """What keeps this payee from any payout, whatever it is owed. A terminated affiliate waits for an adjustment."""
    if state.status is not AffiliateStatus.ACTIVE:
        return Obstacle(BlockerCode.AFFILIATE_SUSPENDED)
    if state.pays_from is not None and state.pays_from > rules.now:
        return Obstacle(BlockerCode.WALLET_COOL_DOWN, until=state.pays_from)
    if state.destination.lower() == rules.treasury.lower():
        return Obstacle(BlockerCode.RECIPIENT_REFUSED)
    return None


def amount_obstacle(purpose: PayoutPurpose, owed: int, rules: PayoutRules) -> Obstacle | None:
    """What keeps an amount from being paid: nothing is owed, or less than the minimum, which binds commissions only."""
    if owed <= 0:
        return Obstacle(BlockerCode.NEGATIVE_BALANCE, missing=1 - owed)
    if purpose is PayoutPurpose.COMMISSION and owed < rules.minimum:
        return Obstacle(BlockerCode.BELOW_MINIMUM, missing=rules.minimum - owed)
    return None
