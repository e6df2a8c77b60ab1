-- Who may touch what. Login roles are made by bootstrap.sql; sge_owner owns everything here and has no BYPASSRLS.

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO sge_api, sge_worker, sge_feed, sge_reader;

CREATE FUNCTION sge_current_program() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT nullif(current_setting('sge.program_id', true), '')::bigint
$$;

-- Tenant tables: the web process and the replica's reader see the program of their transaction and nothing else.
DO $$
DECLARE name text; key text;
BEGIN
  FOR name IN SELECT unnest(ARRAY[
    'program', 'treasury', 'program_currency', 'terms', 'program_member', 'api_key', 'operation_key', 'audit',
    'affiliate', 'program_user', 'affiliate_rollup', 'program_series', 'program_series_amount', 'program_counter',
    'account', 'journal', 'transfer', 'account_snapshot', 'movement', 'seal',
    'intent', 'intent_authorization', 'intent_state', 'intent_todo', 'intent_transition', 'intent_attempt',
    'settlement', 'commission', 'discrepancy', 'consumed_through', 'program_gas', 'event', 'event_outbox',
    'reversal', 'refund', 'withdrawal', 'commission_transition', 'refund_transition', 'affiliate_wallet_change',
    'balance_adjustment', 'payout_day', 'safe_transaction', 'safe_signature', 'safe_transaction_transition', 'payout', 'payout_line',
    'payout_batch', 'payout_batch_transaction', 'payout_exclusion', 'payout_batch_change', 'safe_relay',
    'export_link', 'webhook_endpoint', 'webhook_secret', 'webhook_delivery', 'webhook_attempt',
    'provider_secret', 'provider_event'])
  LOOP
    key := CASE name WHEN 'program' THEN 'id' ELSE 'program_id' END;
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO sge_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO sge_worker USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY own_program ON %1$I TO sge_api, sge_reader
                    USING (%2$I = nullif(current_setting(''sge.program_id'', true), '''')::bigint)
                    WITH CHECK (%2$I = nullif(current_setting(''sge.program_id'', true), '''')::bigint)', name, key);
    EXECUTE format('GRANT SELECT ON %I TO sge_worker, sge_api, sge_reader', name);
  END LOOP;
END $$;
REVOKE SELECT ON event_outbox FROM sge_api, sge_reader;
-- An export is fetched without credentials: sge_use_export_link finds it by its token.
REVOKE SELECT ON export_link FROM sge_api, sge_worker, sge_reader;
-- Who signs opens them: workers. The web process seals new ones and reads none back.
REVOKE SELECT ON webhook_secret FROM sge_api, sge_reader;
GRANT SELECT (program_id, endpoint_id, id, created_at, valid_until) ON webhook_secret TO sge_api, sge_reader;
-- Keys are checked by sge_authenticate_key; their hashes are not read back.
REVOKE SELECT ON api_key FROM sge_api, sge_worker, sge_reader;
GRANT SELECT (program_id, id, name, prefix, scopes, created_by, created_at, last_used_at, expires_at, revoked_at, replaces)
  ON api_key TO sge_api, sge_worker, sge_reader;

-- Providers' secrets are the web process's alone; what providers sent, word by word, is the workers' alone.
REVOKE SELECT ON provider_secret FROM sge_worker, sge_reader;
GRANT SELECT (program_id, id, provider, created_at, valid_until) ON provider_secret TO sge_reader;
REVOKE SELECT ON provider_event FROM sge_api, sge_reader;
GRANT SELECT (program_id, id, provider, event_id, received_at, due_at, tries, asked_again_at, event_type, step, charge,
  intent_id, amount, currency, outcome, processed_at) ON provider_event TO sge_api, sge_reader;
-- The web process stores events, and passes on that a person wants a late one credited; what an event means is not its to say.
CREATE POLICY web_processes_nothing ON provider_event AS RESTRICTIVE FOR INSERT TO sge_api
  WITH CHECK (processed_at IS NULL AND asked_again_at IS NULL AND step IS NULL AND intent_id IS NULL AND amount IS NULL);
GRANT INSERT ON provider_secret, provider_event TO sge_api;
GRANT UPDATE (valid_until) ON provider_secret TO sge_api;
GRANT UPDATE (due_at, asked_again_at) ON provider_event TO sge_api;
GRANT INSERT ON intent TO sge_worker;  -- of payments that a provider tells of
GRANT UPDATE (due_at, tries, event_type, step, charge, intent_id, amount, currency, outcome, processed_at)
  ON provider_event TO sge_worker;

-- The platform's own credentials (program 0) see that programs exist and on what terms, and nothing inside them.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT unnest(ARRAY['program', 'treasury', 'program_currency', 'terms']) LOOP
    EXECUTE format('CREATE POLICY platform_reads ON %I FOR SELECT TO sge_api, sge_reader
                    USING (nullif(current_setting(''sge.program_id'', true), '''') = ''0'')', name);
  END LOOP;
END $$;

-- Platform tables: a tenant sees the chain transactions that carried its own intents.
DO $$
DECLARE name text; own text;
BEGIN
  FOR name, own IN VALUES
    ('chain_transaction', 'EXISTS (SELECT FROM intent_attempt a WHERE a.chain_transaction_id = chain_transaction.id)
                           OR EXISTS (SELECT FROM safe_relay r WHERE r.chain_transaction_id = chain_transaction.id)'),
    ('signed_copy', 'EXISTS (SELECT FROM intent_attempt a WHERE a.chain_transaction_id = signed_copy.chain_transaction_id)
                     OR EXISTS (SELECT FROM safe_relay r WHERE r.chain_transaction_id = signed_copy.chain_transaction_id)'),
    ('lane', 'true'), ('chain_watch', 'true'), ('chain_block', 'true'), ('worker_heartbeat', 'true'),
    ('consumer_position', 'true'), ('event_feed', 'true'), ('state_move', 'true')
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO sge_owner USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY worker_all ON %I TO sge_worker USING (true) WITH CHECK (true)', name);
    EXECUTE format('CREATE POLICY own_items ON %I FOR SELECT TO sge_api, sge_reader USING (%s)', name, own);
    EXECUTE format('GRANT SELECT ON %I TO sge_worker, sge_api, sge_reader', name);
  END LOOP;
END $$;
-- Wallets' sessions: nobody's rows but the owner's; what may be asked of them is in 10_sessions.sql.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT unnest(ARRAY['login_nonce', 'wallet_session']) LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY owner_all ON %I TO sge_owner USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
-- The web process proves nothing: it revives and cancels intents; it proposes, approves and gives up payouts, and pays
-- nobody; no commission or refund is PAID by it, no Safe transaction relayed or ended.
CREATE POLICY web_settles_nothing ON intent_state AS RESTRICTIVE FOR UPDATE TO sge_api
  USING (true) WITH CHECK (status IN ('PENDING', 'FAILED'));
CREATE POLICY web_pays_nobody ON commission AS RESTRICTIVE FOR UPDATE TO sge_api
  USING (true) WITH CHECK (status <> 'PAID');
CREATE POLICY web_earns_nothing ON commission AS RESTRICTIVE FOR INSERT TO sge_api
  WITH CHECK (amount < 0);
CREATE POLICY web_pays_nobody ON refund AS RESTRICTIVE FOR UPDATE TO sge_api
  USING (true) WITH CHECK (status <> 'PAID');
CREATE POLICY web_only_approves ON safe_transaction AS RESTRICTIVE FOR UPDATE TO sge_api
  USING (true) WITH CHECK (status IN ('PROPOSED', 'APPROVED', 'EXECUTING'));
CREATE FUNCTION sge_only_workers_relay() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF current_user = 'sge_api' THEN
    RAISE EXCEPTION 'only a worker relays, and knows when a relay has ended' USING ERRCODE = '42501';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER safe_transaction_relay BEFORE UPDATE OF status ON safe_transaction
  FOR EACH ROW WHEN ((NEW.status = 'EXECUTING') <> (OLD.status = 'EXECUTING')) EXECUTE FUNCTION sge_only_workers_relay();
CREATE POLICY web_delivers_nothing ON webhook_delivery AS RESTRICTIVE FOR UPDATE TO sge_api
  USING (true) WITH CHECK (status IN ('PENDING', 'DISABLED'));
CREATE POLICY unhalt ON lane FOR UPDATE TO sge_api USING (status = 'HALTED') WITH CHECK (status = 'ACTIVE');
CREATE POLICY feed_all ON event TO sge_feed USING (true);
CREATE POLICY feed_all ON event_feed TO sge_feed USING (true);

-- The web process.
GRANT INSERT ON program, treasury, program_currency, terms, program_member, api_key, operation_key, audit, affiliate,
  program_user, intent, intent_authorization, intent_state, intent_todo, intent_transition, event_outbox,
  consumed_through, commission, reversal, refund, withdrawal, commission_transition, refund_transition,
  affiliate_wallet_change, balance_adjustment, safe_transaction, safe_signature, safe_transaction_transition, payout, payout_line,
  payout_batch, payout_batch_transaction, payout_exclusion, payout_batch_change, export_link TO sge_api;
GRANT UPDATE (name, status, pause_reason, paused_by, paused_at, clock_offset, open_registration, allow_self_approval,
  wallet_cool_down_hours, maximum_tree_depth, version) ON program TO sge_api;
GRANT UPDATE (owners, threshold, nonce, safe_version, read_at) ON treasury TO sge_api;
GRANT UPDATE (on_chain_balance, on_chain_read_at) ON program_currency TO sge_api;
GRANT UPDATE (last_used_at, expires_at, revoked_at) ON api_key TO sge_api;
GRANT UPDATE (parent_id, status, display_name, wallet, version) ON affiliate TO sge_api;
GRANT UPDATE (registration_intent_id) ON program_user TO sge_api;
GRANT UPDATE ON intent_state TO sge_api;
GRANT UPDATE, DELETE ON intent_todo TO sge_api;
GRANT DELETE ON program_member TO sge_api;
GRANT UPDATE (status, halt_reason, halted_at) ON lane TO sge_api;
GRANT UPDATE (status) ON commission, refund TO sge_api;
GRANT UPDATE (status, death, death_reason, holding, holds, version, simulated_at, simulated_block, simulated_passed,
  simulated_refused, gas_estimate, waiting, waiting_code) ON safe_transaction TO sge_api;
GRANT UPDATE (rejected_by, rejected_at, reject_reason, version) ON payout_batch TO sge_api;
GRANT UPDATE (approved_by, approved_at, journal_id) ON balance_adjustment TO sge_api;
GRANT UPDATE (resolved_at, resolved_by, note, posting_journal_id) ON discrepancy TO sge_api;

GRANT INSERT ON webhook_endpoint, webhook_secret TO sge_api;
GRANT UPDATE (url, events, enabled, starts_after, failing_since, deleted_at, version) ON webhook_endpoint TO sge_api;
GRANT UPDATE (valid_until) ON webhook_secret TO sge_api;
GRANT UPDATE (status, failures, next_attempt_at) ON webhook_delivery TO sge_api;

-- Workers.
GRANT INSERT ON treasury, audit, operation_key, program_user, intent_state, intent_todo, intent_transition,
  intent_attempt, settlement, commission, discrepancy, seal, account_snapshot, affiliate_rollup, program_series,
  program_series_amount, program_counter, consumed_through, program_gas, event_outbox, lane, chain_transaction,
  signed_copy, chain_block, chain_watch, worker_heartbeat, consumer_position, commission_transition, refund_transition,
  payout_day, safe_transaction, safe_transaction_transition, payout, payout_line, payout_batch, payout_batch_transaction,
  payout_exclusion, payout_batch_change, safe_relay TO sge_worker;
GRANT UPDATE (status, pause_reason, paused_by, paused_at, version) ON program TO sge_worker;
GRANT UPDATE (owners, threshold, nonce, safe_version, read_at) ON treasury TO sge_worker;
GRANT UPDATE (on_chain_balance, on_chain_read_at) ON program_currency TO sge_worker;
GRANT UPDATE (referrer_id, registration_intent_id, identity_token_id, registered_at) ON program_user TO sge_worker;
GRANT UPDATE (undone_at, gas_share_wei) ON settlement TO sge_worker;
GRANT UPDATE (status, paid_at) ON commission, refund TO sge_worker;
GRANT UPDATE (status, death, death_reason, holding, holds, version, simulated_at, simulated_block, simulated_passed,
  simulated_refused, gas_estimate, waiting, waiting_code, executed_tx_hash, executed_block, executed_block_hash,
  executed_log_index, journal_id, finished_at) ON safe_transaction TO sge_worker;
GRANT UPDATE (log_index) ON payout TO sge_worker;
GRANT UPDATE (version) ON payout_batch TO sge_worker;
GRANT UPDATE (done_through) ON payout_day TO sge_worker;
GRANT UPDATE (live, finished_at, failure) ON safe_relay TO sge_worker;
GRANT UPDATE (status, first_sent_at, last_sent_at, mined_copy, block_number, block_hash, gas_used, cost_wei, succeeded,
  finished_at) ON chain_transaction TO sge_worker;
GRANT UPDATE (sends, last_error) ON signed_copy TO sge_worker;
GRANT UPDATE ON intent_state, intent_todo, intent_attempt, discrepancy, affiliate_rollup, program_series,
  program_series_amount, program_counter, consumed_through, program_gas, lane, chain_block, chain_watch, worker_heartbeat, consumer_position TO sge_worker;
GRANT INSERT ON webhook_delivery, webhook_attempt TO sge_worker;
GRANT UPDATE (enabled, failing_since, version) ON webhook_endpoint TO sge_worker;
GRANT UPDATE (status, tries, failures, next_attempt_at, lease_until, sending_since) ON webhook_delivery TO sge_worker;
GRANT DELETE ON intent_todo, chain_block, affiliate_rollup, program_series, program_series_amount,
  program_counter, worker_heartbeat TO sge_worker;

GRANT USAGE ON SEQUENCE event_outbox_id_seq, program_id_seq TO sge_api, sge_worker;
-- Account snapshots read how far journal ids are given out.
GRANT SELECT ON SEQUENCE journal_id_seq TO sge_worker;
GRANT SELECT ON event, event_feed TO sge_feed;

-- The same posting for two callers; only the inner function may write the ledger.
CREATE FUNCTION sge_post_worker(
  p_program bigint, p_at timestamptz,
  j_public uuid[], j_kind text[], j_reference text[], j_reverses bigint[], j_description text[], j_effective timestamptz[],
  t_journal integer[], t_purpose text[], t_currency text[], t_debit_kind text[], t_debit_owner bigint[],
  t_credit_kind text[], t_credit_owner bigint[], t_amount numeric[],
  m_journal integer[], m_chain bigint[], m_block_hash bytea[], m_log_index integer[], m_direction text[],
  m_undone boolean[], m_tx_hash bytea[], m_block bigint[], m_currency text[], m_amount numeric[]
) RETURNS bigint[] LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT sge_post_inner(p_program, p_at, j_public, j_kind, j_reference, j_reverses, j_description, j_effective,
    t_journal, t_purpose, t_currency, t_debit_kind, t_debit_owner, t_credit_kind, t_credit_owner, t_amount,
    m_journal, m_chain, m_block_hash, m_log_index, m_direction, m_undone, m_tx_hash, m_block, m_currency, m_amount)
$$;

CREATE FUNCTION sge_post_api(
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

-- What has no program yet goes through named functions.
CREATE FUNCTION sge_authenticate_key(p_hash bytea)
RETURNS TABLE (program_id bigint, program_public_id uuid, key_id uuid, name text, scopes text[], expires_at timestamptz,
               revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT k.program_id, p.public_id, k.id, k.name, k.scopes, k.expires_at, k.revoked_at
    FROM api_key k LEFT JOIN program p ON p.id = k.program_id WHERE k.secret_hash = p_hash
$$;
CREATE FUNCTION sge_find_program(p_public_id uuid, p_slug text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id FROM program p WHERE p.public_id = p_public_id OR p.slug = p_slug
$$;
-- What a wallet is, wherever it is somebody. A row of its own makes it a user or an affiliate; the rest is granted.
-- p_chain: of the contract that signed, which speaks for its address in the programs of that chain only; null for a key.
CREATE FUNCTION sge_wallet_programs(p_wallet text, p_chain bigint)
RETURNS TABLE (program_id bigint, program_public_id uuid, roles text[], owner boolean, affiliate_id bigint, user_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.public_id,
         ARRAY(SELECT m.role FROM program_member m WHERE m.program_id = p.id AND m.wallet = p_wallet
               UNION SELECT 'AFFILIATE' WHERE a.id IS NOT NULL
               UNION SELECT 'CLIENT' WHERE u.id IS NOT NULL ORDER BY 1),
         coalesce(t.owners @> ARRAY[p_wallet], false), a.id, u.id
    FROM program p
    LEFT JOIN affiliate a ON a.program_id = p.id AND a.wallet = p_wallet
    LEFT JOIN program_user u ON u.program_id = p.id AND u.wallet = p_wallet
    LEFT JOIN treasury t ON t.program_id = p.id
   WHERE (p_chain IS NULL OR p.chain_id = p_chain)
     AND p.id IN (SELECT m.program_id FROM program_member m WHERE m.wallet = p_wallet
                  UNION SELECT x.program_id FROM affiliate x WHERE x.wallet = p_wallet
                  UNION SELECT x.program_id FROM program_user x WHERE x.wallet = p_wallet
                  UNION SELECT x.program_id FROM treasury x WHERE x.owners @> ARRAY[p_wallet])
   ORDER BY p.id LIMIT 500
$$;
-- Which of these programs has the row that an id names.
CREATE FUNCTION sge_locate(p_table text, p_id uuid, p_programs bigint[]) RETURNS bigint
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
-- How many intents wait or are under way, counted up to a limit each: of the program, and of all.
CREATE FUNCTION sge_backlog(p_program bigint, p_program_limit bigint, p_limit bigint)
RETURNS TABLE (of_program bigint, of_all bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT (SELECT count(*) FROM (SELECT FROM intent_todo t WHERE t.program_id = p_program LIMIT p_program_limit) one),
         (SELECT count(*) FROM (SELECT FROM intent_todo LIMIT p_limit) every_one)
$$;
CREATE FUNCTION sge_list_programs(p_after bigint, p_first integer) RETURNS SETOF program
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM program WHERE id > p_after ORDER BY id LIMIT p_first
$$;
-- What is under way in each lane, without what it carries: that is its tenants' business.
CREATE FUNCTION sge_open_transactions() RETURNS TABLE (id uuid, lane_id uuid, created_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT t.id, t.lane_id, t.created_at FROM chain_transaction t WHERE t.status IN ('PREPARED', 'BROADCAST', 'MINED')
$$;
-- How much waits to be claimed, over all programs, counted up to 10 001; and since when the oldest of what was counted is due.
CREATE FUNCTION sge_waiting_intents() RETURNS TABLE (depth bigint, oldest timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT count(*), min(d.due_at)
    FROM (SELECT t.due_at FROM intent_todo t
           WHERE t.lease_until IS NULL AND t.due_at <= statement_timestamp() LIMIT 10001) d
$$;

-- A link is used up by whoever shows its token first; nothing is said about a wrong, used or late one.
CREATE FUNCTION sge_use_export_link(p_token_hash bytea, p_at timestamptz)
RETURNS TABLE (program_id bigint, kind text, filter jsonb, created_by text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE export_link l SET used_at = p_at
   WHERE l.token_hash = p_token_hash AND l.used_at IS NULL AND l.expires_at > p_at
  RETURNING l.program_id, l.kind, l.filter, l.created_by
$$;

-- Takes up to 10 000 links away that ended before an instant, used or not; returns how many. Nobody reads what they were.
CREATE FUNCTION sge_forget_export_links(p_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM export_link l USING (SELECT o.program_id, o.id FROM export_link o WHERE o.expires_at < p_before LIMIT 10000) o
     WHERE l.program_id = o.program_id AND l.id = o.id RETURNING l.id)
  SELECT count(*) FROM gone
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sge_use_export_link TO sge_api;
GRANT EXECUTE ON FUNCTION sge_batch_status TO sge_api, sge_worker, sge_reader;
GRANT EXECUTE ON FUNCTION sge_post_worker TO sge_worker;
GRANT EXECUTE ON FUNCTION sge_post_api TO sge_api;
GRANT EXECUTE ON FUNCTION sge_accept_intents, sge_share_rules, sge_lock_rules, sge_read_situations, sge_upline, sge_instant, sge_current_program TO sge_api, sge_worker;
GRANT EXECUTE ON FUNCTION sge_upline TO sge_reader;
-- Operators name programs by slug to commands with a worker's rights.
GRANT EXECUTE ON FUNCTION sge_find_program TO sge_worker;
GRANT EXECUTE ON FUNCTION sge_authenticate_key, sge_wallet_programs, sge_locate, sge_find_program, sge_list_programs, sge_open_transactions, sge_waiting_intents
  TO sge_api, sge_reader;
GRANT EXECUTE ON FUNCTION sge_backlog TO sge_api;
GRANT EXECUTE ON FUNCTION sge_provider_secrets TO sge_api;
GRANT EXECUTE ON FUNCTION sge_begin_sessions, sge_authenticate_session, sge_sessions_of, sge_revoke_session, sge_note_session_use
  TO sge_api;
GRANT EXECUTE ON FUNCTION sge_sessions_of TO sge_reader;
GRANT EXECUTE ON FUNCTION sge_forget_login_nonces, sge_forget_sessions TO sge_worker;
GRANT EXECUTE ON FUNCTION sge_lock_outbox, sge_move_outbox TO sge_feed, sge_worker;
GRANT EXECUTE ON FUNCTION sge_forget_events, sge_forget_export_links, sge_forget_webhooks TO sge_worker;

-- Every guard holds whatever session_replication_role says.
DO $$
DECLARE guard record;
BEGIN
  FOR guard IN SELECT t.tgrelid::regclass AS of_table, t.tgname AS name FROM pg_trigger t
                JOIN pg_class c ON c.oid = t.tgrelid
               WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', guard.of_table, guard.name);
  END LOOP;
END $$;

INSERT INTO state_move (machine, from_state, to_state) VALUES
  ('INTENT', 'PENDING', 'PROCESSING'), ('INTENT', 'PENDING', 'CONFIRMED'), ('INTENT', 'PENDING', 'FAILED'),
  ('INTENT', 'PROCESSING', 'PENDING'), ('INTENT', 'PROCESSING', 'CONFIRMED'), ('INTENT', 'PROCESSING', 'FAILED'),
  ('INTENT', 'FAILED', 'PENDING'), ('INTENT', 'FAILED', 'CONFIRMED'),
  ('CHAIN_TRANSACTION', 'PREPARED', 'BROADCAST'), ('CHAIN_TRANSACTION', 'PREPARED', 'MINED'),
  ('CHAIN_TRANSACTION', 'BROADCAST', 'MINED'), ('CHAIN_TRANSACTION', 'MINED', 'BROADCAST'),
  ('CHAIN_TRANSACTION', 'MINED', 'CONFIRMED'), ('CHAIN_TRANSACTION', 'MINED', 'REVERTED'),
  ('CHAIN_TRANSACTION', 'PREPARED', 'DISPLACED'), ('CHAIN_TRANSACTION', 'BROADCAST', 'DISPLACED'),
  ('CHAIN_TRANSACTION', 'MINED', 'DISPLACED'),
  ('COMMISSION', 'ACCRUED', 'PAYABLE'), ('COMMISSION', 'PAYABLE', 'PENDING_APPROVAL'),
  ('COMMISSION', 'PENDING_APPROVAL', 'PAID'), ('COMMISSION', 'PENDING_APPROVAL', 'PAYABLE'),
  ('COMMISSION', 'ACCRUED', 'REVERSED'), ('COMMISSION', 'PAYABLE', 'REVERSED'),
  ('PROGRAM', 'ACTIVE', 'PAUSED'), ('PROGRAM', 'PAUSED', 'ACTIVE'), ('PROGRAM', 'PAUSED', 'ARCHIVED'),
  ('AFFILIATE', 'ACTIVE', 'SUSPENDED'), ('AFFILIATE', 'SUSPENDED', 'ACTIVE'), ('AFFILIATE', 'ACTIVE', 'TERMINATED'),
  ('AFFILIATE', 'SUSPENDED', 'TERMINATED'),
  ('REFUND', 'OWED', 'PENDING_APPROVAL'), ('REFUND', 'PENDING_APPROVAL', 'PAID'), ('REFUND', 'PENDING_APPROVAL', 'OWED'),
  ('SAFE_TRANSACTION', 'PROPOSED', 'APPROVED'), ('SAFE_TRANSACTION', 'APPROVED', 'PROPOSED'), ('SAFE_TRANSACTION', 'APPROVED', 'EXECUTING'),
  ('SAFE_TRANSACTION', 'EXECUTING', 'APPROVED'), ('SAFE_TRANSACTION', 'PROPOSED', 'EXECUTED'),
  ('SAFE_TRANSACTION', 'APPROVED', 'EXECUTED'), ('SAFE_TRANSACTION', 'EXECUTING', 'EXECUTED'),
  ('SAFE_TRANSACTION', 'PROPOSED', 'DEAD'), ('SAFE_TRANSACTION', 'APPROVED', 'DEAD'), ('SAFE_TRANSACTION', 'EXECUTING', 'DEAD'),
  ('LANE', 'ACTIVE', 'DRAINING'), ('LANE', 'DRAINING', 'ACTIVE'), ('LANE', 'ACTIVE', 'HALTED'),
  ('LANE', 'DRAINING', 'HALTED'), ('LANE', 'HALTED', 'ACTIVE'),
  ('WEBHOOK_DELIVERY', 'PENDING', 'DELIVERED'), ('WEBHOOK_DELIVERY', 'PENDING', 'FAILED'),
  ('WEBHOOK_DELIVERY', 'PENDING', 'DISABLED'), ('WEBHOOK_DELIVERY', 'DISABLED', 'DELIVERED'),
  ('WEBHOOK_DELIVERY', 'DELIVERED', 'PENDING'), ('WEBHOOK_DELIVERY', 'FAILED', 'PENDING'),
  ('WEBHOOK_DELIVERY', 'DISABLED', 'PENDING');
