"""Invariant 7: the forest of affiliates, the uplines that intents keep, and who referred whom."""

from datetime import timedelta

from app.domain.reconciliation import Scope
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults

# A path is its parent's with one more at its end, so paths that are all right leave no room for a cycle.
_PLACES = faults_of("""
seen AS (
  SELECT 1 AS looked_at, (a.parent_id IS NOT NULL AND p.id IS NULL) OR a.path <> coalesce(p.path, ''::bytea) || int8send(a.id)
         OR a.depth <> coalesce(p.depth + 1, 0) AS wrong,
         'affiliate:' || a.id AS reference, 'AFFILIATE:' || a.public_id AS entity,
         CASE WHEN a.parent_id IS NULL THEN 'a root' WHEN p.id IS NULL THEN 'a parent in this program'
              ELSE 'below ' || p.public_id || ', depth ' || p.depth + 1 END AS expected,
         'depth ' || a.depth || ', line ' || sge_upline(a.path)::text AS actual
    FROM affiliate a LEFT JOIN affiliate p ON p.program_id = $1 AND p.id = a.parent_id
   WHERE a.program_id = $1
)""")
# Few uplines stand in many intents.
_UPLINES = faults_of("""
kept AS (
  SELECT upline, count(*) AS intents FROM intent
   WHERE program_id = $1 AND ($2::timestamptz IS NULL OR created_at > $2) AND upline <> '{}' GROUP BY 1
), strangers AS (
  SELECT k.upline, k.intents,
         ARRAY(SELECT u FROM unnest(k.upline) AS u
                WHERE NOT EXISTS (SELECT FROM affiliate a WHERE a.program_id = $1 AND a.id = u)) AS unknown,
         (SELECT count(DISTINCT u) FROM unnest(k.upline) AS u) <> cardinality(k.upline) AS twice
    FROM kept k
), seen AS (
  SELECT intents AS looked_at, cardinality(unknown) > 0 OR twice AS wrong, 'upline:' || upline::text AS reference,
         CASE WHEN cardinality(unknown) > 0 OR twice THEN
           (SELECT 'INTENT:' || i.id FROM intent i WHERE i.program_id = $1 AND i.upline = strangers.upline ORDER BY i.id LIMIT 1)
         END AS entity,
         'different affiliates of this program' AS expected, upline::text || ' in ' || intents || ' intents' AS actual
    FROM strangers
)""")
_REFERRALS = faults_of("""
seen AS (
  SELECT 1 AS looked_at, CASE WHEN o.id IS NULL THEN false ELSE o.id = ANY (sge_upline(r.path)) END AS wrong,
         'user:' || u.id AS reference, 'USER:' || u.public_id AS entity, 'a referrer outside its own branch' AS expected,
         'referred by ' || r.public_id AS actual
    FROM program_user u
    JOIN affiliate r ON r.program_id = $1 AND r.id = u.referrer_id
    LEFT JOIN affiliate o ON o.program_id = $1 AND lower(o.wallet) = lower(u.wallet)
   WHERE u.program_id = $1
)""")
# An intent is accepted in a transaction that is short beside this.
_OVERLAP = timedelta(hours=1)


async def misplaced_affiliates(session: ReadSession, scope: Scope) -> Faults:
    """Affiliates whose depth or path does not follow from their parent."""
    return await read_faults(session, _PLACES, scope.program_id)


async def strange_uplines(session: ReadSession, scope: Scope) -> Faults:
    """Kept uplines with somebody who is no affiliate of the program, or twice in it; since a clean run: of newer intents."""
    since = None if scope.since is None else scope.since.asked_at - _OVERLAP
    return await read_faults(session, _UPLINES, scope.program_id, since)


async def referred_by_themselves(session: ReadSession, scope: Scope) -> Faults:
    """Users who are affiliates too, and whose referrer is themselves or below them."""
    return await read_faults(session, _REFERRALS, scope.program_id)
