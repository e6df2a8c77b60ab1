"""What was read of each chain, and up to where each program is posted."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, Text

from app.store.tables.row import INSTANT, Row, key, optional, required


class ChainBlock(Row, table=True):
    chain_id: int = key(BigInteger)
    number: int = key(BigInteger)
    hash: bytes = required(LargeBinary)
    parent_hash: bytes = required(LargeBinary)
    at: datetime = required(INSTANT)


class ChainWatch(Row, table=True):
    chain_id: int = key(BigInteger)
    head_number: int | None = optional(BigInteger)
    head_at: datetime | None = optional(INSTANT)
    final_number: int | None = optional(BigInteger)
    required_confirmations: int = required(Integer, default="0")
    lease_until: datetime | None = optional(INSTANT)
    leased_by: str | None = optional(Text)
    fence: int = required(BigInteger, default="0")
    updated_at: datetime | None = optional(INSTANT)
    answered_at: datetime | None = optional(INSTANT)


class ConsumedThrough(Row, table=True):
    chain_id: int = key(BigInteger)
    program_id: int = key(BigInteger, ForeignKey("program.id"))
    block_number: int = required(BigInteger)
    block_hash: bytes = required(LargeBinary)
    stopped: str | None = optional(Text)
    updated_at: datetime = required(INSTANT)
    unknown_through: int | None = optional(BigInteger)
