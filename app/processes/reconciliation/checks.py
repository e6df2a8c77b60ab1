"""Every check of a run, in the order of their names. Those of the chain come after those that need the database only:
a node that is away hides nothing that the database says.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.processes.chain_proof.checks import CHAIN_CHECKS
from app.processes.chain_proof.comparing import ChainCheck
from app.store.database import ReadSession

DatabaseCheck = Callable[[ReadSession, Scope], Awaitable[CheckResult]]


@dataclass(frozen=True)
class Checks:
    """What a run carries out: tuples, so that an answer has one order."""

    database: tuple[tuple[CheckName, DatabaseCheck], ...]
    chain: tuple[tuple[CheckName, ChainCheck], ...] = ()

    def __len__(self) -> int:
        return len(self.database) + len(self.chain)


CHECKS = Checks(database=(), chain=CHAIN_CHECKS)
