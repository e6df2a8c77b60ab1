"""Check 8: the forest of affiliates is one, and whoever refers somebody may."""

from app.domain.discrepancies import DiscrepancyKind
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.services.reconciliation.results import result_of, warnings_of
from app.store.database import ReadSession
from app.store.reconciliation import forest


async def check_forest(session: ReadSession, scope: Scope) -> CheckResult:
    """Invariant 7."""
    parts = warnings_of(
        DiscrepancyKind.FOREST_BROKEN,
        (
            (
                "An affiliate's depth or path does not follow from its parent.",
                await forest.misplaced_affiliates(session, scope),
            ),
            (
                "An intent's upline names somebody twice, or somebody who is no affiliate of this program.",
                await forest.strange_uplines(session, scope),
            ),
            (
                "A user is referred by themself, or by somebody of their own branch.",
                await forest.referred_by_themselves(session, scope),
            ),
        ),
    )
    return result_of(CheckName.FOREST, parts)
