"""Who earns what from one settlement: the stored upline against the terms version stored with it.

Nothing is passed up: the share of a level that earns nothing stays with the program, and so does what
rounding leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from app.domain.ids import new_id
from app.domain.money import Money, share
from app.domain.states import AffiliateStatus, CommissionStatus

_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class EarningTerms:
    """What one version of a program's terms says about earning; rates in basis points, nearest level first."""

    version: int
    platform_fee_bps: int
    levels_bps: tuple[int, ...]
    registration_earns: bool
    holding_days: int


@dataclass(frozen=True, slots=True)
class Earner:
    """An affiliate of an upline, with its status at the moment of settlement."""

    affiliate_id: int
    status: AffiliateStatus


class SkipReason(StrEnum):
    """Why a level of the terms earned nothing, in words that the explanation of a commission shows."""

    REGISTRATION = "the terms pay no commission for a registration"
    NOBODY = "nobody stands at this level"
    SUSPENDED = "the affiliate is suspended"
    TERMINATED = "the affiliate is terminated"
    ZERO = "the share rounds to zero"


@dataclass(frozen=True, slots=True)
class SkippedLevel:
    level: int
    reason: SkipReason


@dataclass(frozen=True, slots=True)
class AccruedCommission:
    """One level's share. Its payable_at is a promise: it is shown from the first moment and never moves."""

    id: UUID
    affiliate_id: int
    level: int
    rate_bps: int
    terms_version: int
    base: Money
    amount: Money
    status: CommissionStatus
    accrued_at: datetime
    payable_at: datetime


@dataclass(frozen=True, slots=True)
class Accrual:
    """All that one settlement pays, nearest level first, and why the other levels got nothing."""

    commissions: tuple[AccruedCommission, ...]
    skipped: tuple[SkippedLevel, ...]


def accrue(
    base: Money,
    upline: Sequence[Earner],
    terms: EarningTerms,
    confirmed_at: datetime,
    *,
    registration: bool,
) -> Accrual:
    """The commissions of a settlement of `base` (gross) that was confirmed at that program time.

    upline: referrer first, as stored with the intent.
    """
    commissions: list[AccruedCommission] = []
    skipped: list[SkippedLevel] = []
    payable_at = confirmed_at + terms.holding_days * _DAY
    for level, rate_bps in enumerate(terms.levels_bps, 1):
        earner = upline[level - 1] if level <= len(upline) else None
        amount = share(base.units, rate_bps)
        reason = _skip_reason(earner, amount, silent=registration and not terms.registration_earns)
        if earner is None or reason is not None:
            skipped.append(SkippedLevel(level, reason or SkipReason.NOBODY))
            continue
        commissions.append(
            AccruedCommission(
                id=new_id(),
                affiliate_id=earner.affiliate_id,
                level=level,
                rate_bps=rate_bps,
                terms_version=terms.version,
                base=base,
                amount=Money(amount, base.currency),
                status=CommissionStatus.ACCRUED,
                accrued_at=confirmed_at,
                payable_at=payable_at,
            )
        )
    return Accrual(tuple(commissions), tuple(skipped))


def _skip_reason(earner: Earner | None, amount: int, *, silent: bool) -> SkipReason | None:
    if silent:
        return SkipReason.REGISTRATION
    if earner is None:
        return SkipReason.NOBODY
    if earner.status is AffiliateStatus.SUSPENDED:
        return SkipReason.SUSPENDED
    if earner.status is AffiliateStatus.TERMINATED:
        return SkipReason.TERMINATED
    return SkipReason.ZERO if amount == 0 else None
