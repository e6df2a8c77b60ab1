"""The queues that workers listen on: what stands still when nobody listens on one."""

SETTLE_QUEUE = "settle"
WATCH_QUEUE = "watch"
UPKEEP_QUEUE = "upkeep"
WEBHOOK_QUEUE = "webhooks"
QUEUES = (SETTLE_QUEUE, WATCH_QUEUE, UPKEEP_QUEUE, WEBHOOK_QUEUE)
