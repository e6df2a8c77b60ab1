"""Figures are read in groups: one that cannot be read takes no other with it, and what it judges stays as it was."""

from collections.abc import Collection
from enum import StrEnum

from app.domain.health.condition import AlertName


class FigureGroup(StrEnum):
    """What is read together. ALERTS: which are open; judged by nobody, shown by metrics."""

    RELAYERS = "relayers"
    CHAINS = "chains"
    QUEUES = "queues"
    WORKERS = "workers"
    SCHEDULER = "scheduler"
    FEED = "feed"
    SETTLEMENT = "settlement"
    INTENTS = "intents"
    DISCREPANCIES = "discrepancies"
    PROGRAMS = "programs"
    LEDGER = "ledger"
    AUDIT = "audit"
    ALERTS = "alerts"


SEES_MONEY = frozenset(
    {FigureGroup.PROGRAMS, FigureGroup.DISCREPANCIES, FigureGroup.LEDGER, FigureGroup.AUDIT}
)
"""Without these a wrong cent could stay unnoticed."""

_JUDGES: dict[str, frozenset[FigureGroup]] = {
    AlertName.RELAYER_BALANCE_LOW: frozenset({FigureGroup.RELAYERS}),
    AlertName.RELAYER_BALANCE_HIGH: frozenset({FigureGroup.RELAYERS}),
    AlertName.LANE_HALTED: frozenset({FigureGroup.RELAYERS}),
    AlertName.QUEUE_DEEP: frozenset({FigureGroup.QUEUES}),
    AlertName.WEBHOOKS_LATE: frozenset({FigureGroup.QUEUES}),
    AlertName.SETTLEMENT_SLOW: frozenset({FigureGroup.SETTLEMENT}),
    AlertName.WORKERS_LOST: frozenset({FigureGroup.WORKERS}),
    AlertName.SCHEDULER_LOST: frozenset({FigureGroup.SCHEDULER}),
    AlertName.CHAIN_UNREACHABLE: frozenset({FigureGroup.CHAINS}),
    AlertName.FEED_LAG: frozenset({FigureGroup.FEED}),
    AlertName.SEAL_LAG: frozenset({FigureGroup.FEED}),
    AlertName.LEDGER_DRIFT: frozenset({FigureGroup.LEDGER}),
    AlertName.PLATFORM_AUDIT_BROKEN: frozenset({FigureGroup.AUDIT}),
    AlertName.REDIS_TAMPERED: frozenset({FigureGroup.AUDIT}),
    AlertName.CRITICAL_DISCREPANCY: frozenset({FigureGroup.PROGRAMS}),
    AlertName.PROGRAM_PAUSED: frozenset({FigureGroup.PROGRAMS}),
    AlertName.POSTING_STOPPED: frozenset({FigureGroup.PROGRAMS}),
    AlertName.TREASURY_CHANGED: frozenset({FigureGroup.PROGRAMS}),
    # Of lanes and of programs.
    AlertName.STUCK_WORK: frozenset({FigureGroup.RELAYERS, FigureGroup.PROGRAMS}),
    AlertName.RECONCILIATION_OVERDUE: frozenset({FigureGroup.PROGRAMS}),
    AlertName.RECONCILIATION_FAILED: frozenset({FigureGroup.PROGRAMS}),
    # Of the server itself, not of a group: it always shows.
    AlertName.REPLICA_LAG: frozenset(),
    AlertName.FIGURES_UNREAD: frozenset(),
}


def may_judge(name: str, unread: Collection[FigureGroup]) -> bool:
    """Whether an alert of this name can be seen to begin or to end while these groups are not read."""
    return _JUDGES.get(name, frozenset()).isdisjoint(unread)
