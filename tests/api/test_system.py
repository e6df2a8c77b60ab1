"""systemStatus, as everybody who may read sees it."""

from tests.api.caller import Stage

STATUS = """
{ systemStatus { health components { name health detail latencyMs } queues { name depth oldestSeconds health }
    workers { name state queues lastHeartbeatAt currentJob }
    lanes { id status relayer balance { amount } nextNonce inFlight oldestPendingSeconds health } checkedAt } }
"""


async def test_the_parts_are_named_with_their_health(stage: Stage) -> None:
    seen = (await stage.platform.ask(STATUS))["systemStatus"]
    assert seen["health"] == "OK"
    assert {part["name"] for part in seen["components"]} == {"postgresql", "redis", "chain 31337"}
    assert {part["health"] for part in seen["components"]} == {"OK"}
    assert seen["queues"] == [{"name": "settle", "depth": 0, "oldestSeconds": None, "health": "OK"}]


async def test_a_program_sees_the_same(stage: Stage) -> None:
    program = await stage.program()
    assert (await program.ask(STATUS))["systemStatus"]["health"] == "OK"
