"""Looks at the platform every few seconds: whoever comes first does, workers and schedulers alike.

Both kinds of process look, so that the end of either is told of by the other.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from app.domain.clock import Clock
from app.domain.health.groups import FigureGroup
from app.processes.health.read import FiguresReader
from app.processes.health.replica import ReplicaProbe
from app.services.execute import Bells, execute
from app.services.health.keep_alerts import keep_alerts
from app.store.database import Database, UnitOfWork
from app.store.health import alerts, shown
from app.store.health.drift import check_drift
from app.store.health.figures import PATIENCE_SECONDS, be_quick
from app.store.health.unread import why_unread

_LOG = structlog.get_logger()
LOOK_EACH = timedelta(seconds=10)
# Those who look are woken at about the same time; half an interval is too soon for a second look.
_TOO_SOON = LOOK_EACH / 2
# Each group is read quickly or not at all. Who dies while it looks is followed by another after this.
_LEASE = timedelta(seconds=15)


@dataclass(frozen=True)
class Lookout:
    """What looking needs. telling: whether there is a receiver of alerts. patience_seconds: for each statement."""

    database: Database
    bells: Bells
    clock: Clock
    replica: ReplicaProbe
    telling: bool
    patience_seconds: float = PATIENCE_SECONDS

    async def look(self) -> bool:
        """Once; False when somebody else just did, or does."""
        now = self.clock()
        async with self.database.read(None) as session:
            if _is_recent(await shown.looked_at(session), now):
                return False
        begin = partial(shown.begin_look, lease=_LEASE)
        if not await execute(self.database, self.bells, None, begin):
            return False
        lag = await self.replica.lag_seconds(now)

        async def use_case(unit: UnitOfWork) -> bool:
            if not await alerts.try_alone(unit) or _is_recent(await shown.looked_at(unit), now):
                return False
            await be_quick(unit)
            await keep_alerts(unit, figures, now, telling=self.telling)
            return True

        not_added_up = await self._add_up(now)
        # Before anybody is alone: who waits for a slow figure holds nobody up.
        reader = FiguresReader(self.database, keep=False, patience_seconds=self.patience_seconds)
        figures = await reader.read(now)
        unread = {**figures.unread, **not_added_up}
        figures = replace(figures, replica_lag_seconds=lag, unread=unread)
        return await execute(self.database, self.bells, None, use_case)

    async def _add_up(self, now: datetime) -> dict[FigureGroup, str]:
        """By itself: adding up every account may take too long on a large platform, and the rest is told of all the same."""
        try:
            await execute(self.database, self.bells, None, partial(check_drift, now=now))
        except Exception as problem:  # noqa: BLE001  whatever it was, the look goes on
            _LOG.exception("the ledgers could not be added up")
            return {FigureGroup.LEDGER: f"adding the accounts up failed ({why_unread(problem)})"}
        return {}


def _is_recent(looked_at: datetime | None, now: datetime) -> bool:
    """Nor is a look that is told of from long after now: clocks of two processes differ by little."""
    return looked_at is not None and abs(now - looked_at) < _TOO_SOON
