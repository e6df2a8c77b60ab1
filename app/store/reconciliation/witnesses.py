"""Heads of chains of seals that earlier runs wrote down, beside the chains as they are now."""

from datetime import datetime

from app.domain.seals import SealStream
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults

# A chain only grows, so every head is in it for ever, at its number. Who cut it lost several; the newest is told of.
_LOST = """
seen AS (
  SELECT 1 AS looked_at, s.hash IS DISTINCT FROM r.{head}
         AND row_number() OVER (PARTITION BY s.hash IS DISTINCT FROM r.{head} ORDER BY r.asked_at DESC, r.id DESC) = 1 AS wrong,
         '{stream}:head:' || r.{seals} AS reference, NULL::text AS entity,
         'seal ' || r.{seals} || ' is 0x' || encode(r.{head}, 'hex') || ', as the run of ' || r.asked_at || ' saw it' AS expected,
         coalesce('it is 0x' || encode(s.hash, 'hex'), 'there is no such seal') AS actual
    FROM reconciliation_run r
    LEFT JOIN seal s ON s.program_id = $1 AND s.stream = '{stream}' AND s.n = r.{seals}
   WHERE r.program_id = $1 AND r.{seals} > 0 AND ($2::timestamptz IS NULL OR r.asked_at >= $2)
)"""
_STATEMENTS = {
    SealStream.JOURNAL: faults_of(
        _LOST.format(stream="JOURNAL", seals="journal_seals", head="journal_head")
    ),
    SealStream.AUDIT: faults_of(
        _LOST.format(stream="AUDIT", seals="audit_seals", head="audit_head")
    ),
}


async def lost_heads(
    session: ReadSession, stream: SealStream, program_id: int, since: datetime | None
) -> Faults:
    """The newest head that a run saw and that is not in the chain any more. since: of runs from that instant on; one that
    was clean then saw every older head in its place.
    """
    return await read_faults(session, _STATEMENTS[stream], program_id, since)
