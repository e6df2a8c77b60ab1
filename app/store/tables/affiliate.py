"""The forest of affiliates."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, Row, key, optional, required


class Affiliate(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "id"),
        UniqueConstraint("program_id", "public_id"),
        UniqueConstraint("program_id", "wallet"),
        UniqueConstraint("program_id", "referral_code"),
        UniqueConstraint("program_id", "path"),
        ForeignKeyConstraint(["program_id", "parent_id"], ["affiliate.program_id", "affiliate.id"]),
        CheckConstraint("referral_code ~ '^[A-Z0-9_-]{3,32}$'"),
        CheckConstraint("length(display_name) BETWEEN 1 AND 100"),
        CheckConstraint("status IN ('ACTIVE', 'SUSPENDED', 'TERMINATED')"),
        CheckConstraint("length(path) = (8 * (depth + 1))"),
        CheckConstraint("parent_id IS DISTINCT FROM id"),
        Index("affiliate_wallet", "wallet"),
        Index("affiliate_parent", "program_id", "parent_id", "id"),
        Index(
            "affiliate_inactive",
            "program_id",
            "status",
            "id",
            postgresql_where=text("status <> 'ACTIVE'"),
        ),
        Index("affiliate_level", "program_id", "depth", "path"),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: int = key(BigInteger, Identity(always=True))
    public_id: UUID = required(Uuid)
    parent_id: int | None = optional(BigInteger)
    depth: int = required(Integer)
    path: bytes = required(LargeBinary)
    wallet: str = required(EVM_ADDRESS)
    referral_code: str = required(Text)
    display_name: str | None = optional(Text)
    status: str = required(Text, default="'ACTIVE'")
    request_hash: bytes = required(LargeBinary)
    version: int = required(BigInteger, default="1")
    created_at: datetime = required(INSTANT)
