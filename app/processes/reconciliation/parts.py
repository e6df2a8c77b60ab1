"""What the processes of reconciliation work with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from app.chain.client import Chain
from app.domain.clock import Clock
from app.domain.reconciliation import CheckName
from app.processes.reconciliation.checks import CHECKS, Checks
from app.services.execute import Bells
from app.store.database import Database

Progress = Callable[[CheckName], None]
"""Told of each check that begins."""


@dataclass(frozen=True)
class Reconciling:
    """chains, gateways: by chain id. holder: this worker's name in leases."""

    database: Database
    bells: Bells
    chains: Mapping[int, Chain]
    clock: Clock
    holder: str
    gateways: Mapping[int, str | None] = field(default_factory=dict)
    checks: Checks = field(default=CHECKS)
