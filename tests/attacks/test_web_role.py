"""What a statement smuggled into the web process could do inside its own program: it proves nothing and pays nobody."""

import asyncpg
import pytest

from tests.api.caller import Stage
from tests.api.conftest import deployment, filled, stage
from tests.api.filled import FilledProgram
from tests.api.test_paying import REGISTER
from tests.services.world import wallet

__all__ = ["deployment", "filled", "stage"]

CONFIRM = "status = 'CONFIRMED', stage = 'FINAL', completed_at = now()"
TAKE = "status = 'PROCESSING'"
NOTHING = ", '{}'"
ATTACKS = [
    f"UPDATE intent_state SET {CONFIRM}, version = version + 1 WHERE status = 'PENDING'",
    f"UPDATE intent_state SET {TAKE}, version = version + 1 WHERE status = 'PENDING'",
    "UPDATE intent_state SET version = version + 1 WHERE status = 'CONFIRMED'",
    "UPDATE commission SET paid_at = now()",
    "UPDATE commission SET amount = amount * 2",
    "DELETE FROM commission",
    "UPDATE settlement SET undone_at = now()",
    "INSERT INTO discrepancy SELECT * FROM discrepancy",
    "UPDATE treasury SET address = '0x0000000000000000000000000000000000000001'",
    "UPDATE program_user SET referrer_id = NULL",
    "UPDATE consumed_through SET block_number = 0",
    "SELECT raw FROM signed_copy, event_outbox",
    "SELECT secret_hash FROM api_key",
    f"SELECT sge_post_inner(1, now(){NOTHING * 24})",
    "SET ROLE sge_owner",
    "COPY intent TO PROGRAM 'true'",
    "SELECT pg_read_file('PG_VERSION')",
]

# No right to it, or nothing that reverses a commission.
REFUSED = ("42501", "SG041")


async def test_what_the_web_role_is_refused(stage: Stage, filled: FilledProgram) -> None:
    await filled.grow(1)
    given = {"programId": filled.program.id, "wallet": wallet(), "idempotencyKey": "waits"}
    await filled.program.ask(REGISTER, input=given)
    for attack in ATTACKS:
        with pytest.raises(asyncpg.PostgresError) as refused:
            await smuggle(stage, filled.key, attack)
        assert refused.value.sqlstate in REFUSED, attack


@pytest.mark.parametrize("status", ["REVERSED", "PENDING_APPROVAL"])
async def test_no_commission_moves_by_itself(
    stage: Stage, filled: FilledProgram, status: str
) -> None:
    await filled.grow(1)
    moves = f"UPDATE commission SET status = 'PAYABLE'; UPDATE commission SET status = '{status}'"
    with pytest.raises(asyncpg.PostgresError) as refused:
        await smuggle(stage, filled.key, f"{moves}; SET CONSTRAINTS ALL IMMEDIATE")
    assert refused.value.sqlstate in {"SG037", "SG041"}


async def smuggle(stage: Stage, program_key: int, attack: str) -> None:
    """As the web process, in that program's transaction; undone when it works."""
    async with stage.process.runtime.database.write(program_key) as unit:
        await unit.connection.execute(attack)
        pytest.fail(attack)
