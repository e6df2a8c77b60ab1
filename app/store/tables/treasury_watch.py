"""What the watcher saw of treasuries before it was final."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class TreasuryConfiguration(Row, table=True):
    program_id: int = key(BigInteger, ForeignKey("program.id"))
    readable: bool = required(Boolean)
    owners: list[str] = required(ARRAY(Text))
    threshold: int = required(Integer)
    modules: list[str] = required(ARRAY(Text))
    guard: str = required(Text)
    fallback_handler: str = required(Text)
    singleton: str = required(Text)
    block_number: int = required(BigInteger)
    block_hash: bytes = required(LargeBinary)
    read_at: datetime = required(INSTANT)


class TreasuryAlarm(Row, table=True):
    __table_args__ = (
        CheckConstraint("ended IN ('FINAL', 'GONE')"),
        ForeignKeyConstraint(
            ["program_id", "discrepancy_id"], ["discrepancy.program_id", "discrepancy.id"]
        ),
        Index("treasury_alarm_open", "chain_id", postgresql_where=text("ended IS NULL")),
    )

    program_id: int = key(BigInteger)
    discrepancy_id: UUID = key(Uuid)
    chain_id: int = required(BigInteger)
    block_number: int = required(BigInteger)
    block_hash: bytes = required(LargeBinary)
    ended: str | None = optional(Text)
    told: int = required(Integer, default="0")


class UnexplainedOutflow(Row, table=True):
    program_id: int = key(BigInteger, ForeignKey("program.id"))
    reference: str = key(Text)
    recipient: str = required(EVM_ADDRESS)


class OutflowLine(Row, table=True):
    __table_args__ = (
        CheckConstraint("amount <> 0"),
        CheckConstraint("NOT charged OR amount < 0"),
        ForeignKeyConstraint(
            ["program_id", "discrepancy_id"], ["discrepancy.program_id", "discrepancy.id"]
        ),
        Index("outflow_line_discrepancy", "program_id", "discrepancy_id"),
    )

    program_id: int = key(BigInteger)
    line_id: UUID = key(Uuid)
    charged: bool = key(Boolean)
    discrepancy_id: UUID = required(Uuid)
    amount: int = required(UNITS)
