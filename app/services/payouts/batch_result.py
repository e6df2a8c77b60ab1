"""What use cases on payout batches answer."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class BatchResult:
    """replayed: the same was asked before, and nothing was done again."""

    batch_id: UUID
    replayed: bool
