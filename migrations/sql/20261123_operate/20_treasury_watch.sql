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
  told integer NOT NULL DEFAULT 0,     -- how often something was said of it since it was opened
  PRIMARY KEY (program_id, discrepancy_id),
  FOREIGN KEY (program_id, discrepancy_id) REFERENCES discrepancy (program_id, id)
);
CREATE INDEX treasury_alarm_open ON treasury_alarm (chain_id) WHERE ended IS NULL;

SELECT pg_temp.guard_tenants(name) FROM unnest(ARRAY['treasury_configuration', 'treasury_alarm']) name;
GRANT INSERT, UPDATE (readable, owners, threshold, modules, guard, fallback_handler, singleton, block_number, block_hash, read_at)
  ON treasury_configuration TO sge_worker;
GRANT INSERT, UPDATE (ended, told) ON treasury_alarm TO sge_worker;

-- Logs are laid beside settlements block by block.
CREATE INDEX settlement_block ON settlement (program_id, block_number) WHERE block_number IS NOT NULL;
-- Rollups are made anew with what the chain took back.
CREATE INDEX settlement_undone ON settlement (program_id, intent_id) WHERE undone_at IS NOT NULL;

-- As before; and a settlement whose log a worker found gone is taken back by the exact mirror of what it moved.
CREATE OR REPLACE FUNCTION sge_post_api(
  p_program bigint, p_at timestamptz,
  j_public uuid[], j_kind text[], j_reference text[], j_reverses bigint[], j_description text[], j_effective timestamptz[],
  t_journal integer[], t_purpose text[], t_currency text[], t_debit_kind text[], t_debit_owner bigint[],
  t_credit_kind text[], t_credit_owner bigint[], t_amount numeric[],
  m_journal integer[], m_chain bigint[], m_block_hash bytea[], m_log_index integer[], m_direction text[],
  m_undone boolean[], m_tx_hash bytea[], m_block bigint[], m_currency text[], m_amount numeric[]
) RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF p_program IS DISTINCT FROM sge_current_program() THEN
    RAISE EXCEPTION 'this transaction may not write program %', p_program USING ERRCODE = 'SG014';
  END IF;
  -- What moved on the chain is a worker's to say; the web process opens an empty ledger with what was there before.
  IF EXISTS (SELECT FROM unnest(j_kind) k WHERE k NOT IN ('DEPOSIT', 'REVERSAL', 'ADJUSTMENT', 'PAYOUT_HOLD', 'PAYOUT_RELEASE')
                OR k = 'DEPOSIT' AND EXISTS (SELECT FROM journal j WHERE j.program_id = p_program))
     OR EXISTS (SELECT FROM unnest(m_log_index, m_direction, m_undone) m (log_index, direction, undone)
                 WHERE NOT m.undone AND (m.log_index >= 0 OR m.direction <> 'IN'))
     OR EXISTS (
       SELECT FROM unnest(m_journal, m_chain, m_block_hash, m_log_index, m_direction, m_undone, m_tx_hash, m_block, m_currency,
                           m_amount)
         AS m (journal, chain, block_hash, log_index, direction, undone, tx_hash, block, currency, amount)
        WHERE m.undone AND NOT EXISTS (
              SELECT FROM movement o
                JOIN settlement s ON s.program_id = o.program_id AND s.journal_id = o.journal_id AND s.undone_at IS NULL
                JOIN discrepancy d ON d.program_id = s.program_id AND d.kind = 'SETTLEMENT_NOT_ON_CHAIN'
                     AND d.reference = s.id::text AND d.resolved_at IS NULL
               WHERE o.program_id = p_program AND o.journal_id = j_reverses[m.journal] AND NOT o.undone
                 AND (o.chain_id, o.block_hash, o.log_index, o.direction, o.block_number, o.currency, o.amount)
                   = (m.chain, m.block_hash, m.log_index, m.direction, m.block, m.currency, m.amount)
                 AND o.tx_hash IS NOT DISTINCT FROM m.tx_hash)) THEN
    RAISE EXCEPTION 'only a worker posts what moved on the chain' USING ERRCODE = '42501';
  END IF;
  RETURN sge_post_inner(p_program, p_at, j_public, j_kind, j_reference, j_reverses, j_description, j_effective,
    t_journal, t_purpose, t_currency, t_debit_kind, t_debit_owner, t_credit_kind, t_credit_owner, t_amount,
    m_journal, m_chain, m_block_hash, m_log_index, m_direction, m_undone, m_tx_hash, m_block, m_currency, m_amount);
END $$;

-- The web process undoes what a person says, and only what a worker found gone.
CREATE FUNCTION sge_check_undone() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.undone_at IS NOT NULL OR NOT EXISTS (
       SELECT FROM discrepancy d WHERE d.program_id = NEW.program_id AND d.kind = 'SETTLEMENT_NOT_ON_CHAIN'
          AND d.reference = NEW.id::text AND d.resolved_at IS NULL) THEN
    RAISE EXCEPTION 'only a settlement whose log is gone is undone, once' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_undone BEFORE UPDATE OF undone_at ON settlement
  FOR EACH ROW WHEN (current_user IN ('sge_api', 'sge_worker')) EXECUTE FUNCTION sge_check_undone();
GRANT UPDATE (undone_at) ON settlement TO sge_api;

-- As before; and what was earned from a settlement that is undone goes with it.
CREATE OR REPLACE FUNCTION sge_check_reversed() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM balance_adjustment j
                  WHERE j.program_id = NEW.program_id AND j.affiliate_id = NEW.affiliate_id
                    AND j.currency = NEW.currency AND j.approved_at IS NOT NULL)
     AND (NEW.claws_back IS NOT NULL OR NEW.base IS DISTINCT FROM (
            SELECT sum(r.amount) FROM reversal r
             WHERE r.program_id = NEW.program_id AND r.settlement_id = NEW.settlement_id))
     AND (NEW.claws_back IS NOT NULL OR NOT EXISTS (
            SELECT FROM settlement s
             WHERE s.program_id = NEW.program_id AND s.id = NEW.settlement_id AND s.undone_at IS NOT NULL)) THEN
    RAISE EXCEPTION 'nothing reverses commission %', NEW.id USING ERRCODE = 'SG041';
  END IF;
  RETURN NEW;
END $$;

-- As before; what was reversed of a payment before the chain took it back counts when it is settled again, and what it took
-- back is reversed no more.
CREATE OR REPLACE FUNCTION sge_check_reversal() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.taken_before <> (SELECT coalesce(sum(r.amount), 0) FROM reversal r
                           WHERE r.program_id = NEW.program_id AND r.settlement_id = NEW.settlement_id)
     OR NOT EXISTS (SELECT FROM settlement s WHERE s.program_id = NEW.program_id AND s.id = NEW.settlement_id
                       AND s.undone_at IS NULL AND s.currency = NEW.currency
                       AND NEW.taken_before + NEW.amount + (
                             SELECT coalesce(sum(r.amount), 0) FROM settlement u
                               JOIN reversal r ON r.program_id = u.program_id AND r.settlement_id = u.id
                              WHERE u.program_id = s.program_id AND u.intent_id = s.intent_id
                                AND u.undone_at IS NOT NULL) <= s.amount) THEN
    RAISE EXCEPTION 'what is reversed of settlement % exceeds it, or leaves a gap', NEW.settlement_id
      USING ERRCODE = 'SG040';
  END IF;
  RETURN NEW;
END $$;
