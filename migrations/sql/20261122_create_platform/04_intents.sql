-- Intents, split so that what changes is small: the intent itself is never updated.

CREATE TABLE intent (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('REGISTRATION', 'PAYMENT', 'COMMERCE_PAYMENT')),
  idempotency_key text COLLATE "C" NOT NULL,
  request_hash bytea NOT NULL,
  on_chain_id bytea NOT NULL CHECK (length(on_chain_id) = 32),  -- keccak256(abi.encode(program, keyHash)), as the gateway logs it
  chain_id bigint NOT NULL,
  wallet evm_address NOT NULL,
  user_id bigint NOT NULL,
  amount units CHECK (amount > 0),     -- null: a registration without a fee; what a provider says was paid is in the settlement
  currency text,
  referral_code text,                  -- as given, when it was found
  referrer_id bigint,                  -- of a registration: who becomes the user's referrer when it is CONFIRMED
  payload jsonb NOT NULL,
  terms_version integer NOT NULL,
  upline bigint[] NOT NULL,            -- referrer first, as the forest was when the intent was accepted
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, idempotency_key),
  UNIQUE (program_id, on_chain_id),
  FOREIGN KEY (program_id, user_id) REFERENCES program_user (program_id, id),
  FOREIGN KEY (program_id, terms_version) REFERENCES terms (program_id, version),
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK (kind <> 'PAYMENT' OR amount IS NOT NULL),
  CHECK (kind <> 'COMMERCE_PAYMENT' OR amount IS NULL)
);
CREATE INDEX intent_user ON intent (program_id, user_id, id);
CREATE INDEX intent_wallet ON intent (program_id, wallet, id);

CREATE TABLE intent_authorization (
  program_id bigint NOT NULL,
  intent_id uuid NOT NULL,
  n integer NOT NULL CHECK (n > 0),
  valid_after units NOT NULL,
  valid_before units NOT NULL,
  nonce bytea NOT NULL CHECK (length(nonce) = 32),
  signature bytea NOT NULL,
  contract_wallet boolean NOT NULL,
  given_by text NOT NULL,
  given_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, intent_id, n),
  FOREIGN KEY (program_id, intent_id) REFERENCES intent (program_id, id)
);

CREATE TABLE intent_state (
  program_id bigint NOT NULL,
  intent_id uuid NOT NULL,
  status text NOT NULL CHECK (status IN ('PENDING', 'PROCESSING', 'CONFIRMED', 'FAILED')),
  stage text NOT NULL CHECK (stage IN ('QUEUED', 'SIGNED', 'BROADCAST', 'MINED', 'FINAL')),
  version bigint NOT NULL DEFAULT 1,
  authorization_n integer,             -- the signature in use; null: nothing is signed
  rerouted boolean NOT NULL DEFAULT false,  -- the wallet has code: settle in small transactions of their own
  attempts integer NOT NULL DEFAULT 0,
  forgiven integer NOT NULL DEFAULT 0, -- attempts before a person, or a new signature, gave it another chance
  lease_until timestamptz,
  leased_by text,
  chain_transaction_id uuid,
  mined_block bigint,
  failure_code text,
  failure_message text,
  failure_retryable boolean,
  updated_at timestamptz NOT NULL,
  completed_at timestamptz,
  PRIMARY KEY (program_id, intent_id),
  FOREIGN KEY (program_id, intent_id) REFERENCES intent (program_id, id),
  CHECK ((status = 'FAILED') = (failure_code IS NOT NULL)),
  CHECK ((failure_code IS NULL) = (failure_retryable IS NULL)),
  CHECK ((status IN ('CONFIRMED', 'FAILED')) = (completed_at IS NOT NULL)),
  CHECK (status <> 'CONFIRMED' OR stage = 'FINAL')
) WITH (fillfactor = 70);
CREATE INDEX intent_state_open ON intent_state (program_id, status, intent_id) WHERE status <> 'CONFIRMED';
CREATE TRIGGER intent_state_move BEFORE UPDATE OF status ON intent_state
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('INTENT');

CREATE TRIGGER intent_state_start BEFORE INSERT ON intent_state
  FOR EACH ROW WHEN (NEW.status <> 'PENDING' OR NEW.version <> 1) EXECUTE FUNCTION sge_refuse_start('INTENT');

-- CONFIRMED never goes back, and a version only rises.
CREATE FUNCTION sge_guard_intent_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.version <= OLD.version AND (NEW.status, NEW.stage) IS DISTINCT FROM (OLD.status, OLD.stage) THEN
    RAISE EXCEPTION 'the version of an intent rises with every change' USING ERRCODE = 'SG005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER intent_state_version BEFORE UPDATE OF status, stage, version ON intent_state
  FOR EACH ROW EXECUTE FUNCTION sge_guard_intent_state();

-- Exists while there is something to claim or a lease to run out; claims read only this.
CREATE TABLE intent_todo (
  program_id bigint NOT NULL,
  intent_id uuid NOT NULL,
  chain_id bigint NOT NULL,
  rerouted boolean NOT NULL DEFAULT false,
  due_at timestamptz NOT NULL,
  lease_until timestamptz,             -- of whoever claimed it; as in intent_state
  expires_at timestamptz,              -- validBefore of its authorisation
  PRIMARY KEY (program_id, intent_id)
) WITH (fillfactor = 70);
CREATE INDEX intent_todo_due ON intent_todo (chain_id, program_id, rerouted, due_at) WHERE lease_until IS NULL;
CREATE INDEX intent_todo_leased ON intent_todo (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX intent_todo_expiry ON intent_todo (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE intent_transition (
  program_id bigint NOT NULL,
  intent_id uuid NOT NULL,
  seq bigint NOT NULL,                 -- the version that the change made
  from_status text,
  to_status text NOT NULL,
  stage text NOT NULL,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  reason text,
  PRIMARY KEY (program_id, intent_id, seq)
);

CREATE TRIGGER intent_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON intent
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER intent_authorization_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON intent_authorization
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER intent_transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON intent_transition
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- The proof that an intent happened: the Settled log on a final block, or a provider's processed event.
CREATE TABLE settlement (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  intent_id uuid NOT NULL,
  chain_id bigint,
  chain_transaction_id uuid,           -- ours; null when somebody else's transaction carried it
  tx_hash bytea,
  block_number bigint,
  block_hash bytea,
  log_index integer,
  amount units,
  currency text,
  journal_id bigint,
  skipped jsonb NOT NULL DEFAULT '[]', -- levels that earned nothing, and why: [{"level": 2, "reason": "..."}]
  confirmed_at timestamptz NOT NULL,   -- block time + the program clock's offset
  undone_at timestamptz,
  gas_share_wei units,
  provider_event_id uuid,              -- no chain transaction then
  PRIMARY KEY (program_id, id),
  FOREIGN KEY (program_id, intent_id) REFERENCES intent (program_id, id),
  FOREIGN KEY (program_id, journal_id) REFERENCES journal (program_id, id),
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK ((amount IS NULL) = (journal_id IS NULL)),
  CHECK (provider_event_id IS NULL OR (amount IS NOT NULL AND chain_id IS NULL AND undone_at IS NULL))
);
CREATE UNIQUE INDEX settlement_intent ON settlement (program_id, intent_id) WHERE undone_at IS NULL;
CREATE UNIQUE INDEX settlement_log ON settlement (chain_id, block_hash, log_index);
CREATE UNIQUE INDEX settlement_provider_event ON settlement (program_id, provider_event_id) WHERE provider_event_id IS NOT NULL;

CREATE TABLE commission (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  settlement_id uuid NOT NULL,
  affiliate_id bigint NOT NULL,
  level integer NOT NULL CHECK (level > 0),
  rate_bps integer NOT NULL,
  terms_version integer NOT NULL,
  base units NOT NULL,
  amount units NOT NULL CHECK (amount <> 0),
  currency text NOT NULL,
  status text NOT NULL CHECK (status IN ('ACCRUED', 'PAYABLE', 'PENDING_APPROVAL', 'PAID', 'REVERSED')),
  claws_back uuid,
  reversal_id uuid,                    -- what a clawback belongs to
  accrued_at timestamptz NOT NULL,
  payable_at timestamptz NOT NULL,
  paid_at timestamptz,
  PRIMARY KEY (program_id, id),
  FOREIGN KEY (program_id, settlement_id) REFERENCES settlement (program_id, id),
  FOREIGN KEY (program_id, affiliate_id) REFERENCES affiliate (program_id, id),
  FOREIGN KEY (program_id, claws_back) REFERENCES commission (program_id, id),
  CHECK ((amount < 0) = (claws_back IS NOT NULL)),
  CHECK ((status = 'PAID') = (paid_at IS NOT NULL)),
  CHECK (reversal_id IS NULL OR claws_back IS NOT NULL)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX commission_once ON commission (program_id, settlement_id, level) WHERE amount > 0;
CREATE INDEX commission_affiliate ON commission (program_id, affiliate_id, id);
CREATE INDEX commission_due ON commission (program_id, payable_at) WHERE status = 'ACCRUED';
CREATE INDEX commission_clawback ON commission (program_id, claws_back) WHERE claws_back IS NOT NULL;
-- What the next batch pays.
CREATE INDEX commission_payable ON commission (program_id, currency, affiliate_id) WHERE status = 'PAYABLE';
CREATE TRIGGER commission_move BEFORE UPDATE OF status ON commission
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('COMMISSION');
-- A clawback of what is PAYABLE, or paid already, is PAYABLE at once.
CREATE TRIGGER commission_start BEFORE INSERT ON commission
  FOR EACH ROW WHEN (NEW.status <> 'ACCRUED' AND (NEW.status <> 'PAYABLE' OR NEW.amount > 0))
  EXECUTE FUNCTION sge_refuse_start('COMMISSION');
CREATE TRIGGER commission_fixed BEFORE UPDATE OF program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version,
    base, amount, currency, claws_back, reversal_id, accrued_at, payable_at OR DELETE OR TRUNCATE ON commission
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

CREATE TABLE discrepancy (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  run_id uuid,
  kind text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'CRITICAL')),
  entity_id text,
  reference text NOT NULL,             -- what it is about; opened once
  expected text,
  actual text,
  message text NOT NULL,
  opened_at timestamptz NOT NULL,
  resolved_at timestamptz,
  resolved_by text,
  note text,
  posting_journal_id bigint,
  PRIMARY KEY (program_id, id)
);
CREATE TRIGGER discrepancy_resolved_once BEFORE UPDATE ON discrepancy
  FOR EACH ROW WHEN (OLD.resolved_at IS NOT NULL) EXECUTE FUNCTION sge_refuse_change();
CREATE UNIQUE INDEX discrepancy_once ON discrepancy (program_id, kind, reference) WHERE resolved_at IS NULL;
