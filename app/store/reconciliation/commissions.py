"""Invariants 4 and 6: commissions beside the accounts of their affiliates, and beside what they were earned by."""

from app.domain.reconciliation import Scope
from app.store.database import ReadSession
from app.store.reconciliation.faults import Faults, faults_of, read_faults

# What a Safe transaction holds has left the affiliate's account for PAYOUT_IN_FLIGHT.
_OWED = faults_of("""
held AS (
  SELECT l.line_id FROM payout_line l
    JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
   WHERE l.program_id = $1 AND s.holding
), owed AS (
  SELECT affiliate_id, currency, sum(amount) AS units, count(*) AS commissions FROM commission
   WHERE program_id = $1 AND (status IN ('ACCRUED', 'PAYABLE')
                              OR (status = 'PENDING_APPROVAL' AND id NOT IN (SELECT line_id FROM held)))
   GROUP BY 1, 2
), booked AS (
  SELECT owner_id AS affiliate_id, currency, credits - debits AS units FROM account
   WHERE program_id = $1 AND kind = 'AFFILIATE'
), seen AS (
  SELECT coalesce(o.commissions, 0) AS looked_at, coalesce(o.units, 0) <> coalesce(b.units, 0) AS wrong,
         'affiliate:' || affiliate_id || ':' || currency AS reference, 'AFFILIATE:' || a.public_id AS entity,
         coalesce(o.units, 0) || ' ' || currency AS expected, coalesce(b.units, 0) || ' ' || currency AS actual
    FROM owed o FULL JOIN booked b USING (affiliate_id, currency)
    LEFT JOIN affiliate a ON a.program_id = $1 AND a.id = affiliate_id
)""")
_SETTLED = """
settled AS (
  SELECT s.id, s.amount, s.confirmed_at, s.skipped, i.upline, i.terms_version, t.commission_levels_bps AS levels,
         t.holding_period_days AS holding_days
    FROM settlement s
    JOIN intent i ON i.program_id = $1 AND i.id = s.intent_id
    JOIN terms t ON t.program_id = $1 AND t.version = i.terms_version
   WHERE s.program_id = $1 AND s.journal_id > $2
)"""
_EARNED_AS_AGREED = faults_of(f"""{_SETTLED}, earned AS (
  SELECT c.*, s.amount AS settled, s.terms_version AS agreed_version, s.upline[c.level] AS earner, s.levels[c.level] AS agreed,
         s.confirmed_at + s.holding_days * interval '24 hours' AS matures_at
    FROM settled s JOIN commission c ON c.program_id = $1 AND c.settlement_id = s.id AND c.amount > 0
), seen AS (
  SELECT 1 AS looked_at, affiliate_id IS DISTINCT FROM earner OR rate_bps IS DISTINCT FROM agreed
         OR base IS DISTINCT FROM settled OR amount <> div(base * rate_bps, 10000) OR terms_version <> agreed_version
         OR payable_at <> matures_at AS wrong,
         'commission:' || id AS reference, 'COMMISSION:' || id AS entity,
         coalesce(div(settled * agreed, 10000)::text, 'nothing') || ' to ' || coalesce(earner::text, 'nobody') || ' at '
         || matures_at AS expected,
         amount || ' to ' || affiliate_id || ' at ' || payable_at AS actual
    FROM earned
)""")
# Every level of the terms either earned once or says once why not. A bit a level; a tree is at most 128 deep.
_LEVELS = faults_of(f"""{_SETTLED}, earned AS (
  SELECT s.id, count(*) AS times, bit_or(set_bit(repeat('0', 129)::bit(129), c.level, 1)) AS levels
    FROM settled s JOIN commission c ON c.program_id = $1 AND c.settlement_id = s.id AND c.amount > 0
   GROUP BY s.id
), named AS (
  SELECT s.id, count(*) AS times, bit_or(set_bit(repeat('0', 129)::bit(129), (k ->> 'level')::integer, 1)) AS levels
    FROM settled s CROSS JOIN LATERAL jsonb_array_elements(s.skipped) AS k
   WHERE s.skipped <> '[]' GROUP BY s.id
), counted AS (
  SELECT s.id, cardinality(s.levels) AS levels, coalesce(e.times, 0) + coalesce(k.times, 0) AS times,
         coalesce(e.times, 0) AS earned, coalesce(k.times, 0) AS skipped,
         coalesce(e.levels, repeat('0', 129)::bit(129)) | coalesce(k.levels, repeat('0', 129)::bit(129)) AS said,
         rpad('0' || repeat('1', cardinality(s.levels)), 129, '0')::bit(129) AS agreed
    FROM settled s LEFT JOIN earned e USING (id) LEFT JOIN named k USING (id)
), seen AS (
  SELECT 1 AS looked_at, times <> levels OR said <> agreed AS wrong, 'levels:' || id AS reference,
         'SETTLEMENT:' || id AS entity, levels || ' levels' AS expected,
         earned || ' earned, ' || skipped || ' skipped' AS actual
    FROM counted
)""")
# What money that left by itself has paid in part is charged by a negative one, and no part of what reversals take.
_CLAWED_BACK = faults_of("""
taken AS (
  SELECT claws_back AS id, -sum(amount) AS units, count(*) AS times FROM commission c
   WHERE program_id = $1 AND claws_back IS NOT NULL
     AND NOT EXISTS (SELECT FROM outflow_line o WHERE o.program_id = $1 AND o.line_id = c.id AND o.charged)
   GROUP BY 1
), seen AS (
  SELECT t.times AS looked_at, t.units > c.amount AS wrong, 'clawback:' || t.id AS reference,
         'COMMISSION:' || t.id AS entity, 'at most ' || c.amount AS expected, t.units::text AS actual
    FROM taken t JOIN commission c ON c.program_id = $1 AND c.id = t.id
)""")


async def unequal_balances(session: ReadSession, scope: Scope) -> Faults:
    """Affiliates whose open commissions are not their account's balance. Always of all: it is one aggregate."""
    return await read_faults(session, _OWED, scope.program_id)


async def wrong_commissions(session: ReadSession, scope: Scope) -> Faults:
    """Commissions that are not to the stored upline and by the stored terms."""
    return await read_faults(session, _EARNED_AS_AGREED, scope.program_id, scope.journals_after)


async def unexplained_levels(session: ReadSession, scope: Scope) -> Faults:
    """Settlements one of whose levels earned nothing without saying why, or earned twice."""
    return await read_faults(session, _LEVELS, scope.program_id, scope.journals_after)


async def excessive_clawbacks(session: ReadSession, scope: Scope) -> Faults:
    """Commissions of which more was taken back than they were."""
    return await read_faults(session, _CLAWED_BACK, scope.program_id)
