"""Names in Redis, all in one place. Nothing under them is a record: losing all of it only delays."""

from app.domain.queues import SETTLE_QUEUE, UPKEEP_QUEUE, WATCH_QUEUE, WEBHOOK_QUEUE

EVENTS_BELL = "sge:bell:events"
"""Pub/sub: events were committed to the outbox."""

RESYNCHRONISE = "resynchronise"
"""A listener's own message: what was rung meanwhile may be lost, so look."""

SERVER_SEEN = "sge:server"
"""Where in its history the database server was when a worker looked last."""

_WAKE_UP = "sge:wake:"

# A thread listens on one queue: RQ pops from several by BLPOP and loses a job for good when it crashes between popping and
# starting it.
# A drain runs for as long as it finds work, so what drains has a queue of its own; who pays needs the same keys. Who sends
# webhooks waits for other people's servers.
_QUEUES_BY_JOB = {
    "settle_intents": SETTLE_QUEUE,
    "pay": SETTLE_QUEUE,
    "watch_chain": WATCH_QUEUE,
    "deliver_webhooks": WEBHOOK_QUEUE,
}


def queue_of(job: str) -> str:
    """The queue of a job, named by its module in `jobs`."""
    return _QUEUES_BY_JOB.get(job, UPKEEP_QUEUE)


def dotted_name(job: str) -> str:
    """Where RQ finds the job's function; app never imports it."""
    return f"jobs.{job}.{job}"


def wake_up_flag(job: str) -> str:
    """Set while a wake-up of this job is waiting to be started."""
    return _WAKE_UP + job
