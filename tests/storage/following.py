"""Everybody who follows the events comes to the end of what is there."""

from app.domain.clock import Clock
from app.processes.follow_events import Apply, follow_events
from app.services import rollups, seals
from app.store.database import Database
from tests.storage.bells import SilentBells


async def roll_up(worker: Database, clock: Clock) -> int:
    """Through which position."""
    return await _follow(worker, clock, rollups.CONSUMER, rollups.apply_events)


async def seal(worker: Database, clock: Clock) -> int:
    """Through which position."""
    return await _follow(worker, clock, seals.CONSUMER, seals.seal_events)


async def roll_up_and_seal(worker: Database, clock: Clock) -> None:
    await roll_up(worker, clock)
    await seal(worker, clock)


async def _follow(worker: Database, clock: Clock, consumer: str, apply: Apply) -> int:
    return await follow_events(
        worker, SilentBells(), clock, consumer=consumer, holder="test", apply=apply
    )
