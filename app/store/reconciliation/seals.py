"""Both chains of seals, link by link in one statement each, and the rows that no seal covers."""

from datetime import datetime

from app.domain.seals import SealStream
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults
from app.store.seals import AUDIT_HASH, JOURNAL_HASH

# A seal is right by itself when it seals what its row is now; a link after a wrong seal says nothing new. $2 and $3: the
# number and hash that the first one follows.
_LINKS = """
link AS (
  SELECT s.n, s.previous_hash, s.hash, {content} AS content,
         lag(s.n, 1, $2::bigint) OVER w AS n_before, lag(s.hash, 1, $3::bytea) OVER w AS hash_before
    FROM seal s LEFT JOIN {row}
   WHERE s.program_id = $1 AND s.stream = '{stream}' AND s.n > $2
  WINDOW w AS (ORDER BY s.n)
), judged AS (
  SELECT n, n_before, previous_hash, hash_before, content IS NULL AS gone,
         coalesce(hash = sha256(previous_hash || int8send(n) || content), false) AS sound
    FROM link
), chained AS (
  SELECT *, lag(sound, 1, true) OVER (ORDER BY n) AS follows_sound FROM judged
), seen AS (
  SELECT 1 AS looked_at, NOT sound OR n <> n_before + 1 OR (previous_hash <> hash_before AND follows_sound) AS wrong,
         '{stream}:' || n AS reference, NULL::text AS entity, 'an unbroken chain' AS expected,
         CASE WHEN gone THEN 'the sealed row is gone' WHEN NOT sound THEN 'the sealed row, or its seal, was changed'
              WHEN n <> n_before + 1 THEN 'seals are missing before this one' ELSE 'the chain is broken before this seal' END
           AS actual
    FROM chained
)"""
_JOURNALS = faults_of(
    _LINKS.format(
        stream="JOURNAL",
        content=f"CASE WHEN j.id IS NOT NULL THEN {JOURNAL_HASH} END",
        row="journal j ON j.program_id = $1 AND j.id = s.through::bigint",
    )
)
_AUDIT = faults_of(
    _LINKS.format(
        stream="AUDIT",
        content=f"CASE WHEN a.id IS NOT NULL THEN {AUDIT_HASH} END",
        row="audit a ON a.program_id = $1 AND a.id = s.through::uuid",
    )
)
_CHAINS = {SealStream.JOURNAL: _JOURNALS, SealStream.AUDIT: _AUDIT}
# Whatever is written asks for its seal in the same transaction: who is neither sealed nor waiting was not.
_WAITING = """
waiting AS (
  SELECT e.at, e.data -> 'internal' -> '{ids}' AS ids FROM event e
   WHERE e.program_id = $1 AND e.name = '{event}'
     AND e.position > coalesce((SELECT position FROM consumer_position WHERE consumer = 'seals'), 0)
  UNION ALL
  SELECT o.at, o.data -> 'internal' -> '{ids}' FROM event_outbox o WHERE o.program_id = $1 AND o.name = '{event}'
)"""
_UNSEALED = """{waiting}, asked AS (SELECT DISTINCT i AS id FROM waiting w CROSS JOIN LATERAL jsonb_array_elements_text(w.ids) AS i),
seen AS (
  SELECT 1 AS looked_at, s.through IS NULL AND q.id IS NULL AS wrong, '{stream}:unsealed:' || r.id AS reference,
         {entity} AS entity, 'a seal' AS expected, 'none covers this row, and none is asked for' AS actual
    FROM (SELECT id, id::text AS name{columns} FROM {table} WHERE program_id = $1
             AND ($2::timestamptz IS NULL OR {at} > $2)) r
    LEFT JOIN seal s ON s.program_id = $1 AND s.stream = '{stream}' AND s.through = r.name
    LEFT JOIN asked q ON q.id = r.name
)"""
_ASKED = {
    SealStream.JOURNAL: _WAITING.format(ids="journals", event="ledger.posted"),
    SealStream.AUDIT: _WAITING.format(ids="audit", event="audit.written"),
}
_WITHOUT = {
    SealStream.JOURNAL: faults_of(
        _UNSEALED.format(
            waiting=_ASKED[SealStream.JOURNAL],
            stream="JOURNAL",
            table="journal",
            columns=", public_id",
            at="posted_at",
            entity="'LEDGER_TRANSACTION:' || r.public_id",
        )
    ),
    SealStream.AUDIT: faults_of(
        _UNSEALED.format(
            waiting=_ASKED[SealStream.AUDIT],
            stream="AUDIT",
            table="audit",
            columns="",
            at="at",
            entity="'AUDIT_ENTRY:' || r.id",
        )
    ),
}
_OLDEST = {
    stream: f"WITH {waiting} SELECT min(at) FROM waiting" for stream, waiting in _ASKED.items()
}


async def broken_links(
    session: ReadSession, stream: SealStream, program_id: int, after: tuple[int, bytes]
) -> Faults:
    """Seals that are not what they should be, of those that follow this number and hash."""
    return await read_faults(session, _CHAINS[stream], program_id, *after)


async def never_sealed(
    session: ReadSession, stream: SealStream, program_id: int, since: datetime | None
) -> Faults:
    """Rows without a seal that no event asks for any more; since: newer ones only."""
    return await read_faults(session, _WITHOUT[stream], program_id, since)


async def waiting_since(
    session: ReadSession, stream: SealStream, program_id: int
) -> datetime | None:
    """Since when the oldest row waits for its seal; None when none does."""
    oldest: datetime | None = await session.connection.fetchval(_OLDEST[stream], program_id)
    return oldest


async def hash_of(
    session: ReadSession, stream: SealStream, program_id: int, n: int
) -> bytes | None:
    """The hash of one seal; None when it is gone."""
    found: bytes | None = await session.connection.fetchval(
        "SELECT hash FROM seal WHERE program_id = $1 AND stream = $2 AND n = $3",
        program_id,
        stream.value,
        n,
    )
    return found
