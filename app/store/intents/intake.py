"""Accepting intents: one call for many requests of one program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import exceptions

from app.store.database import UnitOfWork

_ACCEPT = "SELECT n, id, created, request_hash FROM sge_accept_intents($1, $2, NULL, $3) ORDER BY n"
# What the function raises when facts have changed since they were read (migrations/sql/20261122_create_platform/07_accept.sql).
_STALE = frozenset({"SG020", "SG021", "SG022", "SG023"})
_BUSY = (
    exceptions.LockNotAvailableError,
    exceptions.DeadlockDetectedError,
    exceptions.SerializationError,
)


class StaleFactsError(Exception):
    """What the request was checked against is no longer so: check it again."""


class BusyError(Exception):
    """Another transaction holds what this one needs; nothing was stored."""


@dataclass(frozen=True, slots=True)
class AcceptedSignature:
    """A checked signature. contract_wallet: the wallet has code, which judged it (ERC-1271)."""

    valid_after: int
    valid_before: int
    nonce: bytes
    signature: bytes
    contract_wallet: bool


@dataclass(frozen=True, slots=True)
class NewIntent:
    """An intent about to be stored, and the id that its user gets when it is a new one."""

    id: UUID
    kind: str
    key: str
    request_hash: bytes
    on_chain_id: bytes
    chain_id: int
    wallet: str
    user_id: UUID
    amount: int | None
    currency: str | None
    referral_code: str | None
    referrer_id: int | None
    payload: dict[str, Any]
    terms_version: int
    signature: AcceptedSignature | None
    actor: str
    request_id: str | None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class StoredIntent:
    """The intent that has the key now. created: by this very row."""

    id: UUID
    created: bool
    request_hash: bytes


async def accept_intents(
    unit: UnitOfWork, rows: Sequence[NewIntent], at: datetime
) -> list[StoredIntent]:
    """Stores what is new; no key twice among the rows. Raises StaleFactsError and BusyError, with nothing stored."""
    given = [_row(n, row) for n, row in enumerate(rows)]
    try:
        stored = await unit.connection.fetch(_ACCEPT, unit.program_id, given, at)
    except _BUSY as problem:
        raise BusyError(str(problem)) from problem
    except exceptions.PostgresError as problem:
        if getattr(problem, "sqlstate", None) in _STALE:
            raise StaleFactsError(str(problem)) from problem
        raise
    if len(stored) != len(rows):
        # Someone's uncommitted user row is not visible to the statement that needed it.
        raise StaleFactsError("not every intent has a place")
    return [StoredIntent(row["id"], row["created"], row["request_hash"]) for row in stored]


def _row(n: int, new: NewIntent) -> dict[str, Any]:
    row: dict[str, Any] = {
        "n": n,
        "id": str(new.id),
        "kind": new.kind,
        "key": new.key,
        "hash": new.request_hash.hex(),
        "on_chain_id": new.on_chain_id.hex(),
        "chain_id": new.chain_id,
        "wallet": new.wallet,
        "user_id": str(new.user_id),
        "amount": new.amount,
        "currency": new.currency,
        "referral_code": new.referral_code,
        "referrer": new.referrer_id,
        "payload": new.payload,
        "terms_version": new.terms_version,
        "actor": new.actor,
        "request_id": new.request_id,
    }
    signed = new.signature
    if signed is not None:
        row |= {
            "valid_after": signed.valid_after,
            "valid_before": signed.valid_before,
            "nonce": signed.nonce.hex(),
            "signature": signed.signature.hex(),
            "contract_wallet": signed.contract_wallet,
        }
    return row
