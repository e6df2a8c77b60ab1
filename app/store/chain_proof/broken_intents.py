"""Intents whose state, settlement, journal and provider's event do not go together."""

from datetime import timedelta
from uuid import UUID

from app.domain.chain_proof.settlements import BrokenIntent
from app.domain.reconciliation import Scope
from app.store.database import ReadSession

# Whatever a clean run saw half done was done long before this.
_OVERLAP = timedelta(days=1)
# What became CONFIRMED since, what later blocks settled, and what providers told since: each by an index.
_CHANGED = """
WITH changed AS (
  SELECT intent_id FROM intent_transition
   WHERE program_id = $1 AND to_status = 'CONFIRMED' AND from_status <> 'CONFIRMED' AND at > $2
  UNION SELECT intent_id FROM settlement WHERE program_id = $1 AND block_number > $3
  UNION SELECT intent_id FROM provider_event WHERE program_id = $1 AND id > $4 AND intent_id IS NOT NULL
)"""
_EVERY = {
    "states": "(SELECT * FROM intent_state WHERE program_id = $1)",
    "settlements": "(SELECT * FROM settlement WHERE program_id = $1)",
    "events": "(SELECT * FROM provider_event WHERE program_id = $1)",
    "journal": "journal j ON j.program_id = $1 AND j.id = s.journal_id",
}
# Looked up one by one (OFFSET 0 says so), so that the cost is that of what changed and not of all there is.
_NEWER = {
    "states": """(
SELECT s.* FROM changed c CROSS JOIN LATERAL
       (SELECT * FROM intent_state i WHERE i.program_id = $1 AND i.intent_id = c.intent_id OFFSET 0) s)""",
    # Two parts, as there are two indexes.
    "settlements": """(
SELECT s.* FROM changed c CROSS JOIN LATERAL
       (SELECT * FROM settlement t WHERE t.program_id = $1 AND t.intent_id = c.intent_id AND t.undone_at IS NULL OFFSET 0) s
UNION ALL
SELECT s.* FROM changed JOIN settlement s USING (intent_id) WHERE s.program_id = $1 AND s.undone_at IS NOT NULL)""",
    "journal": """LATERAL
       (SELECT id, kind, reference FROM journal g WHERE g.program_id = $1 AND g.id = s.journal_id OFFSET 0) j ON true""",
    "events": "(SELECT e.* FROM changed JOIN provider_event e USING (intent_id) WHERE e.program_id = $1)",
}
# A settlement that the chain took back leaves its intent CONFIRMED.
_STATES = """
SELECT s.intent_id, CASE
         WHEN s.status = 'CONFIRMED' AND coalesce(x.live, 0) = 0 THEN 'The intent is CONFIRMED and has no settlement.'
         WHEN s.status = 'CONFIRMED' THEN 'The intent has more than one settlement.'
         ELSE 'The intent is ' || s.status || ' and has a settlement.' END AS problem
  FROM {states} s
  LEFT JOIN (SELECT intent_id, count(*) FILTER (WHERE undone_at IS NULL) AS live,
                    count(*) FILTER (WHERE undone_at IS NOT NULL) AS undone
               FROM {settlements} t GROUP BY 1) x ON x.intent_id = s.intent_id
 WHERE CASE WHEN s.status = 'CONFIRMED'
         THEN coalesce(x.live, 0) <> 1 AND NOT (coalesce(x.live, 0) = 0 AND coalesce(x.undone, 0) > 0)
         ELSE x.live > 0 END
"""
_JOURNALS = """
SELECT s.intent_id, 'The settlement''s journal is not the intent''s.' AS problem FROM {settlements} s
  LEFT JOIN {journal}
 WHERE (s.amount IS NOT NULL) IS DISTINCT FROM
       (j.kind = 'SETTLEMENT' AND split_part(j.reference, ':', 1) = s.intent_id::text) AND (s.amount IS NOT NULL OR j.id IS NOT NULL)
"""
_PROVIDERS = """
SELECT coalesce(x.intent_id, e.intent_id) AS intent_id,
       'The settlement is not by exactly one processed event of a provider.' AS problem
  FROM (SELECT intent_id, provider_event_id, amount, currency FROM {settlements} s WHERE provider_event_id IS NOT NULL) x
  FULL JOIN (SELECT id, intent_id, amount, currency FROM {events} v WHERE outcome = 'SETTLED') e
    ON e.intent_id = x.intent_id
 WHERE x.provider_event_id IS DISTINCT FROM e.id OR (x.amount, x.currency) IS DISTINCT FROM (e.amount, e.currency)
"""
# In this order: the first that is wrong with an intent says so.
_QUESTIONS = (_STATES, _JOURNALS, _PROVIDERS)
_OF_ALL = tuple(question.format(**_EVERY) for question in _QUESTIONS)
_OF_CHANGED = tuple(_CHANGED + question.format(**_NEWER) for question in _QUESTIONS)


async def broken_intents(session: ReadSession, scope: Scope) -> list[BrokenIntent]:
    """Of all intents; since a clean run: of those that were settled since."""
    statements, args = _OF_ALL, [scope.program_id, *_since(scope)]
    if scope.since is not None:
        statements = _OF_CHANGED
    found: dict[UUID, str] = {}
    for statement in statements:
        for row in await session.connection.fetch(statement, *args):
            found.setdefault(row["intent_id"], row["problem"])
    return [BrokenIntent(intent_id, problem) for intent_id, problem in found.items()]


def _since(scope: Scope) -> list[object]:
    """From when on, from which block on, and the least id that a row of that time can have (uuid version 7)."""
    if scope.since is None:
        return []
    at = scope.since.asked_at - _OVERLAP
    return [
        at,
        scope.since.extent.block_number,
        UUID(int=int(at.timestamp() * 1000) << 80),
    ]
