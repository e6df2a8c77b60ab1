"""Which payout batches to list."""

from collections.abc import Iterable

import strawberry

from app.domain.payouts import BatchStatus as PayoutBatchStatus
from app.store.reads.payout_batches import BatchFilter
from schema.inputs.given import values

strawberry.enum(
    PayoutBatchStatus, name="PayoutBatchStatus", description="Derived from its Safe transactions."
)


def batch_conditions(status: Iterable[PayoutBatchStatus] | None) -> BatchFilter:
    """The same as the store takes it."""
    return BatchFilter(values(status))
