"""Commissions and how each came about."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.affiliates
import resolvers.commission_blockers
import resolvers.commissions
import resolvers.payouts
import resolvers.programs
import resolvers.settlements
from app.domain.states import CommissionStatus
from app.store.reads.commissions import CommissionRow
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import DecimalText
from schema.types.blockers import Blocker
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.affiliates import Affiliate
    from schema.types.payouts import Payout
    from schema.types.programs import Program
    from schema.types.settlements import Settlement


@strawberry.type
class UplineLevel:
    level: int
    referral_code: str


@strawberry.type
class SkippedLevel:
    level: int
    reason: str


@strawberry.type
class CommissionExplanation:
    payment: Money
    terms_version: int
    level: int
    rate_bps: int
    upline: list[UplineLevel] = strawberry.field(
        description="The upline stored with the intent, referrer first."
    )
    skipped: list[SkippedLevel] = strawberry.field(
        description="Levels that earned nothing, and why."
    )
    exact: DecimalText
    rounded: Money
    matches: bool = strawberry.field(description="The recomputed amount equals the stored one.")


@strawberry.type
@shown_rows(CommissionRow)
class Commission(Node):
    id: strawberry.ID = public_id(IdPrefix.COMMISSION)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    affiliate: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] = resolved(
        resolvers.affiliates.of_commission
    )
    settlement: Annotated["Settlement", strawberry.lazy("schema.types.settlements")] | None = (
        resolved(resolvers.settlements.of_commission)
    )
    occurred_at: datetime = resolved(resolvers.commissions.occurred_at)
    level: int
    rate_bps: int
    base: Money
    amount: Money = strawberry.field(description="Negative for a clawback.")
    status: CommissionStatus
    accrued_at: datetime
    payable_at: datetime
    paid_at: datetime | None
    payout: Annotated["Payout", strawberry.lazy("schema.types.payouts")] | None = resolved(
        resolvers.payouts.of_commission
    )
    claws_back: Annotated["Commission", strawberry.lazy("schema.types.commissions")] | None = (
        resolved(resolvers.commissions.claws_back)
    )
    clawed_back_by: list[Annotated["Commission", strawberry.lazy("schema.types.commissions")]] = (
        resolved(resolvers.commissions.clawed_back_by)
    )
    explanation: CommissionExplanation = resolved(
        resolvers.commissions.explanation,
        description="How the amount came about, recomputed from stored inputs.",
    )
    blockers: list[Blocker] = resolved(
        resolvers.commission_blockers.of_commission,
        description="Why it is not paid yet, and until when; empty once PAID or REVERSED.",
    )
