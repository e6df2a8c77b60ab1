"""Programs and their currencies, on the writing side; new_programs.py has what is written when one is created."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.money import Currency
from app.domain.states import ProgramStatus
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = """
id, public_id, slug, name, status, pause_reason, chain_id, test, clock_offset, open_registration,
allow_self_approval, wallet_cool_down_hours, maximum_tree_depth, request_hash, version
"""
_PUBLIC_ID = "SELECT public_id FROM program WHERE id = $1"
_FIND = "SELECT sge_find_program($1, $2)"
_READ = f"SELECT {_COLUMNS} FROM program WHERE id = $1"
# Whoever changes a program waits for those who sign for it (FOR SHARE), and the other way round; rows that refer to it
# do not wait.
_LOCK = f"SELECT {_COLUMNS} FROM program WHERE id = $1 FOR NO KEY UPDATE"
_SHARE = f"SELECT {_COLUMNS} FROM program WHERE id = $1 FOR SHARE"
_CURRENCIES = """
SELECT code, decimals, token, chain_id, eip712_name, eip712_version
  FROM program_currency WHERE program_id = $1 ORDER BY position
"""
_UPDATE = """
UPDATE program SET name = $2, open_registration = $3, allow_self_approval = $4,
       wallet_cool_down_hours = $5, maximum_tree_depth = $6, version = version + 1
 WHERE id = $1
"""
_PAUSE = """
UPDATE program SET status = 'PAUSED', pause_reason = $2, paused_by = $3, paused_at = $4,
       version = version + 1
 WHERE id = $1
"""
_RESUME = """
UPDATE program SET status = 'ACTIVE', pause_reason = NULL, paused_by = NULL, paused_at = NULL,
       version = version + 1
 WHERE id = $1
"""
_RAISE_VERSION = "UPDATE program SET version = version + 1 WHERE id = $1"
_SET_CLOCK = "UPDATE program SET clock_offset = $2, version = version + 1 WHERE id = $1"
_CHANGE_GAS_BUDGET = """
UPDATE program p SET daily_gas_budget_wei = $2
  FROM (SELECT id, daily_gas_budget_wei FROM program WHERE id = $1 FOR UPDATE) b
 WHERE p.id = b.id RETURNING b.daily_gas_budget_wei
"""


@dataclass(frozen=True, slots=True)
class ProgramRow:
    """A program as its services see it. clock_offset: program time less real time."""

    id: int
    public_id: UUID
    slug: str
    name: str
    status: ProgramStatus
    pause_reason: str | None
    chain_id: int
    test: bool
    clock_offset: timedelta
    open_registration: bool
    allow_self_approval: bool
    wallet_cool_down_hours: int
    maximum_tree_depth: int
    request_hash: bytes
    version: int


async def find_program_id(
    session: UnitOfWork | ReadSession, *, public_id: UUID | None = None, slug: str | None = None
) -> int | None:
    """The internal id of any program, whoever asks; nothing else of it."""
    found: int | None = await session.connection.fetchval(_FIND, public_id, slug)
    return found


async def public_id_of(session: UnitOfWork | ReadSession, program_id: int) -> UUID:
    """What clients and audit rows call a program."""
    found: UUID = await session.connection.fetchval(_PUBLIC_ID, program_id)
    return found


async def read_program(session: UnitOfWork | ReadSession, program_id: int) -> ProgramRow | None:
    """The program when this session may see it."""
    row = await session.connection.fetchrow(_READ, program_id)
    return None if row is None else _program(row)


async def lock_program(unit: UnitOfWork, program_id: int) -> ProgramRow | None:
    """The program, kept from changing until the transaction ends."""
    row = await unit.connection.fetchrow(_LOCK, program_id)
    return None if row is None else _program(row)


async def share_program(unit: UnitOfWork, program_id: int) -> ProgramRow | None:
    """The same for those who change nothing of it: they do not wait for each other."""
    row = await unit.connection.fetchrow(_SHARE, program_id)
    return None if row is None else _program(row)


async def read_currencies(
    session: UnitOfWork | ReadSession, program_id: int
) -> dict[str, Currency]:
    """By code, in the program's order."""
    rows = await session.connection.fetch(_CURRENCIES, program_id)
    return {row["code"]: Currency(**row) for row in rows}


async def update_program(unit: UnitOfWork, row: ProgramRow) -> None:
    """Writes what a person may change."""
    await unit.connection.execute(
        _UPDATE,
        row.id,
        row.name,
        row.open_registration,
        row.allow_self_approval,
        row.wallet_cool_down_hours,
        row.maximum_tree_depth,
    )


async def pause(unit: UnitOfWork, program_id: int, reason: str, by: str, at: datetime) -> None:
    await unit.connection.execute(_PAUSE, program_id, reason, by, at)


async def resume(unit: UnitOfWork, program_id: int) -> None:
    await unit.connection.execute(_RESUME, program_id)


async def raise_version(unit: UnitOfWork, program_id: int) -> None:
    """For what changes about a program beside its own row; each of its events has a version."""
    await unit.connection.execute(_RAISE_VERSION, program_id)


async def set_clock_offset(unit: UnitOfWork, program_id: int, offset: timedelta) -> None:
    await unit.connection.execute(_SET_CLOCK, program_id, offset)


async def change_gas_budget(unit: UnitOfWork, program_id: int, wei: int | None) -> int | None:
    """Sets what a program's transactions may cost a day; returns what was set before."""
    before: int | None = await unit.connection.fetchval(_CHANGE_GAS_BUDGET, program_id, wei)
    return before


def _program(row: object) -> ProgramRow:
    values = dict(row)  # type: ignore[call-overload]  # asyncpg's Record is a mapping without saying so
    values["status"] = ProgramStatus(values["status"])
    return ProgramRow(**values)
