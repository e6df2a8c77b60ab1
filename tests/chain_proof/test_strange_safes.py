"""Owners choose their treasury's code: what a strange one answers is told of it alone, and hides no other's change."""

from datetime import timedelta
from functools import partial
from typing import Any

import orjson
import pytest

from app.chain.client import Chain
from app.chain.safe_configuration import read_configurations
from app.services.treasury.alarms import withdraw_alarm
from app.store.treasury.alarms import open_alarms
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import proxy_before
from tests.chain_proof.proving import Proving

_OPEN = (
    "SELECT program_id, message FROM discrepancy WHERE kind = 'TREASURY_CONFIGURATION' ORDER BY id"
)
# Whatever it is asked, it answers with one.
_ALWAYS_ONE = "0x600160005260206000f3"
_STRANGE = {
    "burns all gas": "0x5b600056",
    "reverts": "0x5f5ffd",
    "an invalid instruction": "0xfe",
    "a megabyte": "0x621000005ff3",
    "a megabyte of refusal": "0x621000005ffd",
    "nothing": "0x00",
    "always one": _ALWAYS_ONE,
}


async def test_a_changed_guard_is_told_of(proving: Proving) -> None:
    program = await proving.world.program()
    await proving.watching.turn()
    guard = proving.watching.new_wallet().address
    proving.chain.node.call("anvil_setCode", guard, _ALWAYS_ONE)
    await proving.paying.safe_call(program, "setGuard", guard, nonce=0)
    await proving.watching.turn()
    [found] = await proving.settling.rows(_OPEN)
    assert f"guard {guard} instead of none" in found["message"]


async def test_code_that_is_put_in_a_safes_place_is_told_of(proving: Proving) -> None:
    """By code that its owners let it run as its own, which logs nothing of it."""
    program = await proving.world.program()
    await proving.watching.turn()
    node = proving.chain.node
    before = node.call("eth_getStorageAt", program.treasury, "0x0", "latest")[-40:]
    other, changer = (proving.watching.new_wallet().address for _ in range(2))
    node.call("anvil_setCode", other, node.call("eth_getCode", f"0x{before}", "latest"))
    node.call("anvil_setCode", changer, f"0x73{other[2:]}5f5500")
    row = {"to_address": changer, "data": b"", "operation": 1}
    assert proving.world.safes.send(program.treasury, row, 0, program.owners[:2])
    await proving.watching.turn()
    [found] = await proving.settling.rows(_OPEN)
    assert f"code {other} instead of 0x{before}".lower() in found["message"].lower()


_OPEN_OUTFLOW = "SELECT id FROM discrepancy WHERE kind = 'UNEXPLAINED_OUTFLOW'"
_VERSIONS = """
SELECT version FROM (SELECT entity_id, version FROM event UNION ALL SELECT entity_id, version FROM event_outbox) e
 WHERE entity_id = $1::uuid::text ORDER BY version
"""


@pytest.mark.parametrize(
    "code",
    [
        _STRANGE["burns all gas"],
        *(pytest.param(one, marks=pytest.mark.long) for one in list(_STRANGE.values())[1:]),
    ],
    ids=_STRANGE,
)
async def test_a_strange_treasury_hides_no_others_change(proving: Proving, code: str) -> None:
    strange, changed = await proving.world.program(), await proving.world.program()
    await proving.watching.turn()
    proving.chain.node.call("anvil_setCode", strange.treasury, code)
    await proving.paying.safe_call(changed, "changeThreshold", 1, nonce=0)
    proving.watching.watchers.clear()
    proving.settling.clock.ahead += timedelta(minutes=11)
    await proving.watching.turn()
    [first] = await proving.settling.rows(_OPEN)
    assert first["program_id"] == changed.id
    assert "1 signatures suffice instead of 2" in first["message"]
    proving.watching.mine(1)
    await proving.watching.turn()
    [_, second] = await proving.settling.rows(_OPEN)
    assert second["program_id"] == strange.id
    assert "does not answer as a Safe any more" in second["message"]


@pytest.mark.long
async def test_a_block_that_comes_back_is_told_of_again(proving: Proving) -> None:
    program = await proving.world.program()
    proving.chain.fund([program.treasury])
    await proving.final()
    proving.steal(program, nonce=0)
    await proving.watching.turn()
    watch = (await proving.watching.watcher()).watch
    async with watch.database.read(None) as session:
        [alarm] = await open_alarms(session, CHAIN_ID)
    # As when another node was asked, which is on a fork of its own.
    query = "SELECT message FROM discrepancy WHERE kind = 'UNEXPLAINED_OUTFLOW'"
    for _ in range(2):
        watch = (await proving.watching.watcher()).watch
        gone = partial(withdraw_alarm, lease=watch.lease, alarm=alarm, at=watch.clock())
        await watch.write(gone, program.id)
        assert (await proving.settling.value(query)).endswith("so far this did not happen.")
        proving.watching.watchers.clear()
        proving.settling.clock.ahead += timedelta(minutes=1)
        await proving.watching.turn()
        told = await proving.settling.value(query)
        assert told.endswith("in the chain again: this did happen.")
    assert await proving.settling.value("SELECT ended FROM treasury_alarm") is None
    await proving.final()
    assert await proving.settling.value("SELECT ended FROM treasury_alarm") == "FINAL"
    assert len(await proving.settling.rows(query)) == 1
    [found] = await proving.settling.rows(_OPEN_OUTFLOW)
    await proving.resolve(program, found["id"], "FROM_PROGRAM")
    versions = [row["version"] for row in await proving.settling.rows(_VERSIONS, found["id"])]
    assert versions == [1, 2, 3, 4, 5, 6]


async def test_what_a_node_refuses_because_of_one_safe_is_asked_without_it(
    proving: Proving,
) -> None:
    programs = [await proving.world.program() for _ in range(3)]
    safes = [one.treasury for one in programs]
    strange = safes[1].lower().encode()

    def answer(body: bytes, given: bytes) -> bytes:
        """Of a batch with it, all that comes after the limit of bytes is refused, as geth does."""
        if strange not in body.lower():
            return given
        error: Any = {"code": -32003, "message": "response too large"}
        return orjson.dumps([{**one, "error": error} for one in _without_results(given)])

    async with proxy_before(proving.chain.node.url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        proxy.answer = answer
        head = await chain.head_block()
        found = await read_configurations(chain, safes, head.hash)
        assert [one is None for one in found] == [False, True, False]
        assert found[0] != found[2]
        proxy.answer = lambda _body, given: given
        # A node that breaks the answer off.
        proxy.plan = lambda body: "500" if strange in body.lower() else "pass"
        found = await read_configurations(chain, safes, head.hash)
        assert [one is None for one in found] == [False, True, False]


def _without_results(given: bytes) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in one.items() if name != "result"}
        for one in orjson.loads(given)
    ]
