-- Takes away what this migration added, in the order in which things depend on each other.

-- Good for a minute: who wants one asks anew.
DELETE FROM export_link WHERE kind IN ('AFFILIATES', 'STATEMENT', 'ACCOUNTS', 'DISCREPANCIES');
ALTER TABLE export_link DROP CONSTRAINT export_link_kind_check, ADD CONSTRAINT export_link_kind_check
  CHECK (kind IN ('INTENTS', 'COMMISSIONS', 'LEDGER', 'PAYOUTS', 'AUDIT', 'PAYOUT_BATCH'));
ALTER DOMAIN units DROP CONSTRAINT units_number;
ALTER FUNCTION sge_check_hold() SECURITY INVOKER;
ALTER FUNCTION sge_check_place() SECURITY INVOKER;
ALTER FUNCTION sge_check_list() SECURITY INVOKER;
DROP POLICY worker_only_pauses ON program;
DROP POLICY worker_opens_only ON discrepancy;
ALTER TABLE discrepancy DROP CONSTRAINT discrepancy_posting;
DROP FUNCTION sge_write_stretches;
DROP TABLE stretch_sum;
DROP TABLE journal_stretch;
DROP INDEX transfer_given_back;
DROP TRIGGER commission_sum_new ON commission;
DROP TRIGGER commission_sum_moved ON commission;
DROP FUNCTION sge_sum_new_commissions, sge_sum_moved_commissions;
CREATE OR REPLACE FUNCTION sge_apply_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
DROP TABLE earned_sum, payable_sum, account_sum;

DROP FUNCTION sge_forget_traces;
DROP TABLE intent_trace;
CREATE OR REPLACE FUNCTION sge_move_outbox(p_at timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE feed event_feed; whole boolean; ids bigint[]; oldest bigint; own bigint; newest bigint;
BEGIN
  SELECT * INTO feed FROM event_feed;
  whole := feed.scanned_at < p_at - interval '1 minute';
  -- In this order, and before the rows are read: whoever took an id up to `newest` has a number below `own`, which is
  -- given out only now. (The xmax of a snapshot would not do: it is above the last that ended, not the last that began.)
  IF whole THEN
    oldest := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT last_value INTO newest FROM event_outbox_id_seq;
    own := pg_current_xact_id()::text::bigint;
  END IF;
  SELECT array_agg(o.id ORDER BY o.id) INTO ids
    FROM (SELECT id FROM event_outbox WHERE id >= CASE WHEN whole THEN 0 ELSE feed.low_water END
           ORDER BY id LIMIT 500) o;
  IF whole THEN
    UPDATE event_feed SET scanned_at = p_at,
      low_water = CASE WHEN oldest > next_horizon
                       -- What a full batch leaves behind is still to be read.
                       THEN least(next_low_water, CASE WHEN cardinality(ids) = 500 THEN ids[500] + 1 END)
                       ELSE low_water END,
      next_low_water = CASE WHEN oldest > next_horizon THEN newest ELSE next_low_water END,
      next_horizon = CASE WHEN oldest > next_horizon THEN own
                          ELSE next_horizon END;
  END IF;
  IF ids IS NULL THEN
    RETURN 0;
  END IF;
  INSERT INTO event (program_id, type, name, entity_id, version, data, at)
  SELECT o.program_id, o.type, o.name, o.entity_id, o.version, o.data, o.at
    FROM event_outbox o WHERE o.id = ANY (ids) ORDER BY o.id;
  DELETE FROM event_outbox WHERE id = ANY (ids);
  RETURN cardinality(ids);
END $$;
DROP FUNCTION sge_uuid_or_null;
DROP TABLE platform_audit_look;
DROP INDEX intent_confirmed;
ALTER TABLE provider_event DROP COLUMN request_id, DROP COLUMN traceparent;
ALTER TABLE webhook_delivery DROP COLUMN request_id, DROP COLUMN traceparent;
ALTER TABLE event DROP COLUMN request_id, DROP COLUMN traceparent;
ALTER TABLE event_outbox DROP COLUMN request_id, DROP COLUMN traceparent;
ALTER TABLE intent_transition DROP COLUMN request_id;

CREATE OR REPLACE FUNCTION sge_guard_intent_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.version <= OLD.version AND (NEW.status, NEW.stage) IS DISTINCT FROM (OLD.status, OLD.stage) THEN
    RAISE EXCEPTION 'the version of an intent rises with every change' USING ERRCODE = 'SG005';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE intent_state DROP COLUMN stage_since;
DROP FUNCTION sge_unhalt_lane;
DROP FUNCTION sge_lane_nonces;
ALTER TABLE lane DROP COLUMN explained_through;
ALTER TABLE webhook_delivery DROP COLUMN lost;

CREATE OR REPLACE FUNCTION sge_locate(p_table text, p_id uuid, p_programs bigint[]) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE found bigint;
BEGIN
  IF p_table = ANY (ARRAY['affiliate', 'program_user', 'account', 'journal']) THEN
    EXECUTE format('SELECT program_id FROM %I WHERE program_id = ANY ($1) AND public_id = $2', p_table) INTO found
      USING p_programs, p_id;
  ELSIF p_table = ANY (ARRAY['api_key', 'audit', 'balance_adjustment', 'commission', 'discrepancy', 'intent', 'payout',
      'payout_batch', 'reversal', 'safe_transaction', 'settlement', 'webhook_delivery', 'webhook_endpoint']) THEN
    EXECUTE format('SELECT program_id FROM %I WHERE program_id = ANY ($1) AND id = $2', p_table) INTO found
      USING p_programs, p_id;
  ELSE
    RAISE EXCEPTION 'rows of % are not named by id', p_table USING ERRCODE = '22023';
  END IF;
  RETURN found;
END $$;

DROP TRIGGER payout_batch_explained ON payout_batch;
DROP TRIGGER program_explained ON program;
DROP TRIGGER discrepancy_outflow ON discrepancy;
DROP FUNCTION sge_refuse_unexplained, sge_check_outflow, sge_pay_by_outflow;
ALTER TABLE consumed_through DROP COLUMN unknown_through;
CREATE OR REPLACE FUNCTION sge_check_listed() RETURNS trigger LANGUAGE plpgsql
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
DROP TABLE outflow_line;
DROP FUNCTION sge_check_outflow_line;
DROP TABLE unexplained_outflow;

REVOKE UPDATE (undone_at) ON settlement FROM sge_api;
CREATE OR REPLACE FUNCTION sge_check_reversed() RETURNS trigger LANGUAGE plpgsql
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
CREATE OR REPLACE FUNCTION sge_check_reversal() RETURNS trigger LANGUAGE plpgsql
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
DROP TRIGGER settlement_undone ON settlement;
DROP FUNCTION sge_check_undone;
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
                 WHERE m.log_index >= 0 OR m.direction <> 'IN' OR m.undone) THEN
    RAISE EXCEPTION 'only a worker posts what moved on the chain' USING ERRCODE = '42501';
  END IF;
  RETURN sge_post_inner(p_program, p_at, j_public, j_kind, j_reference, j_reverses, j_description, j_effective,
    t_journal, t_purpose, t_currency, t_debit_kind, t_debit_owner, t_credit_kind, t_credit_owner, t_amount,
    m_journal, m_chain, m_block_hash, m_log_index, m_direction, m_undone, m_tx_hash, m_block, m_currency, m_amount);
END $$;
DROP INDEX settlement_undone, settlement_block;
DROP INDEX intent_created, intent_rare_kind, affiliate_inactive, affiliate_level, commission_status, commission_accrued,
  commission_affiliate_status, payout_line_in_order,
  commission_taken, settlement_transaction;
DROP INDEX discrepancy_explained_once;
DROP POLICY worker_explains_nothing ON discrepancy;
REVOKE UPDATE ON discrepancy FROM sge_worker;
GRANT UPDATE ON discrepancy TO sge_worker;
DROP TABLE small_inflow;
DROP TABLE treasury_alarm;
DROP TABLE treasury_configuration;
DROP TABLE reconciliation_finding;
ALTER TABLE chain_watch DROP COLUMN answered_at;
DROP TABLE settlement_pace;
DROP TABLE minute_series;
DROP TABLE ledger_drift;
DROP TABLE platform_health;
CREATE OR REPLACE FUNCTION sge_waiting_intents() RETURNS TABLE (depth bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*), min(d.due_at)
    FROM (SELECT t.due_at FROM intent_todo t
           WHERE t.lease_until IS NULL AND t.due_at <= statement_timestamp() LIMIT 10001) d
$$;
DROP TABLE alert_message;
DROP TABLE alert;
REVOKE UPDATE (epoch) ON event_feed FROM sge_worker;
DROP TRIGGER login_nonce_after_recovery ON login_nonce;
DROP FUNCTION sge_refuse_older_login, sge_end_sessions, sge_is_recovered, sge_is_own_server, sge_timeline;
DROP TABLE recovery;
DROP TABLE instance;
ALTER TABLE lane DROP COLUMN lost_below;
DROP TABLE reconciliation_check;
DROP TABLE reconciliation_run;

DROP FUNCTION sge_release();
