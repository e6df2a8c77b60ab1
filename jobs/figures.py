"""The platform's figures at the scheduler's /metrics: read when somebody asks, at most every few seconds."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog
from prometheus_client import REGISTRY

from app.metrics import SCHEDULER_LEADS
from app.processes.health.gauges import FiguresCollector
from app.processes.health.replica import ReplicaProbe
from app.runtime import Runtime, replica_connector
from app.store.health.alerts import live_alerts
from app.store.health.figures import read_figures

_LOG = structlog.get_logger()
_FRESH_SECONDS = 5.0


@dataclass
class FiguresReader:
    """leads: whether this scheduler has the lease; only then it gives figures, so that one process does."""

    runtime: Runtime
    leads: Callable[[], bool]
    _collector: FiguresCollector = field(default_factory=FiguresCollector)
    _read_at: float = float("-inf")
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        REGISTRY.register(self._collector)

    def close(self) -> None:
        REGISTRY.unregister(self._collector)

    async def refresh(self) -> None:
        """Before each answer. Figures that cannot be read are not given: better none than old ones."""
        SCHEDULER_LEADS.set(self.leads())
        async with self._one:
            if not self.leads():
                self._collector.forget()
            elif time.monotonic() - self._read_at > _FRESH_SECONDS:
                await self._read()

    async def _read(self) -> None:
        runtime, now = self.runtime, self.runtime.clock()
        probe = ReplicaProbe(runtime.database, replica_connector(runtime.settings))
        try:
            lag = await probe.lag_seconds(now)
            async with runtime.database.read(None) as session:
                figures = replace(await read_figures(session, now), replica_lag_seconds=lag)
                alerts = await live_alerts(session)
        except Exception:  # noqa: BLE001 - the next scrape tries again
            _LOG.exception("figures could not be read")
            self._collector.forget()
            return
        finally:
            await probe.close()
        self._collector.show(figures, alerts)
        self._read_at = time.monotonic()
