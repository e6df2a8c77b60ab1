"""What subscribers, sealer and webhooks were told of the drawn intents (docs/events.md), with positions at once.

Only of what happened from an instant on: a feed forgets, and a million intents tell of themselves ten million times.
"""

from app.domain.seeding import PAY_DAY_AT, SeedPlan
from app.store.database import UnitOfWork
from app.store.seeding.intents import AUDIT_SALT
from app.store.seeding.program import HOLDING_DAYS, SeededProgram

_EVENT = "INSERT INTO event (program_id, type, name, entity_id, version, data, at)"
# Batch by batch, as they went: whoever reads by position sees causes before effects. $1 the program, $2 from when on.
_INTENTS = f"""
{_EVENT}
SELECT $1::bigint, 'INTENT', s.name, i.id::text, s.version, s.data, s.at
  FROM seed_batch t
  JOIN seed_intent i USING (batch)
  JOIN seed_user u ON u.n = i.user_n
 CROSS JOIN LATERAL (VALUES
   (1, 'intent.accepted', i.accepted_at, jsonb_build_object(
      'v', 1, 'from', NULL, 'status', 'PENDING', 'stage', 'QUEUED', 'kind', i.kind, 'wallet', u.wallet,
      'amount', i.amount::text, 'currency', CASE WHEN i.amount IS NOT NULL THEN 'USDC' END)),
   (2, 'intent.processing', t.claimed_at, '{{"v": 1, "from": "PENDING", "status": "PROCESSING", "stage": "QUEUED"}}'),
   (3, 'intent.signed', t.signed_at, jsonb_build_object(
      'v', 1, 'from', 'PROCESSING', 'status', 'PROCESSING', 'stage', 'SIGNED', 'transaction', t.id)),
   (4, 'intent.broadcast', t.sent_at, jsonb_build_object(
      'v', 1, 'from', 'PROCESSING', 'status', 'PROCESSING', 'stage', 'BROADCAST', 'transaction', t.id)),
   (5, 'intent.mined', t.mined_at, jsonb_build_object(
      'v', 1, 'from', 'PROCESSING', 'status', 'PROCESSING', 'stage', 'MINED', 'block', t.block,
      'reason', 'in block ' || t.block)),
   (6, CASE WHEN i.failed THEN 'intent.failed' ELSE 'intent.confirmed' END, t.posted_at, CASE WHEN i.failed
      THEN jsonb_build_object('v', 1, 'from', 'PROCESSING', 'status', 'FAILED', 'stage', 'MINED',
             'code', 'INSUFFICIENT_FUNDS', 'retryable', true, 'reason', 'rejected in block ' || t.block)
      ELSE jsonb_build_object('v', 1, 'from', 'PROCESSING', 'status', 'CONFIRMED', 'stage', 'FINAL',
             'block', t.block, 'reason', 'settled in block ' || t.block) END)) AS s (version, name, at, data)
 WHERE t.posted_at >= $2
 ORDER BY t.batch, s.version, i.item
"""
# One of the rows that intake wrote together, and one of each decision of a batch.
_AUDIT = f"""
{_EVENT}
SELECT $1::bigint, 'AUDIT', 'audit.written', min(a.id::text), 1,
       jsonb_build_object('v', 1, 'internal', jsonb_build_object('audit', jsonb_agg(a.id ORDER BY a.id))), max(a.at)
  FROM seed_batch t
  JOIN (SELECT batch, id, accepted_at AS at, 'intake' AS told FROM seed_intent
        UNION ALL
        SELECT batch, pg_temp.seed_id(posted_at, 2 * batch + f.failed, $3::bigint), posted_at, 'ends' FROM seed_batch
         CROSS JOIN LATERAL (SELECT DISTINCT i.failed::integer AS failed FROM seed_intent i
                              WHERE i.batch = seed_batch.batch) f) a USING (batch)
 WHERE t.posted_at >= $2 GROUP BY t.batch, a.told ORDER BY max(a.at)
"""
_POSTED = f"""
{_EVENT}
SELECT $1::bigint, 'LEDGER', 'ledger.posted', (array_agg(j.public_id::text ORDER BY j.id))[1], 1,
       jsonb_build_object('v', 1, 'journals', jsonb_agg(j.public_id ORDER BY j.id),
                          'internal', jsonb_build_object('journals', jsonb_agg(j.id ORDER BY j.id))), t.posted_at
  FROM seed_batch t
  JOIN seed_intent i USING (batch)
  JOIN (SELECT s.n, s.id, g.public_id FROM seed_journal s JOIN journal g ON g.program_id = $1 AND g.id = s.id) j USING (n)
 WHERE t.posted_at >= $2 GROUP BY t.batch, t.posted_at ORDER BY t.batch
"""
_SETTLED = f"""
{_EVENT}
SELECT $1::bigint, s.type, s.name, s.id::text, 1, s.data, t.posted_at
  FROM seed_batch t
  JOIN seed_intent i USING (batch)
  JOIN seed_user u ON u.n = i.user_n
 CROSS JOIN LATERAL (
   SELECT 0 AS place, 'SETTLEMENT' AS type, 'settlement.confirmed' AS name, i.settlement_id AS id, jsonb_build_object(
            'v', 1, 'intent', i.id, 'kind', i.kind, 'amount', i.amount::text,
            'currency', CASE WHEN i.amount IS NOT NULL THEN 'USDC' END,
            'month', to_char(i.confirmed_at AT TIME ZONE 'UTC', 'YYYY-MM'), 'confirmedAt', pg_temp.told(i.confirmed_at),
            'internal', jsonb_build_object(
              'milliseconds', floor(extract(epoch FROM t.posted_at - i.accepted_at) * 1000)::bigint,
              'ownMilliseconds', NULL,
              'upline', coalesce((SELECT jsonb_agg(jsonb_build_object(
                  'affiliate', l.id, 'level', l.level, 'earned', coalesce(c.amount, 0)::text) ORDER BY l.level)
                 FROM unnest(u.upline) WITH ORDINALITY AS l (id, level)
                 LEFT JOIN seed_commission c ON c.n = i.n AND c.level = l.level), '[]'),
              'referrers', CASE i.kind WHEN 'REGISTRATION' THEN to_jsonb(u.upline) ELSE '[]' END)) AS data
   UNION ALL
   SELECT c.level, 'COMMISSION', 'commission.accrued', c.id, jsonb_build_object(
            'v', 1, 'settlement', i.settlement_id, 'affiliate', a.public_id, 'level', c.level, 'amount', c.amount::text,
            'currency', 'USDC', 'payableAt', pg_temp.told(i.confirmed_at + $3::integer * interval '24 hours'))
     FROM seed_commission c JOIN affiliate a ON a.program_id = $1 AND a.id = c.affiliate_id WHERE c.n = i.n) s
 WHERE NOT i.failed AND t.posted_at >= $2
 ORDER BY t.batch, i.item, s.place
"""
# $3 up to when all has matured, $4 when past midnight the pay day tells of it.
_PAYABLE = f"""
{_EVENT}
SELECT $1::bigint, 'COMMISSION', 'commission.payable', c.id::text, 2, jsonb_build_object(
         'v', 1, 'affiliate', a.public_id, 'amount', c.amount::text, 'currency', c.currency,
         'payableAt', pg_temp.told(c.payable_at)), date_trunc('day', c.payable_at, 'UTC') + interval '1 day' + $4::interval
  FROM commission c JOIN affiliate a ON a.program_id = $1 AND a.id = c.affiliate_id
 WHERE c.program_id = $1 AND c.status = 'PAYABLE'
   AND c.payable_at >= date_trunc('day', $2::timestamptz - $4::interval, 'UTC') - interval '1 day' AND c.payable_at < $3
 ORDER BY 7, c.payable_at, c.id
"""
_TOLD = """
CREATE FUNCTION pg_temp.told(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00')
$$
"""


async def prepare(unit: UnitOfWork) -> None:
    """Makes what writes instants; once for a connection."""
    await unit.connection.execute(_TOLD)


async def tell_of_intents(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """How the drawn intents were accepted, carried and ended, and of their audit rows."""
    connection, since = unit.connection, plan.told_from
    await connection.execute(_INTENTS, program.id, since)
    await connection.execute(_AUDIT, program.id, since, plan.salt + AUDIT_SALT)


async def tell_of_postings(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """The journals of the drawn intents."""
    await unit.connection.execute(_POSTED, program.id, plan.told_from)


async def tell_of_earnings(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """What the drawn intents settled, and who earned from it."""
    await unit.connection.execute(_SETTLED, program.id, plan.told_from, HOLDING_DAYS)


async def tell_of_maturity(unit: UnitOfWork, plan: SeedPlan, program: SeededProgram) -> None:
    """What came to be PAYABLE, once all of the program's intents are settled."""
    await unit.connection.execute(
        _PAYABLE, program.id, plan.told_from, plan.matured_until, PAY_DAY_AT
    )
