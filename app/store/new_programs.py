"""What is stored when a program is created: its row, treasury, currencies, first administrators and where watching begins."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.money import Currency
from app.domain.treasury import SafeReading
from app.store.database import UnitOfWork

_ALLOCATE = "SELECT nextval(pg_get_serial_sequence('program', 'id'))"
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
