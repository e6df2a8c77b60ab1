"""Check 9: the rollups are what a rebuild would make, up to the event that they have applied, and kept sums what they sum."""

from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.pending_rollups import PendingRollups
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.domain.rollup import Additions, fold
from app.store.database import ReadSession
from app.store.reconciliation import pending_events
from app.store.reconciliation.kept_sums import kept_sum_drifts
from app.store.reconciliation.rollups import RollupDrift, rollup_drifts


async def check_rollups(session: ReadSession, scope: Scope) -> CheckResult:
    """One discrepancy for each table that drifted: a rebuild puts all of it right. Always of everything: a sum does not
    tell when it went wrong.
    """
    pending = await _pending(session, scope.program_id)
    drifts = await rollup_drifts(session, scope.program_id, pending)
    drifts += await kept_sum_drifts(session, scope.program_id)
    return CheckResult(
        CheckName.ROLLUPS,
        examined=sum(drift.examined for drift in drifts),
        found=tuple(_found(drift) for drift in drifts if drift.differing),
        expected="0 rows differ",
        actual=f"{sum(drift.differing for drift in drifts)} rows differ",
    )


async def _pending(session: ReadSession, program_id: int) -> PendingRollups:
    pending = PendingRollups()
    for step in fold(await pending_events.pending_events(session, program_id)):
        if isinstance(step, Additions):
            pending.add(step)
        else:
            applied = await pending_events.heads_of(session, program_id, step.affiliate_id)
            pending.move(step, applied)
    return pending


def _found(drift: RollupDrift) -> NewDiscrepancy:
    return NewDiscrepancy(
        kind=DiscrepancyKind.ROLLUP_DRIFT,
        severity=Severity.WARNING,
        reference=drift.table,
        message=(
            f"Rows of {drift.table} are not what a rebuild makes, such as {drift.first}:"
            " sge program rebuild-rollups puts them right."
        ),
        expected="0 rows differ",
        actual=f"{drift.differing} rows differ",
    )
