"""Programs (tenants)."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

import resolvers.affiliates
import resolvers.audit_log
import resolvers.balances
import resolvers.commissions
import resolvers.discrepancies
import resolvers.intents
import resolvers.ledger
import resolvers.members
import resolvers.payout_batches
import resolvers.programs
import resolvers.reconciliation
import resolvers.series
import resolvers.users
import resolvers.webhooks
from app.domain.states import ProgramStatus
from app.store.reads.programs import ProgramRow
from schema.connection import Connection
from schema.fields import resolved
from schema.ids import IdPrefix
from schema.scalars import Address, BigInt
from schema.types.audit import AuditEntry
from schema.types.discrepancies import Discrepancy
from schema.types.ledger import LedgerAccount, LedgerTransaction, TrialBalance
from schema.types.members import Member
from schema.types.money import Currency, Money
from schema.types.node import Node, public_id, shown_rows
from schema.types.providers import ProviderSecret
from schema.types.reconciliation import ReconciliationRun
from schema.types.series import ProgramStatistics, SeriesPoint
from schema.types.viewer import ApiKey
from schema.types.webhooks import WebhookEndpoint

if TYPE_CHECKING:
    from schema.types.affiliates import Affiliate
    from schema.types.commissions import Commission
    from schema.types.intents import Intent
    from schema.types.payouts import PayoutBatch
    from schema.types.users import User

strawberry.enum(ProgramStatus, name="ProgramStatus")


@strawberry.type
class ProgramPause:
    reason: str
    by: str
    since: datetime


@strawberry.type(
    description="A Safe multi-signature wallet; its owners approve payouts by signing. "
    "A stored reading of the chain."
)
class Treasury:
    address: Address
    owners: list[Address]
    threshold: int
    nonce: BigInt
    version: str
    read_at: datetime


@strawberry.type
class CommissionLevel:
    level: int
    rate_bps: int


@strawberry.type(
    description="Everything that decides who pays and earns what, versioned as one and never edited. "
    "An intent keeps the version in force when it was accepted."
)
class Terms:
    version: int
    effective_from: datetime
    registration_fee: Money | None = strawberry.field(description="null: registration is free.")
    minimum_payment: Money | None
    maximum_payment: Money | None
    platform_fee_bps: int
    commission_levels: list[CommissionLevel] = strawberry.field(
        description="Commission per level above the paying user; level 1 is the referrer. "
        "Base: the gross amount settled."
    )
    registration_earns_commission: bool
    holding_period_days: int
    minimum_payout: Money | None


@strawberry.type
class ProgramBalance:
    currency: str
    on_chain: Money | None
    ledger: Money
    owed_to_affiliates: Money
    owed_refunds: Money
    provider_pending: Money
    suspense: Money
    available: Money
    read_at: datetime | None


@strawberry.type
class CoverageDay:
    date: datetime
    becomes_payable: Money


@strawberry.type
class Coverage:
    currency: str
    treasury: Money
    due: list[CoverageDay]
    first_shortfall: datetime | None


@strawberry.type
@shown_rows(ProgramRow)
class Program(Node):
    id: strawberry.ID = public_id(IdPrefix.PROGRAM)
    slug: str
    name: str
    status: ProgramStatus
    pause: ProgramPause | None = resolved(
        resolvers.programs.pause,
        description="Why nothing new is signed, when that is so: by a person, by reconciliation, "
        "or for recovery.",
    )
    chain_id: BigInt
    test: bool = strawberry.field(
        description="A test program has its own clock that can be moved forward, "
        "and never lives on a production chain."
    )
    now: datetime = resolved(
        resolvers.programs.now,
        description="The program's time: real time plus the test clock's offset.",
    )
    event_cursor: str = resolved(
        resolvers.programs.event_cursor,
        description="Position of this answer in programEvents: read it with a list, "
        "then subscribe with it as `after`.",
    )
    treasury: Treasury = resolved(resolvers.programs.treasury)
    currencies: list[Currency] = resolved(resolvers.programs.currencies)
    terms: Terms = resolved(
        resolvers.programs.terms, description="What applies to intents accepted now."
    )
    terms_history: list[Terms] = resolved(resolvers.programs.terms_history)
    open_registration: bool
    allow_self_approval: bool
    wallet_cool_down_hours: int
    maximum_tree_depth: int
    balances: list[ProgramBalance] | None = resolved(
        resolvers.balances.balances,
        description="On-chain and ledger balances side by side, one row per currency.",
    )
    coverage: list[Coverage] | None = resolved(
        resolvers.balances.coverage,
        description="What becomes payable on which day against the treasury, with the first shortfall.",
    )
    statistics: ProgramStatistics | None = resolved(resolvers.series.statistics)
    series: list[SeriesPoint] | None = resolved(
        resolvers.series.points, description="At most 500 points, from a rollup."
    )
    members: Connection[Member] | None = resolved(resolvers.members.of_program)
    affiliates: (
        Connection[Annotated["Affiliate", strawberry.lazy("schema.types.affiliates")]] | None
    ) = resolved(resolvers.affiliates.of_program)
    users: Connection[Annotated["User", strawberry.lazy("schema.types.users")]] | None = resolved(
        resolvers.users.of_program
    )
    intents: Connection[Annotated["Intent", strawberry.lazy("schema.types.intents")]] | None = (
        resolved(resolvers.intents.of_program)
    )
    commissions: (
        Connection[Annotated["Commission", strawberry.lazy("schema.types.commissions")]] | None
    ) = resolved(resolvers.commissions.of_program)
    payout_batches: (
        Connection[Annotated["PayoutBatch", strawberry.lazy("schema.types.payouts")]] | None
    ) = resolved(resolvers.payout_batches.of_program)
    ledger_accounts: Connection[LedgerAccount] | None = resolved(
        resolvers.ledger.accounts_of_program
    )
    ledger_transactions: Connection[LedgerTransaction] | None = resolved(
        resolvers.ledger.transactions_of_program
    )
    trial_balance: list[TrialBalance] | None = resolved(resolvers.ledger.trial_balance)
    reconciliation_runs: Connection[ReconciliationRun] | None = resolved(
        resolvers.reconciliation.of_program
    )
    discrepancies: Connection[Discrepancy] | None = resolved(resolvers.discrepancies.of_program)
    audit_log: Connection[AuditEntry] | None = resolved(resolvers.audit_log.of_program)
    api_keys: list[ApiKey] | None = resolved(resolvers.programs.api_keys)
    webhook_endpoints: list[WebhookEndpoint] | None = resolved(resolvers.webhooks.of_program)
    provider_secrets: list[ProviderSecret] | None = resolved(resolvers.programs.provider_secrets)
    created_at: datetime
