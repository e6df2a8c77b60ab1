"""Rejecting, replacing and closing: what owners may have signed elsewhere can still execute, and nobody is paid twice."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from tests.contracts.items import USDC
from tests.payouts.world import PayoutProgram, PayoutWorld
from tests.services.refusals import refused

_BATCHES = (
    "SELECT b.*, sge_batch_status(b.program_id, b.id) AS status FROM payout_batch b WHERE id = $1"
)
_PAID = """
SELECT p.affiliate_id, p.amount FROM payout p WHERE p.safe_transaction_id = $1 ORDER BY p.place
"""
_TIMELINES = """
SELECT s.id FROM safe_transaction s
  LEFT JOIN safe_transaction_transition t ON t.safe_transaction_id = s.id AND t.seq = s.version
 WHERE (s.status, s.death) IS DISTINCT FROM (t.to_status, t.death)
    OR s.version <> (SELECT count(*) FROM safe_transaction_transition x WHERE x.safe_transaction_id = s.id)
"""


async def _batch(world: PayoutWorld, batch_id: UUID) -> dict[str, Any]:
    [row] = await world.settling.rows(_BATCHES, batch_id)
    return row


async def _pays(world: PayoutWorld, safe_transaction: dict[str, Any]) -> list[tuple[int, int]]:
    rows = await world.settling.rows(_PAID, safe_transaction["id"])
    return [(row["affiliate_id"], row["amount"]) for row in rows]


async def _right(world: PayoutWorld) -> None:
    assert await world.settling.rows(_TIMELINES) == []
    await world.check()


async def _of_two(world: PayoutWorld) -> tuple[PayoutProgram, int, int, UUID]:
    program = await world.program()
    ann, bob = await world.affiliates(program, 2)
    await world.payable(program, {ann: 3 * USDC, bob: 5 * USDC})
    return program, ann, bob, (await world.create(program)).batch_id


async def test_a_rejected_batch_keeps_its_lines(payout_world: PayoutWorld) -> None:
    world = payout_world
    program, _, _, batch_id = await _of_two(world)
    assert not (await world.reject(program, batch_id)).replayed
    assert (await world.reject(program, batch_id)).replayed
    row = await _batch(world, batch_id)
    assert (row["status"], row["version"]) == ("REJECTED", 2)
    assert await world.commissions(program) == {"PENDING_APPROVAL": 8 * USDC}
    with refused("EARLIER_BATCH_OPEN"):
        await world.create(program)
    with refused("NOT_FOUND", "id"):
        await world.reject(program, UUID(int=1))
    [event] = await world.settling.rows(
        "SELECT data FROM event_outbox WHERE name = 'payout_batch.rejected'"
    )
    assert event["data"]["batch"] == str(batch_id)
    await _right(world)


async def test_equal_content_is_the_same_safe_transaction(payout_world: PayoutWorld) -> None:
    world = payout_world
    program, _, _, first = await _of_two(world)
    [before] = await world.safes.listed(first)
    await world.reject(program, first)
    second = (await world.create(program, replaces=first)).batch_id
    [after] = await world.safes.listed(second)
    assert (after["id"], after["death"], after["status"]) == (before["id"], None, "PROPOSED")
    assert (await _batch(world, second))["status"] == "PENDING_APPROVAL"
    assert (await _batch(world, first))["version"] == 3
    assert (await world.reject(program, first)).replayed
    with refused("INVALID_STATE", "replaces"):
        await world.create(program, replaces=first)
    with refused("NOT_FOUND", "replaces"):
        await world.create(program, replaces=UUID(int=7))
    await _right(world)


async def test_new_lines_join_their_payee_at_the_old_nonce(payout_world: PayoutWorld) -> None:
    world = payout_world
    program, ann, bob, first = await _of_two(world)
    [cat] = await world.affiliates(program)
    await world.payable(program, {ann: USDC, cat: 2 * USDC})
    second = (await world.create(program, replaces=first)).batch_id
    [old], [new] = await world.safes.listed(first), await world.safes.listed(second)
    assert (old["safe_nonce"], old["death"]) == (0, "REJECTED")
    assert (new["safe_nonce"], new["death"]) == (0, None)
    assert await _pays(world, new) == [(ann, 4 * USDC), (bob, 5 * USDC), (cat, 2 * USDC)]
    assert (await _batch(world, first))["status"] == "FAILED"
    with refused("INVALID_STATE", "id"):
        await world.reject(program, first)
    await _right(world)
    # Either can be executed by owners who signed it; the other one then cannot any more.
    assert await world.safes.execute(old["id"], program.owners[:2])


@pytest.mark.long
async def test_a_suspended_payee_stays_behind_and_an_empty_nonce_is_closed(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    program = await world.program()
    crowd = await world.affiliates(program, 201)
    await world.payable(program, dict.fromkeys(crowd, USDC))
    first = (await world.create(program)).batch_id
    assert [
        (one["safe_nonce"], one["payout_count"]) for one in await world.safes.listed(first)
    ] == [
        (0, 200),
        (1, 1),
    ]
    await world.reject(program, first)
    await world.set_status(program, crowd[-1], "SUSPENDED")
    second = (await world.create(program, replaces=first)).batch_id
    kept, closing = await world.safes.listed(second)
    assert (kept["payout_count"], kept["death"]) == (200, None)
    assert (closing["safe_nonce"], closing["payout_count"], closing["currency"]) == (1, 0, None)
    assert (closing["to_address"], closing["data"]) == (program.treasury, b"")
    assert closing["hash"] == world.safes.hash_of(closing)
    assert await world.commissions(program) == {"PENDING_APPROVAL": 201 * USDC}
    for one in (kept, closing):
        assert await world.safes.execute(one["id"], program.owners[:2])
    assert world.settling.paid(program) == (2010 - 200) * USDC
    await _right(world)


async def test_a_batch_is_closed_by_calls_of_nothing(payout_world: PayoutWorld) -> None:
    world = payout_world
    program, _, _, first = await _of_two(world)
    with refused("INVALID_STATE", "id"):
        await world.close(program, first)
    await world.reject(program, first)
    closed = await world.close(program, first, idempotency_key="end")
    assert await world.close(program, first, idempotency_key="end") == type(closed)(
        closed.batch_id, replayed=True
    )
    row = await _batch(world, closed.batch_id)
    assert (row["kind"], row["total"], row["payout_count"]) == ("CLOSING", 0, 0)
    [closing] = await world.safes.listed(closed.batch_id)
    assert await world.safes.execute(closing["id"], program.owners[1:])
    with refused("INVALID_STATE", "id"):
        await world.close(program, first)
    await world.reject(program, closed.batch_id)
    with refused("STALE_SAFE_NONCE", "id"):
        await world.close(program, closed.batch_id)
    await _right(world)


async def test_a_nonce_used_by_the_owners_leaves_its_lines_behind(
    payout_world: PayoutWorld,
) -> None:
    world = payout_world
    program, ann, _, first = await _of_two(world)
    [old] = await world.safes.listed(first)
    await world.payable(program, {ann: USDC})
    await world.safes.execute(old["id"], program.owners[:2])
    second = (await world.create(program, replaces=first)).batch_id
    [new] = await world.safes.listed(second)
    assert (new["safe_nonce"], await _pays(world, new)) == (1, [(ann, USDC)])
    [treasury] = await world.settling.rows("SELECT nonce FROM treasury")
    assert treasury["nonce"] == 1


async def test_only_one_of_several_replaces(payout_world: PayoutWorld) -> None:
    world = payout_world
    program, _, _, first = await _of_two(world)
    made = await asyncio.gather(
        *(world.create(program, replaces=first) for _ in range(4)), return_exceptions=True
    )
    codes = sorted(getattr(one, "code", "made") for one in made)
    assert codes == ["INVALID_STATE"] * 3 + ["made"]
    await _right(world)


async def test_another_currency_waits(payout_world: PayoutWorld) -> None:
    world = payout_world
    world.add_currency("EURC")
    program = await world.program(currencies=("USDC", "EURC"))
    [ann] = await world.affiliates(program)
    await world.payable(program, {ann: 3 * USDC})
    first = (await world.create(program)).batch_id
    with refused("EARLIER_BATCH_OPEN"):
        await world.create(program, "EURC")
    with refused("INVALID_STATE", "currency"):
        await world.create(program, "EURC", replaces=first)
    with refused("UNSUPPORTED_CURRENCY", "currency"):
        await world.create(program, "GBP")
    await _right(world)
