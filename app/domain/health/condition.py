"""A condition that holds now, and the names there are."""

from dataclasses import dataclass
from enum import StrEnum


class AlertName(StrEnum):
    """Each has a page of this name in docs/runbook, and a rule of this name in deploy/prometheus/rules/sge.yml."""

    RELAYER_BALANCE_LOW = "RelayerBalanceLow"
    RELAYER_BALANCE_HIGH = "RelayerBalanceHigh"
    LANE_HALTED = "LaneHalted"
    QUEUE_DEEP = "QueueDeep"
    WEBHOOKS_LATE = "WebhooksLate"
    SETTLEMENT_SLOW = "SettlementSlow"
    WORKERS_LOST = "WorkersLost"
    SCHEDULER_LOST = "SchedulerLost"
    CHAIN_UNREACHABLE = "ChainUnreachable"
    FEED_LAG = "FeedLag"
    SEAL_LAG = "SealLag"
    REPLICA_LAG = "ReplicaLag"
    LEDGER_DRIFT = "LedgerDrift"
    CRITICAL_DISCREPANCY = "CriticalDiscrepancy"
    PROGRAM_PAUSED = "ProgramPaused"
    POSTING_STOPPED = "PostingStopped"
    TREASURY_CHANGED = "TreasuryChanged"
    STUCK_WORK = "StuckWork"
    PLATFORM_AUDIT_BROKEN = "PlatformAuditBroken"
    REDIS_TAMPERED = "RedisTampered"
    RECONCILIATION_OVERDUE = "ReconciliationOverdue"
    RECONCILIATION_FAILED = "ReconciliationFailed"
    FIGURES_UNREAD = "FiguresUnread"


class AlertSeverity(StrEnum):
    """CRITICAL: somebody gets up now."""

    WARNING = "WARNING"
    CRITICAL = "CRITICAL"


AT_ONCE = frozenset(
    {
        AlertName.LANE_HALTED,
        AlertName.LEDGER_DRIFT,
        AlertName.CRITICAL_DISCREPANCY,
        AlertName.PLATFORM_AUDIT_BROKEN,
        AlertName.REDIS_TAMPERED,
        AlertName.PROGRAM_PAUSED,
        AlertName.POSTING_STOPPED,
        AlertName.TREASURY_CHANGED,
        AlertName.RECONCILIATION_FAILED,
    }
)
"""Facts, not figures that come and go: told the first time they are seen."""


@dataclass(frozen=True, slots=True)
class Condition:
    """subject: which lane, chain, queue or program; empty for the platform. summary: one sentence with the figures."""

    name: AlertName
    subject: str
    severity: AlertSeverity
    summary: str
