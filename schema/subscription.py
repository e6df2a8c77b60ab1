"""Root of subscriptions."""

from collections.abc import AsyncGenerator

import strawberry

import resolvers.dashboard
import resolvers.earnings_status
import resolvers.event_stream
import resolvers.intent_status
import resolvers.payout_status
import resolvers.system
from schema.delivery import Delivery
from schema.fields import streamed
from schema.types.affiliates import Affiliate
from schema.types.events import ProgramDashboard, ProgramEvent
from schema.types.intents import Intent
from schema.types.payouts import PayoutBatch
from schema.types.system import SystemStatus


@strawberry.type
class Subscription:
    intent_status: AsyncGenerator[Intent, None] = streamed(
        resolvers.intent_status.changes,
        metadata=Delivery.NEWEST.metadata,
        description="The intent now, then the newest after each change (values in between may be "
        "skipped, version only rises); completes after CONFIRMED or FAILED.",
    )
    program_events: AsyncGenerator[ProgramEvent, None] = streamed(
        resolvers.event_stream.events,
        description="Every event of a program after the cursor (absent: from now on), none lost, "
        "in order of cause; a CURSOR event first and every 30 s.",
    )
    payout_batch_status: AsyncGenerator[PayoutBatch, None] = streamed(
        resolvers.payout_status.changes, metadata=Delivery.NEWEST.metadata
    )
    affiliate_earnings: AsyncGenerator[Affiliate, None] = streamed(
        resolvers.earnings_status.changes, metadata=Delivery.NEWEST.metadata
    )
    program_dashboard: AsyncGenerator[ProgramDashboard, None] = streamed(
        resolvers.dashboard.changes,
        metadata=Delivery.NEWEST.metadata,
        description="Counters for a live dashboard: now, then at most one update a second.",
    )
    system_status: AsyncGenerator[SystemStatus, None] = streamed(
        resolvers.system.changes, metadata=Delivery.NEWEST.metadata
    )
