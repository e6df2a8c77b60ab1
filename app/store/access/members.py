"""Roles that were granted to wallets, on the writing side."""

from datetime import datetime

from app.domain.permissions import Role
from app.store.database import UnitOfWork

_GRANTED = "SELECT role FROM program_member WHERE program_id = $1 AND wallet = $2"
_REGISTERED = """
SELECT 'AFFILIATE' AS role FROM affiliate WHERE program_id = $1 AND wallet = $2
 UNION ALL SELECT 'CLIENT' FROM program_user WHERE program_id = $1 AND wallet = $2
"""
_INSERT = """
INSERT INTO program_member (program_id, wallet, role, granted_by, granted_at) VALUES ($1, $2, $3, $4, $5)
"""
_DELETE = "DELETE FROM program_member WHERE program_id = $1 AND wallet = $2 AND role = $3"
_HAS_OTHER = """
SELECT EXISTS (SELECT FROM program_member WHERE program_id = $1 AND wallet <> $2 AND role = $3)
"""


async def granted_roles(unit: UnitOfWork, wallet: str) -> frozenset[Role]:
    """What a wallet was granted in the unit's program."""
    rows = await unit.connection.fetch(_GRANTED, unit.program_id, wallet)
    return frozenset(Role(row["role"]) for row in rows)


async def registered_roles(unit: UnitOfWork, wallet: str) -> frozenset[Role]:
    """What a wallet is in the unit's program because it registered there."""
    rows = await unit.connection.fetch(_REGISTERED, unit.program_id, wallet)
    return frozenset(Role(row["role"]) for row in rows)


async def insert_role(unit: UnitOfWork, wallet: str, role: Role, by: str, at: datetime) -> None:
    await unit.connection.execute(_INSERT, unit.program_id, wallet, role, by, at)


async def delete_role(unit: UnitOfWork, wallet: str, role: Role) -> None:
    await unit.connection.execute(_DELETE, unit.program_id, wallet, role)


async def others_hold(unit: UnitOfWork, wallet: str, role: Role) -> bool:
    """Whether any other wallet was granted this role."""
    held: bool = await unit.connection.fetchval(_HAS_OTHER, unit.program_id, wallet, role)
    return held
