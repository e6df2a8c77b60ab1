"""Checks 1, 2 and 3: the ledger adds up, and is what is owed to affiliates."""

from app.domain.discrepancies import DiscrepancyKind, Severity
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.services.reconciliation.results import Found, result_of, warnings_of
from app.store.database import ReadSession
from app.store.reconciliation import balances, commissions


async def check_trial_balance(session: ReadSession, scope: Scope) -> CheckResult:
    """For each currency the stored debits equal the stored credits."""
    unbalanced = Found(
        DiscrepancyKind.LEDGER_IMBALANCE,
        Severity.CRITICAL,
        "The stored debits and credits of a currency differ.",
        await balances.unbalanced_currencies(session, scope),
    )
    return result_of(CheckName.TRIAL_BALANCE, [unbalanced])


async def check_stored_balances(session: ReadSession, scope: Scope) -> CheckResult:
    """Each balance and snapshot is the sum of its transfers, and each journal is whole and has its movements."""
    drift = DiscrepancyKind.BALANCE_DRIFT
    imbalance = DiscrepancyKind.LEDGER_IMBALANCE
    parts = [
        Found(
            drift,
            Severity.CRITICAL,
            "A stored balance is not the sum of its transfers.",
            await balances.drifting_accounts(session, scope),
        ),
        Found(
            drift,
            Severity.CRITICAL,
            "A snapshot of an account is not the sum of the transfers it covers.",
            await balances.wrong_snapshots(session, scope),
        ),
        Found(
            drift,
            Severity.CRITICAL,
            "A stretch of journals does not name the instants of its journals: balances at old instants may be wrong.",
            await balances.wrong_stretches(session, scope),
        ),
        Found(
            imbalance,
            Severity.CRITICAL,
            "A journal takes in or pays out something else than its movements say.",
            await balances.unclaimed_journals(session, scope),
        ),
        Found(
            imbalance,
            Severity.CRITICAL,
            "A journal and its transfers are not there together.",
            await balances.torn_journals(session, scope),
        ),
    ]
    return result_of(CheckName.STORED_BALANCES, parts)


async def check_commissions(session: ReadSession, scope: Scope) -> CheckResult:
    """What an affiliate is owed is its balance (invariant 4), and was earned as agreed (invariant 6)."""
    parts = warnings_of(
        DiscrepancyKind.COMMISSION_MISMATCH,
        (
            (
                "An affiliate's open commissions are not its balance.",
                await commissions.unequal_balances(session, scope),
            ),
            (
                "A commission is not to the stored upline and by the stored terms.",
                await commissions.wrong_commissions(session, scope),
            ),
            (
                "A level of a settlement earned nothing without saying why, or more than once.",
                await commissions.unexplained_levels(session, scope),
            ),
            (
                "More was taken back of a commission than it was.",
                await commissions.excessive_clawbacks(session, scope),
            ),
        ),
    )
    return result_of(CheckName.COMMISSIONS, parts)
