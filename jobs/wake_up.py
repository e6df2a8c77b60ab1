"""What a worker takes from Redis: the wake-up of one of our jobs, and nothing else.

RQ runs whatever function a queue names, with any arguments, and then its callbacks and webhooks. Whoever could write to
Redis would run code where the relayers' keys are; so here a name is compared, never imported.
"""

from collections.abc import Callable
from typing import Any

from rq.job import Job

from app.bus.channels import dotted_name
from jobs.schedule import JOBS

_OURS = frozenset(map(dotted_name, JOBS))


class ForeignJob(RuntimeError):
    """Somebody put something else into a queue than a wake-up of ours."""


class WakeUp(Job):
    """A job of RQ that can only be one of ours: no arguments, no callbacks, no webhooks."""

    @property
    def func(self) -> Callable[[], Any]:
        if self.func_name not in _OURS or self.instance is not None or self.args or self.kwargs:
            raise ForeignJob("this is none of our jobs")
        function: Callable[[], Any] = super().func
        return function

    @property
    def success_callback(self) -> None:
        return None

    @property
    def failure_callback(self) -> None:
        return None

    @property
    def stopped_callback(self) -> None:
        return None

    def send_webhooks(self, *_: object, **__: object) -> None:
        """None of ours has any."""
