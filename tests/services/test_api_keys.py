from datetime import timedelta
from uuid import UUID

import pytest

from app.auth.authenticator import Authenticator
from app.domain.ids import new_id
from app.domain.permissions import ApiScope
from app.processes.note_credential_uses import note_credential_uses
from app.services.access.api_keys import (
    ApiKeyResult,
    CreateApiKey,
    RotateApiKey,
    create_api_key,
    make_operator_key,
    revoke_api_key,
    rotate_api_key,
)
from tests.services.refusals import refused
from tests.services.world import World, key_of


def authenticator(world: World) -> Authenticator:
    return Authenticator(world.api, world.hasher, lambda: world.now)


async def make_key(
    world: World, program_id: int, key: str = "k", **changed: object
) -> ApiKeyResult:
    facts: dict[str, object] = {"name": "checkout", "scopes": frozenset({ApiScope.READ})}
    command = CreateApiKey(program_id, idempotency_key=key, **(facts | changed))  # type: ignore[arg-type]
    return await world.run(program_id, create_api_key, world.hasher, "tester", command)


async def test_a_key_is_shown_once_and_stands_for_its_program(world: World) -> None:
    made = await world.program()
    first = await make_key(world, made.program_id)
    again = await make_key(world, made.program_id)
    assert first.token is not None
    assert (again.key_id, again.token, again.replayed) == (first.key_id, None, True)
    caller = await authenticator(world).authenticate(first.token)
    assert caller is not None
    [authority] = caller.authorities
    assert (authority.program_id, authority.program_public_id) == (made.program_id, made.public_id)
    assert authority.scopes == {ApiScope.READ}
    assert authority.actor == f"api_key:{first.token[:14]}"
    [row] = await world.fetch(made.program_id, "SELECT name, prefix, created_by FROM api_key")
    assert first.token not in str(dict(row))
    assert row["prefix"] == first.token[:14]


async def test_what_is_no_key_stands_for_nobody(world: World) -> None:
    made = await world.program()
    token = (await make_key(world, made.program_id)).token
    assert token is not None
    door = authenticator(world)
    last = "0" if token[-1] != "0" else "1"
    for wrong in ("", "sge_", token[:-1], token[:-1] + last, token.upper(), token + "\n", "é" * 9):
        assert await door.authenticate(wrong) is None


async def test_revocation_is_felt_within_seconds(world: World) -> None:
    made = await world.program()
    program_id, key = made.program_id, key_of(made.program_id)
    fresh = await make_key(world, program_id)
    assert fresh.token is not None
    door = authenticator(world)
    assert await door.authenticate(fresh.token) is not None
    for _ in range(2):
        await world.run(program_id, revoke_api_key, key, fresh.key_id)
    world.now += timedelta(seconds=2)
    assert await door.authenticate(fresh.token) is None
    actions = await world.fetch(program_id, "SELECT action FROM audit WHERE action LIKE 'api_key%'")
    assert [row["action"] for row in actions] == ["api_key.created", "api_key.revoked"]


async def test_what_was_revoked_here_is_forgotten_at_once(world: World) -> None:
    made = await world.program()
    program_id, key = made.program_id, key_of(made.program_id)
    fresh, other = await make_key(world, program_id), await make_key(world, program_id, "other")
    assert fresh.token is not None
    assert other.token is not None
    door = authenticator(world)
    assert await door.authenticate(fresh.token) is not None
    assert await door.authenticate(other.token) is not None
    await world.run(program_id, revoke_api_key, key, fresh.key_id)
    assert await door.authenticate(fresh.token) is not None
    door.forget(new_id())
    door.forget(fresh.key_id)
    assert await door.authenticate(fresh.token) is None
    assert await door.authenticate(other.token) is not None


async def test_rotation_overlaps(world: World) -> None:
    made = await world.program()
    program_id, key = made.program_id, key_of(made.program_id)
    old = await make_key(world, program_id)
    command = RotateApiKey(old.key_id, "rotate", overlap_seconds=60)
    new = await world.run(program_id, rotate_api_key, world.hasher, key, command)
    assert old.token is not None
    assert new.token is not None
    door = authenticator(world)
    assert await door.authenticate(old.token) is not None
    again = await world.run(program_id, rotate_api_key, world.hasher, key, command)
    assert (again.key_id, again.token, again.replayed) == (new.key_id, None, True)
    with refused("INVALID_STATE", "id"):
        # Its successor would end when it does itself.
        twice = RotateApiKey(old.key_id, "rotate twice")
        await world.run(program_id, rotate_api_key, world.hasher, key, twice)
    world.now += timedelta(seconds=60)
    assert await door.authenticate(old.token) is None
    caller = await door.authenticate(new.token)
    assert caller is not None
    [authority] = caller.authorities
    assert authority.scopes == {ApiScope.READ}
    with refused("INVALID_STATE", "id"):
        dead = RotateApiKey(old.key_id, "rotate again")
        await world.run(program_id, rotate_api_key, world.hasher, key, dead)
    with refused("INVALID_INPUT", "overlapSeconds"):
        negative = RotateApiKey(new.key_id, "negative", overlap_seconds=-1)
        await world.run(program_id, rotate_api_key, world.hasher, key, negative)


async def test_a_key_expires(world: World) -> None:
    made = await world.program()
    soon = world.now + timedelta(seconds=1)
    fresh = await make_key(world, made.program_id, expires_at=soon)
    assert fresh.token is not None
    world.now = soon
    assert await authenticator(world).authenticate(fresh.token) is None
    with refused("INVALID_INPUT", "expiresAt"):
        await make_key(world, made.program_id, "other", expires_at=soon)


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({ApiScope.PLATFORM, ApiScope.READ})])
async def test_a_programs_key_has_scopes_of_programs(
    scopes: frozenset[ApiScope], world: World
) -> None:
    made = await world.program()
    with refused("INVALID_INPUT", "scopes"):
        await make_key(world, made.program_id, scopes=scopes)


async def test_the_operators_key_has_no_program(world: World) -> None:
    made = await world.run(0, make_operator_key, world.hasher, "operator of the tests")
    assert made.token is not None
    caller = await authenticator(world).authenticate(made.token)
    assert caller is not None
    assert caller.platform
    [authority] = caller.authorities
    assert (authority.program_id, authority.program_public_id) == (0, None)


async def test_another_programs_key_is_not_found(world: World) -> None:
    first, second = await world.program(), await world.program()
    fresh = await make_key(world, first.program_id)
    for key_id in (fresh.key_id, new_id(), UUID(int=0)):
        with refused("NOT_FOUND", "id"):
            await world.run(second.program_id, revoke_api_key, key_of(second.program_id), key_id)


async def test_the_last_use_is_written_down_lazily(world: World) -> None:
    made = await world.program()
    token = (await make_key(world, made.program_id)).token
    assert token is not None
    door = authenticator(world)
    for _ in range(3):
        await door.authenticate(token)
    uses = door.take_uses()
    assert len(uses) == 1
    assert door.take_uses() == []
    await note_credential_uses(world.api, world.bells, uses)
    [row] = await world.fetch(made.program_id, "SELECT last_used_at FROM api_key")
    assert row["last_used_at"] == world.now
