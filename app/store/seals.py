"""Seals as rows, and the content that they cover, hashed where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.domain.seals import Seal, SealStream
from app.store.audit_content import AUDIT_CONTENT, json_text
from app.store.database import ReadSession, UnitOfWork

# Only what a seal needs of each event; others give no `internal`, but their positions count.
_READ = """
SELECT position, program_id, name, CASE WHEN name IN ('ledger.posted', 'audit.written') THEN data -> 'internal' END
       AS internal
  FROM event WHERE position > $1 ORDER BY position LIMIT $2
"""
_HEADS = """
SELECT g.id, p.public_id, s.n, s.hash
  FROM unnest($1::bigint[]) AS g (id)
  LEFT JOIN program p ON p.id = g.id
  LEFT JOIN LATERAL (SELECT x.n, x.hash FROM seal x WHERE x.program_id = g.id AND x.stream = $2
                      ORDER BY x.n DESC LIMIT 1) s ON true
"""
# Instants as microseconds since 1970, so that no session setting changes the text.
_MICROSECONDS = "(extract(epoch FROM {}) * 1000000)::bigint"
# The text of jsonb_build_array over these columns, put together by hand: jsonb would be built and walked three times, which is
# most of what a whole look at a chain costs (docs/decisions/0305; a test compares both).
JOURNAL_HASH = f"""
sha256(convert_to(concat(
  '["', j.public_id, '", ', {json_text("j.kind")}, ', ', {json_text("j.reference")}, ', ', coalesce(j.reverses::text, 'null'),
  ', ', {json_text("j.description")}, ', ', {_MICROSECONDS.format("j.effective_at")}, ', ', {_MICROSECONDS.format("j.posted_at")},
  ', ', coalesce((SELECT '[' || string_agg(concat(
      '[', t.seq, ', ', {json_text("t.purpose")}, ', ', {json_text("t.currency")}, ', ', t.debit_account_id, ', ',
      t.credit_account_id, ', ', t.amount, ']'), ', ' ORDER BY t.seq) || ']'
     FROM transfer t WHERE t.program_id = j.program_id AND t.journal_id = j.id), 'null'),
  ', ', coalesce((SELECT '[' || string_agg(concat(
      '[', m.chain_id, ', "', encode(m.block_hash, 'hex'), '", ', m.log_index, ', ', {json_text("m.direction")}, ', ',
      CASE WHEN m.undone THEN 'true' ELSE 'false' END, ', ', coalesce('"' || encode(m.tx_hash, 'hex') || '"', 'null'), ', ',
      m.block_number, ', ', {json_text("m.currency")}, ', ', m.amount, ']'), ', '
      ORDER BY m.chain_id, m.block_hash, m.log_index, m.direction, m.undone) || ']'
     FROM movement m WHERE m.program_id = j.program_id AND m.journal_id = j.id), 'null'),
  ']'), 'UTF8'))
"""
AUDIT_HASH = f"sha256(convert_to({AUDIT_CONTENT}, 'UTF8'))"
"""SHA-256 of a journal j, and of an audit row a, as seals cover them."""
_CONTENT = {
    SealStream.JOURNAL: f"""
SELECT g.id, {JOURNAL_HASH} AS content
  FROM unnest($2::text[]) WITH ORDINALITY AS g (id, n)
  JOIN journal j ON j.program_id = $1 AND j.id = g.id::bigint ORDER BY g.n
""",
    SealStream.AUDIT: f"""
SELECT g.id, {AUDIT_HASH} AS content
  FROM unnest($2::text[]) WITH ORDINALITY AS g (id, n)
  JOIN audit a ON a.program_id = $1 AND a.id = g.id::uuid ORDER BY g.n
""",
}
_INSERT = """
INSERT INTO seal (program_id, stream, n, through, previous_hash, hash, sealed_at)
SELECT $1, $2, g.n, g.through, g.previous_hash, g.hash, $7
  FROM unnest($3::bigint[], $4::text[], $5::bytea[], $6::bytea[]) AS g (n, through, previous_hash, hash)
"""
# content is null where the sealed row is gone.
_SEALED = {
    SealStream.JOURNAL: f"""
SELECT s.n, s.through, s.previous_hash, s.hash, CASE WHEN j.id IS NOT NULL THEN {JOURNAL_HASH} END AS content
  FROM seal s LEFT JOIN journal j ON j.program_id = s.program_id AND j.id = s.through::bigint
 WHERE s.program_id = $1 AND s.stream = 'JOURNAL' AND s.n > $2 ORDER BY s.n LIMIT $3
""",
    SealStream.AUDIT: f"""
SELECT s.n, s.through, s.previous_hash, s.hash, CASE WHEN a.id IS NOT NULL THEN {AUDIT_HASH} END AS content
  FROM seal s LEFT JOIN audit a ON a.program_id = s.program_id AND a.id = s.through::uuid
 WHERE s.program_id = $1 AND s.stream = 'AUDIT' AND s.n > $2 ORDER BY s.n LIMIT $3
""",
}
_UNSEALED = {
    SealStream.JOURNAL: """
SELECT j.id::text FROM journal j
 WHERE j.program_id = $1 AND j.posted_at < $2
   AND NOT EXISTS (SELECT FROM seal s WHERE s.program_id = j.program_id AND s.stream = 'JOURNAL' AND s.through = j.id::text)
 ORDER BY j.id LIMIT 100
""",
    SealStream.AUDIT: """
SELECT a.id::text FROM audit a
 WHERE a.program_id = $1 AND a.at < $2
   AND NOT EXISTS (SELECT FROM seal s WHERE s.program_id = a.program_id AND s.stream = 'AUDIT' AND s.through = a.id::text)
 ORDER BY a.id LIMIT 100
""",
}
# The platform has audit rows and no program: its public id is the zero uuid.
_PLATFORM = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sealable:
    """An event as the sealer reads it: ids of journals or audit rows, or nothing to seal."""

    position: int
    program_id: int
    stream: SealStream | None
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SealedRow:
    """A seal beside the hash of what it covers now; None: the row is gone."""

    seal: Seal
    content_hash: bytes | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of a chain; n 0 and no hash while it is empty."""

    program: UUID
    n: int
    hash: bytes | None


async def read_sealable(unit: UnitOfWork, after: int, limit: int) -> list[Sealable]:
    """Events after a position, in order, with what they ask to be sealed."""
    return [_sealable(row) for row in await unit.connection.fetch(_READ, after, limit)]


async def heads(
    session: UnitOfWork | ReadSession, stream: SealStream, programs: Sequence[int]
) -> dict[int, Head]:
    """Where each program's chain ends; the platform (0) has one too."""
    rows = await session.connection.fetch(_HEADS, programs, stream.value)
    return {
        row["id"]: Head(row["public_id"] or _PLATFORM, row["n"] or 0, row["hash"]) for row in rows
    }


async def content_hashes(
    unit: UnitOfWork, stream: SealStream, program_id: int, ids: Sequence[str]
) -> list[tuple[str, bytes]]:
    """(id, SHA-256 of the content) of these rows, in this order."""
    rows = await unit.connection.fetch(_CONTENT[stream], program_id, ids)
    return [(row["id"], row["content"]) for row in rows]


async def insert(
    unit: UnitOfWork, stream: SealStream, program_id: int, seals: Sequence[Seal], at: datetime
) -> None:
    """Adds to one chain."""
    await unit.connection.execute(
        _INSERT,
        program_id,
        stream.value,
        [seal.n for seal in seals],
        [seal.through for seal in seals],
        [seal.previous_hash for seal in seals],
        [seal.hash for seal in seals],
        at,
    )


async def sealed(
    session: ReadSession, stream: SealStream, program_id: int, after: int, limit: int
) -> list[SealedRow]:
    """A stretch of a chain, each seal beside what it covers now."""
    rows = await session.connection.fetch(_SEALED[stream], program_id, after, limit)
    return [
        SealedRow(Seal(row["n"], row["through"], row["previous_hash"], row["hash"]), row["content"])
        for row in rows
    ]


async def unsealed(
    session: ReadSession, stream: SealStream, program_id: int, before: datetime
) -> list[str]:
    """Up to 100 rows written before an instant that no seal covers."""
    rows = await session.connection.fetch(_UNSEALED[stream], program_id, before)
    return [row["id"] for row in rows]


def _sealable(row: asyncpg.Record) -> Sealable:
    internal = row["internal"] or {}
    if row["name"] == "ledger.posted":
        ids = tuple(str(id_) for id_ in internal["journals"])
        return Sealable(row["position"], row["program_id"], SealStream.JOURNAL, ids)
    if row["name"] == "audit.written":
        ids = tuple(internal["audit"])
        return Sealable(row["position"], row["program_id"], SealStream.AUDIT, ids)
    return Sealable(row["position"], row["program_id"], None, ())
