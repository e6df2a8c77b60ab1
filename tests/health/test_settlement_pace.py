"""How fast payments are settled, from the events that say so to what is told about it."""

from datetime import datetime, timedelta
from typing import Any

from app.domain.clock import real_clock
from app.domain.events import EventType, NewEvent
from app.domain.health.figures import SettlementFigures
from app.store.database import Database
from app.store.health import pace
from tests.health.watching import Watch
from tests.services.world import World
from tests.storage.following import roll_up


async def _settled(
    worker: Database, program_id: int, at: datetime, own: list[float | None]
) -> None:
    """Payments whose blocks waited thirteen minutes to become final. own: seconds, None where the wait is unknown."""
    async with worker.write(program_id) as unit:
        for seconds in own:
            took = 780 + (seconds or 0)
            internal: dict[str, Any] = {"milliseconds": round(1000 * took), "upline": []}
            internal |= {"referrers": [], "ownMilliseconds": seconds and round(1000 * seconds)}
            data = {"v": 1, "kind": "PURCHASE", "amount": None, "currency": None}
            data |= {"intent": "x", "month": "2026-11", "confirmedAt": "x", "internal": internal}
            event = NewEvent(EventType.SETTLEMENT, "settlement.confirmed", "1", 1, at, data)
            unit.record(event, program_id)
    await roll_up(worker, real_clock)


async def _read(worker: Database, now: datetime) -> SettlementFigures:
    async with worker.read(None) as session:
        return await pace.read(session, now)


def _told(watch: Watch) -> list[str]:
    """Nobody seals or sends webhooks here, which is told too."""
    return [text for text in watch.channel.texts if "SettlementSlow" in text]


async def test_a_slow_chain_is_no_fault_of_ours_and_a_slow_platform_is(
    watch: Watch, worker: Database, world: World
) -> None:
    program = await world.program()
    await _settled(worker, program.program_id, watch.now, [3.0] * 95 + [6.0] * 5 + [None] * 50)
    assert await _read(worker, watch.now) == SettlementFigures(100, 5, 0)
    await watch.look(4)
    assert _told(watch) == []
    await _settled(worker, program.program_id, watch.now, [5.1])
    await watch.look(4)
    [told] = _told(watch)
    assert told.startswith("[WARNING] SettlementSlow: 6 of 101 payments of the last quarter")
    await _settled(worker, program.program_id, watch.now, [15.1] * 6)
    assert await _read(worker, watch.now) == SettlementFigures(107, 12, 6)
    await watch.look(2)
    assert _told(watch)[1].startswith("[CRITICAL] worse: SettlementSlow: 6 of 107")


async def test_what_is_long_past_counts_no_more(worker: Database, world: World) -> None:
    program = await world.program()
    now = real_clock()
    await _settled(worker, program.program_id, now - timedelta(minutes=17), [60.0])
    assert await _read(worker, now) == SettlementFigures()
