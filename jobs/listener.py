"""One thread that takes wake-ups of one queue from RQ, and goes on whatever happens to Redis."""

import itertools
import threading

import structlog
from redis import Redis
from redis.client import Pipeline
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from app.bus.queue import rq_queue
from app.bus.redis import REDIS_FAILURES
from jobs.wake_up import WakeUp

_LOG = structlog.get_logger()
_TRY_AGAIN_SECONDS = 1.0
# RQ asks Redis for work for this long less 15 seconds, and looks whether it is to stop in between.
_WORKER_TTL_SECONDS = 17


class _ListeningWorker(SimpleWorker):
    """RQ's worker without a fork, in a thread: signals are the process's own business."""

    death_penalty_class = TimerDeathPenalty
    max_connection_wait_time = 2.0

    def _install_signal_handlers(self) -> None:
        return

    def heartbeat(self, timeout: int | None = None, pipeline: Pipeline | None = None) -> None:
        # RQ beats each time it asked for work in vain, and looks at nothing else there.
        if self._stop_requested and timeout is None and pipeline is None:
            raise StopRequested
        super().heartbeat(timeout, pipeline)

    def stop_soon(self) -> None:
        """Ends after the job that runs, or within two seconds."""
        self._stop_requested = True


class Listener(threading.Thread):
    """One queue only: RQ pops from several by BLPOP, and a crash just after it loses the job for good."""

    def __init__(self, queue: str, connection: Redis, name: str) -> None:
        super().__init__(name=f"listen-{queue}", daemon=True)
        self._queue = queue
        self._connection = connection
        self._worker_name = f"{name}.{queue}"
        self._stopping = threading.Event()
        self._worker: _ListeningWorker | None = None
        self._rounds = itertools.count(1)

    def stop(self) -> None:
        self._stopping.set()
        if self._worker is not None:
            self._worker.stop_soon()

    def run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except REDIS_FAILURES as problem:
                _LOG.warning("queue is away", queue=self._queue, reason=type(problem).__name__)
            except Exception:  # noqa: BLE001 - a thread that ends would never hear of work again
                _LOG.exception("listener failed", queue=self._queue)
            self._stopping.wait(_TRY_AGAIN_SECONDS)

    def _listen(self) -> None:
        worker = _ListeningWorker(
            [rq_queue(self._queue, self._connection)],
            # RQ refuses a name that it still remembers, as Redis does after a loss in between.
            name=f"{self._worker_name}.{next(self._rounds)}",
            connection=self._connection,
            worker_ttl=_WORKER_TTL_SECONDS,
            serializer=JSONSerializer,
            job_class=WakeUp,
            log_job_description=False,
        )
        self._worker = worker
        if not self._stopping.is_set():
            worker.work(logging_level="WARNING")
