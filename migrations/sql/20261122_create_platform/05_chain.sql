-- The platform's side of the chain. Tenants see these rows through their own items.

-- One relayer key on one chain. Who holds the lease and its fence may take nonces; nobody else.
CREATE TABLE lane (
  id uuid PRIMARY KEY,
  chain_id bigint NOT NULL,
  relayer evm_address NOT NULL,
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'DRAINING', 'HALTED')),
  halt_reason text,
  halted_at timestamptz,
  next_nonce bigint NOT NULL CHECK (next_nonce >= 0),
  lease_until timestamptz,
  leased_by text,
  fence bigint NOT NULL DEFAULT 0,
  balance_wei units,
  balance_read_at timestamptz,
  created_at timestamptz NOT NULL,
  UNIQUE (chain_id, relayer),
  CHECK ((status = 'HALTED') = (halt_reason IS NOT NULL))
);
CREATE TRIGGER lane_move BEFORE UPDATE OF status ON lane
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('LANE');

-- One nonce of one lane, with every signed copy of it.
CREATE TABLE chain_transaction (
  id uuid PRIMARY KEY,
  lane_id uuid NOT NULL REFERENCES lane (id),
  chain_id bigint NOT NULL,
  nonce bigint NOT NULL,
  purpose text NOT NULL CHECK (purpose IN ('SETTLE', 'SETTLE_REROUTED', 'FILL', 'SAFE_EXECUTION')),
  from_address evm_address NOT NULL,
  to_address evm_address NOT NULL,
  data bytea NOT NULL,
  gas_limit bigint NOT NULL CHECK (gas_limit <= 16777216),       -- EIP-7825
  payload_hash bytea NOT NULL,
  status text NOT NULL DEFAULT 'PREPARED'
    CHECK (status IN ('PREPARED', 'BROADCAST', 'MINED', 'CONFIRMED', 'REVERTED', 'DISPLACED')),
  first_sent_at timestamptz,
  last_sent_at timestamptz,
  mined_copy integer,
  block_number bigint,
  block_hash bytea,
  gas_used bigint,
  cost_wei units,
  succeeded boolean,                   -- of the mined copy: false when it reverted
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  UNIQUE (lane_id, nonce),
  CHECK (length(data) <= 131072)
) WITH (fillfactor = 70);
CREATE INDEX chain_transaction_open ON chain_transaction (chain_id, lane_id, nonce)
  WHERE status IN ('PREPARED', 'BROADCAST', 'MINED');
CREATE TRIGGER chain_transaction_move BEFORE UPDATE OF status ON chain_transaction
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('CHAIN_TRANSACTION');

CREATE TRIGGER chain_transaction_start BEFORE INSERT ON chain_transaction
  FOR EACH ROW WHEN (NEW.status <> 'PREPARED') EXECUTE FUNCTION sge_refuse_start('CHAIN_TRANSACTION');

-- Signed before it is sent; the same bytes can be sent again for ever.
CREATE TABLE signed_copy (
  chain_transaction_id uuid NOT NULL REFERENCES chain_transaction (id),
  n integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('PAYLOAD', 'CANCEL')),
  raw bytea NOT NULL,
  hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
  max_fee_per_gas units NOT NULL,
  max_priority_fee_per_gas units NOT NULL,
  head_number bigint NOT NULL,         -- the newest block when it was signed: a copy is old after three more
  sends integer NOT NULL DEFAULT 0,
  last_error text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (chain_transaction_id, n)
);

-- Every try of an intent at the chain, numbered; live while the transaction that carries it is open.
CREATE TABLE intent_attempt (
  program_id bigint NOT NULL,
  intent_id uuid NOT NULL,
  number integer NOT NULL,
  chain_transaction_id uuid REFERENCES chain_transaction (id),   -- null: refused by the simulation
  item_index integer,
  live boolean NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  failure_code text,
  failure_message text,
  failure_retryable boolean,
  gas_share_wei units,
  PRIMARY KEY (program_id, intent_id, number),
  FOREIGN KEY (program_id, intent_id) REFERENCES intent (program_id, id),
  CHECK (NOT live OR chain_transaction_id IS NOT NULL)
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX intent_attempt_live ON intent_attempt (program_id, intent_id) WHERE live;
CREATE INDEX intent_attempt_transaction ON intent_attempt (chain_transaction_id, item_index);

-- The last 256 blocks of each chain, to notice a reorganisation.
CREATE TABLE chain_block (
  chain_id bigint NOT NULL,
  number bigint NOT NULL,
  hash bytea NOT NULL,
  parent_hash bytea NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, number)
);

-- One watcher a chain, by lease.
CREATE TABLE chain_watch (
  chain_id bigint PRIMARY KEY,
  head_number bigint,
  head_at timestamptz,
  final_number bigint,
  required_confirmations integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  leased_by text,
  fence bigint NOT NULL DEFAULT 0,
  updated_at timestamptz
);

-- Up to which final block a program's logs are posted. stopped: a posting was refused; only a person starts it again.
CREATE TABLE consumed_through (
  chain_id bigint NOT NULL,
  program_id bigint NOT NULL REFERENCES program (id),
  block_number bigint NOT NULL,
  block_hash bytea NOT NULL,
  stopped text,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (chain_id, program_id)
);

CREATE TABLE program_gas (
  program_id bigint NOT NULL REFERENCES program (id),
  day date NOT NULL,
  spent_wei units NOT NULL DEFAULT 0,
  items bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (program_id, day)
);

CREATE TABLE worker_heartbeat (
  name text PRIMARY KEY,
  queues text[] NOT NULL,
  state text NOT NULL CHECK (state IN ('IDLE', 'BUSY', 'STOPPING')),
  current_job text,
  beat_at timestamptz NOT NULL
);
