"""Programs (tenants), their currencies, and wallets with a role."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import INTERVAL

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class Program(Row, table=True):
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{1,62}$'"),
        CheckConstraint("length(name) BETWEEN 1 AND 200"),
        CheckConstraint("status IN ('ACTIVE', 'PAUSED', 'ARCHIVED')"),
        CheckConstraint("clock_offset >= '0'"),
        CheckConstraint("wallet_cool_down_hours BETWEEN 0 AND 8760"),
        CheckConstraint("maximum_tree_depth BETWEEN 1 AND 128"),
        CheckConstraint("(status = 'PAUSED') = (pause_reason IS NOT NULL)"),
        CheckConstraint("test OR (clock_offset = '0')"),
    )

    id: int = key(BigInteger, Identity(always=False))
    public_id: UUID = required(Uuid, unique=True)
    slug: str = required(Text, unique=True)
    name: str = required(Text)
    status: str = required(Text, default="'ACTIVE'")
    pause_reason: str | None = optional(Text)
    paused_by: str | None = optional(Text)
    paused_at: datetime | None = optional(INSTANT)
    chain_id: int = required(BigInteger)
    test: bool = required(Boolean)
    clock_offset: timedelta = required(INTERVAL, default="'0'")
    open_registration: bool = required(Boolean)
    allow_self_approval: bool = required(Boolean)
    wallet_cool_down_hours: int = required(Integer)
    maximum_tree_depth: int = required(Integer)
    daily_gas_budget_wei: int | None = optional(UNITS)
    request_hash: bytes = required(LargeBinary)
    version: int = required(BigInteger, default="1")
    created_at: datetime = required(INSTANT)


class ProgramCurrency(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "token"),
        CheckConstraint("code ~ '^[A-Z0-9]{2,12}$'"),
        CheckConstraint("decimals BETWEEN 0 AND 36"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    code: str = key(Text)
    position: int = required(Integer)
    decimals: int = required(Integer)
    chain_id: int = required(BigInteger)
    token: str = required(EVM_ADDRESS)
    eip712_name: str = required(Text)
    eip712_version: str = required(Text)
    on_chain_balance: int | None = optional(UNITS)
    on_chain_read_at: datetime | None = optional(INSTANT)


class ProgramMember(Row, table=True):
    __table_args__ = (
        CheckConstraint("role IN ('CLIENT', 'AFFILIATE', 'ADMIN')"),
        Index("program_member_wallet", "wallet"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    wallet: str = key(EVM_ADDRESS)
    role: str = key(Text)
    granted_by: str = required(Text)
    granted_at: datetime = required(INSTANT)
