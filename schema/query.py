"""Root of queries."""

import strawberry

import resolvers.affiliates
import resolvers.changing_wallets
import resolvers.intents
import resolvers.nodes
import resolvers.payment_authorization
import resolvers.payout_batches
import resolvers.programs
import resolvers.system
import resolvers.users
import resolvers.viewer
from schema.connection import Connection
from schema.fields import resolved
from schema.types.affiliates import Affiliate
from schema.types.authorizations import PaymentAuthorization, TypedDataDocument
from schema.types.intents import Intent
from schema.types.node import Node
from schema.types.payouts import PayoutBatch
from schema.types.programs import Program
from schema.types.system import SystemStatus
from schema.types.users import User
from schema.types.viewer import Viewer


@strawberry.type
class Query:
    viewer: Viewer | None = resolved(resolvers.viewer.viewer)
    node: Node | None = resolved(resolvers.nodes.one)
    nodes: list[Node | None] | None = resolved(resolvers.nodes.several, description="At most 100.")
    program: Program | None = resolved(resolvers.programs.by_slug)
    programs: Connection[Program] | None = resolved(resolvers.programs.visible)
    affiliate: Affiliate | None = resolved(resolvers.affiliates.find)
    user: User | None = resolved(resolvers.users.find)
    intent: Intent | None = resolved(resolvers.intents.find)
    payout_batch: PayoutBatch | None = resolved(resolvers.payout_batches.find)
    payment_authorization: PaymentAuthorization | None = resolved(
        resolvers.payment_authorization.document,
        description="The EIP-712 document that a wallet signs to pay without gas: EIP-3009 "
        "ReceiveWithAuthorization to the settlement gateway. Its nonce commits to program, treasury, "
        "kind and idempotencyKey, so that it can settle once, for that purpose, into that treasury only.",
    )
    affiliate_wallet_change: TypedDataDocument | None = resolved(
        resolvers.changing_wallets.document
    )
    system_status: SystemStatus | None = resolved(resolvers.system.status)
