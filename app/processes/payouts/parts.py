"""What the processes that plan and approve payouts work with, and what they answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.chain.client import Chain
from app.domain.chains import ChainFacts
from app.domain.clock import Clock
from app.services.execute import Bells
from app.services.payouts.batch_result import BatchResult
from app.store.database import Database

__all__ = ["BatchResult", "Payouts"]


@dataclass(frozen=True)
class Payouts:
    """chains and facts: by chain id."""

    database: Database
    bells: Bells
    chains: Mapping[int, Chain]
    facts: Mapping[int, ChainFacts]
    clock: Clock
