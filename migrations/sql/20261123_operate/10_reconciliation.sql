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
  finished_at timestamptz,
  block_number bigint,                 -- the posted-through block that everything is compared at
  block_hash bytea,
  journal_id bigint,                   -- the newest journal that it covered
  failure text,
  PRIMARY KEY (program_id, id),
  CHECK ((status = 'RUNNING') = (finished_at IS NULL)),
  CHECK ((status = 'FAILED') = (failure IS NOT NULL)),
  CHECK (status NOT IN ('CLEAN', 'DISCREPANCIES') OR block_number IS NOT NULL)
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

SELECT pg_temp.guard_tenants(name) FROM unnest(ARRAY['reconciliation_run', 'reconciliation_check']) name;
-- The web process asks for a run; what it finds is a worker's to say.
CREATE POLICY web_asks_only ON reconciliation_run AS RESTRICTIVE FOR INSERT TO sge_api
  WITH CHECK (status = 'RUNNING' AND leased_by IS NULL AND lease_until IS NULL AND block_number IS NULL);
GRANT INSERT ON reconciliation_run TO sge_api;
GRANT INSERT ON reconciliation_run, reconciliation_check TO sge_worker;
GRANT UPDATE (status, lease_until, leased_by, finished_at, block_number, block_hash, journal_id, failure)
  ON reconciliation_run TO sge_worker;
