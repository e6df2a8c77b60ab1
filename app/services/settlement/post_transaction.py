"""Posts what one final chain transaction means for one program, in one database transaction; safe to repeat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.actors import WATCHER
from app.domain.clock import program_time
from app.domain.postings import Journal
from app.services.findings.transaction_findings import (
    FoundItem,
    RejectedItem,
    ReturnedLogError,
    SettledItem,
    TreasuryTransfer,
)
from app.services.intents.reject_items import reject_items
from app.services.payouts.post_payouts import confirm_payouts, known_executions, prepare_payouts
from app.services.settlement.confirm_settlements import confirm_settlements, prepare_settlements
from app.services.settlement.unexplained_money import (
    hold_reported,
    prepare_unexplained,
    report_unexplained,
)
from app.store.chain import consumption, settlements
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.chain.watching import WatchLease
from app.store.database import UnitOfWork
from app.store.ledger import posting as ledger
from app.store.rules_lock import share_rules
from app.tracing import span


@dataclass(frozen=True, slots=True)
class FinalWork:
    """Items of one program in one final transaction. block_at: the block's own time. waited: how long the block waited to
    become final; None: not known.

    completes_block: nothing of this block is left for the program after these items. small_inflows: by currency, up to which
    sum a transaction's unexplained money is reported with others of its day, in smallest units.
    """

    program: WatchedProgram
    place: SettlementPlace
    block_at: datetime
    items: Sequence[FoundItem]
    completes_block: bool
    waited: timedelta | None = None
    small_inflows: Mapping[str, int] = field(default_factory=dict)


async def post_transaction(
    unit: UnitOfWork, lease: WatchLease, work: FinalWork, at: datetime
) -> bool:
    """Posts the items and moves consumed_through with them; False when that was done before, or the program is stopped.

    Raises LeaseLost, PayoutMismatchError, ReturnedLogError, and the database's refusals (see app.store.ledger.posting.post). at: real time.
    """
    program_id, place = work.program.id, work.place
    # Moves of branches are told of by events too: this one must come before or after them, as it reads the forest.
    await share_rules(unit, program_id)
    held = await consumption.hold_program(unit, lease, program_id)
    if held.stopped is not None or held.consumed_through >= place.block_number:
        return False
    executions, others = await known_executions(unit, program_id, work.items)
    items = await _not_posted(unit, work, others)
    confirmed_at = program_time(work.block_at, held.clock_offset)

    settled = [item for item in items if isinstance(item, SettledItem)]
    transfers = [item for item in items if isinstance(item, TreasuryTransfer)]
    payouts = await prepare_payouts(unit, work.program, place, executions, confirmed_at)
    proven = await prepare_settlements(unit, work.program, place, settled, confirmed_at)
    waiting = prepare_unexplained(
        work.program, place, transfers, proven.not_proven, confirmed_at, limits=work.small_inflows
    )
    await hold_reported(unit, program_id, waiting)

    journals = [one.journal for one in proven.settling if one.journal is not None]
    journals += [*waiting.journals, *payouts.journals]
    journal_ids = await _post(unit, program_id, journals, at)
    await confirm_payouts(
        unit, program_id, place, payouts, journal_ids, paid_at=confirmed_at, at=at
    )
    await confirm_settlements(
        unit,
        program_id,
        place,
        proven,
        journal_ids,
        actor=WATCHER,
        confirmed_at=confirmed_at,
        at=at,
        waited=work.waited,
    )
    await reject_items(
        unit, program_id, place, [item for item in items if isinstance(item, RejectedItem)], at
    )
    await report_unexplained(unit, program_id, waiting, journal_ids, at)
    if work.completes_block:
        await consumption.consume_through(
            unit, place.chain_id, [program_id], place.block_number, place.block_hash, at=at
        )
    return True


def reference_of(place: SettlementPlace, item: FoundItem) -> str:
    """What is found about one log is called so."""
    return f"{place.chain_id}:0x{place.block_hash.hex()}:{item.log.place.log_index}"


async def _not_posted(
    unit: UnitOfWork, work: FinalWork, items: Sequence[FoundItem]
) -> list[FoundItem]:
    """Without what an earlier run posted before it could say that the block is complete."""
    moving = {
        item.transfer.place.log_index: item
        for item in items
        if isinstance(item, SettledItem) and item.transfer is not None
    }
    indexes = list(moving) + [
        item.log.place.log_index for item in items if isinstance(item, TreasuryTransfer)
    ]
    claimed = (
        await settlements.claimed_movements(unit, work.program.id, work.place, indexes)
        if indexes
        else {}
    )
    for item in items:
        if claimed.get(_claim(item)) and not await settlements.is_seen(
            unit, work.program.id, reference_of(work.place, item)
        ):
            raise ReturnedLogError(
                "this payment was undone here and is in the chain again, in the same block: it cannot be booked a second"
                " time. Resolve this with NO_POSTING to go on without it"
            )
    return [item for item in items if _claim(item) not in claimed]


def _claim(item: FoundItem) -> tuple[int, str]:
    """Log index and direction of what its journal claims; nothing claims the index -1."""
    if isinstance(item, TreasuryTransfer):
        return item.log.place.log_index, item.direction.value
    if isinstance(item, SettledItem) and item.transfer is not None:
        return item.transfer.place.log_index, "IN"
    return -1, ""


async def _post(
    unit: UnitOfWork, program_id: int, journals: list[Journal], at: datetime
) -> dict[str, int]:
    """Journal ids by (kind and) reference; both kinds of reference differ in form."""
    if not journals:
        return {}
    with span("ledger: post", attributes={"journals": len(journals)}):
        ids = await ledger.post(unit, program_id, journals, at)
    return {
        journal.reference: journal_id for journal, journal_id in zip(journals, ids, strict=True)
    }
