"""What subscribers, rollups and the audit trail are told of a reversal (docs/events.md)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.events import EventType, NewEvent
from app.domain.reversals import TakenBack
from app.services.audit import AuditEntry, write_audit
from app.store.database import UnitOfWork
from app.store.ledger.reversals import NewReversal, ReversibleSettlement


@dataclass(frozen=True, slots=True)
class Reversed:
    """A reversal with all that it did. versions: of the commissions that are reversed themselves."""

    settlement: ReversibleSettlement
    new: NewReversal
    taken: TakenBack
    versions: Mapping[UUID, int]


async def tell_reversed(unit: UnitOfWork, done: Reversed, now: datetime) -> None:
    """settlement.reversed, then commission.reversed or commission.clawed_back for each share, and the audit row."""
    settlement_id, new = str(done.settlement.id), done.new
    # The settlement's confirmation was its first version.
    version = done.settlement.times + 2
    data = _data(done)
    unit.record(
        NewEvent(EventType.SETTLEMENT, "settlement.reversed", settlement_id, version, now, {**data})
    )
    tell_taken_back(unit, settlement_id, str(new.id), done.taken, versions=done.versions, now=now)
    before = {"reversed": str(new.taken_before)}
    after = {
        "reversed": str(new.taken_before + new.amount.units),
        "reversal": str(new.id),
        "amount": str(new.amount.units),
        "currency": new.amount.currency,
    }
    await write_audit(
        unit,
        AuditEntry(new.actor, "settlement.reversed", settlement_id, now, before, after, new.reason),
    )


def _data(done: Reversed) -> dict[str, Any]:
    new = done.new
    return {
        "v": 1,
        "reversal": str(new.id),
        "user": str(done.settlement.user_public_id),
        "amount": str(new.amount.units),
        "currency": new.amount.currency,
        "reversed": str(new.taken_before + new.amount.units),
        "month": new.at.strftime("%Y-%m"),
        "reversedAt": new.at.isoformat(),
        "internal": {"upline": shares_by_level(done.settlement.upline, done.taken)},
    }


def tell_taken_back(
    unit: UnitOfWork,
    settlement: str,
    reversal: str | None,
    taken: TakenBack,
    *,
    versions: Mapping[UUID, int],
    now: datetime,
) -> None:
    """commission.reversed or commission.clawed_back for each share. reversal: None when the chain took the settlement back."""
    for event in _commission_events(settlement, reversal, taken, versions, now):
        unit.record(event)


def shares_by_level(upline: Sequence[int], taken: TakenBack) -> list[dict[str, Any]]:
    """For rollups: the whole stored upline, with what each level gives back."""
    given = {earned.level: amount.units for earned, amount in taken.shares}
    return [
        {"affiliate": affiliate_id, "level": level, "clawedBack": str(given.get(level, 0))}
        for level, affiliate_id in enumerate(upline, 1)
    ]


def _commission_events(
    settlement: str,
    reversal: str | None,
    taken: TakenBack,
    versions: Mapping[UUID, int],
    now: datetime,
) -> Iterator[NewEvent]:
    for earned in taken.reversed:
        data = {
            "v": 1,
            "affiliate": str(earned.affiliate_public_id),
            "settlement": settlement,
            "reversal": reversal,
            "level": earned.level,
            "amount": str(earned.amount.units),
            "currency": earned.amount.currency,
        }
        version = versions[earned.id]
        yield NewEvent(
            EventType.COMMISSION, "commission.reversed", str(earned.id), version, now, data
        )
    for clawback in taken.clawbacks:
        earned = clawback.earned
        data = {
            "v": 1,
            "affiliate": str(earned.affiliate_public_id),
            "settlement": settlement,
            "reversal": reversal,
            "clawsBack": str(earned.id),
            "level": earned.level,
            "amount": str(-clawback.amount.units),
            "currency": clawback.amount.currency,
            "status": clawback.status.value,
            "payableAt": clawback.payable_at.isoformat(),
        }
        yield NewEvent(
            EventType.COMMISSION, "commission.clawed_back", str(clawback.id), 1, now, data
        )
