"""What the rollups are made of, read from the ledger, the forest and the intents' histories, never from events.

Each statement gives rows to be summed, of one program or ($1 is null) of all. Months and minutes only: all time is the sum
of the months, hours and days are sums of minutes.
"""

_OF_PROGRAM = "($1::bigint IS NULL OR {} = $1)"
# Grouped by the instant at which the month began, in words only for what is left: words cost more than all the rest.
_MONTH_BEGAN = "date_trunc('month', {} AT TIME ZONE 'UTC')"
_MONTH = "to_char({}, 'YYYY-MM')"
# Many affiliates have one line above them, and many users one referrer: each line is taken apart once a month. A path less its
# last eight bytes is the line above.
HEADS = f"""
SELECT a.program_id, a.id AS affiliate_id, {_MONTH.format(_MONTH_BEGAN.format("a.created_at"))} AS month, 0::bigint AS level,
       1::bigint AS members, 0::bigint AS users
  FROM affiliate a WHERE {_OF_PROGRAM.format("a.program_id")}
UNION ALL
SELECT h.program_id, up.id, {_MONTH.format("h.began")}, up.level, h.members, h.users
  FROM (SELECT o.program_id, o.line, o.began, sum(o.members)::bigint AS members, sum(o.users)::bigint AS users
          FROM (SELECT c.program_id, substring(c.path FOR length(c.path) - 8) AS line,
                       {_MONTH_BEGAN.format("c.created_at")} AS began, 1::bigint AS members, 0::bigint AS users
                  FROM affiliate c WHERE length(c.path) > 8 AND {_OF_PROGRAM.format("c.program_id")}
                UNION ALL
                SELECT r.program_id, a.path, r.began, 0, r.users
                  FROM (SELECT p.program_id, p.referrer_id, {_MONTH_BEGAN.format("p.registered_at")} AS began, count(*) AS users
                          FROM program_user p
                         WHERE p.registered_at IS NOT NULL AND {_OF_PROGRAM.format("p.program_id")} GROUP BY 1, 2, 3) r
                  JOIN affiliate a ON a.program_id = r.program_id AND a.id = r.referrer_id) o
         GROUP BY 1, 2, 3) h
 CROSS JOIN LATERAL unnest(sge_upline(h.line)) WITH ORDINALITY AS up (id, level)
"""
"""program_id, affiliate_id, month, level, members, users."""
# Many settlements have one upline.
_VOLUME = f"""
SELECT v.program_id, up.id AS affiliate_id, v.currency, {_MONTH.format("v.began")} AS month, up.level, v.units AS volume,
       0::numeric AS earned
  FROM (SELECT s.program_id, i.upline, s.currency, {_MONTH_BEGAN.format("s.confirmed_at")} AS began, sum(s.amount) AS units
          FROM settlement s JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
         WHERE s.amount IS NOT NULL AND {_OF_PROGRAM.format("s.program_id")} GROUP BY 1, 2, 3, 4) v
 CROSS JOIN LATERAL unnest(v.upline) WITH ORDINALITY AS up (id, level)
"""
# Whoever earned it; that it is who stood at that level, check 3 says.
_EARNED = f"""
SELECT e.program_id, e.affiliate_id, e.currency, {_MONTH.format("e.began")}, e.level, 0, e.units
  FROM (SELECT c.program_id, c.affiliate_id, s.currency, {_MONTH_BEGAN.format("s.confirmed_at")} AS began, c.level,
               sum(c.amount) AS units
          FROM commission c
          JOIN settlement s ON s.program_id = c.program_id AND s.id = c.settlement_id AND s.amount IS NOT NULL
         WHERE c.claws_back IS NULL AND {_OF_PROGRAM.format("c.program_id")} GROUP BY 1, 2, 3, 4, 5) e
"""
# What reversals took of each commission follows from the parts alone: floor-cumulative, as app/domain/reversals.py has it.
_TAKEN = "div(c.amount * (r.taken_before + r.amount), s.amount) - div(c.amount * r.taken_before, s.amount)"
# The chain takes all that reversals had left; its mirror is the journal that no reversal posted.
_TAKINGS = """(
SELECT v.program_id, v.settlement_id, v.amount, v.taken_before, v.currency, v.at, v.journal_id FROM reversal v
UNION ALL
SELECT u.program_id, u.id, u.amount - coalesce(v.taken, 0), coalesce(v.taken, 0), u.currency, u.undone_at, j.id
  FROM settlement u
  JOIN journal j ON j.program_id = u.program_id AND j.reverses = u.journal_id
       AND NOT EXISTS (SELECT FROM reversal v WHERE v.program_id = j.program_id AND v.journal_id = j.id)
  LEFT JOIN LATERAL (SELECT sum(v.amount) AS taken FROM reversal v
                      WHERE v.program_id = u.program_id AND v.settlement_id = u.id) v ON true
 WHERE u.undone_at IS NOT NULL)"""
_REVERSED = f"""
SELECT s.program_id, up.id, s.currency, {_MONTH.format(_MONTH_BEGAN.format("r.at"))}, up.level, -r.amount, -coalesce({_TAKEN}, 0)
  FROM {_TAKINGS} r JOIN settlement s ON s.program_id = r.program_id AND s.id = r.settlement_id
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
 CROSS JOIN LATERAL unnest(i.upline) WITH ORDINALITY AS up (id, level)
  LEFT JOIN commission c ON c.program_id = s.program_id AND c.settlement_id = s.id AND c.level = up.level
       AND c.claws_back IS NULL
 WHERE {_OF_PROGRAM.format("r.program_id")}
"""
MONEY = f"{_VOLUME} UNION ALL {_EARNED} UNION ALL {_REVERSED}"
"""program_id, affiliate_id, currency, month, level, volume, earned."""

STATUSES = f"""
SELECT t.program_id, date_trunc('minute', t.at, 'UTC') AS at,
       count(*) FILTER (WHERE t.to_status = 'PENDING') AS pending,
       count(*) FILTER (WHERE t.to_status = 'PROCESSING') AS processing,
       count(*) FILTER (WHERE t.to_status = 'CONFIRMED') AS confirmed,
       count(*) FILTER (WHERE t.to_status = 'FAILED') AS failed
  FROM intent_transition t
 WHERE t.from_status IS DISTINCT FROM t.to_status AND {_OF_PROGRAM.format("t.program_id")}
 GROUP BY 1, 2
"""
"""program_id, at (a minute), pending, processing, confirmed, failed."""

# A settlement is written in the transaction that makes its intent CONFIRMED, which happens once; one that was undone and is
# mined again has a journal with a count, posted when it came again.
_AGAIN = """
  LEFT JOIN (SELECT DISTINCT n.program_id, n.id, j.posted_at AS at
               FROM settlement u
               JOIN settlement n ON n.program_id = u.program_id AND n.intent_id = u.intent_id AND n.id <> u.id
               JOIN journal j ON j.program_id = n.program_id AND j.id = n.journal_id AND j.reference <> n.intent_id::text
              WHERE u.undone_at IS NOT NULL) again ON again.program_id = s.program_id AND again.id = s.id
"""
_CONFIRMED = f"""
  FROM settlement s {_AGAIN}
  JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
  JOIN intent_transition t ON t.program_id = s.program_id AND t.intent_id = s.intent_id
       AND t.to_status = 'CONFIRMED' AND t.from_status <> 'CONFIRMED'
 WHERE {_OF_PROGRAM.format("s.program_id")}
"""
# The class of app/domain/latency.py: 2 * log2(milliseconds), rounded down; milliseconds are whole and at least 1.
LATENCIES = f"""
SELECT m.program_id, m.at, least(length(ltrim((m.milliseconds * m.milliseconds)::bit(64)::text, '0')) - 1, 63) AS class,
       count(*) AS times
  FROM (SELECT s.program_id, date_trunc('minute', coalesce(again.at, t.at), 'UTC') AS at,
               greatest(floor(extract(epoch FROM coalesce(again.at, t.at) - i.created_at) * 1000), 1)::bigint AS milliseconds {_CONFIRMED}) m
 GROUP BY 1, 2, 3
"""
"""program_id, at (a minute), class, times."""

AMOUNTS = f"""
SELECT s.program_id, date_trunc('minute', coalesce(again.at, t.at), 'UTC') AS at, s.currency, sum(s.amount) AS volume,
       sum(coalesce(c.units, 0)) AS commissions
  FROM settlement s {_AGAIN}
  JOIN intent_transition t ON t.program_id = s.program_id AND t.intent_id = s.intent_id
       AND t.to_status = 'CONFIRMED' AND t.from_status <> 'CONFIRMED'
  LEFT JOIN (SELECT c.program_id, c.settlement_id, sum(c.amount) AS units FROM commission c
              WHERE c.claws_back IS NULL AND {_OF_PROGRAM.format("c.program_id")} GROUP BY 1, 2) c
    ON c.program_id = s.program_id AND c.settlement_id = s.id
 WHERE s.amount IS NOT NULL AND {_OF_PROGRAM.format("s.program_id")}
 GROUP BY 1, 2, 3
UNION ALL
SELECT r.program_id, date_trunc('minute', j.posted_at, 'UTC'), r.currency, -sum(r.amount),
       -sum((SELECT coalesce(sum({_TAKEN}), 0) FROM commission c
              WHERE c.program_id = s.program_id AND c.settlement_id = s.id AND c.claws_back IS NULL))
  FROM {_TAKINGS} r JOIN settlement s ON s.program_id = r.program_id AND s.id = r.settlement_id
  JOIN journal j ON j.program_id = r.program_id AND j.id = r.journal_id
 WHERE {_OF_PROGRAM.format("r.program_id")}
 GROUP BY 1, 2, 3
"""
"""program_id, at (a minute), currency, volume, commissions."""

COUNTERS = f"""
SELECT program_id, status AS name, count(*) AS value FROM intent_state
 WHERE {_OF_PROGRAM.format("program_id")} GROUP BY 1, 2
UNION ALL
SELECT program_id, 'affiliates', count(*) FROM affiliate WHERE {_OF_PROGRAM.format("program_id")} GROUP BY 1
UNION ALL
SELECT program_id, 'users', count(*) FROM program_user
 WHERE registered_at IS NOT NULL AND {_OF_PROGRAM.format("program_id")} GROUP BY 1
"""
"""program_id, name, value."""
