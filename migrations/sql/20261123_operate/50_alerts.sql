-- What operators are told: conditions that hold (alert), what is posted about them (alert_message), what systemStatus shows
-- of the parts that no web process can look at itself (platform_health), and the last look at each ledger's balance.

-- One row from when a condition was first seen until it was gone for a while. opened_at: since it lasted long enough to be
-- one; told_at: when something was last queued about it.
CREATE TABLE alert (
  id uuid PRIMARY KEY,
  name text NOT NULL,                  -- of its page in docs/runbook
  subject text NOT NULL,               -- which lane, chain, program, …; empty: the platform
  severity text NOT NULL CHECK (severity IN ('WARNING', 'CRITICAL')),
  summary text NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  opened_at timestamptz,
  told_at timestamptz,
  resolved_at timestamptz,
  CHECK (resolved_at IS NULL OR opened_at IS NOT NULL)
);
CREATE UNIQUE INDEX alert_live ON alert (name, subject) WHERE resolved_at IS NULL;

-- Posted in the order of n, each until it was taken: nothing is told as resolved before it was told as open.
CREATE TABLE alert_message (
  alert_id uuid NOT NULL REFERENCES alert (id) ON DELETE CASCADE,
  n integer NOT NULL CHECK (n > 0),
  kind text NOT NULL CHECK (kind IN ('OPENED', 'WORSE', 'REMINDER', 'RESOLVED')),
  severity text NOT NULL CHECK (severity IN ('WARNING', 'CRITICAL')),
  summary text NOT NULL,
  at timestamptz NOT NULL,
  next_try_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  sent_at timestamptz,
  last_error text,
  PRIMARY KEY (alert_id, n)
);
CREATE INDEX alert_message_waiting ON alert_message (next_try_at) WHERE sent_at IS NULL;

-- Names no program: every administrator may see it.
CREATE TABLE platform_health (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  components jsonb NOT NULL DEFAULT '[]',  -- [{"name", "health", "detail"}]
  queues jsonb NOT NULL DEFAULT '[]',      -- [{"name", "depth", "oldest_seconds"}]
  read_at timestamptz,                 -- null: nobody looked yet
  looking_until timestamptz            -- somebody looks, and others need not; null: nobody
);
INSERT INTO platform_health DEFAULT VALUES;

-- Debits less credits of all accounts: 0, whatever happens.
CREATE TABLE ledger_drift (
  program_id bigint NOT NULL,
  currency text NOT NULL,
  drift units NOT NULL,
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, currency)
);

-- How fast payments were settled, without the time that their blocks waited to become final: how many took longer than the
-- limits of app/domain/health/thresholds.py. A day of it is kept.
CREATE TABLE settlement_pace (
  minute timestamptz PRIMARY KEY,
  settled bigint NOT NULL,
  slow bigint NOT NULL,
  very_slow bigint NOT NULL
);

-- When the chain last answered all that its watcher asked in a turn.
ALTER TABLE chain_watch ADD COLUMN answered_at timestamptz;

SELECT pg_temp.guard_platform('platform_health'), pg_temp.guard_platform('settlement_pace'), pg_temp.guard_tenants('ledger_drift');
-- Alerts name programs: only workers, and commands in their role, see them.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['alert', 'alert_message'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO sge_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO sge_worker USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
GRANT SELECT, INSERT, DELETE ON alert TO sge_worker;
GRANT UPDATE (severity, summary, last_seen_at, opened_at, told_at, resolved_at) ON alert TO sge_worker;
GRANT SELECT, INSERT ON alert_message TO sge_worker;
GRANT UPDATE (next_try_at, tries, lease_until, sent_at, last_error) ON alert_message TO sge_worker;
GRANT UPDATE (components, queues, read_at, looking_until) ON platform_health TO sge_worker;
GRANT INSERT, UPDATE (drift, checked_at), DELETE ON ledger_drift TO sge_worker;
GRANT INSERT, UPDATE (settled, slow, very_slow), DELETE ON settlement_pace TO sge_worker;

-- As the figures of operators: intents of a program that is paused wait on purpose, so no queue is deep for them.
CREATE OR REPLACE FUNCTION sge_waiting_intents() RETURNS TABLE (depth bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT n.depth, o.oldest
    FROM (SELECT count(*) AS depth
            FROM (SELECT FROM program p
                   CROSS JOIN LATERAL (SELECT FROM intent_todo t
                          WHERE t.chain_id = p.chain_id AND t.program_id = p.id AND t.lease_until IS NULL
                            AND t.due_at <= statement_timestamp()
                          ORDER BY t.rerouted, t.due_at LIMIT 10001) x
                   WHERE p.status = 'ACTIVE' LIMIT 10001) d) n
   CROSS JOIN (SELECT min(x.due_at) AS oldest
                 FROM program p CROSS JOIN (VALUES (false), (true)) AS r (rerouted)
                CROSS JOIN LATERAL (SELECT t.due_at FROM intent_todo t
                       WHERE t.chain_id = p.chain_id AND t.program_id = p.id AND t.rerouted = r.rerouted
                         AND t.lease_until IS NULL AND t.due_at <= statement_timestamp()
                       ORDER BY t.due_at LIMIT 1) x
                WHERE p.status = 'ACTIVE') o
$$;
