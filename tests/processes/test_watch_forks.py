"""Blocks that vanish: before finality everything goes back and is sent again, after it a person has to look."""

from functools import partial

import pytest

from app.processes.watching.parts import InconsistentChainError
from app.processes.watching.watch_head import FinalityInDoubt
from app.services.execute import execute
from app.store.chain.consumption import posted_above
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.items import USDC
from tests.processes.settling_world import SettledProgram
from tests.processes.watching_world import WatchingWorld


async def reorganise_from(world: WatchingWorld, block: int) -> None:
    """The chain forgets this block and all above it, and has as many others."""
    depth = await world.settling.chain.block_number() - block + 1
    world.settling.gateway_chain.node.call("anvil_reorg", depth, [])


async def mined_block(world: WatchingWorld) -> int:
    block: int = await world.settling.value(
        "SELECT block_number FROM chain_transaction ORDER BY created_at DESC LIMIT 1"
    )
    return block


async def versions(world: WatchingWorld, program: SettledProgram) -> list[int]:
    return [one["version"] for one in await world.settling.states(program)]


async def test_a_fork_before_finality_takes_the_stage_back_and_the_bytes_are_sent_again(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    await world.settle()
    await world.turn()
    assert (await world.statuses(program))[1] == ("PROCESSING", "MINED")
    before = await versions(world, program)

    await reorganise_from(world, await mined_block(world))
    await world.turn()
    assert (await world.statuses(program))[1] == ("PROCESSING", "BROADCAST")
    assert (await versions(world, program))[1] == before[1] + 1
    [transaction] = await world.settling.rows(
        "SELECT status, block_number, last_sent_at FROM chain_transaction ORDER BY created_at DESC LIMIT 1"
    )
    assert transaction == {"status": "BROADCAST", "block_number": None, "last_sent_at": None}
    assert world.settling.gateway_chain.balance(program.treasury) == 0
    await world.check()

    await world.settle_and_finish()
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")
    assert world.settling.gateway_chain.balance(program.treasury) == 10 * USDC
    copies = await world.settling.rows("SELECT sends FROM signed_copy ORDER BY created_at")
    assert copies[-1]["sends"] == 2
    names = await world.settling.rows(
        "SELECT stage FROM intent_transition ORDER BY intent_id DESC, seq DESC LIMIT 4"
    )
    assert [row["stage"] for row in names][::-1] == ["MINED", "BROADCAST", "MINED", "FINAL"]
    await world.check()


async def test_a_transaction_that_moves_to_another_block_is_mined_there(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    await world.settling.pay(program, [payer])
    await world.settle()
    await world.turn()
    block = await mined_block(world)
    raw = await world.settling.value("SELECT raw FROM signed_copy ORDER BY created_at DESC LIMIT 1")
    depth = await world.settling.chain.block_number() - block + 1
    world.settling.gateway_chain.node.call("anvil_reorg", depth, [["0x" + raw.hex(), depth - 1]])
    await world.turn()
    assert (await world.statuses(program))[1] == ("PROCESSING", "MINED")
    [transaction] = await world.settling.rows(
        "SELECT status, block_hash FROM chain_transaction ORDER BY created_at DESC LIMIT 1"
    )
    assert transaction["status"] == "MINED"
    world.mine()
    await world.turn()
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")
    await world.check()


async def test_a_fork_beyond_finality_stops_those_whose_books_rest_on_it(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program, other = await world.program(), await world.program()
    [payer] = await world.registered(program, None)
    [other_payer] = await world.registered(other, None)
    await world.settling.pay(program, [payer])
    await world.settle_and_finish()
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")

    block = await mined_block(world)
    await reorganise_from(world, block)
    # One look is not enough: a node on a fork of its own would say the same.
    with pytest.raises(FinalityInDoubt):
        await world.turn()
    assert await world.settling.value("SELECT count(*) FROM discrepancy") == 0
    await world.turn()
    found = await world.settling.rows("SELECT program_id, kind, severity FROM discrepancy")
    assert found == [
        {"program_id": program.id, "kind": "DEEP_REORGANISATION", "severity": "CRITICAL"}
    ]
    statuses = await world.settling.rows("SELECT id, status FROM program ORDER BY id")
    assert statuses == [
        {"id": program.id, "status": "PAUSED"},
        {"id": other.id, "status": "ACTIVE"},
    ]
    # Confirmed stays confirmed: only a person undoes it, by mirror journals.
    assert (await world.statuses(program))[1] == ("CONFIRMED", "FINAL")
    stopped = await world.settling.rows(
        "SELECT program_id, block_number FROM consumed_through WHERE stopped IS NOT NULL"
    )
    assert [row["program_id"] for row in stopped] == [program.id]

    world.settling.gateway_chain.fund([other_payer.address], USDC)
    await world.turn()
    world.mine()
    await world.turn()
    through = await world.settling.value(
        "SELECT block_number FROM consumed_through WHERE program_id = $1", other.id
    )
    assert through >= block
    assert await world.settling.value("SELECT count(*) FROM discrepancy") == 1


async def test_a_node_that_lags_behind_finality_stops_nobody(watching_world: WatchingWorld) -> None:
    world = watching_world
    program = await world.program()
    [payer] = await world.registered(program, None)
    node = world.settling.gateway_chain.node
    earlier = node.call("evm_snapshot")
    await world.settling.pay(program, [payer])
    await world.settle_and_finish()
    through = "SELECT block_number FROM consumed_through WHERE program_id = $1"
    posted = await world.settling.value(through, program.id)

    node.call("evm_revert", earlier)
    with pytest.raises(InconsistentChainError, match="behind"):
        await world.turn()
    assert await world.settling.value("SELECT count(*) FROM discrepancy") == 0
    assert await world.settling.value(through, program.id) == posted


async def test_the_books_rest_on_the_block_of_the_opening_balance(
    watching_world: WatchingWorld,
) -> None:
    world = watching_world
    program = await world.program()
    began: int = await world.settling.value(
        "SELECT watched_from_block FROM treasury WHERE program_id = $1", program.id
    )
    above = partial(posted_above, chain_id=CHAIN_ID)
    worker, bells = world.settling.worker, world.settling.bells
    assert await execute(worker, bells, None, partial(above, block_number=began)) == set()
    assert await execute(worker, bells, None, partial(above, block_number=began - 1)) == {
        program.id
    }
