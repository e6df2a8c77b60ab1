"""What subscribers and rollups are told of a settlement (docs/events.md)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.domain.events import EventType, NewEvent
from app.domain.states import IntentStatus
from app.services.findings.settled_items import Settling
from app.store.intents.proven_intents import AffiliateNow

_MILLISECOND = timedelta(milliseconds=1)


def settlement_events(
    one: Settling,
    affiliates: Mapping[int, AffiliateNow],
    referrers: Sequence[int],
    confirmed_at: datetime,
    at: datetime,
    *,
    waited: timedelta | None = None,
) -> Iterator[NewEvent]:
    """settlement.confirmed, then commission.accrued for each level that earned.

    referrers: of a registration, its referrer and everybody above as the forest is now. waited: for the block to become
    final; None: not known.
    """
    yield NewEvent(
        EventType.SETTLEMENT,
        "settlement.confirmed",
        str(one.settlement_id),
        1,
        at,
        _settlement_data(one, referrers, confirmed_at, at, waited),
    )
    for commission in one.accrual.commissions:
        yield NewEvent(
            EventType.COMMISSION,
            "commission.accrued",
            str(commission.id),
            1,
            at,
            {
                "v": 1,
                "settlement": str(one.settlement_id),
                "affiliate": str(affiliates[commission.affiliate_id].public_id),
                "level": commission.level,
                "amount": str(commission.amount.units),
                "currency": commission.amount.currency,
                "payableAt": commission.payable_at.isoformat(),
            },
        )


def _settlement_data(
    one: Settling,
    referrers: Sequence[int],
    confirmed_at: datetime,
    at: datetime,
    waited: timedelta | None,
) -> dict[str, Any]:
    intent = one.intent
    took = at - intent.created_at
    # One that the chain took back, and that is mined again, took as long as the chain let it.
    again = intent.status is IntentStatus.CONFIRMED
    earned = {paid.level: str(paid.amount.units) for paid in one.accrual.commissions}
    return {
        "v": 1,
        "intent": str(intent.id),
        "kind": intent.kind,
        "amount": None if one.amount is None else str(one.amount.units),
        "currency": None if one.amount is None else one.amount.currency,
        "month": confirmed_at.strftime("%Y-%m"),
        "confirmedAt": confirmed_at.isoformat(),
        "internal": {
            "milliseconds": took // _MILLISECOND,
            "ownMilliseconds": None
            if waited is None or again
            else max(took - waited, timedelta()) // _MILLISECOND,
            "upline": [
                {"affiliate": affiliate_id, "level": level, "earned": earned.get(level, "0")}
                for level, affiliate_id in enumerate(intent.upline, 1)
            ],
            "referrers": list(referrers),
        },
    }
