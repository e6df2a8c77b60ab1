"""Which commissions to list."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.domain.states import CommissionStatus
from app.store.reads.commissions import CommissionFilter as Conditions
from schema.ids import IdPrefix
from schema.inputs.given import given, id_or_nothing, values

strawberry.enum(
    CommissionStatus,
    name="CommissionStatus",
    description="ACCRUED -> PAYABLE (after the holding period) -> PENDING_APPROVAL (in a batch) -> PAID. "
    "A batch that ends without paying returns them to PAYABLE. REVERSED: clawed back before it was paid.",
)


@strawberry.input
class CommissionFilter:
    status: list[CommissionStatus] | None = UNSET
    affiliate_id: strawberry.ID | None = UNSET
    level: int | None = UNSET
    accrued_after: datetime | None = UNSET
    accrued_before: datetime | None = UNSET

    def conditions(self) -> Conditions:
        """The same as the store takes it."""
        return Conditions(
            status=values(self.status),
            affiliate_id=id_or_nothing(IdPrefix.AFFILIATE, self.affiliate_id),
            level=given(self.level),
            accrued_after=given(self.accrued_after),
            accrued_before=given(self.accrued_before),
        )
