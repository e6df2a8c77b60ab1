"""The platform's figures at the scheduler's /metrics: read when somebody asks, at most every few seconds."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from prometheus_client import REGISTRY

from app.domain.errors import Unavailable
from app.domain.health.figures import Figures
from app.domain.health.groups import FigureGroup
from app.domain.health.lifecycle import KnownAlert
from app.metrics import SCHEDULER_LEADS
from app.processes.health.gauges import FiguresCollector
from app.processes.health.read import FiguresReader
from app.processes.health.replica import ReplicaProbe
from app.runtime import Runtime, replica_connector
from app.store.health.alerts import live_alerts
from app.store.health.figures import be_quick
from app.store.health.unread import why_unread

_LOG = structlog.get_logger()
_FRESH_SECONDS = 5.0


@dataclass
class FiguresGiver:
    """leads: whether this scheduler has the lease; only then it gives figures, so that one process does."""

    runtime: Runtime
    leads: Callable[[], bool]
    _collector: FiguresCollector = field(default_factory=FiguresCollector)
    _read_at: float = float("-inf")
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)
    _reader: FiguresReader = field(init=False)
    _alerts: list[KnownAlert] = field(init=False)

    def __post_init__(self) -> None:
        self._start_anew()
        REGISTRY.register(self._collector)

    def close(self) -> None:
        REGISTRY.unregister(self._collector)

    async def refresh(self) -> None:
        """Before each answer. While the database is away nothing is given: better nothing than what was. A group of
        figures that cannot be read stays as it was and is named (`sge_figures_unread`), so that no rule sees it end.
        """
        SCHEDULER_LEADS.set(self.leads())
        async with self._one:
            if not self.leads():
                self._start_anew()
            elif time.monotonic() - self._read_at > _FRESH_SECONDS:
                await self._read()

    async def _read(self) -> None:
        runtime, now = self.runtime, self.runtime.clock()
        probe = ReplicaProbe(runtime.database, replica_connector(runtime.settings))
        try:
            lag = await probe.lag_seconds(now)
            figures = await self._figures(now)
        except Exception:  # noqa: BLE001 - the next scrape tries again
            _LOG.exception("figures could not be read")
            self._start_anew()
            return
        finally:
            await probe.close()
        self._collector.show(replace(figures, replica_lag_seconds=lag), self._alerts)
        self._read_at = time.monotonic()

    async def _figures(self, now: datetime) -> Figures:
        figures = await self._reader.read(now)
        try:
            async with self.runtime.database.read(None) as session:
                await be_quick(session)
                self._alerts = await live_alerts(session)
        except Unavailable:
            raise
        except Exception as problem:  # noqa: BLE001  whatever it was, the figures are given
            _LOG.exception("alerts could not be read")
            unread = {**figures.unread, FigureGroup.ALERTS: why_unread(problem)}
            return replace(figures, unread=unread)
        return figures

    def _start_anew(self) -> None:
        """With nothing to give and nothing remembered."""
        self._collector.forget()
        self._reader = FiguresReader(self.runtime.database, keep=True)
        self._alerts = []
