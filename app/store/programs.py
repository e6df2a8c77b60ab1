"""Programs, their treasuries, currencies and members, on the writing side."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.domain.money import Currency
from app.domain.states import ProgramStatus
from app.domain.treasury import SafeReading
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = """
id, public_id, slug, name, status, pause_reason, chain_id, test, clock_offset, open_registration,
allow_self_approval, wallet_cool_down_hours, maximum_tree_depth, request_hash, version
"""
_ALLOCATE = "SELECT nextval(pg_get_serial_sequence('program', 'id'))"
_PUBLIC_ID = "SELECT public_id FROM program WHERE id = $1"
_FIND = "SELECT sge_find_program($1, $2)"
_READ = f"SELECT {_COLUMNS} FROM program WHERE id = $1"
# Whoever changes a program waits for those who sign for it (FOR SHARE), and the other way round; rows that refer to it
# do not wait.
_LOCK = f"SELECT {_COLUMNS} FROM program WHERE id = $1 FOR NO KEY UPDATE"
_SHARE = f"SELECT {_COLUMNS} FROM program WHERE id = $1 FOR SHARE"
_INSERT = """
INSERT INTO program (id, public_id, slug, name, chain_id, test, open_registration, allow_self_approval,
                     wallet_cool_down_hours, maximum_tree_depth, request_hash, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (slug) DO NOTHING
RETURNING true
"""
_INSERT_TREASURY = """
INSERT INTO treasury (program_id, chain_id, address, owners, threshold, nonce, safe_version,
                      watched_from_block, read_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (chain_id, address) DO NOTHING
RETURNING true
"""
_INSERT_CURRENCIES = """
INSERT INTO program_currency (program_id, code, position, decimals, chain_id, token, eip712_name,
                              eip712_version, on_chain_balance, on_chain_read_at)
SELECT $1, c.code, c.position - 1, c.decimals, $2, c.token, c.name, c.version, c.balance, $9
  FROM unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::numeric[])
       WITH ORDINALITY AS c (code, decimals, token, name, version, balance, position)
"""
_INSERT_CONSUMED = """
INSERT INTO consumed_through (chain_id, program_id, block_number, block_hash, updated_at)
VALUES ($1, $2, $3, $4, $5)
"""
_INSERT_MEMBERS = """
INSERT INTO program_member (program_id, wallet, role, granted_by, granted_at)
SELECT $1, wallet, 'ADMIN', $3, $4 FROM unnest($2::text[]) AS wallet
"""
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


@dataclass(frozen=True, slots=True)
class NewProgramRow:
    """What is stored of a program that is being created, in the order of the statement."""

    id: int
    public_id: UUID
    slug: str
    name: str
    chain_id: int
    test: bool
    open_registration: bool
    allow_self_approval: bool
    wallet_cool_down_hours: int
    maximum_tree_depth: int
    request_hash: bytes
    created_at: datetime


async def allocate_program_id(unit: UnitOfWork) -> int:
    """The next id; row-level security wants to know it before the first row is written."""
    number: int = await unit.connection.fetchval(_ALLOCATE)
    return number


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


async def insert_program(unit: UnitOfWork, row: NewProgramRow) -> bool:
    """False when another program has the slug."""
    return bool(
        await unit.connection.fetchval(
            _INSERT,
            row.id,
            row.public_id,
            row.slug,
            row.name,
            row.chain_id,
            row.test,
            row.open_registration,
            row.allow_self_approval,
            row.wallet_cool_down_hours,
            row.maximum_tree_depth,
            row.request_hash,
            row.created_at,
        )
    )


async def insert_treasury(
    unit: UnitOfWork,
    chain_id: int,
    address: str,
    safe: SafeReading,
    *,
    watched_from_block: int,
    read_at: datetime,
) -> bool:
    """False when another program has this treasury."""
    return bool(
        await unit.connection.fetchval(
            _INSERT_TREASURY,
            unit.program_id,
            chain_id,
            address,
            list(safe.owners),
            safe.threshold,
            safe.nonce,
            safe.version,
            watched_from_block,
            read_at,
        )
    )


async def insert_currencies(
    unit: UnitOfWork,
    chain_id: int,
    currencies: Sequence[Currency],
    balances: Sequence[int],
    read_at: datetime,
) -> None:
    """The program's currencies in order, with what the treasury holds of each."""
    await unit.connection.execute(
        _INSERT_CURRENCIES,
        unit.program_id,
        chain_id,
        [currency.code for currency in currencies],
        [currency.decimals for currency in currencies],
        [currency.token for currency in currencies],
        [currency.eip712_name for currency in currencies],
        [currency.eip712_version for currency in currencies],
        list(balances),
        read_at,
    )


async def insert_consumed_through(
    unit: UnitOfWork, chain_id: int, block_number: int, block_hash: bytes, at: datetime
) -> None:
    """Watching begins after this block."""
    await unit.connection.execute(
        _INSERT_CONSUMED, chain_id, unit.program_id, block_number, block_hash, at
    )


async def insert_admins(
    unit: UnitOfWork, wallets: Iterable[str], granted_by: str, at: datetime
) -> None:
    await unit.connection.execute(_INSERT_MEMBERS, unit.program_id, list(wallets), granted_by, at)


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


def _program(row: object) -> ProgramRow:
    values = dict(row)  # type: ignore[call-overload]  # asyncpg's Record is a mapping without saying so
    values["status"] = ProgramStatus(values["status"])
    return ProgramRow(**values)


_CHANGE_GAS_BUDGET = """
UPDATE program p SET daily_gas_budget_wei = $2
  FROM (SELECT id, daily_gas_budget_wei FROM program WHERE id = $1 FOR UPDATE) b
 WHERE p.id = b.id RETURNING b.daily_gas_budget_wei
"""


async def change_gas_budget(unit: UnitOfWork, program_id: int, wei: int | None) -> int | None:
    """Sets what a program's transactions may cost a day; returns what was set before."""
    before: int | None = await unit.connection.fetchval(_CHANGE_GAS_BUDGET, program_id, wei)
    return before
