"""The program's own money, or the platform's fee, on its way to an address."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Text,
    Uuid,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, required


class Withdrawal(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(
            ["program_id", "currency"], ["program_currency.program_id", "program_currency.code"]
        ),
        CheckConstraint("amount > 0"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    amount: int = required(UNITS)
    currency: str = required(Text)
    destination: str = required(EVM_ADDRESS)
    platform_fee: bool = required(Boolean)
    proposed_by: str = required(Text)
    proposed_at: datetime = required(INSTANT)
