"""Money that leaves a treasury, laid beside what was proposed: before finality, by the rules that finality posts by."""

from collections.abc import Sequence

from app.chain.logs import LogPlace
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.postings import MovementDirection
from app.domain.states import SafeTransactionStatus
from app.services.findings.transaction_findings import FoundItem, SafeExecution, TreasuryTransfer
from app.services.payouts.post_payouts import PayoutMismatchError, compared
from app.services.settlement.unexplained_money import unexplained_transfer
from app.store.chain import settlements
from app.store.chain.consumption import WatchedProgram
from app.store.chain.settlements import SettlementPlace
from app.store.database import ReadSession
from app.store.payouts import safe_rows
from app.store.payouts.payouts_to_post import payouts_of


async def unproposed(
    session: ReadSession, chain_id: int, program: WatchedProgram, items: Sequence[FoundItem]
) -> list[tuple[LogPlace, NewDiscrepancy]]:
    """What left without having been proposed, and what was proposed otherwise, each with its log's place.

    items: of one transaction. What journals claim, and nobody undid, was judged when it was posted.
    """
    left = [
        item
        for item in items
        if isinstance(item, TreasuryTransfer) and item.direction is MovementDirection.OUT
    ]
    executions = [item for item in items if isinstance(item, SafeExecution)]
    known = await safe_rows.by_hash(
        session, program.id, [item.log.safe_tx_hash for item in executions]
    )
    found: list[tuple[LogPlace, NewDiscrepancy]] = []
    for item in executions:
        row = known.get(item.log.safe_tx_hash)
        if row is None or row.status is SafeTransactionStatus.EXECUTED:
            left.extend(item.transfers)
            continue
        payouts = await payouts_of(session, program.id, [row.id])
        try:
            compared(program, row, payouts, item)
        except PayoutMismatchError as problem:
            found.append((item.log.place, _mismatch(chain_id, item.log.place, problem)))
    if not left:
        return found
    place = left[0].log.place
    at = SettlementPlace(chain_id, None, place.tx_hash, place.block_number, place.block_hash)
    indexes = [one.log.place.log_index for one in left]
    claimed = await settlements.claimed_movements(session, program.id, at, indexes)
    for one in left:
        if claimed.get((one.log.place.log_index, one.direction.value)) is False:
            continue
        discrepancy = unexplained_transfer(program, at, one)
        if discrepancy is not None:
            found.append((one.log.place, discrepancy))
    return found


def _mismatch(chain_id: int, place: LogPlace, problem: PayoutMismatchError) -> NewDiscrepancy:
    """Named as the refused posting is named at finality."""
    return NewDiscrepancy(
        DiscrepancyKind.PAYOUT_MISMATCH,
        Severity.CRITICAL,
        f"{chain_id}:0x{place.block_hash.hex()}:{place.log_index}",
        f"{problem}, in transaction 0x{place.tx_hash.hex()}, block {place.block_number}.",
    )
