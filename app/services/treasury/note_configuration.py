"""A look at a treasury's Safe: what changed is reported, and holds its payouts until a person has seen it."""

from datetime import datetime

from app.domain.actors import WATCHER
from app.domain.discrepancies import NewDiscrepancy
from app.domain.treasury import SafeConfiguration
from app.domain.treasury_changes import change, first_look, not_readable
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.store.chain import watching
from app.store.chain.watching import KnownBlock, WatchLease
from app.store.database import UnitOfWork
from app.store.payouts.treasuries import lock_treasury
from app.store.treasury import configurations
from app.store.treasury.configurations import LookedAt, StoredConfiguration


async def note_configuration(
    unit: UnitOfWork,
    lease: WatchLease,
    program_id: int,
    safe: SafeConfiguration | None,
    *,
    block: KnownBlock,
    at: datetime,
) -> None:
    """safe: as of the block; None when it does not answer as one. unit: of that program. Raises LeaseLost."""
    await watching.hold_lease(unit, lease)
    # Whoever signs a relay holds it: nothing is signed between this and the commit.
    await lock_treasury(unit, program_id)
    before = await configurations.lock(unit, program_id)
    if before is None and safe is None:
        return
    if before is not None and before.seen == safe:
        return
    found = _found(f"{lease.chain_id}:0x{block.hash.hex()}", before, safe)
    await configurations.note(unit, program_id, safe, LookedAt(block.number, block.hash, at))
    if found is not None:
        await open_discrepancy(unit, program_id, found, WATCHER, at)


def _found(
    reference: str, before: StoredConfiguration | None, safe: SafeConfiguration | None
) -> NewDiscrepancy | None:
    if safe is None:
        return not_readable(reference)
    return first_look(reference, safe) if before is None else change(reference, before.safe, safe)
