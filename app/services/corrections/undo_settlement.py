"""The chain took a settlement back: its mirror is posted, and everybody who earned from it gives that back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.clock import program_time
from app.domain.events import EventType, NewEvent
from app.domain.money import Money, share
from app.domain.payouts import Death
from app.domain.reversal_postings import undoing_journal
from app.domain.reversals import ReversedPart, TakenBack, take_back
from app.services.audit import AuditEntry, write_audit
from app.services.corrections.reversal_events import shares_by_level, tell_taken_back
from app.services.payouts.give_up_payouts import give_up_payouts
from app.store.database import UnitOfWork
from app.store.ledger import clawbacks, reversals, undone
from app.store.ledger.clawbacks import Cause, TakenPart
from app.store.ledger.posting import post
from app.store.ledger.reversals import ReversibleSettlement
from app.store.payouts.payout_lines import refunds_listed
from app.store.payouts.safe_rows import lock_open
from app.store.programs import read_program

_NOTHING = TakenBack((), ())
_REFUND_IS_GONE = (
    "it refunds a payment that the chain took back: make a batch that replaces this one"
)


@dataclass(frozen=True, slots=True)
class SeenGone:
    """A settlement that so many nodes, each asked by itself, do not have. head: the lowest block that they were at."""

    settlement_id: UUID
    nodes: int
    head: int

    @property
    def words(self) -> str:
        """For the note that stays."""
        asked = "the only node that is configured" if self.nodes == 1 else f"{self.nodes} nodes"
        return f"(Gone by the word of {asked}, at block {self.head}.)"


@dataclass(frozen=True, slots=True)
class Undoing:
    """Which settlement, because of which discrepancy; who says so and why."""

    discrepancy_id: UUID
    settlement_id: UUID
    actor: str
    note: str


async def undo_settlement(
    unit: UnitOfWork, program_id: int, asked: Undoing, now: datetime
) -> int | None:
    """The mirror's journal; None when no money had moved. The intent stays CONFIRMED, and a user registered.

    What reversals took before is not taken again, and the refund that they owe stays owed; a batch that pays it is not sent
    any more. The treasury's lock and the discrepancy's are held. now: real time.
    """
    program = await read_program(unit, program_id)
    settlement = await reversals.find_reversible(unit, asked.settlement_id)
    assert program is not None
    assert settlement is not None
    at = program_time(now, program.clock_offset)
    journal_id, taken = await _post(unit, program_id, asked, settlement, (now, at))
    await undone.mark_undone(unit, settlement.id, at)
    versions = {}
    if settlement.amount is not None:
        cause = Cause(asked.actor, asked.note, now)
        left = Money(settlement.amount.units - settlement.reversed, settlement.amount.currency)
        part = TakenPart(settlement.id, None, left, at)
        if taken.clawbacks:
            await clawbacks.insert_clawbacks(unit, part, taken.clawbacks, cause)
        ids = [one.id for one in taken.reversed]
        versions = await clawbacks.reverse_commissions(unit, ids, cause) if ids else {}
    await _give_up_refunds(unit, program_id, asked, now)
    await _tell(unit, asked, settlement, taken, (now, at))
    tell_taken_back(unit, str(settlement.id), None, taken, versions=versions, now=now)
    return journal_id


async def _give_up_refunds(
    unit: UnitOfWork, program_id: int, asked: Undoing, now: datetime
) -> None:
    """Nothing is paid out that nobody has paid in. What was sent already may still execute; if not, it is not sent again."""
    listed = await refunds_listed(unit, program_id, asked.settlement_id)
    rows = [
        row for row in await lock_open(unit, program_id) if row.id in listed and row.death is None
    ]
    await give_up_payouts(
        unit, program_id, rows, Death.REJECTED, _REFUND_IS_GONE, actor=asked.actor, at=now
    )


async def _post(
    unit: UnitOfWork,
    program_id: int,
    asked: Undoing,
    settlement: ReversibleSettlement,
    times: tuple[datetime, datetime],
) -> tuple[int | None, TakenBack]:
    """Posts before the settlement is marked: the database compares the mirror with what is not undone yet."""
    now, at = times
    if settlement.amount is None:
        return None, _NOTHING
    assert settlement.journal_id is not None
    paid = settlement.amount
    part = ReversedPart(paid.units, settlement.reversed, paid.units - settlement.reversed)
    taken = take_back(part, await reversals.lock_commissions(unit, settlement.id), at)
    journal = undoing_journal(
        asked.discrepancy_id,
        settlement.user_id,
        await undone.movement_of_journal(unit, settlement.journal_id),
        Money(part.of(share(paid.units, settlement.platform_fee_bps)), paid.currency),
        [(earned.affiliate_id, amount) for earned, amount in taken.shares],
        reverses=settlement.journal_id,
        note=asked.note,
        effective_at=at,
    )
    [journal_id] = await post(unit, program_id, [journal], now, role="api")
    return journal_id, taken


async def _tell(
    unit: UnitOfWork,
    asked: Undoing,
    settlement: ReversibleSettlement,
    taken: TakenBack,
    times: tuple[datetime, datetime],
) -> None:
    now, at = times
    paid = settlement.amount
    data: dict[str, Any] = {
        "v": 1,
        "discrepancy": str(asked.discrepancy_id),
        "user": str(settlement.user_public_id),
        "amount": None if paid is None else str(paid.units - settlement.reversed),
        "currency": None if paid is None else paid.currency,
        "month": at.strftime("%Y-%m"),
        "undoneAt": at.isoformat(),
        "internal": {"upline": shares_by_level(settlement.upline, taken)},
    }
    name, id_ = "settlement.undone", str(settlement.id)
    # The settlement's confirmation was its first version, each reversal one more.
    version = settlement.times + 2
    unit.record(NewEvent(EventType.SETTLEMENT, name, id_, version, now, data))
    after = {"undoneAt": at.isoformat(), "amount": data["amount"], "currency": data["currency"]}
    entry = AuditEntry(asked.actor, name, id_, now, {"undoneAt": None}, after, asked.note)
    await write_audit(unit, entry)
