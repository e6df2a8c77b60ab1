"""Every check of a run, in the order of their names. Those of the chain come after those that need the database only:
a node that is away hides nothing that the database says. Payouts are in both: one check, in two halves.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.checks import CHAIN_CHECKS
from app.processes.chain_proof.comparing import ChainCheck
from app.services.reconciliation.forest_check import check_forest
from app.services.reconciliation.ledger_checks import (
    check_commissions,
    check_stored_balances,
    check_trial_balance,
)
from app.services.reconciliation.payout_check import check_payout_books
from app.services.reconciliation.rollup_check import check_rollups
from app.services.reconciliation.seal_check import check_seals
from app.store.database import ReadSession

DatabaseCheck = Callable[[ReadSession, Scope], Awaitable[CheckResult]]


@dataclass(frozen=True)
class Checks:
    """What a run carries out: tuples, so that an answer has one order."""

    database: tuple[tuple[CheckName, DatabaseCheck], ...]
    chain: tuple[tuple[CheckName, ChainCheck], ...] = ()

    def __len__(self) -> int:
        return len(self.database) + len(self.chain)


DATABASE_CHECKS: tuple[tuple[CheckName, DatabaseCheck], ...] = (
    (CheckName.TRIAL_BALANCE, check_trial_balance),
    (CheckName.STORED_BALANCES, check_stored_balances),
    (CheckName.COMMISSIONS, check_commissions),
    (CheckName.PAYOUTS, check_payout_books),
    (CheckName.FOREST, check_forest),
    (CheckName.ROLLUPS, check_rollups),
    (CheckName.SEALS, check_seals),
)
CHECKS = Checks(DATABASE_CHECKS, CHAIN_CHECKS)
