"""What the tables claim of a range of blocks: settlements, movements and executions, to be laid beside the logs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

import asyncpg

from app.domain.chain_proof.facts import (
    ExecutionClaim,
    MovementClaim,
    PayoutClaim,
    SettlementClaim,
)
from app.domain.postings import JournalKind, MovementDirection
from app.store.database import ReadSession

_PROGRAM = """
SELECT p.public_id, lower(t.address) AS treasury, t.watched_from_block,
       array_agg(lower(y.token) ORDER BY y.code) AS tokens, array_agg(y.code ORDER BY y.code) AS codes
  FROM program p
  JOIN treasury t ON t.program_id = p.id
  JOIN program_currency y ON y.program_id = p.id AND y.chain_id = t.chain_id
 WHERE p.id = $1 GROUP BY p.public_id, t.address, t.watched_from_block
"""
_SETTLEMENTS = """
SELECT s.id, s.intent_id, s.block_hash, s.log_index, s.block_number, s.tx_hash, i.on_chain_id, lower(i.wallet) AS wallet, lower(y.token) AS token,
       coalesce(s.amount, 0) AS amount
  FROM settlement s
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
  LEFT JOIN program_currency y ON y.program_id = s.program_id AND y.code = s.currency
 WHERE s.program_id = $1 AND s.block_number BETWEEN $2 AND $3 AND s.undone_at IS NULL
"""
# The opening balance has no log, and a log that a mirror undid is none. Whom an outflow has paid is looked up by its journal's name.
_MOVEMENTS = """
SELECT m.block_hash, m.log_index, m.block_number, m.tx_hash, m.direction, m.currency, m.amount, j.kind, lower(o.recipient) AS recipient
  FROM movement m LEFT JOIN journal j ON j.program_id = m.program_id AND j.id = m.journal_id
  LEFT JOIN unexplained_outflow o ON o.program_id = j.program_id AND o.reference = j.reference AND j.kind = 'WITHDRAWAL'
 WHERE m.program_id = $1 AND m.block_number BETWEEN $2 AND $3 AND m.log_index >= 0 AND NOT m.undone
   AND NOT EXISTS (SELECT FROM movement u WHERE u.chain_id = m.chain_id AND u.block_hash = m.block_hash
                      AND u.log_index = m.log_index AND u.direction = m.direction AND u.undone
                      AND u.program_id = m.program_id)
"""
_EXECUTIONS = """
SELECT s.id, s.hash, s.executed_block_hash, s.executed_log_index, s.executed_block, s.executed_tx_hash, s.currency,
       p.id AS payout_id, lower(p.destination) AS recipient, p.amount, p.log_index
  FROM safe_transaction s
  LEFT JOIN payout p ON p.program_id = s.program_id AND p.safe_transaction_id = s.id
 WHERE s.program_id = $1 AND s.status = 'EXECUTED' AND s.executed_block BETWEEN $2 AND $3
 ORDER BY s.id, p.place
"""
_NOT_EXECUTED = """
SELECT hash FROM safe_transaction WHERE program_id = $1 AND hash = ANY($2::bytea[]) AND status <> 'EXECUTED'
"""
_INTENTS = (
    "SELECT on_chain_id, id FROM intent WHERE program_id = $1 AND on_chain_id = ANY($2::bytea[])"
)
_EXPLAINED = """
SELECT reference FROM discrepancy
 WHERE program_id = $1 AND kind = 'SETTLEMENT_NOT_ON_CHAIN' AND reference = ANY($2::text[])
 GROUP BY reference HAVING count(*) FILTER (WHERE resolved_at IS NULL) = 0
"""


@dataclass(frozen=True, slots=True)
class ProvenProgram:
    """Whose books are proved. treasury and tokens in lower case; tokens: currency code by address."""

    public_id: UUID
    treasury: str
    tokens: dict[str, str]
    watched_from: int


async def read_program(session: ReadSession, program_id: int) -> ProvenProgram:
    """The program with the addresses that its logs name."""
    row = await session.connection.fetchrow(_PROGRAM, program_id)
    assert row is not None
    tokens = dict(zip(row["tokens"], row["codes"], strict=True))
    return ProvenProgram(row["public_id"], row["treasury"], tokens, row["watched_from_block"])


async def settlements(
    session: ReadSession, program_id: int, first: int, last: int
) -> list[SettlementClaim]:
    """Settlements by logs of these blocks that were not undone."""
    return [
        SettlementClaim(
            id=row["id"],
            intent_id=row["intent_id"],
            place=(row["block_hash"], row["log_index"]),
            block_number=row["block_number"],
            tx_hash=row["tx_hash"],
            item=row["on_chain_id"],
            wallet=row["wallet"],
            token=row["token"],
            amount=row["amount"],
        )
        for row in await session.connection.fetch(_SETTLEMENTS, program_id, first, last)
    ]


async def movements(
    session: ReadSession, program_id: int, first: int, last: int
) -> list[MovementClaim]:
    """Movements that logs of these blocks are to prove. journal: None where it is lost."""
    return [
        MovementClaim(
            place=(row["block_hash"], row["log_index"]),
            block_number=row["block_number"],
            tx_hash=row["tx_hash"],
            direction=MovementDirection(row["direction"]),
            currency=row["currency"],
            amount=row["amount"],
            journal=None if row["kind"] is None else JournalKind(row["kind"]),
            recipient=row["recipient"],
        )
        for row in await session.connection.fetch(_MOVEMENTS, program_id, first, last)
    ]


async def executions(
    session: ReadSession, program_id: int, first: int, last: int
) -> list[ExecutionClaim]:
    """Safe transactions executed in these blocks, with their payouts."""
    rows = await session.connection.fetch(_EXECUTIONS, program_id, first, last)
    return [_execution(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]


async def not_executed(
    session: ReadSession, program_id: int, hashes: Sequence[bytes]
) -> frozenset[bytes]:
    """Those of these hashes that are stored as something else than EXECUTED."""
    rows = await session.connection.fetch(_NOT_EXECUTED, program_id, hashes)
    return frozenset(row["hash"] for row in rows)


async def intents_of(
    session: ReadSession, program_id: int, items: Sequence[bytes]
) -> dict[bytes, UUID]:
    """Intents by their names on chain."""
    rows = await session.connection.fetch(_INTENTS, program_id, items)
    return {row["on_chain_id"]: row["id"] for row in rows}


async def explained_logs(
    session: ReadSession, program_id: int, references: Sequence[str]
) -> frozenset[str]:
    """References of Settled logs whose discrepancy a person has resolved."""
    rows = await session.connection.fetch(_EXPLAINED, program_id, references)
    return frozenset(row["reference"] for row in rows)


def _execution(rows: Sequence[asyncpg.Record]) -> ExecutionClaim:
    first = rows[0]
    return ExecutionClaim(
        id=first["id"],
        hash=first["hash"],
        place=(first["executed_block_hash"], first["executed_log_index"]),
        block_number=first["executed_block"],
        tx_hash=first["executed_tx_hash"],
        payouts=tuple(
            PayoutClaim(
                row["payout_id"],
                row["recipient"],
                first["currency"],
                row["amount"],
                row["log_index"],
            )
            for row in rows
            if row["payout_id"] is not None
        ),
    )
