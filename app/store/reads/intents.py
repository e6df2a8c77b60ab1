"""Intents with their state."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.idempotency import shown_key
from app.store.database import ReadSession
from app.store.reads.values import MoneyRow, Slice, by_parent, money_or_none


@dataclass(frozen=True, slots=True)
class FailureRow:
    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class IntentRow:
    program_key: int
    id: UUID
    kind: str
    status: str
    stage: str
    confirmations: int | None
    required_confirmations: int | None
    version: int
    idempotency_key: str
    wallet: str
    user_key: int
    amount: MoneyRow | None
    referral_code: str | None
    terms_version: int
    upline: list[int]
    failure: FailureRow | None
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True)
class IntentFilter:
    """All conditions hold together."""

    status: tuple[str, ...] | None = None
    kind: tuple[str, ...] | None = None
    wallet: str | None = None
    user_id: UUID | None = None
    transaction_hash: bytes | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


# Of a payment through a provider: known since it confirmed.
_PAID = (
    "SELECT x.{what} FROM settlement x"
    " WHERE x.program_id = i.program_id AND x.intent_id = i.id AND x.undone_at IS NULL"
)
COLUMNS = f"""i.program_id, i.id, i.kind, s.status, s.stage, s.version, i.idempotency_key, i.wallet, i.user_id,
  CASE WHEN i.kind = 'COMMERCE_PAYMENT' THEN ({_PAID.format(what="amount")}) ELSE i.amount END AS amount,
  CASE WHEN i.kind = 'COMMERCE_PAYMENT' THEN ({_PAID.format(what="currency")}) ELSE i.currency END AS currency,
  i.referral_code, i.terms_version, i.upline, s.failure_code, s.failure_message,
  s.failure_retryable, i.created_at, s.updated_at, s.completed_at,
  CASE WHEN s.mined_block IS NOT NULL AND s.stage = 'MINED' THEN greatest(w.head_number - s.mined_block + 1, 1)
       END AS confirmations,
  CASE WHEN s.mined_block IS NOT NULL AND s.stage = 'MINED' THEN w.required_confirmations END AS required_confirmations"""
_SOURCE = """
  FROM intent i
  JOIN intent_state s ON s.program_id = i.program_id AND s.intent_id = i.id
  LEFT JOIN chain_watch w ON w.chain_id = i.chain_id
"""
_BY_IDS = f"SELECT {COLUMNS} {_SOURCE} WHERE i.program_id = $1 AND i.id = ANY($2::uuid[])"
_BY_KEY = f"SELECT {COLUMNS} {_SOURCE} WHERE i.program_id = $1 AND i.idempotency_key = $2"
MATCHES = f"""
{_SOURCE}
 WHERE i.program_id = $1
   AND ($2::text[] IS NULL OR s.status = ANY($2))
   AND ($3::text[] IS NULL OR i.kind = ANY($3))
   AND ($4::text IS NULL OR i.wallet = $4)
   AND ($5::uuid IS NULL OR i.user_id =
        (SELECT u.id FROM program_user u WHERE u.program_id = $1 AND u.public_id = $5))
   AND ($6::bytea IS NULL OR i.id = ANY (ARRAY
        (SELECT a.intent_id FROM signed_copy c
           JOIN intent_attempt a ON a.chain_transaction_id = c.chain_transaction_id
          WHERE c.hash = $6 AND a.program_id = $1
         UNION SELECT t.intent_id FROM settlement t WHERE t.program_id = $1 AND t.tx_hash = $6)))
   AND ($7::timestamptz IS NULL OR i.created_at > $7)
   AND ($8::timestamptz IS NULL OR i.created_at < $8)
"""
_PAGE_BELOW = f"""
SELECT q.n, i.*
  FROM {{parents}}
 CROSS JOIN LATERAL (
       SELECT {COLUMNS} {_SOURCE}
        WHERE i.program_id = $1 AND {{belongs}} AND ($3::uuid IS NULL OR i.id < $3)
        ORDER BY i.id DESC LIMIT $4) i
 ORDER BY q.n, i.id DESC
"""
_COUNT_BELOW = """
SELECT (SELECT count(*) FROM (SELECT FROM intent i WHERE i.program_id = $1 AND {belongs} LIMIT 10002) c)
  FROM {parents} ORDER BY q.n
"""
_USERS = {
    "parents": "unnest($2::bigint[]) WITH ORDINALITY AS q (user_id, n)",
    "belongs": "i.user_id = q.user_id",
}
_CARRIERS = {
    "parents": "unnest($2::uuid[]) WITH ORDINALITY AS q (transaction_id, n)",
    "belongs": "i.id IN (SELECT a.intent_id FROM intent_attempt a"
    " WHERE a.program_id = $1 AND a.chain_transaction_id = q.transaction_id)"
    " AND (${user}::bigint IS NULL OR i.user_id = ${user})",
}
_OF_USERS, _COUNT_OF_USERS = _PAGE_BELOW.format(**_USERS), _COUNT_BELOW.format(**_USERS)
_CARRIED = _PAGE_BELOW.format(**_CARRIERS).format(user=5)
_COUNT_CARRIED = _COUNT_BELOW.format(**_CARRIERS).format(user=3)
_PROGRAM_OF = "SELECT program_id FROM intent WHERE id = $1"


def failure_of(record: asyncpg.Record) -> FailureRow | None:
    """Why an intent or a try of it failed; None when it did not."""
    if record["failure_code"] is None:
        return None
    return FailureRow(
        record["failure_code"], record["failure_message"] or "", record["failure_retryable"]
    )


def row_of(record: asyncpg.Record, decimals: Mapping[str, int]) -> IntentRow:
    """Of a record with COLUMNS."""
    return IntentRow(
        program_key=record["program_id"],
        id=record["id"],
        kind=record["kind"],
        status=record["status"],
        stage=record["stage"],
        confirmations=record["confirmations"],
        required_confirmations=record["required_confirmations"],
        version=record["version"],
        idempotency_key=shown_key(record["idempotency_key"]),
        wallet=record["wallet"],
        user_key=record["user_id"],
        amount=money_or_none(record["amount"], record["currency"], decimals),
        referral_code=record["referral_code"],
        terms_version=record["terms_version"],
        upline=record["upline"],
        failure=failure_of(record),
        created_at=record["created_at"],
        updated_at=record["updated_at"],
        completed_at=record["completed_at"],
    )


async def by_ids(session: ReadSession, ids: Sequence[UUID]) -> list[IntentRow | None]:
    """Intents of this snapshot's program."""
    decimals = await session.decimals()
    records = await session.connection.fetch(_BY_IDS, session.program_id, ids)
    found = {record["id"]: row_of(record, decimals) for record in records}
    return [found.get(id_) for id_ in ids]


async def by_idempotency_key(session: ReadSession, key: str) -> IntentRow | None:
    """The intent that a key stands for, for ever."""
    record = await session.connection.fetchrow(_BY_KEY, session.program_id, key)
    return None if record is None else row_of(record, await session.decimals())


def values_of(given: IntentFilter) -> tuple[object, ...]:
    """What MATCHES takes after the program."""
    return (
        given.status,
        given.kind,
        given.wallet,
        given.user_id,
        given.transaction_hash,
        given.created_after,
        given.created_before,
    )


async def of_users(
    session: ReadSession, users: Sequence[int], _: None, part: Slice
) -> list[list[IntentRow]]:
    """The intents of each user, newest first; the sort key is (id)."""
    return await _pages(session, _OF_USERS, users, part)


async def count_of_users(session: ReadSession, users: Sequence[int], _: None) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(_COUNT_OF_USERS, session.program_id, users)
    return [record[0] for record in records]


async def carried(
    session: ReadSession, transactions: Sequence[UUID], user_key: int | None, part: Slice
) -> list[list[IntentRow]]:
    """What each chain transaction carried of this snapshot's program, newest first; the sort key is (id).

    user_key: of this user only.
    """
    return await _pages(session, _CARRIED, transactions, part, user_key)


async def count_carried(
    session: ReadSession, transactions: Sequence[UUID], user_key: int | None
) -> list[int]:
    """How many of each, counted up to 10 002."""
    records = await session.connection.fetch(
        _COUNT_CARRIED, session.program_id, transactions, user_key
    )
    return [record[0] for record in records]


async def _pages(
    session: ReadSession, query: str, parents: Sequence[object], part: Slice, *more: object
) -> list[list[IntentRow]]:
    decimals = await session.decimals()
    records = await session.connection.fetch(
        query, session.program_id, parents, part.key(0), part.limit, *more
    )
    return by_parent(records, len(parents), lambda record: row_of(record, decimals))


async def program_of(session: ReadSession, id_: UUID) -> int | None:
    """Whose intent it is: for operators, with a role that sees all programs."""
    program_key: int | None = await session.connection.fetchval(_PROGRAM_OF, id_)
    return program_key
