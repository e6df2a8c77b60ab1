"""What the parts of a chain's watcher share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from app.chain.client import Chain
from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.store.chain.watching import KnownBlock, WatchLease
from app.store.database import Database, UnitOfWork

T = TypeVar("T")


def nothing_happens(_point: str) -> None:
    """A running watcher goes on; tests end it there."""


@dataclass(frozen=True)
class Watch:
    """One chain under watch, by the holder of its lease.

    confirmations: blocks on top of a final one; None: the node's finalized tag decides.
    at_point: called between any two steps, by name, where a test may end the watcher.
    small_inflows: see FinalWork.
    """

    database: Database
    bells: Bells
    chain: Chain
    lease: WatchLease
    gateway: str
    confirmations: int | None
    clock: Clock
    at_point: Callable[[str], None] = nothing_happens
    small_inflows: Mapping[str, int] = field(default_factory=dict)

    async def write(
        self, use_case: Callable[[UnitOfWork], Awaitable[T]], program_id: int | None = None
    ) -> T:
        """Runs a use case as one database transaction."""
        return await execute(self.database, self.bells, program_id, use_case)


@dataclass(frozen=True)
class HeadReading:
    """The chain as of one look. blocks: the last ones, by number. at: when it was looked at, by our clock."""

    head: KnownBlock
    final_number: int
    blocks: dict[int, KnownBlock]
    at: datetime

    def stands(self, number: int, block_hash: bytes) -> bool:
        """Whether the block is in the chain, as far as is known: what is older than all known blocks is."""
        known = self.blocks.get(number)
        if known is not None:
            return known.hash == block_hash
        return number < min(self.blocks, default=0)


class InconsistentChainError(RuntimeError):
    """Two answers about the chain contradict each other: it moved between them, so it is read again."""
