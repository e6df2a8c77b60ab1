-- Payouts through a program's Safe. What owners sign is frozen when it is stored; only its state moves.
-- Whoever decides about payouts of a program (batches, approvals, ends, reversals) first locks its treasury's row.

-- What a payer is owed back. The reversals of a settlement follow each other without a gap, up to what was settled.
CREATE TABLE reversal (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  settlement_id uuid NOT NULL,
  amount units NOT NULL CHECK (amount > 0),
  taken_before units NOT NULL CHECK (taken_before >= 0),  -- by earlier reversals of the settlement
  currency text NOT NULL,
  reason text NOT NULL,
  actor text NOT NULL,
  journal_id bigint NOT NULL,
  at timestamptz NOT NULL,             -- program time
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, settlement_id, taken_before),
  FOREIGN KEY (program_id, settlement_id) REFERENCES settlement (program_id, id),
  FOREIGN KEY (program_id, journal_id) REFERENCES journal (program_id, id)
);
ALTER TABLE commission ADD FOREIGN KEY (program_id, reversal_id) REFERENCES reversal (program_id, id);

CREATE FUNCTION sge_check_reversal() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.taken_before <> (SELECT coalesce(sum(r.amount), 0) FROM reversal r
                           WHERE r.program_id = NEW.program_id AND r.settlement_id = NEW.settlement_id)
     OR NOT EXISTS (SELECT FROM settlement s WHERE s.program_id = NEW.program_id AND s.id = NEW.settlement_id
                       AND s.currency = NEW.currency AND NEW.taken_before + NEW.amount <= s.amount) THEN
    RAISE EXCEPTION 'what is reversed of settlement % exceeds it, or leaves a gap', NEW.settlement_id
      USING ERRCODE = 'SG040';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER reversal_rest BEFORE INSERT ON reversal FOR EACH ROW EXECUTE FUNCTION sge_check_reversal();
CREATE TRIGGER reversal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reversal
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- id: of the reversal.
CREATE TABLE refund (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  user_id bigint NOT NULL,
  amount units NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  status text NOT NULL DEFAULT 'OWED' CHECK (status IN ('OWED', 'PENDING_APPROVAL', 'PAID')),
  paid_at timestamptz,
  PRIMARY KEY (program_id, id),
  FOREIGN KEY (program_id, id) REFERENCES reversal (program_id, id),
  FOREIGN KEY (program_id, user_id) REFERENCES program_user (program_id, id),
  CHECK ((status = 'PAID') = (paid_at IS NOT NULL))
);
CREATE INDEX refund_open ON refund (program_id, currency, id) WHERE status <> 'PAID';
CREATE TRIGGER refund_move BEFORE UPDATE OF status ON refund
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('REFUND');
CREATE TRIGGER refund_start BEFORE INSERT ON refund
  FOR EACH ROW WHEN (NEW.status <> 'OWED') EXECUTE FUNCTION sge_refuse_start('REFUND');
CREATE TRIGGER refund_fixed BEFORE UPDATE OF program_id, id, user_id, amount, currency OR DELETE OR TRUNCATE ON refund
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

CREATE FUNCTION sge_check_refund() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM reversal r
      JOIN settlement s ON s.program_id = r.program_id AND s.id = r.settlement_id
      JOIN intent i ON i.program_id = s.program_id AND i.id = s.intent_id
     WHERE r.program_id = NEW.program_id AND r.id = NEW.id
       AND (r.amount, r.currency, i.user_id) = (NEW.amount, NEW.currency, NEW.user_id)) THEN
    RAISE EXCEPTION 'a refund is what was reversed, and its payer''s' USING ERRCODE = 'SG036';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_reversed BEFORE INSERT ON refund FOR EACH ROW EXECUTE FUNCTION sge_check_refund();

-- The program's own money, or the platform's fee, on its way to an address.
CREATE TABLE withdrawal (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  amount units NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  destination evm_address NOT NULL,
  platform_fee boolean NOT NULL,
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  FOREIGN KEY (program_id, currency) REFERENCES program_currency (program_id, code)
);
CREATE TRIGGER withdrawal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON withdrawal
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- Every move of a commission, with its cause.
CREATE TABLE commission_transition (
  program_id bigint NOT NULL,
  commission_id uuid NOT NULL,
  seq integer NOT NULL,
  from_status text,
  to_status text NOT NULL,
  at timestamptz NOT NULL,             -- real time
  actor text NOT NULL,
  reason text,
  PRIMARY KEY (program_id, commission_id, seq)
);
CREATE TRIGGER commission_transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON commission_transition
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- Every move of a refund, with its cause.
CREATE TABLE refund_transition (
  program_id bigint NOT NULL,
  refund_id uuid NOT NULL,
  seq integer NOT NULL,
  from_status text,
  to_status text NOT NULL,
  at timestamptz NOT NULL,             -- real time
  actor text NOT NULL,
  reason text,
  PRIMARY KEY (program_id, refund_id, seq)
);
CREATE TRIGGER refund_transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON refund_transition
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- Signed by both wallets; payouts to the new one wait until pays_from (program time).
CREATE TABLE affiliate_wallet_change (
  program_id bigint NOT NULL,
  affiliate_id bigint NOT NULL,
  n integer NOT NULL CHECK (n > 0),
  old_wallet evm_address NOT NULL,
  new_wallet evm_address NOT NULL,
  old_signature bytea NOT NULL,
  new_signature bytea NOT NULL,
  changed_by text NOT NULL,
  changed_at timestamptz NOT NULL,
  pays_from timestamptz NOT NULL,
  PRIMARY KEY (program_id, affiliate_id, n),
  FOREIGN KEY (program_id, affiliate_id) REFERENCES affiliate (program_id, id)
);
CREATE TRIGGER affiliate_wallet_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON affiliate_wallet_change
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

CREATE FUNCTION sge_check_wallet() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM affiliate_wallet_change c
                  WHERE c.program_id = NEW.program_id AND c.affiliate_id = NEW.id
                    AND c.old_wallet = OLD.wallet AND c.new_wallet = NEW.wallet
                    AND c.n = (SELECT max(x.n) FROM affiliate_wallet_change x
                                WHERE x.program_id = NEW.program_id AND x.affiliate_id = NEW.id)) THEN
    RAISE EXCEPTION 'the wallet of affiliate % changes with both signatures', NEW.id USING ERRCODE = 'SG038';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER affiliate_wallet AFTER UPDATE OF wallet ON affiliate DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.wallet IS DISTINCT FROM NEW.wallet) EXECUTE FUNCTION sge_check_wallet();

-- A terminated affiliate's balance, forfeited or written off by two persons.
CREATE TABLE balance_adjustment (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  affiliate_id bigint NOT NULL,
  currency text NOT NULL,
  amount units NOT NULL CHECK (amount <> 0),  -- the affiliate's balance: above zero it is forfeited, below written off
  reason text NOT NULL,
  proposed_by text NOT NULL,
  proposed_at timestamptz NOT NULL,
  approved_by text,
  approved_at timestamptz,
  journal_id bigint,
  PRIMARY KEY (program_id, id),
  FOREIGN KEY (program_id, affiliate_id) REFERENCES affiliate (program_id, id),
  FOREIGN KEY (program_id, journal_id) REFERENCES journal (program_id, id),
  CHECK ((approved_by IS NULL) = (approved_at IS NULL) AND (approved_by IS NULL) = (journal_id IS NULL)),
  CHECK (approved_by <> proposed_by)
);
-- A proposal of another amount than today's balance is void; the same amount is not proposed twice.
CREATE UNIQUE INDEX balance_adjustment_open ON balance_adjustment (program_id, affiliate_id, currency, amount)
  WHERE approved_by IS NULL;

-- Proposed by one, approved by another, and then it is over.
CREATE FUNCTION sge_check_adjustment() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' AND NEW.approved_by IS NOT NULL
     OR TG_OP = 'UPDATE' AND (OLD.approved_by IS NOT NULL
        OR (OLD.program_id, OLD.id, OLD.affiliate_id, OLD.currency, OLD.amount, OLD.reason, OLD.proposed_by, OLD.proposed_at)
           IS DISTINCT FROM
           (NEW.program_id, NEW.id, NEW.affiliate_id, NEW.currency, NEW.amount, NEW.reason, NEW.proposed_by, NEW.proposed_at))
  THEN
    RAISE EXCEPTION 'an adjustment is proposed, then approved, and does not change' USING ERRCODE = 'SG030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER balance_adjustment_frozen BEFORE INSERT OR UPDATE ON balance_adjustment
  FOR EACH ROW EXECUTE FUNCTION sge_check_adjustment();
CREATE TRIGGER balance_adjustment_keep BEFORE DELETE OR TRUNCATE ON balance_adjustment
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- What an affiliate earned is taken by a reversal of all that was paid, or with its whole balance.
CREATE FUNCTION sge_check_reversed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM balance_adjustment j
                  WHERE j.program_id = NEW.program_id AND j.affiliate_id = NEW.affiliate_id
                    AND j.currency = NEW.currency AND j.approved_at IS NOT NULL)
     AND (NEW.claws_back IS NOT NULL OR NEW.base IS DISTINCT FROM (
            SELECT sum(r.amount) FROM reversal r
             WHERE r.program_id = NEW.program_id AND r.settlement_id = NEW.settlement_id)) THEN
    RAISE EXCEPTION 'nothing reverses commission %', NEW.id USING ERRCODE = 'SG041';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER commission_reversed BEFORE UPDATE OF status ON commission
  FOR EACH ROW WHEN (NEW.status = 'REVERSED' AND OLD.status <> 'REVERSED') EXECUTE FUNCTION sge_check_reversed();

-- Up to which day of its own time a program's maturity and daily batch are done.
CREATE TABLE payout_day (
  program_id bigint PRIMARY KEY REFERENCES program (id),
  done_through date NOT NULL
);
CREATE FUNCTION sge_refuse_earlier_day() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'a day that is done stays done' USING ERRCODE = 'SG005';
END $$;
CREATE TRIGGER payout_day_rises BEFORE UPDATE ON payout_day
  FOR EACH ROW WHEN (NEW.done_through < OLD.done_through OR NEW.program_id <> OLD.program_id)
  EXECUTE FUNCTION sge_refuse_earlier_day();

-- One multi-send of a Safe, or with no payouts a call of nothing that uses its nonce up.
-- Open until at a final block the Safe's nonce is beyond its own: EXECUTED or DEAD.
CREATE TABLE safe_transaction (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  chain_id bigint NOT NULL,
  safe evm_address NOT NULL,
  safe_version text NOT NULL,
  safe_nonce units NOT NULL CHECK (safe_nonce >= 0),
  currency text,                       -- null: it pays nobody
  token evm_address NOT NULL,          -- the zero address when it pays nobody
  to_address evm_address NOT NULL,
  data bytea NOT NULL,
  operation smallint NOT NULL CHECK (operation IN (0, 1)),
  hash bytea NOT NULL CHECK (length(hash) = 32),          -- safeTxHash
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  payout_count integer NOT NULL CHECK (payout_count BETWEEN 0 AND 400),
  total units NOT NULL CHECK (total >= 0),
  status text NOT NULL DEFAULT 'PROPOSED' CHECK (status IN ('PROPOSED', 'APPROVED', 'EXECUTING', 'EXECUTED', 'DEAD')),
  death text CHECK (death IN ('REJECTED', 'RECIPIENT_REFUSED', 'STALE_NONCE', 'OWNERS_CHANGED', 'EXECUTION_FAILURE')),
  death_reason text,
  holding boolean NOT NULL DEFAULT false,    -- its PAYOUT_HOLD is posted and not released
  holds integer NOT NULL DEFAULT 0,          -- how often it was held
  version bigint NOT NULL DEFAULT 1,
  simulated_at timestamptz,
  simulated_block bigint,
  simulated_passed integer,
  simulated_refused integer,
  gas_estimate bigint,
  waiting text,                        -- why it is not relayed although it is approved, in words; null: nothing is in its way
  waiting_code text,                   -- BlockerCode of `waiting`
  executed_tx_hash bytea,
  executed_block bigint,
  executed_block_hash bytea,
  executed_log_index integer,
  journal_id bigint,                   -- its PAYOUT
  created_at timestamptz NOT NULL,
  finished_at timestamptz,             -- program time of the final block that ended it
  PRIMARY KEY (program_id, id),
  UNIQUE (hash),
  FOREIGN KEY (program_id, currency) REFERENCES program_currency (program_id, code),
  FOREIGN KEY (program_id, journal_id) REFERENCES journal (program_id, id),
  CHECK ((payout_count = 0) = (currency IS NULL) AND (payout_count = 0) = (total = 0)),
  CHECK ((death IS NULL) = (death_reason IS NULL)),
  CHECK ((status IN ('EXECUTED', 'DEAD')) = (finished_at IS NOT NULL)),
  CHECK ((status = 'EXECUTED') = (executed_tx_hash IS NOT NULL)),
  CHECK (status <> 'EXECUTED' OR death IS NULL),
  CHECK (status <> 'DEAD' OR death IS NOT NULL),
  CHECK (NOT holding OR status IN ('APPROVED', 'EXECUTING'))
) WITH (fillfactor = 70);
CREATE INDEX safe_transaction_open ON safe_transaction (program_id, safe_nonce) WHERE status NOT IN ('EXECUTED', 'DEAD');
CREATE UNIQUE INDEX safe_transaction_holding ON safe_transaction (program_id, safe_nonce) WHERE holding;
CREATE UNIQUE INDEX safe_transaction_executed ON safe_transaction (program_id, safe_nonce) WHERE status = 'EXECUTED';
CREATE TRIGGER safe_transaction_move BEFORE UPDATE OF status ON safe_transaction
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('SAFE_TRANSACTION');
CREATE TRIGGER safe_transaction_start BEFORE INSERT ON safe_transaction
  FOR EACH ROW WHEN (NEW.status <> 'PROPOSED' OR NEW.holds <> 0 OR NEW.version <> 1 OR NEW.journal_id IS NOT NULL)
  EXECUTE FUNCTION sge_refuse_start('SAFE_TRANSACTION');
CREATE TRIGGER safe_transaction_keep BEFORE DELETE OR TRUNCATE ON safe_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- Nonces are one Safe's: the program's own. Whoever stores holds its treasury's lock.
CREATE FUNCTION sge_check_safe() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM treasury t WHERE t.program_id = NEW.program_id AND t.chain_id = NEW.chain_id AND t.address = NEW.safe
    FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% is not the treasury of program %', NEW.safe, NEW.program_id USING ERRCODE = 'SG034';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER safe_transaction_safe BEFORE INSERT ON safe_transaction
  FOR EACH ROW EXECUTE FUNCTION sge_check_safe();

CREATE FUNCTION sge_freeze_safe_transaction() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (OLD.program_id, OLD.id, OLD.chain_id, OLD.safe, OLD.safe_version, OLD.safe_nonce, OLD.currency, OLD.token,
      OLD.to_address, OLD.data, OLD.operation, OLD.hash, OLD.content_hash, OLD.payout_count, OLD.total, OLD.created_at)
     IS DISTINCT FROM
     (NEW.program_id, NEW.id, NEW.chain_id, NEW.safe, NEW.safe_version, NEW.safe_nonce, NEW.currency, NEW.token,
      NEW.to_address, NEW.data, NEW.operation, NEW.hash, NEW.content_hash, NEW.payout_count, NEW.total, NEW.created_at) THEN
    RAISE EXCEPTION 'what owners sign does not change' USING ERRCODE = 'SG030';
  END IF;
  IF OLD.status IN ('EXECUTED', 'DEAD') AND NEW IS DISTINCT FROM OLD THEN
    RAISE EXCEPTION 'Safe transaction % has ended', OLD.id USING ERRCODE = 'SG030';
  END IF;
  IF NEW.version <= OLD.version AND (NEW.status, NEW.death) IS DISTINCT FROM (OLD.status, OLD.death) THEN
    RAISE EXCEPTION 'the version of a Safe transaction rises with every change' USING ERRCODE = 'SG005';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER safe_transaction_frozen BEFORE UPDATE ON safe_transaction
  FOR EACH ROW EXECUTE FUNCTION sge_freeze_safe_transaction();

CREATE TABLE safe_signature (
  program_id bigint NOT NULL,
  safe_transaction_id uuid NOT NULL,
  owner evm_address NOT NULL,
  signature bytea NOT NULL,
  contract boolean NOT NULL,           -- checked by the owner's own code (ERC-1271)
  given_by text NOT NULL,
  at timestamptz NOT NULL,
  PRIMARY KEY (program_id, safe_transaction_id, owner),
  FOREIGN KEY (program_id, safe_transaction_id) REFERENCES safe_transaction (program_id, id)
);
CREATE TRIGGER safe_signature_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON safe_signature
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- What is not to be executed any more takes no signature.
CREATE FUNCTION sge_check_signature() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM safe_transaction s WHERE s.program_id = NEW.program_id AND s.id = NEW.safe_transaction_id
                AND (s.death IS NOT NULL OR s.status IN ('EXECUTED', 'DEAD'))) THEN
    RAISE EXCEPTION 'Safe transaction % takes no signature', NEW.safe_transaction_id USING ERRCODE = 'SG031';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER safe_signature_wanted BEFORE INSERT ON safe_signature
  FOR EACH ROW EXECUTE FUNCTION sge_check_signature();

-- The platform cannot approve: money is held only when enough of today's owners signed. Whether each signature is right
-- was checked before it was stored; what is wrong all the same, the Safe refuses.
CREATE FUNCTION sge_check_approval() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM safe_signature s JOIN treasury t ON t.program_id = s.program_id
       WHERE s.program_id = NEW.program_id AND s.safe_transaction_id = NEW.id AND s.owner::text = ANY (t.owners))
     < (SELECT t.threshold FROM treasury t WHERE t.program_id = NEW.program_id) THEN
    RAISE EXCEPTION 'Safe transaction % lacks signatures', NEW.id USING ERRCODE = 'SG031';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION sge_refuse_given_up() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'Safe transaction % was given up: %', NEW.id, NEW.death USING ERRCODE = 'SG031';
END $$;
CREATE TRIGGER safe_transaction_approval BEFORE UPDATE OF status ON safe_transaction
  FOR EACH ROW WHEN (OLD.status = 'PROPOSED' AND NEW.status = 'APPROVED') EXECUTE FUNCTION sge_check_approval();

-- Back only when the Safe's owners changed: what enough of today's owners signed stays approved.
CREATE FUNCTION sge_check_signed_anew() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (SELECT count(*) FROM safe_signature s JOIN treasury t ON t.program_id = s.program_id
       WHERE s.program_id = NEW.program_id AND s.safe_transaction_id = NEW.id AND s.owner::text = ANY (t.owners))
     >= (SELECT t.threshold FROM treasury t WHERE t.program_id = NEW.program_id) THEN
    RAISE EXCEPTION 'Safe transaction % is approved by the owners of today', NEW.id USING ERRCODE = 'SG031';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER safe_transaction_signed_anew BEFORE UPDATE OF status ON safe_transaction
  FOR EACH ROW WHEN (OLD.status = 'APPROVED' AND NEW.status = 'PROPOSED') EXECUTE FUNCTION sge_check_signed_anew();
CREATE TRIGGER safe_transaction_given_up BEFORE UPDATE OF status ON safe_transaction
  FOR EACH ROW WHEN (NEW.death IS NOT NULL AND (OLD.status, NEW.status)
                     IN (('PROPOSED', 'APPROVED'), ('APPROVED', 'EXECUTING')))
  EXECUTE FUNCTION sge_refuse_given_up();

-- At the commit: it holds money exactly while its last PAYOUT_HOLD is posted and not released, nor paid out.
CREATE FUNCTION sge_check_hold() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE current safe_transaction; counted text; held numeric; released boolean;
BEGIN
  SELECT * INTO current FROM safe_transaction s WHERE s.program_id = NEW.program_id AND s.id = NEW.id;
  IF current.holds = 0 AND NOT current.holding THEN
    RETURN NULL;
  END IF;
  counted := '0x' || encode(current.hash, 'hex') || CASE WHEN current.holds > 1 THEN ':' || current.holds ELSE '' END;
  SELECT sum(t.amount) INTO held FROM journal j JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id
   WHERE j.program_id = current.program_id AND j.kind = 'PAYOUT_HOLD' AND j.reference = counted;
  released := EXISTS (SELECT FROM journal j WHERE j.program_id = current.program_id AND j.kind = 'PAYOUT_RELEASE'
                         AND j.reference = counted);
  IF held IS DISTINCT FROM current.total OR current.holding AND released
     OR NOT current.holding AND NOT released AND current.status <> 'EXECUTED' THEN
    RAISE EXCEPTION 'what Safe transaction % holds is not what is posted', current.id USING ERRCODE = 'SG039';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER safe_transaction_hold AFTER UPDATE OF holding, holds, status ON safe_transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN ((OLD.holding, OLD.holds, OLD.status) IS DISTINCT FROM (NEW.holding, NEW.holds, NEW.status))
  EXECUTE FUNCTION sge_check_hold();

CREATE TABLE safe_transaction_transition (
  program_id bigint NOT NULL,
  safe_transaction_id uuid NOT NULL,
  seq bigint NOT NULL,                 -- the version that the change made
  from_status text,
  to_status text NOT NULL,
  death text,
  at timestamptz NOT NULL,
  actor text NOT NULL,
  reason text,
  PRIMARY KEY (program_id, safe_transaction_id, seq)
);
CREATE TRIGGER safe_transaction_transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON safe_transaction_transition
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- One recipient's part of a Safe transaction, in the order of its Transfers.
CREATE TABLE payout (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  safe_transaction_id uuid NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  purpose text NOT NULL CHECK (purpose IN ('COMMISSION', 'REFUND', 'WITHDRAWAL')),
  affiliate_id bigint,
  user_id bigint,
  withdrawal_id uuid,
  destination evm_address NOT NULL,
  amount units NOT NULL CHECK (amount > 0),
  log_index integer,                   -- of its Transfer, once EXECUTED
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, safe_transaction_id, place),
  FOREIGN KEY (program_id, safe_transaction_id) REFERENCES safe_transaction (program_id, id),
  FOREIGN KEY (program_id, affiliate_id) REFERENCES affiliate (program_id, id),
  FOREIGN KEY (program_id, user_id) REFERENCES program_user (program_id, id),
  FOREIGN KEY (program_id, withdrawal_id) REFERENCES withdrawal (program_id, id),
  CHECK ((purpose = 'COMMISSION') = (affiliate_id IS NOT NULL)),
  CHECK ((purpose = 'REFUND') = (user_id IS NOT NULL)),
  CHECK ((purpose = 'WITHDRAWAL') = (withdrawal_id IS NOT NULL))
);
CREATE INDEX payout_affiliate ON payout (program_id, affiliate_id, id) WHERE affiliate_id IS NOT NULL;

CREATE FUNCTION sge_freeze_payout() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.log_index IS NOT NULL
     OR (to_jsonb(OLD) - 'log_index') IS DISTINCT FROM (to_jsonb(NEW) - 'log_index') THEN
    RAISE EXCEPTION 'a payout does not change' USING ERRCODE = 'SG030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_frozen BEFORE UPDATE ON payout FOR EACH ROW EXECUTE FUNCTION sge_freeze_payout();
CREATE TRIGGER payout_keep BEFORE DELETE OR TRUNCATE ON payout
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- What a payout pays: a commission, a refund or a withdrawal, always whole.
CREATE TABLE payout_line (
  program_id bigint NOT NULL,
  safe_transaction_id uuid NOT NULL,
  line_id uuid NOT NULL,               -- of the commission, the refund or the withdrawal
  payout_id uuid NOT NULL,
  amount units NOT NULL CHECK (amount <> 0),
  PRIMARY KEY (program_id, safe_transaction_id, line_id),
  FOREIGN KEY (program_id, payout_id) REFERENCES payout (program_id, id),
  FOREIGN KEY (program_id, safe_transaction_id) REFERENCES safe_transaction (program_id, id)
);
CREATE INDEX payout_line_line ON payout_line (program_id, line_id);
CREATE INDEX payout_line_payout ON payout_line (program_id, payout_id);
CREATE TRIGGER payout_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_line
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- The open rule: a line is in two open Safe transactions only when both have the same nonce, so at most one can execute;
-- and what an executed one has paid is in no other. Checked under the treasury's lock, each statement with a fresh view.
-- All lines of a payout come in one statement and sum to it; each is the owner's, whole, and in the payout's currency.
CREATE FUNCTION sge_check_lines() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan  -- a statement inserts one line or a hundred thousand
AS $$
DECLARE p bigint;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'payouts are planned in READ COMMITTED' USING ERRCODE = 'SG032';
  END IF;
  FOR p IN SELECT DISTINCT program_id FROM inserted ORDER BY program_id LOOP
    PERFORM FROM treasury t WHERE t.program_id = p FOR UPDATE;
    IF EXISTS (
      WITH shared AS MATERIALIZED (
        SELECT DISTINCT n.safe_transaction_id AS mine, o.safe_transaction_id AS other
          FROM inserted n JOIN payout_line o ON o.program_id = p AND o.line_id = n.line_id
               AND o.safe_transaction_id <> n.safe_transaction_id
         WHERE n.program_id = p)
      SELECT FROM shared
        JOIN safe_transaction mine ON mine.program_id = p AND mine.id = shared.mine
        JOIN safe_transaction other ON other.program_id = p AND other.id = shared.other
       WHERE other.status = 'EXECUTED' OR (other.status <> 'DEAD' AND other.safe_nonce <> mine.safe_nonce)) THEN
      RAISE EXCEPTION 'a line is in another Safe transaction that can still execute, or was paid' USING ERRCODE = 'SG033';
    END IF;
    IF EXISTS (
      WITH come AS MATERIALIZED (
        SELECT n.payout_id, n.safe_transaction_id, count(*) AS lines FROM inserted n WHERE n.program_id = p GROUP BY 1, 2
      ), stored AS MATERIALIZED (
        SELECT l.payout_id, sum(l.amount) AS total, count(*) AS lines FROM payout_line l
         WHERE l.program_id = p AND l.payout_id IN (SELECT payout_id FROM come) GROUP BY 1)
      SELECT FROM come
        LEFT JOIN payout o ON o.program_id = p AND o.id = come.payout_id
        LEFT JOIN stored ON stored.payout_id = come.payout_id
       WHERE o.safe_transaction_id IS DISTINCT FROM come.safe_transaction_id
          OR (o.amount, come.lines) IS DISTINCT FROM (stored.total, stored.lines)) THEN
      RAISE EXCEPTION 'the lines of a payout come at once and sum to it' USING ERRCODE = 'SG034';
    END IF;
    IF EXISTS (
      SELECT FROM inserted n
        JOIN payout o ON o.program_id = p AND o.id = n.payout_id
        JOIN safe_transaction s ON s.program_id = p AND s.id = n.safe_transaction_id
        LEFT JOIN commission c ON o.purpose = 'COMMISSION' AND c.program_id = p AND c.id = n.line_id
        LEFT JOIN refund r ON o.purpose = 'REFUND' AND r.program_id = p AND r.id = n.line_id
        LEFT JOIN withdrawal w ON o.purpose = 'WITHDRAWAL' AND w.program_id = p AND w.id = n.line_id
       WHERE n.program_id = p
         AND (coalesce(c.amount, r.amount, w.amount) IS DISTINCT FROM n.amount
              OR coalesce(c.currency, r.currency, w.currency) IS DISTINCT FROM s.currency
              OR c.affiliate_id IS DISTINCT FROM o.affiliate_id OR r.user_id IS DISTINCT FROM o.user_id
              OR w.id IS DISTINCT FROM o.withdrawal_id OR (w.id IS NOT NULL AND w.destination <> o.destination)
              OR coalesce(c.status, r.status, 'PENDING_APPROVAL') <> 'PENDING_APPROVAL')) THEN
      RAISE EXCEPTION 'a payout pays lines of its own recipient, whole, that wait for approval' USING ERRCODE = 'SG034';
    END IF;
  END LOOP;
  RETURN NULL;
END $$;
CREATE TRIGGER payout_line_rules AFTER INSERT ON payout_line REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION sge_check_lines();

-- At the commit a commission or refund waits for approval exactly while an open Safe transaction lists it, and is PAID
-- exactly when an executed one does.
CREATE FUNCTION sge_check_listed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE state text; waits boolean; paid boolean;
BEGIN
  IF TG_TABLE_NAME = 'commission' THEN
    SELECT c.status INTO state FROM commission c WHERE c.program_id = NEW.program_id AND c.id = NEW.id;
  ELSE
    SELECT r.status INTO state FROM refund r WHERE r.program_id = NEW.program_id AND r.id = NEW.id;
  END IF;
  -- By two keys, line by line: a batch may have a hundred thousand.
  SELECT coalesce(bool_or(x.status NOT IN ('EXECUTED', 'DEAD')), false), coalesce(bool_or(x.status = 'EXECUTED'), false)
    INTO waits, paid
    FROM (SELECT (SELECT s.status FROM safe_transaction s
                   WHERE s.program_id = l.program_id AND s.id = l.safe_transaction_id) AS status
            FROM payout_line l WHERE l.program_id = NEW.program_id AND l.line_id = NEW.id) x;
  IF (state = 'PENDING_APPROVAL') <> waits OR (state = 'PAID') <> paid THEN
    RAISE EXCEPTION '% % is %, which its Safe transactions are not', TG_TABLE_NAME, NEW.id, state USING ERRCODE = 'SG037';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER commission_listed AFTER UPDATE OF status ON commission DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.status <> NEW.status AND 'PENDING_APPROVAL' IN (OLD.status, NEW.status))
  EXECUTE FUNCTION sge_check_listed();
CREATE CONSTRAINT TRIGGER refund_listed AFTER UPDATE OF status ON refund DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION sge_check_listed();


-- At the commit a Safe transaction is whole: a batch lists it, and its payouts, each with its lines, sum to its total.
-- All places are taken then, so that none can be added later.
CREATE FUNCTION sge_check_whole() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM payout p WHERE p.program_id = NEW.program_id AND p.safe_transaction_id = NEW.id
    HAVING count(*) = NEW.payout_count AND coalesce(sum(p.amount), 0) = NEW.total) OR EXISTS (
    SELECT FROM payout p WHERE p.program_id = NEW.program_id AND p.safe_transaction_id = NEW.id
       -- By index, payout by payout: a join would read all lines of the program for each Safe transaction.
       AND (SELECT true FROM payout_line l WHERE l.program_id = p.program_id AND l.payout_id = p.id LIMIT 1) IS NULL)
     OR NOT EXISTS (SELECT FROM payout_batch_transaction b
                     WHERE b.program_id = NEW.program_id AND b.safe_transaction_id = NEW.id) THEN
    RAISE EXCEPTION 'the payouts of Safe transaction % do not sum to it, or no batch lists it', NEW.id
      USING ERRCODE = 'SG034';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER safe_transaction_whole AFTER INSERT ON safe_transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sge_check_whole();
CREATE FUNCTION sge_check_place() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM inserted n JOIN safe_transaction s ON s.program_id = n.program_id AND s.id = n.safe_transaction_id
              WHERE n.place >= s.payout_count) THEN
    RAISE EXCEPTION 'a Safe transaction has no place for this payout' USING ERRCODE = 'SG034';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payout_place AFTER INSERT ON payout REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION sge_check_place();

-- A list of Safe transactions that owners are asked to sign together. Its status is derived: sge_batch_status.
CREATE TABLE payout_batch (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('PAYOUTS', 'WITHDRAWAL', 'CLOSING')),
  currency text NOT NULL,
  replaces uuid,
  content_hash bytea NOT NULL CHECK (length(content_hash) = 32),
  payout_count integer NOT NULL,
  total units NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  rejected_by text,
  rejected_at timestamptz,
  reject_reason text,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, replaces),
  FOREIGN KEY (program_id, replaces) REFERENCES payout_batch (program_id, id),
  FOREIGN KEY (program_id, currency) REFERENCES program_currency (program_id, code),
  CHECK ((rejected_by IS NULL) = (rejected_at IS NULL) AND (rejected_by IS NULL) = (reject_reason IS NULL))
);
CREATE TRIGGER payout_batch_keep BEFORE DELETE OR TRUNCATE ON payout_batch
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

CREATE FUNCTION sge_freeze_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF (to_jsonb(OLD) - ARRAY['rejected_by', 'rejected_at', 'reject_reason', 'version'])
     IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['rejected_by', 'rejected_at', 'reject_reason', 'version'])
     OR NEW.version < OLD.version
     OR (OLD.rejected_by IS NOT NULL AND (OLD.rejected_by, OLD.rejected_at, OLD.reject_reason)
         IS DISTINCT FROM (NEW.rejected_by, NEW.rejected_at, NEW.reject_reason)) THEN
    RAISE EXCEPTION 'a batch does not change' USING ERRCODE = 'SG030';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_batch_frozen BEFORE UPDATE ON payout_batch FOR EACH ROW EXECUTE FUNCTION sge_freeze_batch();

-- Equal content at an equal nonce is the same Safe transaction, listed by both batches.
CREATE TABLE payout_batch_transaction (
  program_id bigint NOT NULL,
  batch_id uuid NOT NULL,
  place integer NOT NULL CHECK (place >= 0),
  safe_transaction_id uuid NOT NULL,
  PRIMARY KEY (program_id, batch_id, place),
  UNIQUE (program_id, safe_transaction_id, batch_id),
  FOREIGN KEY (program_id, batch_id) REFERENCES payout_batch (program_id, id),
  FOREIGN KEY (program_id, safe_transaction_id) REFERENCES safe_transaction (program_id, id)
);
CREATE TRIGGER payout_batch_transaction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_batch_transaction
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- A batch's list is of one transaction: rows that are never updated tell which one wrote them.
CREATE FUNCTION sge_check_list() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM inserted n JOIN payout_batch_transaction o
                 ON o.program_id = n.program_id AND o.batch_id = n.batch_id
              WHERE o.xmin <> pg_current_xact_id()::xid) THEN
    RAISE EXCEPTION 'nothing is added to a batch' USING ERRCODE = 'SG030';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER payout_batch_transaction_list AFTER INSERT ON payout_batch_transaction REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION sge_check_list();

-- One live batch per Safe, and its replacements: what is replaced still has something open.
CREATE FUNCTION sge_check_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM treasury t WHERE t.program_id = NEW.program_id FOR UPDATE;
  IF NEW.replaces IS NOT NULL AND NOT EXISTS (
    SELECT FROM payout_batch_transaction l
      JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
     WHERE l.program_id = NEW.program_id AND l.batch_id = NEW.replaces AND s.status NOT IN ('EXECUTED', 'DEAD')) THEN
    RAISE EXCEPTION 'nothing of the batch to replace is open' USING ERRCODE = 'SG035';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payout_batch_live BEFORE INSERT ON payout_batch FOR EACH ROW EXECUTE FUNCTION sge_check_batch();

-- At the commit a batch lists what it says, and every open Safe transaction that it does not list was given up, or it
-- replaces nothing and there is none.
CREATE FUNCTION sge_check_whole_batch() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM payout_batch_transaction l
      JOIN safe_transaction s ON s.program_id = l.program_id AND s.id = l.safe_transaction_id
     WHERE l.program_id = NEW.program_id AND l.batch_id = NEW.id
    HAVING count(*) > 0 AND sum(s.payout_count) = NEW.payout_count AND sum(s.total) = NEW.total) THEN
    RAISE EXCEPTION 'batch % does not sum to what it lists', NEW.id USING ERRCODE = 'SG034';
  END IF;
  IF EXISTS (
    SELECT FROM safe_transaction s
      LEFT JOIN payout_batch_transaction l
        ON l.program_id = s.program_id AND l.safe_transaction_id = s.id AND l.batch_id = NEW.id
     WHERE s.program_id = NEW.program_id AND s.status NOT IN ('EXECUTED', 'DEAD')
       AND CASE WHEN NEW.replaces IS NOT NULL THEN l.batch_id IS NULL AND s.death IS NULL
                ELSE l.batch_id IS NULL OR EXISTS (
                     SELECT FROM payout_batch_transaction o WHERE o.program_id = s.program_id
                        AND o.safe_transaction_id = s.id AND o.batch_id <> NEW.id) END) THEN
    RAISE EXCEPTION 'another batch of this Safe is open' USING ERRCODE = 'SG035';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payout_batch_whole AFTER INSERT ON payout_batch
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sge_check_whole_batch();

-- Recipients that the simulation refused before signatures were asked for.
CREATE TABLE payout_exclusion (
  program_id bigint NOT NULL,
  batch_id uuid NOT NULL,
  place integer NOT NULL,
  affiliate_id bigint,
  user_id bigint,
  destination evm_address NOT NULL,
  amount units NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (program_id, batch_id, place),
  FOREIGN KEY (program_id, batch_id) REFERENCES payout_batch (program_id, id)
);
CREATE TRIGGER payout_exclusion_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_exclusion
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- What differs from the program's last paid batch.
CREATE TABLE payout_batch_change (
  program_id bigint NOT NULL,
  batch_id uuid NOT NULL,
  place integer NOT NULL,
  kind text NOT NULL CHECK (kind IN ('NEW_RECIPIENT', 'WALLET_CHANGED', 'AMOUNT_JUMP', 'LOOK_ALIKE_ADDRESS')),
  affiliate_id bigint,
  message text NOT NULL,
  PRIMARY KEY (program_id, batch_id, place),
  FOREIGN KEY (program_id, batch_id) REFERENCES payout_batch (program_id, id)
);
CREATE TRIGGER payout_batch_change_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payout_batch_change
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

CREATE FUNCTION sge_batch_status(p_program bigint, p_batch uuid) RETURNS text LANGUAGE sql STABLE
SET search_path = public, pg_temp AS $$
  SELECT CASE
           WHEN bool_and(s.status = 'EXECUTED') THEN 'COMPLETED'
           WHEN bool_or(s.status = 'EXECUTED') AND bool_and(s.status = 'EXECUTED' OR s.death IS NOT NULL)
             THEN 'PARTIALLY_COMPLETED'
           WHEN bool_and(b.rejected_at IS NOT NULL) AND NOT bool_or(s.status = 'EXECUTED') THEN 'REJECTED'
           WHEN bool_and(s.death IS NOT NULL) THEN 'FAILED'
           WHEN bool_or(s.status IN ('EXECUTING', 'EXECUTED')) THEN 'EXECUTING'
           WHEN bool_and(s.status = 'APPROVED') THEN 'APPROVED'
           ELSE 'PENDING_APPROVAL' END
    FROM payout_batch b
    JOIN payout_batch_transaction t ON t.program_id = b.program_id AND t.batch_id = b.id
    JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
   WHERE b.program_id = p_program AND b.id = p_batch
$$;

-- Every relay of a Safe transaction by a lane; one in flight per Safe.
CREATE TABLE safe_relay (
  program_id bigint NOT NULL,
  safe_transaction_id uuid NOT NULL,
  number integer NOT NULL,
  chain_transaction_id uuid NOT NULL REFERENCES chain_transaction (id),
  live boolean NOT NULL,
  started_at timestamptz NOT NULL,
  finished_at timestamptz,
  failure text,
  PRIMARY KEY (program_id, safe_transaction_id, number),
  UNIQUE (chain_transaction_id),
  FOREIGN KEY (program_id, safe_transaction_id) REFERENCES safe_transaction (program_id, id),
  CHECK (live = (finished_at IS NULL))
);
CREATE UNIQUE INDEX safe_relay_live ON safe_relay (program_id) WHERE live;
CREATE TRIGGER safe_relay_fixed BEFORE UPDATE OF program_id, safe_transaction_id, number, chain_transaction_id, started_at
    OR DELETE OR TRUNCATE ON safe_relay
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- A download, good once. Nobody reads the token back: its hash is what is stored.
CREATE TABLE export_link (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  token_hash bytea NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('INTENTS', 'COMMISSIONS', 'LEDGER', 'PAYOUTS', 'AUDIT', 'PAYOUT_BATCH')),
  filter jsonb NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  PRIMARY KEY (program_id, id)
);
