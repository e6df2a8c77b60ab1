"""Which processes look at the platform and tell operators: the scheduler, and workers of the queue of that job."""

from collections.abc import Sequence
from itertools import pairwise

from app.bus.channels import queue_of
from app.domain.queues import QUEUES


def looks(command: Sequence[str]) -> bool:
    """command: the command line of a process, without `sge`."""
    if command[0] == "worker":
        named = [queue for option, queue in pairwise(command) if option == "--queue"]
        return queue_of("alerts") in (named or QUEUES)
    return command[0] == "scheduler"
