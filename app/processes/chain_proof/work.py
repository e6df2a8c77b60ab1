"""Check 10: what stands still, and gaps in the nonces of lanes that carry something of the program."""

from app.domain.chain_proof.work import gap_discrepancy, gaps, stuck_discrepancies
from app.domain.discrepancies import NewDiscrepancy
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.comparing import ChainView, result_of
from app.store.chain_proof.lanes import carrying_lanes
from app.store.database import ReadSession
from app.store.reads import stuck_work


async def check_work(session: ReadSession, view: ChainView, scope: Scope) -> CheckResult:
    """Raises ChainError."""
    stuck = await stuck_work.of_program(session, scope.now)
    lanes = await carrying_lanes(session, scope.program_id, scope.chain_id)
    found: list[NewDiscrepancy] = stuck_discrepancies(stuck)
    for lane in lanes:
        # At the head: what the snapshot does not know of has higher nonces.
        missing = gaps(await view.chain.nonce(lane.relayer), lane.highest, lane.known)
        if missing:
            found.append(gap_discrepancy(scope.chain_id, lane.relayer, missing, lane.highest))
    return result_of(CheckName.WORK, len(stuck) + len(lanes), found)
