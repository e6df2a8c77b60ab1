"""Relayer keys on chains, with lease and fence."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Text, UniqueConstraint, Uuid

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class Lane(Row, table=True):
    __table_args__ = (
        UniqueConstraint("chain_id", "relayer"),
        CheckConstraint("status IN ('ACTIVE', 'DRAINING', 'HALTED')"),
        CheckConstraint("next_nonce >= 0"),
        CheckConstraint("lost_below <= next_nonce"),
        CheckConstraint("(status = 'HALTED') = (halt_reason IS NOT NULL)"),
    )

    id: UUID = key(Uuid)
    chain_id: int = required(BigInteger)
    relayer: str = required(EVM_ADDRESS)
    status: str = required(Text, default="'ACTIVE'")
    halt_reason: str | None = optional(Text)
    halted_at: datetime | None = optional(INSTANT)
    next_nonce: int = required(BigInteger)
    lease_until: datetime | None = optional(INSTANT)
    leased_by: str | None = optional(Text)
    fence: int = required(BigInteger, default="0")
    balance_wei: int | None = optional(UNITS)
    balance_read_at: datetime | None = optional(INSTANT)
    created_at: datetime = required(INSTANT)
    lost_below: int | None = optional(BigInteger)
    explained_through: int | None = optional(BigInteger)
