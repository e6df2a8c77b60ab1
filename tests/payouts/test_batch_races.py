"""What changes while a batch is planned, and a chain that does not answer or lags."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from app.chain.client import BlockTag, Chain
from app.chain.node_errors import NodeError
from app.domain.errors import Unavailable
from app.processes.payouts.create_batch import CreatePayoutBatch, create_payout_batch
from app.processes.payouts.parts import BatchResult
from app.services.programs.change_programs import pause_program
from sge.embedded.anvil import CHAIN_ID
from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.refusals import refused

_KEYS = count(1)


class BusyChain(Chain):
    """While the first question about the Safe is on its way, something happens; before: how many nonces it lags."""

    def __init__(self, world: PayoutWorld, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__(CHAIN_ID, [world.chain.node.url])
        self._happens: Callable[[], Awaitable[object]] | None = happens

    async def call_batch(
        self,
        calls: Sequence[tuple[str, bytes]],
        *,
        block: int | BlockTag = "latest",
        gas: int | None = None,
        sender: str | None = None,
    ) -> list[bytes | NodeError]:
        if self._happens is not None:
            happens, self._happens = self._happens, None
            await happens()
        return await super().call_batch(calls, block=block, gas=gas, sender=sender)


async def _create(
    world: PayoutWorld, program: PayoutProgram, chain: Chain, **changed: Any
) -> BatchResult:
    parts = replace(world.payouts, chains={CHAIN_ID: chain})
    command = CreatePayoutBatch("USDC", f"race {next(_KEYS)}", **changed)
    async with chain:
        return await create_payout_batch(parts, "api_key:sge_test", command, program.id)


async def _paid_affiliates(world: PayoutWorld) -> list[int]:
    rows = await world.settling.rows("SELECT affiliate_id FROM payout ORDER BY place")
    return [row["affiliate_id"] for row in rows]


async def test_who_is_suspended_meanwhile_is_not_paid(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    await world.payable(program, {ann: USDC, bob: USDC})

    async def suspend() -> None:
        await world.set_status(program, ann, "SUSPENDED")

    await _create(world, program, BusyChain(world, suspend))
    assert await _paid_affiliates(world) == [bob]
    await world.check()


async def test_what_is_reversed_meanwhile_is_not_paid(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    earned = await world.payable(program, {ann: USDC, bob: USDC})

    async def reverse() -> None:
        await world.reverse(program, earned[ann])

    made = await _create(world, program, BusyChain(world, reverse))
    [safe_transaction] = await world.safes.listed(made.batch_id)
    # Bob's commission, and the refund that ann's customer is owed now.
    assert (safe_transaction["payout_count"], safe_transaction["total"]) == (2, 11 * USDC)
    await world.check()


async def test_a_batch_that_came_first_wins(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})

    async def first() -> None:
        await world.create(program)

    with refused("EARLIER_BATCH_OPEN"):
        await _create(world, program, BusyChain(world, first))
    assert await world.settling.value("SELECT count(*) FROM payout_batch") == 1
    await world.check()


async def test_a_replacement_does_not_take_what_another_one_took(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    first = (await world.create(program)).batch_id

    async def other() -> None:
        await world.create(program, replaces=first)

    with refused("INVALID_STATE", "replaces"):
        await _create(world, program, BusyChain(world, other), replaces=first)
    await world.check()


async def test_a_chain_that_does_not_answer(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    with refused("CHAIN_UNAVAILABLE", "programId"):
        await _create(world, program, Chain(CHAIN_ID, ["http://127.0.0.1:9"]))
    assert await world.commissions(program) == {"PAYABLE": USDC}


async def test_a_node_that_does_not_know_what_is_final_is_not_planned_from(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    before = world.chain.node.call("evm_snapshot")
    await world.execute(program, (await world.create(program)).batch_id)
    await world.payable(program, {ann: 2 * USDC})
    world.chain.node.call("evm_revert", before)
    with pytest.raises(Unavailable, match="behind"):
        await world.create(program)
    assert await world.settling.value("SELECT count(*) FROM payout_batch") == 1


async def test_a_paused_program_plans_and_an_archived_one_does_not(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    program = await world.program()
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: USDC})
    await world.run(program, pause_program, program.id, "a test")
    first = (await world.create(program)).batch_id
    await world.settling.run(
        "UPDATE program SET status = 'ARCHIVED', pause_reason = NULL, paused_by = NULL, paused_at = NULL,"
        " version = version + 1 WHERE id = $1",
        program.id,
    )
    with refused("INVALID_STATE", "programId"):
        await world.create(program, replaces=first)


async def test_an_unknown_program(payout_world: PayoutWorld) -> None:
    world = payout_world
    program = await world.program()
    stranger = replace(program, id=program.id + 1000)
    with refused("NOT_FOUND", "programId"):
        await world.create(stranger)
    with refused("NOT_FOUND", "programId"):
        await world.withdraw(stranger, "1", program.owners[0].address)
