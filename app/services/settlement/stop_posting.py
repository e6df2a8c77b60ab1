"""What a program's books cannot take: a refused posting, or a reorganisation beyond finality."""

from datetime import datetime

from app.domain.actors import WATCHER
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.services.audit import AuditEntry, write_audit
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.services.findings.transaction_findings import (
    FoundItem,
    ReturnedLogError,
    SafeExecution,
    SettledItem,
    TreasuryTransfer,
)
from app.services.payouts.post_payouts import PayoutMismatchError
from app.services.settlement.post_transaction import FinalWork, reference_of
from app.store.chain import consumption, watching
from app.store.chain.watching import WatchLease
from app.store.database import UnitOfWork
from app.store.programs import public_id_of


async def stop_for_refusal(
    unit: UnitOfWork, lease: WatchLease, work: FinalWork, problem: Exception, at: datetime
) -> None:
    """The database refuses this one item: nothing more is posted for its program until a person has looked.

    unit: of that program. The database's own words are for operators: clients read that there are some. Raises
    LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    item = work.items[0]
    refused = (
        f"The posting of log {item.log.place.log_index} in transaction"
        f" 0x{work.place.tx_hash.hex()}, block {work.place.block_number}, was refused"
    )
    await _stop(unit, lease.chain_id, work.program.id, f"{refused}: {problem}", at)
    known = isinstance(problem, PayoutMismatchError | ReturnedLogError)
    message = f"{refused}: {problem if known else 'the ledger does not take it'}."
    reference = reference_of(work.place, item)
    found = NewDiscrepancy(_kind(item), Severity.CRITICAL, reference, message)
    await open_discrepancy(unit, work.program.id, found, WATCHER, at)


async def stop_for_reorganisation(
    unit: UnitOfWork, lease: WatchLease, program_id: int, fork_number: int, at: datetime
) -> None:
    """Blocks that this program's books rest on are gone: a person undoes by mirror journals what went with them.

    unit: of that program. Raises LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    found = deep_reorganisation(lease.chain_id, fork_number)
    await _stop(unit, lease.chain_id, program_id, found.message, at)
    await open_discrepancy(unit, program_id, found, WATCHER, at)


async def stop_for_unread_block(
    unit: UnitOfWork,
    lease: WatchLease,
    program_id: int,
    block: tuple[int, bytes],
    *,
    problem: Exception,
    at: datetime,
) -> None:
    """No node tells what one block (number, hash) says of this program's treasury, so its books cannot go on. problem: what
    they answer, for operators.

    unit: of that program. Raises LeaseLost.
    """
    await watching.hold_lease(unit, lease)
    found = unread_block(lease.chain_id, *block)
    await _stop(unit, lease.chain_id, program_id, f"{found.message} ({problem})", at)
    await open_discrepancy(unit, program_id, found, WATCHER, at)


def unread_block(chain_id: int, number: int, block_hash: bytes) -> NewDiscrepancy:
    """The same at the head and at finality, so that it is reported once."""
    message = (
        f"Block {number} has more logs of the treasury than the node gives, and it gives no receipts of that block"
        " either: what moved in it is unknown, and nothing more is posted. With a node in SGE_CHAINS that gives them it goes on"
        " after `sge program resume-posting`."
    )
    return NewDiscrepancy(
        DiscrepancyKind.TREASURY_MISMATCH,
        Severity.CRITICAL,
        f"{chain_id}:0x{block_hash.hex()}:unread",
        message,
    )


def deep_reorganisation(chain_id: int, fork_number: int) -> NewDiscrepancy:
    """Final blocks above the fork are gone. Named by the fork: whoever finds it, it is reported once."""
    message = (
        f"The chain took back final blocks above {fork_number};"
        " what was posted from them may not have happened."
    )
    return NewDiscrepancy(
        DiscrepancyKind.DEEP_REORGANISATION,
        Severity.CRITICAL,
        f"{chain_id}:{fork_number}",
        message,
    )


async def _stop(
    unit: UnitOfWork, chain_id: int, program_id: int, reason: str, at: datetime
) -> None:
    """The reason may be the database's own words, for operators; the audit log, which clients read, has the discrepancy's."""
    if not await consumption.stop_program(unit, chain_id, program_id, reason, at):
        return
    entry = AuditEntry(
        actor=WATCHER,
        action="program.posting_stopped",
        target_id=str(await public_id_of(unit, program_id)),
        at=at,
        before={"postingStopped": False},
        after={"postingStopped": True},
    )
    await write_audit(unit, entry, program_id=program_id)


def _kind(item: FoundItem) -> DiscrepancyKind:
    """Payouts that were made otherwise, money that the treasury has and the ledger does not, or a settlement without
    its proof's effects.
    """
    if isinstance(item, SafeExecution):
        return DiscrepancyKind.PAYOUT_MISMATCH
    moves_money = isinstance(item, TreasuryTransfer) or (
        isinstance(item, SettledItem) and item.transfer is not None
    )
    return (
        DiscrepancyKind.TREASURY_MISMATCH
        if moves_money
        else DiscrepancyKind.SETTLEMENT_NOT_ON_CHAIN
    )
