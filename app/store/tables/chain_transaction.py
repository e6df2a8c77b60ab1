"""One nonce of one lane, with every signed copy of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from app.store.tables.row import EVM_ADDRESS, INSTANT, UNITS, Row, key, optional, required


class ChainTransaction(Row, table=True):
    __table_args__ = (
        UniqueConstraint("lane_id", "nonce"),
        CheckConstraint("purpose IN ('SETTLE', 'SETTLE_REROUTED', 'FILL', 'SAFE_EXECUTION')"),
        CheckConstraint("gas_limit <= 16777216"),
        CheckConstraint(
            "status IN ('PREPARED', 'BROADCAST', 'MINED', 'CONFIRMED', 'REVERTED', 'DISPLACED')"
        ),
        CheckConstraint("length(data) <= 131072"),
        Index(
            "chain_transaction_open",
            "chain_id",
            "lane_id",
            "nonce",
            postgresql_where=text("status IN ('PREPARED', 'BROADCAST', 'MINED')"),
        ),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: UUID = key(Uuid)
    lane_id: UUID = required(Uuid, ForeignKey("lane.id"))
    chain_id: int = required(BigInteger)
    nonce: int = required(BigInteger)
    purpose: str = required(Text)
    from_address: str = required(EVM_ADDRESS)
    to_address: str = required(EVM_ADDRESS)
    data: bytes = required(LargeBinary)
    gas_limit: int = required(BigInteger)
    payload_hash: bytes = required(LargeBinary)
    status: str = required(Text, default="'PREPARED'")
    first_sent_at: datetime | None = optional(INSTANT)
    last_sent_at: datetime | None = optional(INSTANT)
    mined_copy: int | None = optional(Integer)
    block_number: int | None = optional(BigInteger)
    block_hash: bytes | None = optional(LargeBinary)
    gas_used: int | None = optional(BigInteger)
    cost_wei: int | None = optional(UNITS)
    succeeded: bool | None = optional(Boolean)
    created_at: datetime = required(INSTANT)
    finished_at: datetime | None = optional(INSTANT)


class SignedCopy(Row, table=True):
    __table_args__ = (
        CheckConstraint("kind IN ('PAYLOAD', 'CANCEL')"),
        CheckConstraint("length(hash) = 32"),
    )

    chain_transaction_id: UUID = key(Uuid, ForeignKey("chain_transaction.id"))
    n: int = key(Integer)
    kind: str = required(Text)
    raw: bytes = required(LargeBinary)
    hash: bytes = required(LargeBinary, unique=True)
    max_fee_per_gas: int = required(UNITS)
    max_priority_fee_per_gas: int = required(UNITS)
    head_number: int = required(BigInteger)
    sends: int = required(Integer, default="0")
    last_error: str | None = optional(Text)
    created_at: datetime = required(INSTANT)
