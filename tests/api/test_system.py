"""systemStatus, as everybody who may read sees it."""

import asyncpg

from app.domain.clock import real_clock
from app.processes.health.look import Lookout
from app.processes.health.replica import ReplicaProbe
from app.store.database import Database as Pool
from tests.api.caller import Stage
from tests.fixtures.databases import Database
from tests.services.world import RecordingBells

STATUS = """
{ systemStatus { health components { name health detail latencyMs } queues { name depth oldestSeconds health }
    workers { name state queues lastHeartbeatAt currentJob }
    lanes { id status relayer balance { amount } nextNonce inFlight oldestPendingSeconds health } checkedAt } }
"""


async def test_the_parts_are_named_with_their_health(stage: Stage) -> None:
    seen = (await stage.platform.ask(STATUS))["systemStatus"]
    health = {part["name"]: part["health"] for part in seen["components"]}
    own = dict.fromkeys(("postgresql", "redis", "chain 31337"), "OK")
    # Neither workers nor a scheduler run here, and that is said.
    assert health == own | {"monitor": "DEGRADED"}
    assert seen["health"] == "DEGRADED"
    assert seen["queues"] == [{"name": "settle", "depth": 0, "oldestSeconds": None, "health": "OK"}]


async def test_a_program_sees_the_same(stage: Stage) -> None:
    program = await stage.program()
    assert (await program.ask(STATUS))["systemStatus"]["health"] == "DEGRADED"


async def test_what_cannot_be_read_takes_nothing_else_with_it(
    stage: Stage, database: Database
) -> None:
    root = await asyncpg.connect(database.superuser_dsn)
    try:
        await root.execute("REVOKE EXECUTE ON FUNCTION sge_waiting_intents FROM sge_api")
        async with root.transaction():
            await root.execute("LOCK TABLE worker_heartbeat IN ACCESS EXCLUSIVE MODE")
            seen = (await stage.platform.ask(STATUS))["systemStatus"]
    finally:
        await root.close()
    unread = [part["name"] for part in seen["components"] if part["detail"] == "could not be read"]
    assert unread == ["figures of workers", "figures of queues"]
    assert (seen["workers"], seen["queues"]) == ([], [])
    assert {"postgresql", "monitor"} <= {part["name"] for part in seen["components"]}


async def test_what_workers_see_is_shown_without_names_of_programs(
    stage: Stage, database: Database
) -> None:
    program = await stage.program()
    worker = await Pool.connect(database.dsn("sge_worker"), maximum=2)
    replica = ReplicaProbe(worker, None)
    assert await Lookout(worker, RecordingBells(), real_clock, replica, telling=False).look()
    await worker.close()
    seen = (await program.ask(STATUS))["systemStatus"]
    shown = {part["name"]: part for part in seen["components"]}
    assert shown["monitor"]["health"] == "OK"
    assert shown["workers"] == {
        "name": "workers",
        "health": "DOWN",
        "detail": "0 alive",
        "latencyMs": None,
    }
    assert shown["ledger"]["detail"] == "balanced"
    assert {"seals lag", "feed lag", "scheduler", "reconciliation"} <= set(shown)
    assert [queue["name"] for queue in seen["queues"]] == ["settle", "webhooks", "provider events"]
    assert "program-" not in str(seen)
