"""Which ledger rows to list."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from app.domain.postings import AccountKind as LedgerAccountKind
from app.domain.postings import JournalKind as LedgerTransactionKind

strawberry.enum(
    LedgerAccountKind,
    name="LedgerAccountKind",
    description="USER: what a user paid in on chain. DEPOSIT: other money that came into the treasury. "
    "PROGRAM: what the program keeps. AFFILIATE: what an affiliate is owed. REFUND: what a user is owed back. "
    "PAYOUT_IN_FLIGHT: approved, not yet final on chain. PAID_OUT: left the treasury. "
    "PROVIDER: confirmed by a payment provider, not yet in the treasury. PLATFORM: platform fees. "
    "SUSPENSE: money seen on chain that nothing explains yet.",
)
strawberry.enum(
    LedgerTransactionKind,
    name="LedgerTransactionKind",
    description="SETTLEMENT holds a payment with its platform fee and all commissions: "
    "one journal per business event.",
)


@strawberry.input
class LedgerFilter:
    kind: list[LedgerTransactionKind] | None = UNSET
    reference: str | None = UNSET
    from_: datetime | None = strawberry.field(default=UNSET, name="from")
    to: datetime | None = UNSET
