-- Takes away what this migration added, in the order in which things depend on each other.

CREATE OR REPLACE FUNCTION sge_guard_intent_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.version <= OLD.version AND (NEW.status, NEW.stage) IS DISTINCT FROM (OLD.status, OLD.stage) THEN
    RAISE EXCEPTION 'the version of an intent rises with every change' USING ERRCODE = 'SG005';
  END IF;
  RETURN NEW;
END $$;
ALTER TABLE intent_state DROP COLUMN stage_since;
REVOKE UPDATE (next_nonce) ON lane FROM sge_api;
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

DROP INDEX settlement_block;
DROP TABLE treasury_alarm;
DROP TABLE treasury_configuration;
DROP TABLE reconciliation_finding;
ALTER TABLE chain_watch DROP COLUMN answered_at;
DROP TABLE ledger_drift;
DROP TABLE platform_health;
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
