"""What a process counts of its own work. Prometheus adds the processes up; what the database knows is in
app/processes/health/gauges.py and comes from one process only.
"""

from prometheus_client import Counter, Gauge, Histogram

INTENTS = Counter(
    "sge_intents",
    "Intents that came into a status, by the worker that counted them.",
    ["kind", "status"],
)
SETTLEMENT_SECONDS = Histogram(
    "sge_settlement_duration_seconds",
    "Seconds from an intent's acceptance to its confirmation.",
    buckets=(0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120, 300, 900, 3600),
)
OWN_SETTLEMENT_SECONDS = Histogram(
    "sge_settlement_own_seconds",
    "The same, less the time that its block waited to become final.",
    buckets=(0.5, 1, 2, 3, 5, 7.5, 10, 15, 20, 30, 60, 120, 300, 900, 3600),
)
WORKER_UP = Gauge("sge_worker_up", "1 in a worker process that takes work.")
JOB_SECONDS = Histogram(
    "sge_job_duration_seconds",
    "Seconds that a run of a job took; of endless ones, until they ended.",
    ["name"],  # `job` is a label that Prometheus sets itself
    buckets=(0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300),
)
JOB_FAILURES = Counter("sge_job_failures", "Runs of a job that ended with a fault.", ["name"])
SCHEDULER_LEADS = Gauge(
    "sge_scheduler_leads",
    "1 in the scheduler that has the lease, and gives the platform's figures.",
)
