"""From where on a figure is a warning, and from where on critical: the table of 50-operations.md, and the lags beside it.

Seconds, wei and counts. Alerts, systemStatus and deploy/prometheus/rules/sge.yml go by the same numbers (a test compares).
"""

LANE_CRITICAL_WEI = 50_000_000_000_000_000
LANE_LOW_WEI = 100_000_000_000_000_000
LANE_MUCH_WEI = 500_000_000_000_000_000

QUEUE_HEALTHY = 100
QUEUE_WARNING = 500

HEARTBEAT_HEALTHY_SECONDS = 30.0
HEARTBEAT_LOST_SECONDS = 60.0

# Without the time that a block waits to become final.
SETTLEMENT_HEALTHY_SECONDS = 5.0
SETTLEMENT_WARNING_SECONDS = 15.0

SEAL_LAG_SECONDS = 60.0
FEED_LAG_SECONDS = 10.0
FEED_LAG_CRITICAL_SECONDS = 60.0
REPLICA_LAG_SECONDS = 10.0
REPLICA_LAG_CRITICAL_SECONDS = 60.0
CHAIN_SILENT_SECONDS = 30.0
CHAIN_SILENT_CRITICAL_SECONDS = 120.0
WEBHOOKS_LATE_SECONDS = 300.0
RECONCILIATION_OVERDUE_SECONDS = 26 * 3600.0
# Nobody looked at the platform for so long: what is shown of it is old.
FIGURES_OLD_SECONDS = 60.0
