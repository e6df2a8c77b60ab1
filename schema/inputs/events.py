"""Which events to subscribe to."""

from enum import StrEnum

import strawberry


@strawberry.enum
class EventType(StrEnum):
    INTENT = "INTENT"
    SETTLEMENT = "SETTLEMENT"
    COMMISSION = "COMMISSION"
    AFFILIATE = "AFFILIATE"
    PAYOUT_BATCH = "PAYOUT_BATCH"
    LEDGER = "LEDGER"
    RECONCILIATION = "RECONCILIATION"
    DISCREPANCY = "DISCREPANCY"
    PROGRAM = "PROGRAM"
    WEBHOOK = "WEBHOOK"
    CURSOR = "CURSOR"
