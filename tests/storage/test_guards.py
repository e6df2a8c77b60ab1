"""Guards outside the ledger: machines start at their start and move as declared; what is fixed stays."""

import asyncpg
import pytest

from app.domain import states
from app.domain.ids import new_id
from app.store.database import Database as Pool
from tests.storage.seeds import AT, SeededProgram, wallet

NOT_A_MOVE = "SG001"


async def refused(owner: asyncpg.Connection, statement: str, *values: object) -> str | None:
    transaction = owner.transaction()
    await transaction.start()
    try:
        await owner.execute(statement, *values)
    except asyncpg.PostgresError as error:
        return str(error.sqlstate)
    finally:
        await transaction.rollback()
    return None


_INTENT = """
INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id, amount,
                    currency, payload, terms_version, upline, created_by, created_at)
VALUES ($1, $2, 'PAYMENT', $3, '', $4, 31337, $5, $6, 5, 'USD', '{}', 1, '{}', 'test', $7)
"""
_STATE = """
INSERT INTO intent_state (program_id, intent_id, status, stage, version, updated_at, completed_at, failure_code,
                          failure_retryable)
VALUES ($1, $2, $3, $4, $5, now(), CASE WHEN $3 IN ('CONFIRMED', 'FAILED') THEN now() END,
        CASE WHEN $3 = 'FAILED' THEN 'REJECTED' END, CASE WHEN $3 = 'FAILED' THEN true END)
"""
_TO = """
UPDATE intent_state SET status = $3, stage = CASE WHEN $3 = 'CONFIRMED' THEN 'FINAL' ELSE stage END, version = version + $4,
       completed_at = CASE WHEN $3 IN ('CONFIRMED', 'FAILED') THEN now() END,
       failure_code = CASE WHEN $3 = 'FAILED' THEN 'REJECTED' END,
       failure_retryable = CASE WHEN $3 = 'FAILED' THEN true END
 WHERE program_id = $1 AND intent_id = $2
"""


@pytest.fixture
async def intent(owner: asyncpg.Connection, program: SeededProgram) -> tuple[int, object]:
    id_ = new_id()
    await owner.execute(
        _INTENT, program.id, id_, str(id_), id_.bytes * 2, wallet(1), program.users[0], AT
    )
    return program.id, id_


@pytest.mark.parametrize("status", ["PROCESSING", "CONFIRMED", "FAILED"])
async def test_an_intent_starts_pending(
    status: str, owner: asyncpg.Connection, intent: tuple[int, object]
) -> None:
    stage = "FINAL" if status == "CONFIRMED" else "QUEUED"
    assert await refused(owner, _STATE, *intent, status, stage, 1) == NOT_A_MOVE
    assert await refused(owner, _STATE, *intent, "PENDING", "QUEUED", 7) == NOT_A_MOVE
    assert await refused(owner, _STATE, *intent, "PENDING", "QUEUED", 1) is None


_PATHS = {
    "PENDING": (),
    "PROCESSING": ("PROCESSING",),
    "CONFIRMED": ("PROCESSING", "CONFIRMED"),
    "FAILED": ("FAILED",),
}


@pytest.mark.parametrize("before", list(_PATHS))
async def test_an_intent_moves_as_declared(
    before: str, owner: asyncpg.Connection, intent: tuple[int, object]
) -> None:
    await owner.execute(_STATE, *intent, "PENDING", "QUEUED", 1)
    for step in _PATHS[before]:
        await owner.execute(_TO, *intent, step, 1)
    for after in states.IntentStatus:
        code = await refused(owner, _TO, *intent, after.value, 1)
        allowed = after.value == before or (before, after.value) in states.INTENT
        assert (code is None) == allowed, after
        if after.value != before and allowed:
            assert await refused(owner, _TO, *intent, after.value, 0) == "SG005"


async def test_a_fixed_referrer_stays(owner: asyncpg.Connection, program: SeededProgram) -> None:
    user, (first, second, _) = program.users[0], program.affiliates
    change = "UPDATE program_user SET referrer_id = $2, registered_at = $3 WHERE id = $1"
    await owner.execute(change, user, first, AT)
    assert await refused(owner, change, user, second, AT) == "SG007"
    assert await refused(owner, change, user, None, AT) == "SG007"
    assert await refused(owner, change, user, first, None) == "SG007"
    assert await refused(owner, change, user, first, AT) is None


async def test_terms_and_audit_rows_are_never_edited(
    owner: asyncpg.Connection, program: SeededProgram
) -> None:
    assert program.id
    for table in ("terms", "audit", "intent", "intent_authorization", "intent_transition", "seal"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET program_id = 1"):
            assert await refused(owner, statement) == "SG002", statement


async def test_the_forest_places_itself(owner: asyncpg.Connection, program: SeededProgram) -> None:
    root, middle, leaf = program.affiliates
    rows = await owner.fetch(
        "SELECT depth, path, sge_upline(path) AS line FROM affiliate WHERE program_id = $1 ORDER BY depth",
        program.id,
    )
    assert [row["depth"] for row in rows] == [0, 1, 2]
    assert rows[2]["line"] == [leaf, middle, root]
    assert rows[2]["path"] == b"".join(one.to_bytes(8) for one in (root, middle, leaf))
    move = "UPDATE affiliate SET parent_id = $2 WHERE id = $1"
    assert await refused(owner, move, root, leaf) == "SG004"
    assert await refused(owner, move, root, root) == "SG004"
    assert await refused(owner, move, leaf, 999_999) == "SG003"
    forged = "UPDATE affiliate SET depth = 0, path = int8send(id) WHERE id = $1"
    assert await refused(owner, forged, leaf) == "SG006"


async def test_a_parent_of_another_program_is_no_parent(
    owner: asyncpg.Connection, program: SeededProgram, other_program: SeededProgram
) -> None:
    move = "UPDATE affiliate SET parent_id = $2 WHERE id = $1"
    assert await refused(owner, move, program.affiliates[0], other_program.affiliates[0]) == "SG003"


async def test_the_web_can_release_a_halted_lane_and_do_nothing_else_to_lanes(
    owner: asyncpg.Connection, api: Pool
) -> None:
    lane = new_id()
    await owner.execute(
        "INSERT INTO lane (id, chain_id, relayer, next_nonce, created_at) VALUES ($1, $2, $3, 0, now())",
        lane,
        31337,
        wallet(int(lane) % 10**9),
    )
    halt = "UPDATE lane SET status = 'HALTED', halt_reason = 'x', halted_at = now() WHERE id = $1"
    release = (
        "UPDATE lane SET status = 'ACTIVE', halt_reason = NULL, halted_at = NULL WHERE id = $1"
    )
    assert await api.pool.execute(halt, lane) == "UPDATE 0"
    await owner.execute(halt, lane)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.pool.execute("UPDATE lane SET halt_reason = 'another' WHERE id = $1", lane)
    assert await api.pool.execute(release, lane) == "UPDATE 1"
    # Its nonce goes with its release, for the platform, and never far ahead.
    unhalt = "SELECT sge_unhalt_lane($1, $2)"
    for program_id, used in ((0, 7), (1, 7), (0, 10_001), (0, -1)):
        if (program_id, used) != (0, 7):
            await owner.execute(halt, lane)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with api.write(program_id) as unit:
                await unit.connection.execute(unhalt, lane, used)
    async with api.write(0) as unit:
        await unit.connection.execute(unhalt, lane, 7)
    kept = "SELECT status, next_nonce, explained_through FROM lane WHERE id = $1"
    assert tuple(await owner.fetchrow(kept, lane)) == ("ACTIVE", 7, 7)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.pool.execute("UPDATE lane SET next_nonce = 8 WHERE id = $1", lane)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await api.pool.execute("UPDATE lane SET relayer = $2 WHERE id = $1", lane, wallet(1))
