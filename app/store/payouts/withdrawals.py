"""Withdrawals: the program's own money, or the platform's fee, on its way to an address."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import UnitOfWork

_INSERT = """
INSERT INTO withdrawal (program_id, id, amount, currency, destination, platform_fee, proposed_by, proposed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True, slots=True)
class NewWithdrawal:
    """amount: smallest units."""

    id: UUID
    amount: int
    currency: str
    destination: str
    platform_fee: bool


async def insert_withdrawal(
    unit: UnitOfWork, program_id: int, new: NewWithdrawal, actor: str, at: datetime
) -> None:
    """at: real time."""
    await unit.connection.execute(
        _INSERT,
        program_id,
        new.id,
        new.amount,
        new.currency,
        new.destination,
        new.platform_fee,
        actor,
        at,
    )
