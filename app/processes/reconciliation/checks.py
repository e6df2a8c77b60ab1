"""Every check of a run, in the order of their names. Those of the chain come after those that need the database only:
a node that is away hides nothing that the database says.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.chain.client import Chain
from app.domain.reconciliation import CheckName, CheckResult, Scope
from app.store.database import ReadSession

DatabaseCheck = Callable[[ReadSession, Scope], Awaitable[CheckResult]]
ChainCheck = Callable[[ReadSession, Chain, Scope], Awaitable[CheckResult]]
"""Reads its rows in the run's snapshot, and the chain at the scope's block or before: what is there never changes."""


@dataclass(frozen=True)
class Checks:
    """What a run carries out: tuples, so that an answer has one order."""

    database: tuple[tuple[CheckName, DatabaseCheck], ...]
    chain: tuple[tuple[CheckName, ChainCheck], ...] = ()

    def __len__(self) -> int:
        return len(self.database) + len(self.chain)


CHECKS = Checks(database=(), chain=())
