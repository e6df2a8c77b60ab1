"""Proposes to forfeit or write off a terminated affiliate's balance; another person decides."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.permissions import Authority
from app.domain.states import AffiliateStatus
from app.domain.texts import check_reason
from app.services.audit import AuditEntry, write_audit
from app.services.operation_keys import claim_operation
from app.store.database import UnitOfWork
from app.store.ledger import adjustments as store
from app.store.ledger.adjustments import AdjustableAffiliate, AdjustmentRow
from app.store.payouts.treasuries import lock_treasury, wait_for_treasury
from app.store.programs import read_currencies


@dataclass(frozen=True, slots=True)
class ProposeAdjustment:
    """The amount is the affiliate's whole balance in that currency."""

    affiliate_id: UUID
    currency: str
    reason: str
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class AdjustmentResult:
    """The adjustment that a key or a repeated approval stands for."""

    adjustment_id: UUID
    replayed: bool


async def propose_adjustment(
    unit: UnitOfWork, authority: Authority, command: ProposeAdjustment, now: datetime
) -> AdjustmentResult:
    """Refuses NOT_FOUND, INVALID_STATE, UNSUPPORTED_CURRENCY, and ALREADY_EXISTS for an amount that waits already."""
    check_reason(command.reason)
    await wait_for_treasury(unit, authority.program_id)
    adjustment_id = new_id()
    earlier = await claim_operation(
        unit,
        command.idempotency_key,
        "proposeBalanceAdjustment",
        {
            "affiliate": str(command.affiliate_id),
            "currency": command.currency,
            "reason": command.reason,
        },
        result=str(adjustment_id),
        now=now,
    )
    if earlier is not None:
        return AdjustmentResult(UUID(earlier), replayed=True)
    await lock_treasury(unit, authority.program_id)
    affiliate = await store.find_affiliate(unit, public_id=command.affiliate_id)
    if affiliate is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such affiliate.", "affiliateId")
    if command.currency not in await read_currencies(unit, authority.program_id):
        raise Refusal(
            RefusalCode.UNSUPPORTED_CURRENCY, "The program does not use this currency.", "currency"
        )
    amount = await adjustable_balance(unit, affiliate, command.currency, "affiliateId")
    row = AdjustmentRow(adjustment_id, affiliate.id, amount, command.reason, authority.actor, None)
    if not await store.insert_proposal(unit, row, now):
        raise Refusal(
            RefusalCode.ALREADY_EXISTS, "This adjustment waits for its approval.", "affiliateId"
        )
    await _tell(unit, affiliate, row, now)
    return AdjustmentResult(adjustment_id, replayed=False)


async def adjustable_balance(
    unit: UnitOfWork, affiliate: AdjustableAffiliate, currency: str, field: str
) -> Money:
    """The balance, under the treasury's lock. Refuses INVALID_STATE unless all of it can be adjusted now."""
    if affiliate.status is not AffiliateStatus.TERMINATED:
        raise Refusal(
            RefusalCode.INVALID_STATE, "Only a terminated affiliate's balance is adjusted.", field
        )
    if await store.is_in_batch(unit, affiliate.id, currency):
        raise Refusal(
            RefusalCode.INVALID_STATE, "A commission of the affiliate is in a payout batch.", field
        )
    balance = await store.balance(unit, affiliate.id, currency)
    if not balance.units:
        raise Refusal(RefusalCode.INVALID_STATE, "There is nothing to adjust.", field)
    return balance


async def _tell(
    unit: UnitOfWork, affiliate: AdjustableAffiliate, row: AdjustmentRow, now: datetime
) -> None:
    public_id = str(affiliate.public_id)
    facts = {
        "adjustment": str(row.id),
        "amount": str(row.amount.units),
        "currency": row.amount.currency,
    }
    version = await store.raise_version(unit, affiliate.id)
    name = "affiliate.adjustment_proposed"
    data = {"v": 1, **facts, "reason": row.reason}
    unit.record(NewEvent(EventType.AFFILIATE, name, public_id, version, now, data))
    entry = AuditEntry(row.proposed_by, name, public_id, now, after=facts, reason=row.reason)
    await write_audit(unit, entry)
