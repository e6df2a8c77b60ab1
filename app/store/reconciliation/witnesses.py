"""Heads of chains of seals that earlier looks wrote down, beside the chains as they are now."""

from datetime import datetime

from app.domain.permissions import PLATFORM_PROGRAM_ID
from app.domain.seals import SealStream
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults

# A chain only grows, so every head is in it for ever, at its number. Who cut it lost several; the newest is told of.
_LOST = """
witness AS ({witnesses}), compared AS (
  SELECT w.*, s.hash AS found, s.hash IS DISTINCT FROM w.head AS lost
    FROM witness w LEFT JOIN seal s ON s.program_id = $1 AND s.stream = '{stream}' AND s.n = w.n
), seen AS (
  SELECT 1 AS looked_at, lost AND row_number() OVER (PARTITION BY lost ORDER BY at DESC, id DESC) = 1 AS wrong,
         '{stream}:head:' || n AS reference, NULL::text AS entity,
         'seal ' || n || ' is 0x' || encode(head, 'hex') || ', as it was seen at ' || at AS expected,
         coalesce('it is 0x' || encode(found, 'hex'), 'there is no such seal') AS actual
    FROM compared
)"""
_RUNS = """
SELECT asked_at AS at, id, {seals} AS n, {head} AS head FROM reconciliation_run
 WHERE program_id = $1 AND {seals} > 0 AND ($2::timestamptz IS NULL OR asked_at >= $2)
"""
_LOOKS = "SELECT looked_at AS at, id, seals AS n, head FROM platform_audit_look WHERE seals > 0"
_OF_PROGRAM = {
    stream: faults_of(
        _LOST.format(stream=stream.value, witnesses=_RUNS.format(seals=seals, head=head))
    )
    for stream, seals, head in (
        (SealStream.JOURNAL, "journal_seals", "journal_head"),
        (SealStream.AUDIT, "audit_seals", "audit_head"),
    )
}
_OF_PLATFORM = faults_of(_LOST.format(stream="AUDIT", witnesses=_LOOKS))


async def lost_heads(
    session: ReadSession, stream: SealStream, program_id: int, since: datetime | None
) -> Faults:
    """The newest head that a run saw and that is not in the chain any more. since: of runs from that instant on; one that
    was clean then saw every older head in its place.
    """
    return await read_faults(session, _OF_PROGRAM[stream], program_id, since)


async def lost_platform_heads(session: ReadSession) -> Faults:
    """The same of the platform's audit rows, whose chain is looked at by itself."""
    return await read_faults(session, _OF_PLATFORM, PLATFORM_PROGRAM_ID)
