-- Runs of the reconciliation: what was compared with what, at which block. A run is written once, when it ends
-- (RUNNING: since it was asked for), and never changed after that.

CREATE TABLE reconciliation_run (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  status text NOT NULL DEFAULT 'RUNNING' CHECK (status IN ('RUNNING', 'CLEAN', 'DISCREPANCIES', 'FAILED')),
  whole boolean NOT NULL,              -- false: what came since the last clean run, where a check can tell
  asked_by text NOT NULL,
  asked_at timestamptz NOT NULL,
  lease_until timestamptz,             -- of the worker that runs it
  leased_by text,
  takes smallint NOT NULL DEFAULT 0,   -- how many workers began it: one that kills its workers ends FAILED
  finished_at timestamptz,
  block_number bigint,                 -- the posted-through block that everything is compared at
  block_hash bytea,
  -- How far it looked: journals up to this one were all there, and these many seals of either chain, of which the newest
  -- had this hash: a later run finds it there, or somebody cut the chain.
  journal_id bigint,
  journal_seals bigint,
  journal_head bytea,
  audit_seals bigint,
  audit_head bytea,
  failure text,
  -- It found nothing but inflows that were reported before and wait for a person: later runs begin where it stopped.
  known_only boolean NOT NULL DEFAULT false CHECK (status = 'DISCREPANCIES' OR NOT known_only),
  PRIMARY KEY (program_id, id),
  CHECK ((status = 'RUNNING') = (finished_at IS NULL)),
  CHECK ((status = 'FAILED') = (failure IS NOT NULL)),
  CHECK (status NOT IN ('CLEAN', 'DISCREPANCIES')
         OR num_nulls(block_number, block_hash, journal_id, journal_seals, audit_seals) = 0),
  CHECK (coalesce(journal_seals, 0) = 0 OR journal_head IS NOT NULL),
  CHECK (coalesce(audit_seals, 0) = 0 OR audit_head IS NOT NULL)
);
-- One at a time: a second request finds the first.
CREATE UNIQUE INDEX reconciliation_run_live ON reconciliation_run (program_id) WHERE status = 'RUNNING';
CREATE INDEX reconciliation_run_newest ON reconciliation_run (program_id, asked_at DESC, id DESC);
CREATE TRIGGER reconciliation_run_ended_once BEFORE UPDATE ON reconciliation_run
  FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER reconciliation_run_kept BEFORE DELETE ON reconciliation_run
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_change();

CREATE TABLE reconciliation_check (
  program_id bigint NOT NULL,
  run_id uuid NOT NULL,
  position smallint NOT NULL,          -- the order of 50-operations.md, from 1
  name text NOT NULL,
  passed boolean NOT NULL,
  examined bigint NOT NULL CHECK (examined >= 0),
  expected text,
  actual text,
  PRIMARY KEY (program_id, run_id, position),
  FOREIGN KEY (program_id, run_id) REFERENCES reconciliation_run (program_id, id)
);
CREATE TRIGGER reconciliation_check_kept BEFORE UPDATE OR DELETE ON reconciliation_check
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_change();

-- What a run came upon, also where an earlier one had opened it: discrepancy.run_id names the one that did.
CREATE TABLE reconciliation_finding (
  program_id bigint NOT NULL,
  run_id uuid NOT NULL,
  discrepancy_id uuid NOT NULL,
  PRIMARY KEY (program_id, run_id, discrepancy_id),
  FOREIGN KEY (program_id, run_id) REFERENCES reconciliation_run (program_id, id),
  FOREIGN KEY (program_id, discrepancy_id) REFERENCES discrepancy (program_id, id)
);
CREATE TRIGGER reconciliation_finding_kept BEFORE UPDATE OR DELETE ON reconciliation_finding
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_change();

-- The platform has audit rows and no program, so no run sees them: each day somebody looks at their chain by itself.
CREATE TABLE platform_audit_look (
  id uuid PRIMARY KEY,
  looked_at timestamptz NOT NULL,
  seals bigint NOT NULL CHECK (seals >= 0),
  head bytea,                          -- the hash of the newest seal: later looks find it there
  faults bigint NOT NULL CHECK (faults >= 0),
  first_fault text,
  CHECK (seals = 0 OR head IS NOT NULL),
  CHECK ((faults = 0) = (first_fault IS NULL))
);
CREATE INDEX platform_audit_look_newest ON platform_audit_look (looked_at DESC);
CREATE TRIGGER platform_audit_look_kept BEFORE UPDATE OR DELETE ON platform_audit_look
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_change();
SELECT pg_temp.guard_platform('platform_audit_look');
GRANT INSERT ON platform_audit_look TO sge_worker;

SELECT pg_temp.guard_tenants(name)
  FROM unnest(ARRAY['reconciliation_run', 'reconciliation_check', 'reconciliation_finding']) name;
-- The web process asks for a run; what it finds is a worker's to say.
CREATE POLICY web_asks_only ON reconciliation_run AS RESTRICTIVE FOR INSERT TO sge_api
  WITH CHECK (status = 'RUNNING' AND takes = 0
              AND num_nonnulls(leased_by, lease_until, block_number, block_hash, journal_id, journal_seals, journal_head,
                              audit_seals, audit_head) = 0);
GRANT INSERT ON reconciliation_run TO sge_api;
GRANT INSERT ON reconciliation_run, reconciliation_check, reconciliation_finding TO sge_worker;
GRANT UPDATE (status, lease_until, leased_by, takes, finished_at, block_number, block_hash, journal_id, journal_seals,
              journal_head, audit_seals, audit_head, failure, known_only)
  ON reconciliation_run TO sge_worker;

-- One entry an intent: a run since a clean one looks at those that were settled since.
CREATE INDEX intent_confirmed ON intent_transition (program_id, at)
 WHERE to_status = 'CONFIRMED' AND from_status <> 'CONFIRMED';

-- Inflows so small that they are reported together, one discrepancy a day and currency: which journals put the money into
-- SUSPENSE that it is about.
CREATE TABLE small_inflow (
  program_id bigint NOT NULL,
  journal_id bigint NOT NULL,
  discrepancy_id uuid NOT NULL,
  PRIMARY KEY (program_id, journal_id),
  FOREIGN KEY (program_id, journal_id) REFERENCES journal (program_id, id),
  FOREIGN KEY (program_id, discrepancy_id) REFERENCES discrepancy (program_id, id)
);
CREATE INDEX small_inflow_discrepancy ON small_inflow (program_id, discrepancy_id);
CREATE TRIGGER small_inflow_kept BEFORE UPDATE OR DELETE ON small_inflow
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_change();
SELECT pg_temp.guard_tenants('small_inflow');
GRANT INSERT ON small_inflow TO sge_worker;

-- What was found is explained with a posting once; small inflows of a day as often as some came since.
CREATE UNIQUE INDEX discrepancy_explained_once ON discrepancy (program_id, kind, reference)
 WHERE posting_journal_id IS NOT NULL AND reference NOT LIKE 'small:%';

-- A worker adds to what it has found. What it was is a person's to say, and posted by the web process; a worker closes work that
-- moves again.
REVOKE UPDATE ON discrepancy FROM sge_worker;
GRANT UPDATE (actual, message, resolved_at, resolved_by, note, posting_journal_id) ON discrepancy TO sge_worker;
CREATE POLICY worker_explains_nothing ON discrepancy AS RESTRICTIVE FOR UPDATE TO sge_worker
  USING (true) WITH CHECK (posting_journal_id IS NULL AND (resolved_at IS NULL OR kind = 'STUCK_WORK'));
-- Nor in advance: what was explained once is not opened again.
CREATE POLICY worker_opens_only ON discrepancy AS RESTRICTIVE FOR INSERT TO sge_worker
  WITH CHECK (num_nonnulls(resolved_at, resolved_by, note, posting_journal_id) = 0);
-- One with a posting counts as explained, so it is not left open: nobody could explain it any more.
ALTER TABLE discrepancy ADD CONSTRAINT discrepancy_posting CHECK (posting_journal_id IS NULL OR resolved_at IS NOT NULL);
-- A worker pauses; a person resumes.
CREATE POLICY worker_only_pauses ON program AS RESTRICTIVE FOR UPDATE TO sge_worker
  USING (true) WITH CHECK (status = 'PAUSED');

-- As before, and a run is named by id too.
CREATE OR REPLACE FUNCTION sge_locate(p_table text, p_id uuid, p_programs bigint[]) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found bigint;
BEGIN
  IF p_table = ANY (ARRAY['affiliate', 'program_user', 'account', 'journal']) THEN
    EXECUTE format('SELECT program_id FROM %I WHERE program_id = ANY ($1) AND public_id = $2', p_table) INTO found
      USING p_programs, p_id;
  ELSIF p_table = ANY (ARRAY['api_key', 'audit', 'balance_adjustment', 'commission', 'discrepancy', 'intent', 'payout',
      'payout_batch', 'reconciliation_run', 'reversal', 'safe_transaction', 'settlement', 'webhook_delivery',
      'webhook_endpoint']) THEN
    EXECUTE format('SELECT program_id FROM %I WHERE program_id = ANY ($1) AND id = $2', p_table) INTO found
      USING p_programs, p_id;
  ELSE
    RAISE EXCEPTION 'rows of % are not named by id', p_table USING ERRCODE = '22023';
  END IF;
  RETURN found;
END $$;
