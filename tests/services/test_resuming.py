"""A program is resumed by somebody who knows of everything critical that was found."""

import asyncio
from datetime import timedelta
from functools import partial
from uuid import UUID

from app.domain.actors import RECONCILER
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.explanations import Explanation
from app.domain.ids import new_id
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from app.services.execute import execute
from app.services.programs.change_programs import pause_program, resume_program
from app.store.database import Database, UnitOfWork
from schema.ids import IdPrefix, encode_id
from tests.services.refusals import refused
from tests.services.world import World, key_of

_STATUS = "SELECT status FROM program"


def critical() -> NewDiscrepancy:
    kind = DiscrepancyKind.TREASURY_MISMATCH
    return NewDiscrepancy(kind, Severity.CRITICAL, new_id().hex, "it does not agree")


async def found(world: World, worker: Database, program_id: int) -> UUID:
    """A worker opens something critical now."""
    opening = partial(
        open_discrepancy, program_id=program_id, found=critical(), actor=RECONCILER, at=world.now
    )
    opened = await execute(worker, world.bells, program_id, opening)
    assert opened is not None
    return opened


async def test_what_was_found_since_the_pause_has_to_be_named(
    world: World, worker: Database
) -> None:
    program_id = (await world.program()).program_id
    key = key_of(program_id)
    first = await found(world, worker, program_id)
    world.now += timedelta(hours=1)
    second = await found(world, worker, program_id)
    third = await found(world, worker, program_id)
    names = [encode_id(IdPrefix.DISCREPANCY, one) for one in (second, third)]
    for reason in ("seen", encode_id(IdPrefix.DISCREPANCY, first), f"seen {names[0]}"):
        with refused("INVALID_STATE", "reason", match=names[1]):
            await world.run(program_id, resume_program, key, program_id, reason)
    explained = ResolveDiscrepancy(second, Explanation.NO_POSTING, None, "put right")
    await world.run(program_id, resolve_discrepancy, key, explained)
    await world.run(program_id, resume_program, key, program_id, f"we know of {names[1]}")
    # What was known when it was resumed is known the next time.
    world.now += timedelta(hours=1)
    await world.run(program_id, pause_program, key, program_id, "a look at the books")
    await world.run(program_id, resume_program, key, program_id, "all is well")
    assert [row["status"] for row in await world.fetch(program_id, _STATUS)] == ["ACTIVE"]


async def test_what_is_being_found_meanwhile_is_seen(world: World, worker: Database) -> None:
    program_id = (await world.program()).program_id
    key = key_of(program_id)
    await world.run(program_id, pause_program, key, program_id, "a look at the books")
    world.now += timedelta(hours=1)
    opened, go = asyncio.Event(), asyncio.Event()

    async def slowly(unit: UnitOfWork) -> None:
        await open_discrepancy(unit, program_id, critical(), RECONCILER, world.now)
        opened.set()
        await go.wait()

    finding = asyncio.create_task(execute(worker, world.bells, program_id, slowly))
    await opened.wait()
    resuming = asyncio.create_task(world.run(program_id, resume_program, key, program_id, "why"))
    await asyncio.sleep(0.3)
    waited = not resuming.done()
    go.set()
    await finding
    with refused("INVALID_STATE", "reason"):
        await resuming
    assert waited


async def test_what_was_found_together_with_the_reason_has_to_be_named(
    world: World, worker: Database
) -> None:
    """A run opens all that it found at one instant; the pause tells the first."""
    program_id = (await world.program()).program_id
    key = key_of(program_id)
    kinds = (
        DiscrepancyKind.ROLLUP_DRIFT,
        DiscrepancyKind.SEAL_BROKEN,
        DiscrepancyKind.PAYOUT_MISMATCH,
    )
    told = [f"found {kind}" for kind in kinds]

    async def together(unit: UnitOfWork) -> list[UUID | None]:
        found = [
            NewDiscrepancy(kind, Severity.CRITICAL, new_id().hex, message)
            for kind, message in zip((*kinds, kinds[0]), (*told, told[0]), strict=True)
        ]
        return [
            await open_discrepancy(unit, program_id, one, RECONCILER, world.now) for one in found
        ]

    _, *others = await execute(worker, world.bells, program_id, together)
    names = [encode_id(IdPrefix.DISCREPANCY, one) for one in others if one is not None]
    for place, name in enumerate(names):
        known = " ".join(names[:place] + names[place + 1 :])
        with refused("INVALID_STATE", "reason", match=name):
            await world.run(program_id, resume_program, key, program_id, known)
    await world.run(program_id, resume_program, key, program_id, " ".join(names))


async def test_the_reason_is_known_whatever_is_said_of_it_later(
    world: World, worker: Database
) -> None:
    """A block that is taken back adds to the message, not to the reason of the pause."""
    program_id = (await world.program()).program_id
    opened = await found(world, worker, program_id)
    add = "UPDATE discrepancy SET message = message || ' so far' WHERE id = $1"
    async with worker.write(program_id) as unit:
        await unit.connection.execute(add, opened)
    await world.run(program_id, resume_program, key_of(program_id), program_id, "we looked")
