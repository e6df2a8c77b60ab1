"""Wallets that register with and pay a program."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class ProgramUser(Row, table=True):
    __table_args__ = (
        PrimaryKeyConstraint("program_id", "id"),
        UniqueConstraint("program_id", "public_id"),
        UniqueConstraint("program_id", "wallet"),
        ForeignKeyConstraint(
            ["program_id", "referrer_id"], ["affiliate.program_id", "affiliate.id"]
        ),
        CheckConstraint("registered_at IS NOT NULL OR referrer_id IS NULL"),
        Index("program_user_wallet", "wallet"),
        Index(
            "program_user_referrer",
            "program_id",
            "referrer_id",
            "id",
            postgresql_where=text("referrer_id IS NOT NULL"),
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: int = key(BigInteger, Identity(always=True))
    public_id: UUID = required(Uuid)
    wallet: str = required(EVM_ADDRESS)
    referrer_id: int | None = optional(BigInteger)
    registration_intent_id: UUID | None = optional(Uuid)
    identity_token_id: int | None = optional(UNITS)
    registered_at: datetime | None = optional(INSTANT)
    created_at: datetime = required(INSTANT)
