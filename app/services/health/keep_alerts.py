"""One look at the platform: what it means for alerts, and for what systemStatus shows."""

from datetime import datetime

from app.domain.health.components import components_of
from app.domain.health.conditions import conditions_of
from app.domain.health.figures import Figures
from app.domain.health.groups import FigureGroup
from app.domain.health.lifecycle import compare
from app.store.database import UnitOfWork
from app.store.health import alerts, shown


async def keep_alerts(unit: UnitOfWork, figures: Figures, now: datetime, *, telling: bool) -> None:
    """Opens, keeps and resolves alerts, and queues what is to be told. Only who is alone (`alerts.try_alone`) may.

    telling: whether there is a receiver. now: real time.
    """
    holding = conditions_of(figures)
    await alerts.begin(unit, holding, now)
    known = await alerts.live_alerts(unit)
    changes = compare(known, holding, now, telling=telling, unread=figures.unread)
    await alerts.see(unit, changes.seen, now)
    await alerts.hold(unit, changes.held, now)
    await alerts.end(
        unit,
        opened=changes.opened,
        resolved=changes.resolved,
        forgotten=changes.forgotten,
        now=now,
    )
    await alerts.tell(unit, changes.tellings, now)
    queues = None if FigureGroup.QUEUES in figures.unread else figures.queues
    await shown.show(unit, components_of(figures), queues, now)
