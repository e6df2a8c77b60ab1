"""Looks at the platform, and tells operators what is wrong with it and what is right again."""

from app.processes.health.look import Lookout
from app.processes.health.replica import ReplicaProbe
from app.processes.health.tell import Teller
from app.runtime import Runtime, alert_receiver, replica_connector
from jobs.context import JobContext
from jobs.entry import wake


def alerts() -> None:
    """RQ's way in."""
    wake("alerts")


async def run(context: JobContext) -> None:
    """Once."""
    await look_and_tell(context.runtime)


async def look_and_tell(runtime: Runtime) -> None:
    """One look, unless somebody just did, and whatever is due to be told. Workers and schedulers both do."""
    receiver = alert_receiver(runtime.settings)
    replica = ReplicaProbe(runtime.database, replica_connector(runtime.settings))
    try:
        lookout = Lookout(
            runtime.database, runtime.bells, runtime.clock, replica, receiver is not None
        )
        await lookout.look()
    finally:
        await replica.close()
    if receiver is not None:
        teller = Teller(runtime.database, runtime.bells, runtime.clock, receiver)
        await teller.tell_due()
