"""Wallets that signed in, stored by the hash of their token; they belong to no program."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Text, Uuid

from app.store.tables.row import EVM_ADDRESS, INSTANT, Row, key, optional, required


class WalletSession(Row, table=True):
    __table_args__ = (
        CheckConstraint("length(user_agent) BETWEEN 1 AND 200"),
        CheckConstraint("expires_at > created_at"),
        Index("wallet_session_holder", "wallet", "expires_at"),
        Index("wallet_session_expires_at", "expires_at"),
    )

    id: UUID = key(Uuid)
    wallet: str = required(EVM_ADDRESS)
    contract_chain_id: int | None = optional(BigInteger)
    token_hash: bytes = required(LargeBinary, unique=True)
    user_agent: str | None = optional(Text)
    created_at: datetime = required(INSTANT)
    last_used_at: datetime | None = optional(INSTANT)
    expires_at: datetime = required(INSTANT)
    revoked_at: datetime | None = optional(INSTANT)
