"""A second person agrees: a terminated affiliate's balance becomes zero, and so do its open commissions."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.clock import program_time
from app.domain.errors import Refusal, RefusalCode
from app.domain.events import EventType, NewEvent
from app.domain.permissions import Authority
from app.domain.reversal_postings import adjustment_journal
from app.services.audit import AuditEntry, write_audit
from app.services.corrections.propose_adjustment import AdjustmentResult, adjustable_balance
from app.store.access.people import people_behind
from app.store.database import UnitOfWork
from app.store.ledger import adjustments as store
from app.store.ledger.adjustments import AdjustableAffiliate, AdjustmentRow, UnpaidCommission
from app.store.ledger.clawbacks import Cause, reverse_commissions
from app.store.ledger.posting import post
from app.store.payouts.treasuries import lock_treasury, wait_for_treasury
from app.store.programs import read_program
from app.store.rules_lock import wait_for_rules


async def approve_adjustment(
    unit: UnitOfWork, authority: Authority, adjustment_id: UUID, now: datetime
) -> AdjustmentResult:
    """Posts the adjustment. One that was approved already is returned as it is.

    Refuses NOT_FOUND, SELF_APPROVAL, and INVALID_STATE when the balance is not what was proposed.
    """
    await wait_for_treasury(unit, authority.program_id)
    # A settlement that was being posted while the affiliate was terminated is in the balance afterwards. Later ones give it
    # nothing, and nobody who accepts is to wait until a hundred thousand commissions are reversed.
    await wait_for_rules(unit, authority.program_id)
    await lock_treasury(unit, authority.program_id)
    row = await store.lock_adjustment(unit, adjustment_id)
    if row is None:
        raise Refusal(RefusalCode.NOT_FOUND, "There is no such adjustment.", "id")
    if row.approved_by is not None:
        return AdjustmentResult(row.id, replayed=True)
    program_id = authority.program_id
    proposed_by = await people_behind(unit, program_id, row.proposed_by)
    if not proposed_by.isdisjoint(await people_behind(unit, program_id, authority.actor)):
        raise Refusal(
            RefusalCode.SELF_APPROVAL,
            "Who proposed it does not approve it, nor a key that the same person made.",
            "id",
        )
    affiliate = await store.find_affiliate(unit, key=row.affiliate_id)
    assert affiliate is not None
    if await adjustable_balance(unit, affiliate, row.amount.currency, "id") != row.amount:
        raise Refusal(
            RefusalCode.INVALID_STATE, "The balance has changed since: propose it again.", "id"
        )
    await _adjust(unit, authority, affiliate, row, now)
    return AdjustmentResult(row.id, replayed=False)


async def _adjust(
    unit: UnitOfWork,
    authority: Authority,
    affiliate: AdjustableAffiliate,
    row: AdjustmentRow,
    now: datetime,
) -> None:
    program = await read_program(unit, authority.program_id)
    assert program is not None
    commissions = await store.lock_unpaid(unit, affiliate.id, row.amount.currency)
    assert sum(one.amount for one in commissions) == row.amount.units, "invariant 4"
    at = program_time(now, program.clock_offset)
    journal = adjustment_journal(row.id, affiliate.id, row.amount, row.reason, at)
    [journal_id] = await post(unit, program.id, [journal], now, role="api")
    await store.approve(unit, row.id, authority.actor, now, journal_id)
    cause = Cause(authority.actor, row.reason, now)
    versions = await reverse_commissions(unit, [one.id for one in commissions], cause)
    for one in commissions:
        unit.record(_reversed(affiliate, row, one, versions[one.id], now))
    await _tell(unit, affiliate, row, cause, commissions)


def _reversed(
    affiliate: AdjustableAffiliate,
    row: AdjustmentRow,
    commission: UnpaidCommission,
    version: int,
    now: datetime,
) -> NewEvent:
    data = {
        "v": 1,
        "affiliate": str(affiliate.public_id),
        "settlement": str(commission.settlement_id),
        "adjustment": str(row.id),
        "level": commission.level,
        "amount": str(commission.amount),
        "currency": row.amount.currency,
    }
    return NewEvent(
        EventType.COMMISSION, "commission.reversed", str(commission.id), version, now, data
    )


async def _tell(
    unit: UnitOfWork,
    affiliate: AdjustableAffiliate,
    row: AdjustmentRow,
    cause: Cause,
    commissions: Sequence[UnpaidCommission],
) -> None:
    public_id = str(affiliate.public_id)
    facts = {
        "adjustment": str(row.id),
        "amount": str(row.amount.units),
        "currency": row.amount.currency,
        "commissions": len(commissions),
    }
    version = await store.raise_version(unit, affiliate.id)
    name = "affiliate.balance_adjusted"
    data = {"v": 1, **facts, "reason": row.reason}
    unit.record(NewEvent(EventType.AFFILIATE, name, public_id, version, cause.at, data))
    before, after = {"balance": str(row.amount.units)}, {**facts, "balance": "0"}
    entry = AuditEntry(cause.actor, name, public_id, cause.at, before, after, row.reason)
    await write_audit(unit, entry)
