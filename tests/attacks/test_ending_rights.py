"""Rights that end while they are used, and callers who race under one idempotency key."""

import asyncio
import time
from typing import Any

import asyncpg

from tests.api.caller import Caller, OwnProgram, Stage
from tests.api.conftest import deployment, stage
from tests.api.signed_in import sign_in
from tests.api.test_roles import admin_of, change
from tests.api.test_wallets_own_keys import joined
from tests.fixtures.databases import Database
from tests.processes.signing_in import new_wallet

__all__ = ["deployment", "stage"]

RENAME = """mutation ($program: ID!, $name: String!) { updateProgram(input: {programId: $program, name: $name}) {
  program { name } userErrors { code } } }"""
NAME = "SELECT name FROM program WHERE slug = $1"
LOCK = "SELECT FROM program WHERE slug = $1 FOR UPDATE"
LEAVE = """DELETE FROM program_member WHERE wallet = $1"""
SECONDS = 5.0
TRIES = 30


async def renamed(caller: Caller, program: OwnProgram, name: str) -> list[str]:
    """Codes of what refused it; none when it is done."""
    answer: dict[str, Any] = await caller.answer(RENAME, program=program.id, name=name)
    if "errors" in answer:
        return [error["extensions"]["code"] for error in answer["errors"]]
    return [error["code"] for error in answer["data"]["updateProgram"]["userErrors"]]


async def test_nothing_is_done_by_a_role_five_seconds_after_it_was_taken(stage: Stage) -> None:
    program, admin = await admin_of(stage)
    await change(program, "grantRole", program.id, new_wallet().address)
    done: list[float] = []
    refused: list[list[str]] = []

    async def go_on(who: int) -> None:
        """Until it is refused again and again."""
        while len(refused) < TRIES:
            codes = await renamed(admin, program, f"by {who} at {time.monotonic()}")
            (refused if codes else done).append(codes or time.monotonic())  # type: ignore[arg-type]
            await asyncio.sleep(0.02)

    writing = [asyncio.create_task(go_on(who)) for who in range(3)]
    async with asyncio.timeout(20):
        while not done:  # noqa: ASYNC110  nobody tells
            await asyncio.sleep(0.01)
    assert await change(program, "revokeRole", program.id, admin.wallet.address) == []
    taken = time.monotonic()
    async with asyncio.timeout(30):
        await asyncio.gather(*writing)
    assert max(done) < taken + SECONDS
    assert ["FORBIDDEN"] in refused or ["NOT_FOUND"] in refused
    assert await renamed(admin, program, "afterwards") in (["FORBIDDEN"], ["NOT_FOUND"])


async def test_what_waits_while_the_role_is_taken_is_not_done_late(
    stage: Stage, database: Database
) -> None:
    """Rights are looked at once, so that a mutation may not wait for longer than they may last."""
    program, admin = await admin_of(stage)
    owner, blocking = [await asyncpg.connect(database.dsn()) for _ in range(2)]
    transaction = blocking.transaction()
    await transaction.start()
    await blocking.execute(LOCK, program.slug)
    began = time.monotonic()
    waiting = asyncio.create_task(renamed(admin, program, "late"))
    await asyncio.sleep(0.2)
    await owner.execute(LEAVE, admin.wallet.address)
    codes = await waiting
    assert time.monotonic() - began < SECONDS
    assert codes == ["SERVICE_UNAVAILABLE"]
    await transaction.rollback()
    assert await owner.fetchval(NAME, program.slug) == "A program"
    for each in (owner, blocking):
        await each.close()


async def test_three_callers_race_under_one_key_text(stage: Stage, database: Database) -> None:
    program = await stage.program()
    wallets = [await sign_in(stage) for _ in range(2)]
    callers: list[tuple[Caller, str]] = [(one, one.wallet.address) for one in wallets]
    callers.append((program, new_wallet().address))
    answers = await asyncio.gather(
        *(joined(*_call(program, callers[n % 3])) for n in range(60)), return_exceptions=True
    )
    told = [one for one in answers if isinstance(one, dict)]
    assert all(one["userErrors"] == [] for one in told)
    by_wallet: dict[str, set[str]] = {}
    for one in told:
        by_wallet.setdefault(one["intent"]["wallet"], set()).add(one["intent"]["id"])
    assert {wallet: len(ids) for wallet, ids in by_wallet.items()} == {
        wallet: 1 for _, wallet in callers
    }
    assert sum(not one["replayed"] for one in told) == 3
    owner = await asyncpg.connect(database.dsn())
    assert await owner.fetchval("SELECT count(*) FROM intent") == 3
    await owner.close()


def _call(program: OwnProgram, caller: tuple[Caller, str]) -> tuple[Caller, OwnProgram, str, str]:
    return caller[0], program, caller[1], "same"
