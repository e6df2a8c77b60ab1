"""What is counted of reads and of the replica."""

from prometheus_client import Counter, Gauge

READS = Counter("sge_reads", "Snapshots that answered requests, by server.", ["server"])
REPLICA_LAG_SECONDS = Gauge(
    "sge_replica_lag_seconds",
    "Age of the state that the replica shows; +Inf when it is unknown. Absent without a replica.",
)
REPLICA_USABLE = Gauge("sge_replica_usable", "1 while reads may go to the replica.")
