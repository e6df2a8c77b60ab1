"""Affiliates and their branches."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.adjusting_balances
import resolvers.affiliates
import resolvers.commissions
import resolvers.downline
import resolvers.earnings
import resolvers.payouts
import resolvers.programs
import resolvers.users
from app.domain.states import AffiliateStatus
from app.store.reads.affiliates import AffiliateRow
from schema.connection import Connection, Count, PageInfo, count_rows
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address
from schema.types.earnings import Earnings, Statement
from schema.types.money import Money
from schema.types.node import Node, public_id, shown_rows

if TYPE_CHECKING:
    from schema.types.adjustments import BalanceAdjustment
    from schema.types.commissions import Commission
    from schema.types.payouts import Payout
    from schema.types.programs import Program
    from schema.types.users import User


@strawberry.type
class DownlineLevel:
    level: int
    members: int
    referred_users: int
    volume: Money
    earned: Money = resolved(resolvers.downline.earned)


@strawberry.type
class DownlineSummary:
    members: int
    direct_members: int
    referred_users: int
    volume: Money
    earned: Money = resolved(resolvers.downline.earned)
    levels: list[DownlineLevel]


@strawberry.type(description="level: below the asking affiliate; branch: the member's own branch.")
class DownlineEdge:
    cursor: str
    level: int
    node: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")]
    branch: DownlineSummary | None = resolved(resolvers.downline.branch_of_edge)


@strawberry.type
class DownlineConnection:
    edges: list[DownlineEdge]
    nodes: list[Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")]]
    page_info: PageInfo
    total_count: Count = resolved(count_rows)


@strawberry.type
@shown_rows(AffiliateRow)
class Affiliate(Node):
    id: strawberry.ID = public_id(IdPrefix.AFFILIATE)
    program: Annotated["Program", strawberry.lazy("schema.types.programs")] = resolved(
        resolvers.programs.of_row
    )
    wallet: Address | None = resolved(resolvers.affiliates.wallet)
    referral_code: str
    display_name: str | None
    status: AffiliateStatus
    parent: Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")] | None = resolved(
        resolvers.affiliates.parent
    )
    depth: int
    upline: list[Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")]] = resolved(
        resolvers.affiliates.upline, description="From the parent up to the root."
    )
    children: (
        Connection[Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")]] | None
    ) = resolved(resolvers.affiliates.children)
    downline: DownlineConnection | None = resolved(
        resolvers.downline.members, description="Every descendant, nearest levels first."
    )
    downline_summary: DownlineSummary | None = resolved(
        resolvers.downline.summary,
        description="The whole branch by level; month as 2026-11, absent: all time.",
    )
    earnings: list[Earnings] | None = resolved(resolvers.earnings.earnings)
    commissions: (
        Connection[Annotated["Commission", strawberry.lazy("schema.types.commissions")]] | None
    ) = resolved(resolvers.commissions.of_affiliate)
    payouts: Connection[Annotated["Payout", strawberry.lazy("schema.types.payouts")]] | None = (
        resolved(resolvers.payouts.of_affiliate)
    )
    statement: Statement | None = resolved(resolvers.earnings.statement)
    pending_adjustments: (
        list[Annotated["BalanceAdjustment", strawberry.lazy("schema.types.adjustments")]] | None
    ) = resolved(
        resolvers.adjusting_balances.waiting,
        description="Proposed, and waiting for a second person.",
    )
    referred_users: Connection[Annotated["User", strawberry.lazy("schema.types.users")]] | None = (
        resolved(resolvers.users.referred_by)
    )
    created_at: datetime
