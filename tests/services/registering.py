"""Registrations through the intake, and workers who fail them."""

from typing import Any
from uuid import UUID

from app.domain.intents import REGISTRATION
from app.domain.intents.kind import Asked
from app.processes.intake.accept_intent import AcceptedIntent, Intake
from app.store.database import Database
from tests.services.world import FACTS, World, key_of, wallet


def intake_of(world: World) -> Intake:
    return Intake(world.api, world.bells, {}, FACTS, lambda: world.now)


async def register(
    world: World, program_id: int, key: str, intake: Intake | None = None, **changed: Any
) -> AcceptedIntent:
    facts: dict[str, Any] = {"wallet": wallet()}
    asked = Asked(key=key, **(facts | changed))
    intake = intake or intake_of(world)
    return await intake.accept(key_of(program_id), program_id, REGISTRATION, asked)


async def state_of(world: World, program_id: int, intent_id: UUID) -> Any:
    [row] = await world.fetch(
        program_id, "SELECT * FROM intent_state WHERE intent_id = $1", intent_id
    )
    return row


async def fail(worker: Database, program_id: int, intent_id: UUID, *, retryable: bool) -> None:
    """As the chain engine leaves an intent that it could not settle."""
    async with worker.write(program_id) as unit:
        await unit.connection.execute(
            """UPDATE intent_state SET status = 'FAILED', version = version + 1, failure_code = 'REJECTED',
                      failure_message = 'no', failure_retryable = $2, completed_at = now(), updated_at = now()
                WHERE intent_id = $1""",
            intent_id,
            retryable,
        )
        await unit.connection.execute("DELETE FROM intent_todo WHERE intent_id = $1", intent_id)
        await unit.connection.execute(
            "UPDATE program_user SET registration_intent_id = NULL WHERE registration_intent_id = $1",
            intent_id,
        )
