"""Numbers over time, from rollups."""

from datetime import datetime

import strawberry

from app.domain.states import IntentStatus
from schema.types.money import Money


@strawberry.type
class IntentStatusCount:
    status: IntentStatus
    count: int


@strawberry.type
class ProgramStatistics:
    users: int
    affiliates: int
    intents_by_status: list[IntentStatusCount]
    volume: list[Money]
    commissions: list[Money]
    median_settlement_seconds: float | None
    p95_settlement_seconds: float | None
    gas_spent: Money
    gas_budget_remaining: Money | None


@strawberry.type
class SeriesPoint:
    at: datetime
    intents_by_status: list[IntentStatusCount]
    settled: int
    p50_settlement_seconds: float | None
    p95_settlement_seconds: float | None
    volume: list[Money]
    commissions: list[Money]
