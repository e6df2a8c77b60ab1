import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from app.domain.errors import Refusal
from app.domain.ids import new_id
from app.domain.states import AffiliateStatus
from app.services.affiliates.change_affiliates import (
    MoveAffiliate,
    SetAffiliateStatus,
    move_affiliate,
    set_affiliate_status,
)
from app.services.affiliates.register_affiliate import RegisterAffiliate, register_affiliate
from app.store.affiliates import path_ids
from app.store.database_errors import passes
from tests.services.refusals import refused
from tests.services.world import World, key_of, wallet


async def forest(world: World, program_id: int) -> dict[str, tuple[str, ...]]:
    """Each code with its ancestors' codes from the root down; depth and path are checked."""
    rows = await world.fetch(program_id, "SELECT * FROM affiliate")
    by_id = {row["id"]: row for row in rows}
    found = {}
    for row in rows:
        expected = [row["id"]]
        while (parent := by_id[expected[0]]["parent_id"]) is not None:
            expected.insert(0, parent)
            assert len(expected) <= len(rows), "a cycle"
        assert path_ids(row["path"]) == tuple(expected)
        assert row["depth"] == len(expected) - 1
        found[row["referral_code"]] = tuple(by_id[one]["referral_code"] for one in expected[:-1])
    return found


async def move(world: World, program_id: int, public_id: Any, to: str | None) -> None:
    command = MoveAffiliate(public_id, to, "reorganised")
    await world.run(program_id, move_affiliate, key_of(program_id), command)


async def until_served(call: Callable[[], Awaitable[object]]) -> None:
    """Again while the answer would be SERVICE_UNAVAILABLE, as callers do: many wait for one lock, on a machine of any load."""
    while True:
        try:
            await call()
        except Exception as problem:
            if not passes(problem):
                raise
        else:
            return


async def test_affiliates_stand_under_their_parents(world: World) -> None:
    program_id = (await world.program()).program_id
    await world.affiliate(program_id, "ROOT")
    await world.affiliate(program_id, "MID", "root")
    await world.affiliate(program_id, "LEAF", "MID")
    assert await forest(world, program_id) == {
        "ROOT": (),
        "MID": ("ROOT",),
        "LEAF": ("ROOT", "MID"),
    }
    events = await world.fetch(program_id, "SELECT * FROM audit WHERE action LIKE 'affiliate%'")
    assert len(events) == 3


async def test_registering_is_repeatable_by_wallet(world: World) -> None:
    program_id = (await world.program()).program_id
    key = key_of(program_id)
    await world.affiliate(program_id, "ROOT")
    command = RegisterAffiliate(program_id, wallet(), "ROOT", None, "Ann")
    first = await world.run(program_id, register_affiliate, key, command)
    assert await world.run(program_id, register_affiliate, key, command) == first
    with refused("ALREADY_EXISTS", "wallet"):
        other = replace(command, display_name="Bob")
        await world.run(program_id, register_affiliate, key, other)
    [row] = await world.fetch(program_id, "SELECT * FROM affiliate WHERE display_name = 'Ann'")
    assert len(row["referral_code"]) == 8
    with refused("SELF_REFERRAL", "parentReferralCode"):
        own = replace(command, parent_referral_code=row["referral_code"])
        await world.run(program_id, register_affiliate, key, own)


async def test_many_equal_registrations_at_once_make_one_affiliate(world: World) -> None:
    program_id = (await world.program()).program_id
    command = RegisterAffiliate(program_id, wallet())
    results = await asyncio.gather(
        *(world.run(program_id, register_affiliate, key_of(program_id), command) for _ in range(20))
    )
    assert len(set(results)) == 1


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"parent_referral_code": "NOBODY"}, "NOT_FOUND", "parentReferralCode"),
        ({"parent_referral_code": "ELSEWHERE"}, "NOT_FOUND", "parentReferralCode"),
        ({"parent_referral_code": "no code!"}, "INVALID_INPUT", "parentReferralCode"),
        ({"referral_code": "ROOT"}, "ALREADY_EXISTS", "referralCode"),
        ({"referral_code": "ab"}, "INVALID_INPUT", "referralCode"),
        ({"referral_code": "x" * 33}, "INVALID_INPUT", "referralCode"),
        ({"referral_code": "ΑΒΓ"}, "INVALID_INPUT", "referralCode"),
        (
            {"referral_code": "me-1", "parent_referral_code": "ME-1"},
            "SELF_REFERRAL",
            "parentReferralCode",
        ),
        ({"display_name": ""}, "INVALID_INPUT", "displayName"),
        ({"display_name": "x" * 101}, "INVALID_INPUT", "displayName"),
        ({"parent_referral_code": "ENDED"}, "INVALID_STATE", "parentReferralCode"),
    ],
)
async def test_refused_registrations(
    changed: dict[str, Any], code: str, field: str, world: World
) -> None:
    program_id = (await world.program()).program_id
    other = (await world.program()).program_id
    await world.affiliate(program_id, "ROOT")
    await world.affiliate(other, "ELSEWHERE")
    ended = await world.affiliate(program_id, "ENDED")
    status = SetAffiliateStatus(ended.public_id, AffiliateStatus.TERMINATED, "fraud")
    await world.run(program_id, set_affiliate_status, key_of(program_id), status)
    command = replace(RegisterAffiliate(program_id, wallet()), **changed)
    with refused(code, field):
        await world.run(program_id, register_affiliate, key_of(program_id), command)
    assert len(await world.fetch(program_id, "SELECT FROM affiliate")) == 2


async def test_a_tree_has_at_most_its_levels(world: World) -> None:
    program_id = (await world.program(maximum_tree_depth=3)).program_id
    await world.affiliate(program_id, "ONE")
    await world.affiliate(program_id, "TWO", "ONE")
    await world.affiliate(program_id, "THREE", "TWO")
    with refused("TREE_TOO_DEEP", "parentReferralCode"):
        await world.affiliate(program_id, "FOUR", "THREE")
    branch = await world.affiliate(program_id, "OTHER")
    await world.affiliate(program_id, "UNDER", "OTHER")
    with refused("TREE_TOO_DEEP", "to"):
        await move(world, program_id, branch.public_id, "TWO")
    await move(world, program_id, branch.public_id, "ONE")


async def test_a_branch_moves_with_everybody_in_it(world: World) -> None:
    program_id = (await world.program()).program_id
    await world.affiliate(program_id, "AAA")
    b = await world.affiliate(program_id, "BBB", "AAA")
    await world.affiliate(program_id, "CCC", "BBB")
    await world.affiliate(program_id, "DDD", "CCC")
    await world.affiliate(program_id, "BESIDE", "AAA")
    await world.affiliate(program_id, "YYY")
    for _ in range(2):
        await move(world, program_id, b.public_id, "YYY")
    assert await forest(world, program_id) == {
        "AAA": (),
        "BESIDE": ("AAA",),
        "YYY": (),
        "BBB": ("YYY",),
        "CCC": ("YYY", "BBB"),
        "DDD": ("YYY", "BBB", "CCC"),
    }
    await move(world, program_id, b.public_id, None)
    assert (await forest(world, program_id))["DDD"] == ("BBB", "CCC")
    moves = await world.fetch(program_id, "SELECT * FROM audit WHERE action = 'affiliate.moved'")
    assert len(moves) == 2
    with refused("REFERRAL_CYCLE", "to"):
        await move(world, program_id, b.public_id, "DDD")
    with refused("SELF_REFERRAL", "to"):
        await move(world, program_id, b.public_id, "BBB")
    with refused("NOT_FOUND", "to"):
        await move(world, program_id, b.public_id, "NOBODY")
    with refused("NOT_FOUND", "id"):
        await move(world, program_id, new_id(), "AAA")


async def test_two_moves_that_would_make_a_cycle_cannot_both_happen(world: World) -> None:
    program_id = (await world.program()).program_id
    for _ in range(5):
        left = await world.affiliate(program_id, f"L-{new_id().hex[-8:]}")
        right = await world.affiliate(program_id, f"R-{new_id().hex[-8:]}")
        codes = {
            row["public_id"]: row["referral_code"]
            for row in await world.fetch(program_id, "SELECT * FROM affiliate")
        }
        outcomes = await asyncio.gather(
            move(world, program_id, left.public_id, codes[right.public_id]),
            move(world, program_id, right.public_id, codes[left.public_id]),
            return_exceptions=True,
        )
        refusals = [one for one in outcomes if one is not None]
        assert [type(one) for one in refusals] == [Refusal]
        await forest(world, program_id)


async def test_moving_and_joining_at_once_keep_the_forest_whole(world: World) -> None:
    program_id = (await world.program()).program_id
    chance = random.Random(7)
    codes = ["AAA", "BBB", "CCC", "DDD"]
    made = {code: await world.affiliate(program_id, code) for code in codes}

    async def disturb(n: int) -> None:
        if n % 2:
            parent = chance.choice(codes)
            await until_served(lambda: world.affiliate(program_id, f"NEW-{n}", parent))
            return
        moved, to = made[chance.choice(codes)].public_id, chance.choice([*codes, None])
        await until_served(lambda: move(world, program_id, moved, to))

    outcomes = await asyncio.gather(*map(disturb, range(80)), return_exceptions=True)
    unexpected = [one for one in outcomes if one is not None and not isinstance(one, Refusal)]
    assert unexpected == []
    assert len(await forest(world, program_id)) == 44


async def test_a_status_moves_only_forward(world: World) -> None:
    program_id = (await world.program()).program_id
    key, made = key_of(program_id), await world.affiliate(program_id, "ANN")

    async def become(status: AffiliateStatus) -> None:
        command = SetAffiliateStatus(made.public_id, status, "as the rules say")
        await world.run(program_id, set_affiliate_status, key, command)

    await become(AffiliateStatus.SUSPENDED)
    await become(AffiliateStatus.SUSPENDED)
    await become(AffiliateStatus.ACTIVE)
    await become(AffiliateStatus.TERMINATED)
    with refused("INVALID_STATE", "status"):
        await become(AffiliateStatus.ACTIVE)
    [row] = await world.fetch(program_id, "SELECT status, version FROM affiliate")
    assert (row["status"], row["version"]) == ("TERMINATED", 4)


async def test_nobody_writes_a_path_by_hand(world: World) -> None:
    program_id = (await world.program()).program_id
    await world.affiliate(program_id, "ANN")

    async def forge(unit: Any, _now: Any) -> None:
        await unit.connection.execute("UPDATE affiliate SET depth = 4")

    with pytest.raises(Exception, match="permission denied"):
        await world.run(program_id, forge)
