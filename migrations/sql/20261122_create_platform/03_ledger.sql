-- Double-entry ledger. A transfer is one amount from a debit to a credit account, so an unbalanced posting cannot be
-- written down. The posting functions are the only write right anybody has.

CREATE TABLE account (
  program_id bigint NOT NULL REFERENCES program (id),
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL DEFAULT gen_random_uuid(),
  currency text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('USER', 'DEPOSIT', 'PROGRAM', 'AFFILIATE', 'REFUND', 'PAYOUT_IN_FLIGHT',
                                     'PAID_OUT', 'PROVIDER', 'PLATFORM', 'SUSPENSE')),
  owner_id bigint NOT NULL DEFAULT 0,  -- affiliate or user; 0: the program itself
  debits units NOT NULL DEFAULT 0 CHECK (debits >= 0),
  credits units NOT NULL DEFAULT 0 CHECK (credits >= 0),
  limit_side smallint GENERATED ALWAYS AS
    (CASE WHEN kind IN ('REFUND', 'PAYOUT_IN_FLIGHT') THEN 1 END) STORED,  -- 1: debits <= credits, 2: credits <= debits
  version bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, public_id),
  UNIQUE (program_id, currency, kind, owner_id),
  FOREIGN KEY (program_id, currency) REFERENCES program_currency (program_id, code),
  CHECK ((kind IN ('USER', 'AFFILIATE', 'REFUND')) = (owner_id <> 0)),
  CONSTRAINT account_limit CHECK (limit_side IS NULL OR (limit_side = 1 AND debits <= credits)
                                  OR (limit_side = 2 AND credits <= debits))
) WITH (fillfactor = 50);

CREATE SEQUENCE journal_id_seq AS bigint;
CREATE TABLE journal (
  program_id bigint NOT NULL REFERENCES program (id),
  id bigint NOT NULL DEFAULT nextval('journal_id_seq'),
  public_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('SETTLEMENT', 'PAYOUT_HOLD', 'PAYOUT_RELEASE', 'PAYOUT', 'DEPOSIT', 'WITHDRAWAL',
                                     'ADJUSTMENT', 'REVERSAL')),
  reference text COLLATE "C" NOT NULL,
  reverses bigint,
  description text,
  effective_at timestamptz NOT NULL,
  posted_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, kind, reference),
  UNIQUE (program_id, public_id),
  FOREIGN KEY (program_id, reverses) REFERENCES journal (program_id, id)
);
CREATE INDEX journal_reverses ON journal (program_id, reverses) WHERE reverses IS NOT NULL;
CREATE INDEX journal_effective ON journal (program_id, effective_at, id);

CREATE TABLE transfer (
  program_id bigint NOT NULL,
  journal_id bigint NOT NULL,
  seq integer NOT NULL,
  purpose text NOT NULL,
  currency text NOT NULL,
  debit_account_id bigint NOT NULL,
  credit_account_id bigint NOT NULL,
  amount units NOT NULL CHECK (amount > 0),
  PRIMARY KEY (program_id, journal_id, seq),
  CHECK (debit_account_id <> credit_account_id)
);
CREATE INDEX transfer_debit ON transfer (program_id, debit_account_id, journal_id, seq);
CREATE INDEX transfer_credit ON transfer (program_id, credit_account_id, journal_id, seq);

CREATE TABLE account_snapshot (
  program_id bigint NOT NULL,
  account_id bigint NOT NULL,
  journal_id bigint NOT NULL,          -- every transfer of this and earlier journals is in the sums
  debits units NOT NULL,
  credits units NOT NULL,
  PRIMARY KEY (program_id, account_id, journal_id),
  FOREIGN KEY (program_id, account_id) REFERENCES account (program_id, id)
);

-- One token Transfer log into or out of a treasury, claimed once. program_id is not in the key: a log belongs to one
-- program per direction. undone: the mirror of a log that the chain took back.
CREATE TABLE movement (
  chain_id bigint NOT NULL,
  block_hash bytea NOT NULL CHECK (length(block_hash) = 32),
  log_index integer NOT NULL,          -- below 0: the opening balance of the currency at place -n-1, read where watching begins
  direction text NOT NULL CHECK (direction IN ('IN', 'OUT')),
  undone boolean NOT NULL,
  program_id bigint NOT NULL,
  tx_hash bytea,
  block_number bigint NOT NULL,
  currency text NOT NULL,
  amount units NOT NULL CHECK (amount > 0),
  journal_id bigint NOT NULL,
  PRIMARY KEY (chain_id, block_hash, log_index, direction, undone, program_id),
  FOREIGN KEY (program_id, journal_id) REFERENCES journal (program_id, id)
);
CREATE UNIQUE INDEX movement_log_once ON movement (chain_id, block_hash, log_index, direction, undone)
  WHERE log_index >= 0;
CREATE INDEX movement_block ON movement (program_id, block_number);
CREATE INDEX movement_journal ON movement (program_id, journal_id);  -- sealing and the ledger's pages read by journal

-- Hash chains over journals and audit rows, written asynchronously in event-position order.
CREATE TABLE seal (
  program_id bigint NOT NULL,
  stream text NOT NULL CHECK (stream IN ('JOURNAL', 'AUDIT')),
  n bigint NOT NULL,
  through text NOT NULL,               -- id of the journal or audit row
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  sealed_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, stream, n),
  UNIQUE (program_id, stream, through)
);

CREATE FUNCTION sge_apply_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE wanted bigint; done bigint;
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT program_id, journal_id FROM inserted) t
              WHERE NOT EXISTS (SELECT FROM journal j WHERE j.program_id = t.program_id AND j.id = t.journal_id)) THEN
    RAISE EXCEPTION 'a transfer names a journal that does not exist' USING ERRCODE = 'SG010';
  END IF;
  -- Sorted, so that two postings never wait for each other in a circle.
  PERFORM FROM account a
    WHERE (a.program_id, a.id) IN (SELECT program_id, debit_account_id FROM inserted
                                   UNION SELECT program_id, credit_account_id FROM inserted)
    ORDER BY a.program_id, a.id FOR NO KEY UPDATE;
  WITH sums AS (
    SELECT s.program_id, s.currency, s.id, sum(s.debit) AS debits, sum(s.credit) AS credits
      FROM (SELECT program_id, currency, debit_account_id AS id, amount AS debit, 0::numeric AS credit FROM inserted
            UNION ALL
            SELECT program_id, currency, credit_account_id, 0, amount FROM inserted) s
     GROUP BY 1, 2, 3
  ), applied AS (
    UPDATE account a SET debits = a.debits + s.debits, credits = a.credits + s.credits, version = a.version + 1
      FROM sums s WHERE a.program_id = s.program_id AND a.id = s.id AND a.currency = s.currency
    RETURNING 1
  )
  SELECT (SELECT count(*) FROM sums), (SELECT count(*) FROM applied) INTO wanted, done;
  IF wanted <> done THEN
    RAISE EXCEPTION 'a transfer names an account that is missing, of another program, or of another currency'
      USING ERRCODE = 'SG011';
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER transfer_apply AFTER INSERT ON transfer REFERENCING NEW TABLE AS inserted
  FOR EACH STATEMENT EXECUTE FUNCTION sge_apply_transfers();

CREATE FUNCTION sge_guard_account() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.debits <> 0 OR NEW.credits <> 0 OR NEW.version <> 0 THEN
      RAISE EXCEPTION 'an account starts at zero' USING ERRCODE = 'SG012';
    END IF;
    RETURN NEW;
  END IF;
  IF pg_trigger_depth() < 2 OR (NEW.program_id, NEW.id, NEW.public_id, NEW.currency, NEW.kind, NEW.owner_id)
      IS DISTINCT FROM (OLD.program_id, OLD.id, OLD.public_id, OLD.currency, OLD.kind, OLD.owner_id) THEN
    RAISE EXCEPTION 'balances change by postings only' USING ERRCODE = 'SG012';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_guard BEFORE INSERT OR UPDATE ON account
  FOR EACH ROW EXECUTE FUNCTION sge_guard_account();
CREATE TRIGGER account_keep BEFORE DELETE OR TRUNCATE ON account
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- Whoever may write (the owner alone) writes through the posting function: the movement rule is checked there.
CREATE FUNCTION sge_require_posting() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE calls text;
BEGIN
  GET DIAGNOSTICS calls = PG_CONTEXT;
  -- The words around the name are in the server's language.
  IF calls NOT LIKE '%sge\_post\_inner(%' THEN
    RAISE EXCEPTION 'the ledger is written by the posting function only: % on % refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'SG015';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER account_posting BEFORE INSERT ON account
  FOR EACH STATEMENT EXECUTE FUNCTION sge_require_posting();
CREATE TRIGGER journal_posting BEFORE INSERT ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION sge_require_posting();
CREATE TRIGGER transfer_posting BEFORE INSERT ON transfer
  FOR EACH STATEMENT EXECUTE FUNCTION sge_require_posting();
CREATE TRIGGER movement_posting BEFORE INSERT ON movement
  FOR EACH STATEMENT EXECUTE FUNCTION sge_require_posting();

CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER transfer_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transfer
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON movement
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON seal
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- Posts journals with their transfers and movements; returns the journals' ids in the order given.
-- t_journal and m_journal are 1-based places in the journal arrays. Accounts are named by (kind, owner, currency) and
-- created when missing. One call per database transaction, or lock order is lost.
CREATE FUNCTION sge_post_inner(
  p_program bigint, p_at timestamptz,
  j_public uuid[], j_kind text[], j_reference text[], j_reverses bigint[], j_description text[], j_effective timestamptz[],
  t_journal integer[], t_purpose text[], t_currency text[], t_debit_kind text[], t_debit_owner bigint[],
  t_credit_kind text[], t_credit_owner bigint[], t_amount numeric[],
  m_journal integer[], m_chain bigint[], m_block_hash bytea[], m_log_index integer[], m_direction text[],
  m_undone boolean[], m_tx_hash bytea[], m_block bigint[], m_currency text[], m_amount numeric[]
) RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE ids bigint[]; foreign_owner text;
BEGIN
  SELECT string_agg(DISTINCT s.kind || ' ' || s.owner, ', ') INTO foreign_owner
    FROM (SELECT unnest(t_debit_kind) AS kind, unnest(t_debit_owner) AS owner
          UNION SELECT unnest(t_credit_kind), unnest(t_credit_owner)) s
   WHERE s.owner <> 0
     AND NOT CASE s.kind
           WHEN 'AFFILIATE' THEN EXISTS (SELECT FROM affiliate a WHERE a.program_id = p_program AND a.id = s.owner)
           ELSE EXISTS (SELECT FROM program_user u WHERE u.program_id = p_program AND u.id = s.owner) END;
  IF foreign_owner IS NOT NULL THEN
    RAISE EXCEPTION 'no such account owner in this program: %', foreign_owner USING ERRCODE = 'SG011';
  END IF;

  INSERT INTO account (program_id, currency, kind, owner_id, created_at)
  SELECT p_program, s.currency, s.kind, s.owner, p_at
    FROM (SELECT unnest(t_currency) AS currency, unnest(t_debit_kind) AS kind, unnest(t_debit_owner) AS owner
          UNION SELECT unnest(t_currency), unnest(t_credit_kind), unnest(t_credit_owner)) s
   WHERE NOT EXISTS (SELECT FROM account a WHERE a.program_id = p_program AND a.currency = s.currency
                        AND a.kind = s.kind AND a.owner_id = s.owner)
   ORDER BY s.currency, s.kind, s.owner
  ON CONFLICT DO NOTHING;

  -- The transaction has its number before it takes journal ids: when all transactions that ran at some instant have
  -- ended, no id given out before that instant can still appear (account snapshots count on it).
  PERFORM pg_current_xact_id();
  SELECT array_agg(nextval('journal_id_seq') ORDER BY n) INTO ids FROM generate_series(1, cardinality(j_kind)) AS n;
  INSERT INTO journal (program_id, id, public_id, kind, reference, reverses, description, effective_at, posted_at)
  SELECT p_program, ids[j.n], j.public_id, j.kind, j.reference, j.reverses, j.description, j.effective, p_at
    FROM unnest(j_public, j_kind, j_reference, j_reverses, j_description, j_effective) WITH ORDINALITY
      AS j (public_id, kind, reference, reverses, description, effective, n)
   ORDER BY j.n;

  INSERT INTO transfer (program_id, journal_id, seq, purpose, currency, debit_account_id, credit_account_id, amount)
  SELECT p_program, ids[t.journal], row_number() OVER (PARTITION BY t.journal ORDER BY t.n), t.purpose, t.currency,
         coalesce(d.id, 0), coalesce(c.id, 0), t.amount
    FROM unnest(t_journal, t_purpose, t_currency, t_debit_kind, t_debit_owner, t_credit_kind, t_credit_owner, t_amount)
         WITH ORDINALITY AS t (journal, purpose, currency, debit_kind, debit_owner, credit_kind, credit_owner, amount, n)
    LEFT JOIN account d ON d.program_id = p_program AND d.currency = t.currency AND d.kind = t.debit_kind
          AND d.owner_id = t.debit_owner
    LEFT JOIN account c ON c.program_id = p_program AND c.currency = t.currency AND c.kind = t.credit_kind
          AND c.owner_id = t.credit_owner
   ORDER BY t.n;

  INSERT INTO movement (chain_id, block_hash, log_index, direction, undone, program_id, tx_hash, block_number, currency,
                        amount, journal_id)
  SELECT m.chain, m.block_hash, m.log_index, m.direction, m.undone, p_program, m.tx_hash, m.block, m.currency, m.amount,
         ids[m.journal]
    FROM unnest(m_journal, m_chain, m_block_hash, m_log_index, m_direction, m_undone, m_tx_hash, m_block, m_currency,
                m_amount)
      AS m (journal, chain, block_hash, log_index, direction, undone, tx_hash, block, currency, amount);

  -- Invariant 1: what a journal takes in and pays out is what its movements say, per currency.
  IF EXISTS (
    SELECT FROM (
      SELECT t.journal, t.currency,
             sum(t.amount) FILTER (WHERE t.debit_kind IN ('USER', 'DEPOSIT')) AS came,
             sum(t.amount) FILTER (WHERE t.credit_kind IN ('USER', 'DEPOSIT')) AS went_back,
             sum(t.amount) FILTER (WHERE t.credit_kind = 'PAID_OUT') AS went,
             sum(t.amount) FILTER (WHERE t.debit_kind = 'PAID_OUT') AS came_back
        FROM unnest(t_journal, t_currency, t_debit_kind, t_credit_kind, t_amount)
          AS t (journal, currency, debit_kind, credit_kind, amount) GROUP BY 1, 2) l
    FULL JOIN (
      SELECT m.journal, m.currency,
             sum(m.amount) FILTER (WHERE m.direction = 'IN' AND NOT m.undone) AS came,
             sum(m.amount) FILTER (WHERE m.direction = 'IN' AND m.undone) AS went_back,
             sum(m.amount) FILTER (WHERE m.direction = 'OUT' AND NOT m.undone) AS went,
             sum(m.amount) FILTER (WHERE m.direction = 'OUT' AND m.undone) AS came_back
        FROM unnest(m_journal, m_currency, m_direction, m_undone, m_amount)
          AS m (journal, currency, direction, undone, amount) GROUP BY 1, 2) m
      ON m.journal = l.journal AND m.currency = l.currency
    WHERE coalesce(l.came, 0) <> coalesce(m.came, 0) OR coalesce(l.went_back, 0) <> coalesce(m.went_back, 0)
       OR coalesce(l.went, 0) <> coalesce(m.went, 0) OR coalesce(l.came_back, 0) <> coalesce(m.came_back, 0)) THEN
    RAISE EXCEPTION 'a journal that touches USER, DEPOSIT or PAID_OUT must claim movements of the same amount'
      USING ERRCODE = 'SG013';
  END IF;
  IF (SELECT count(DISTINCT t) FROM unnest(t_journal) AS t) <> cardinality(j_kind) THEN
    RAISE EXCEPTION 'a journal without transfers says nothing' USING ERRCODE = 'SG010';
  END IF;
  RETURN ids;
END $$;
