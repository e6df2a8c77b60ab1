-- What the watcher saw of treasuries before it is final, and settlements that the chain took back.

-- How a treasury's Safe was configured when it was last looked at; a change is reported, and this is what it is now.
CREATE TABLE treasury_configuration (
  program_id bigint PRIMARY KEY REFERENCES program (id),
  readable boolean NOT NULL,           -- false: it does not answer as a Safe any more; the rest is as it was before
  owners text[] NOT NULL,
  threshold integer NOT NULL,
  modules text[] NOT NULL,
  guard text NOT NULL,
  fallback_handler text NOT NULL,
  singleton text NOT NULL,             -- the code that it runs
  block_number bigint NOT NULL,
  block_hash bytea NOT NULL,
  read_at timestamptz NOT NULL
);

-- Discrepancies about a block that was not final yet: it may still vanish.
CREATE TABLE treasury_alarm (
  program_id bigint NOT NULL,
  discrepancy_id uuid NOT NULL,
  chain_id bigint NOT NULL,
  block_number bigint NOT NULL,
  block_hash bytea NOT NULL,
  ended text CHECK (ended IN ('FINAL', 'GONE')),
  PRIMARY KEY (program_id, discrepancy_id),
  FOREIGN KEY (program_id, discrepancy_id) REFERENCES discrepancy (program_id, id)
);
CREATE INDEX treasury_alarm_open ON treasury_alarm (chain_id) WHERE ended IS NULL;

SELECT pg_temp.guard_tenants(name) FROM unnest(ARRAY['treasury_configuration', 'treasury_alarm']) name;
GRANT INSERT, UPDATE ON treasury_configuration TO sge_worker;
GRANT INSERT, UPDATE (ended) ON treasury_alarm TO sge_worker;

-- Logs are laid beside settlements block by block.
CREATE INDEX settlement_block ON settlement (program_id, block_number) WHERE block_number IS NOT NULL;
