"""Makes every rollup anew from the ledger, the forest and the intents' histories, never from events."""

from app.store.database import UnitOfWork

_MONTHS = (
    "CROSS JOIN LATERAL (VALUES (''), (to_char({} AT TIME ZONE 'UTC', 'YYYY-MM'))) AS m (month)"
)
_UPLINE = """
 CROSS JOIN LATERAL (SELECT u.id, u.n - 1 FROM unnest(sge_upline(a.path)) WITH ORDINALITY AS u (id, n)) AS up (id, level)
"""
_MEMBERS = f"""
INSERT INTO affiliate_rollup (program_id, affiliate_id, currency, month, level, members)
SELECT a.program_id, up.id, '', m.month, up.level, count(*)
  FROM affiliate a {_UPLINE} {_MONTHS.format("a.created_at")}
 GROUP BY 1, 2, 4, 5
"""
_USERS = f"""
INSERT INTO affiliate_rollup AS r (program_id, affiliate_id, currency, month, level, users)
SELECT a.program_id, up.id, '', m.month, up.level + 1, count(*)
  FROM program_user p JOIN affiliate a ON a.program_id = p.program_id AND a.id = p.referrer_id
       {_UPLINE} {_MONTHS.format("p.registered_at")}
 WHERE p.registered_at IS NOT NULL
 GROUP BY 1, 2, 4, 5
ON CONFLICT (program_id, affiliate_id, currency, month, level) DO UPDATE SET users = excluded.users
"""
_MONEY = f"""
INSERT INTO affiliate_rollup (program_id, affiliate_id, currency, month, level, volume, earned)
SELECT s.program_id, up.id, s.currency, m.month, up.level, sum(s.amount), sum(coalesce(c.amount, 0))
  FROM settlement s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 CROSS JOIN LATERAL unnest(i.upline) WITH ORDINALITY AS up (id, level)
       {_MONTHS.format("s.confirmed_at")}
  LEFT JOIN commission c ON c.program_id = s.program_id AND c.settlement_id = s.id AND c.level = up.level
       AND c.claws_back IS NULL
 WHERE s.amount IS NOT NULL
 GROUP BY 1, 2, 3, 4, 5
"""
# What reversals took of each commission follows from the parts alone: floor-cumulative, as app/domain/reversals.py has it.
_TAKEN = "div(c.amount * (r.taken_before + r.amount), s.amount) - div(c.amount * r.taken_before, s.amount)"
_REVERSED_MONEY = f"""
INSERT INTO affiliate_rollup AS b (program_id, affiliate_id, currency, month, level, volume, earned)
SELECT s.program_id, up.id, s.currency, m.month, up.level, -sum(r.amount), -sum(coalesce({_TAKEN}, 0))
  FROM reversal r JOIN settlement s ON s.program_id = r.program_id AND s.id = r.settlement_id
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 CROSS JOIN LATERAL unnest(i.upline) WITH ORDINALITY AS up (id, level)
       {_MONTHS.format("r.at")}
  LEFT JOIN commission c ON c.program_id = s.program_id AND c.settlement_id = s.id AND c.level = up.level
       AND c.claws_back IS NULL
 GROUP BY 1, 2, 3, 4, 5
ON CONFLICT (program_id, affiliate_id, currency, month, level) DO UPDATE
   SET volume = b.volume + excluded.volume, earned = b.earned + excluded.earned
"""
_BUCKETS = "CROSS JOIN (VALUES ('MINUTE', 'minute'), ('HOUR', 'hour'), ('DAY', 'day')) AS b (bucket, field)"
_STATUSES = f"""
INSERT INTO program_series (program_id, bucket, at, pending, processing, confirmed, failed)
SELECT t.program_id, b.bucket, date_trunc(b.field, t.at, 'UTC'),
       count(*) FILTER (WHERE t.to_status = 'PENDING'), count(*) FILTER (WHERE t.to_status = 'PROCESSING'),
       count(*) FILTER (WHERE t.to_status = 'CONFIRMED'), count(*) FILTER (WHERE t.to_status = 'FAILED')
  FROM intent_transition t {_BUCKETS}
 WHERE t.from_status IS DISTINCT FROM t.to_status
 GROUP BY 1, 2, 3
"""
# A settlement is written in the transaction that makes its intent CONFIRMED, which happens once.
_CONFIRMED = """
  FROM settlement s
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
  JOIN intent_transition t ON t.program_id = s.program_id AND t.intent_id = s.intent_id
       AND t.to_status = 'CONFIRMED' AND t.from_status <> 'CONFIRMED'
"""
# The class of app/domain/latency.py: 2 * log2(milliseconds), rounded down; milliseconds are whole and at least 1.
_LATENCY = f"""
WITH timed AS (
  SELECT s.program_id, t.at,
         greatest(floor(extract(epoch FROM t.at - i.created_at) * 1000), 1)::bigint AS milliseconds {_CONFIRMED}
), classed AS (
  SELECT c.program_id, b.bucket, date_trunc(b.field, c.at, 'UTC') AS at, count(*) AS times,
         least(length(ltrim((c.milliseconds * c.milliseconds)::bit(64)::text, '0')) - 1, 63) AS class
    FROM timed c {_BUCKETS} GROUP BY 1, 2, 3, 5
), counted AS (
  SELECT p.program_id, p.bucket, p.at, array_agg(coalesce(c.times, 0) ORDER BY n.class) AS latency
    FROM (SELECT DISTINCT program_id, bucket, at FROM classed) p
   CROSS JOIN generate_series(0, 63) AS n (class)
    LEFT JOIN classed c USING (program_id, bucket, at, class)
   GROUP BY 1, 2, 3
)
UPDATE program_series s SET latency = c.latency
  FROM counted c WHERE c.program_id = s.program_id AND c.bucket = s.bucket AND c.at = s.at
"""
_AMOUNTS = f"""
INSERT INTO program_series_amount (program_id, bucket, at, currency, volume, commissions)
SELECT s.program_id, b.bucket, date_trunc(b.field, t.at, 'UTC'), s.currency, sum(s.amount),
       sum((SELECT coalesce(sum(c.amount), 0) FROM commission c
             WHERE c.program_id = s.program_id AND c.settlement_id = s.id AND c.claws_back IS NULL))
       {_CONFIRMED} {_BUCKETS}
 WHERE s.amount IS NOT NULL
 GROUP BY 1, 2, 3, 4
"""
_REVERSED_AMOUNTS = f"""
INSERT INTO program_series_amount AS a (program_id, bucket, at, currency, volume, commissions)
SELECT r.program_id, b.bucket, date_trunc(b.field, j.posted_at, 'UTC'), r.currency, -sum(r.amount),
       -sum((SELECT coalesce(sum({_TAKEN}), 0) FROM commission c
              WHERE c.program_id = s.program_id AND c.settlement_id = s.id AND c.claws_back IS NULL))
  FROM reversal r JOIN settlement s ON s.program_id = r.program_id AND s.id = r.settlement_id
  JOIN journal j ON j.program_id = r.program_id AND j.id = r.journal_id {_BUCKETS}
 GROUP BY 1, 2, 3, 4
ON CONFLICT (program_id, bucket, at, currency) DO UPDATE
   SET volume = a.volume + excluded.volume, commissions = a.commissions + excluded.commissions
"""
_COUNTERS = """
INSERT INTO program_counter (program_id, name, value)
SELECT program_id, status, count(*) FROM intent_state GROUP BY 1, 2
UNION ALL SELECT program_id, 'affiliates', count(*) FROM affiliate GROUP BY 1
UNION ALL SELECT program_id, 'users', count(*) FROM program_user WHERE registered_at IS NOT NULL GROUP BY 1
"""
_STEPS = (
    _MEMBERS,
    _USERS,
    _MONEY,
    _REVERSED_MONEY,
    _STATUSES,
    _LATENCY,
    _AMOUNTS,
    _REVERSED_AMOUNTS,
    _COUNTERS,
)


async def rebuild(unit: UnitOfWork) -> None:
    """Fills the rollups, which are empty, with what the unit's snapshot says."""
    for statement in _STEPS:
        await unit.connection.execute(statement)
