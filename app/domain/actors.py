"""How transitions and audit rows name those who change something."""

WATCHER = "job:watch_chain"
PAYER = "job:pay"
PAYMASTER = "job:pay_day"
LANE_CHECKER = "job:check_lanes"
LANE_MAKER = "job:ensure_lanes"
HOUSEKEEPER = "job:housekeeping"
RECONCILER = "job:reconcile"
WORKER = "job:worker"
RELEASER = "job:release_stuck"
DELIVERER = "job:deliver_webhooks"
PROGRAM = "program"
_PROCESSES = ("job:", "provider:")


def shown_actor(actor: str, own: str) -> str:
    """An actor as a user is shown it: itself and our processes by name, whoever runs the program as "program"."""
    return actor if actor == own or actor.startswith(_PROCESSES) else PROGRAM


def is_job(actor: str) -> bool:
    """Whether nobody asked for it: the platform decided by itself, or by what a payment provider told it."""
    return actor.startswith(_PROCESSES)
