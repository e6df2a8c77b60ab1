"""What was asked for, and each signature given for it; never updated."""

from datetime import datetime
from typing import Any
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
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class Intent(Row, table=True):
    __table_args__ = (
        UniqueConstraint("program_id", "idempotency_key"),
        UniqueConstraint("program_id", "on_chain_id"),
        ForeignKeyConstraint(
            ["program_id", "user_id"], ["program_user.program_id", "program_user.id"]
        ),
        ForeignKeyConstraint(
            ["program_id", "terms_version"], ["terms.program_id", "terms.version"]
        ),
        CheckConstraint("kind IN ('REGISTRATION', 'PAYMENT', 'COMMERCE_PAYMENT')"),
        CheckConstraint("length(on_chain_id) = 32"),
        CheckConstraint("amount > 0"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)"),
        CheckConstraint("kind <> 'PAYMENT' OR amount IS NOT NULL"),
        CheckConstraint("kind <> 'COMMERCE_PAYMENT' OR amount IS NULL"),
        Index("intent_user", "program_id", "user_id", "id"),
        Index("intent_wallet", "program_id", "wallet", "id"),
        Index("intent_created", "program_id", "created_at"),
        Index(
            "intent_rare_kind",
            "program_id",
            "kind",
            "id",
            postgresql_where=text("kind <> 'PAYMENT'"),
        ),
    )

    program_id: int = key(BigInteger, ForeignKey("program.id"))
    id: UUID = key(Uuid)
    kind: str = required(Text)
    idempotency_key: str = required(Text(collation="C"))
    request_hash: bytes = required(LargeBinary)
    on_chain_id: bytes = required(LargeBinary)
    chain_id: int = required(BigInteger)
    wallet: str = required(EVM_ADDRESS)
    user_id: int = required(BigInteger)
    amount: int | None = optional(UNITS)
    currency: str | None = optional(Text)
    referral_code: str | None = optional(Text)
    referrer_id: int | None = optional(BigInteger)
    payload: Any = required(JSONB)
    terms_version: int = required(Integer)
    upline: list[int] = required(ARRAY(BigInteger))
    created_by: str = required(Text)
    created_at: datetime = required(INSTANT)


class IntentAuthorization(Row, table=True):
    __table_args__ = (
        ForeignKeyConstraint(["program_id", "intent_id"], ["intent.program_id", "intent.id"]),
        CheckConstraint("n > 0"),
        CheckConstraint("length(nonce) = 32"),
    )

    program_id: int = key(BigInteger)
    intent_id: UUID = key(Uuid)
    n: int = key(Integer)
    valid_after: int = required(UNITS)
    valid_before: int = required(UNITS)
    nonce: bytes = required(LargeBinary)
    signature: bytes = required(LargeBinary)
    contract_wallet: bool = required(Boolean)
    given_by: str = required(Text)
    given_at: datetime = required(INSTANT)
