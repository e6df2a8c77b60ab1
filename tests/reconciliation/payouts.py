"""The checks that need the database only, over a history of payouts."""

from app.domain.ids import new_id
from app.domain.reconciliation import Run
from app.processes.reconciliation.checks import DATABASE_CHECKS
from app.store.reconciliation.scopes import read_scope
from tests.payouts.payout_history import PayoutHistory


def look_at_books(past: PayoutHistory) -> list[tuple[str, str]]:
    """Kind and reference of what a whole run would find; nothing is stored."""
    return past.run(_look(past))


async def _look(past: PayoutHistory) -> list[tuple[str, str]]:
    settling = past.world.settling
    run = Run(new_id(), past.program.id, whole=True, asked_at=settling.clock(), taken_by="")
    async with settling.worker.read(past.program.id) as session:
        scope = await read_scope(session, run, settling.clock())
        results = [await check(session, scope) for _, check in DATABASE_CHECKS]
    found = [one for result in results for one in result.found]
    return [
        (one.kind.value, one.reference)
        for one in found
        # Nobody seals here, and this world's payers have their intents accepted by the function alone, without the event.
        if not one.reference.endswith(":late") and not one.reference.startswith("AUDIT:unsealed:")
    ]
