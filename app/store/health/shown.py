"""What systemStatus shows of the parts that no web process can look at itself."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from app.domain.health.components import Component
from app.domain.health.states import HealthState
from app.store.database import ReadSession, UnitOfWork

_SHOW = "UPDATE platform_health SET components = $1, read_at = $2"
_READ = "SELECT components, read_at FROM platform_health"
_READ_AT = "SELECT read_at FROM platform_health"


async def show(unit: UnitOfWork, components: Sequence[Component], now: datetime) -> None:
    """Puts these in place of what was shown before."""
    await unit.connection.execute(_SHOW, [asdict(one) for one in components], now)


async def shown(session: ReadSession) -> tuple[list[Component], datetime | None]:
    """The components, and when somebody looked; None: nobody ever did."""
    row = await session.connection.fetchrow(_READ)
    assert row is not None
    components = [
        Component(one["name"], HealthState(one["health"]), one["detail"])
        for one in row["components"]
    ]
    return components, row["read_at"]


async def looked_at(session: ReadSession | UnitOfWork) -> datetime | None:
    """When somebody last looked, as this server knows it: on a replica, how old what it shows is."""
    at: datetime | None = await session.connection.fetchval(_READ_AT)
    return at
