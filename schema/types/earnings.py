"""An affiliate's money."""

from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.earnings
from schema.connection import Connection
from schema.fields import resolved
from schema.types.money import Money

if TYPE_CHECKING:
    from schema.types.ledger import LedgerEntry


@strawberry.type(
    description="lifetime = accrued + payable + pendingApproval + paid; "
    "a clawback counts as reversed and lowers what is accrued or payable."
)
class Earnings:
    currency: str
    accrued: Money
    payable: Money
    pending_approval: Money
    paid: Money
    reversed: Money
    lifetime: Money


@strawberry.type(
    description="opening + accrued - reversed - paid = closing = the AFFILIATE balance. "
    "paid: holds and direct payouts less releases; reversed: clawbacks and adjustments, net. "
    "from (inclusive), to (exclusive) and every asOf compare effectiveAt; balanceAfter follows posting order."
)
class Statement:
    opening: Money
    accrued: Money
    reversed: Money
    paid: Money
    closing: Money
    lines: Connection[Annotated["LedgerEntry", strawberry.lazy("schema.types.ledger")]] = resolved(
        resolvers.earnings.lines
    )
