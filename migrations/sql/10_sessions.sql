-- Wallets that signed in. A wallet belongs to no program, so these are the platform's tables: no login role reads or
-- writes them, only the named functions below do.

-- One row for each message that logged somebody in, until nobody can present it again.
CREATE TABLE login_nonce (
  nonce text COLLATE "C" PRIMARY KEY CHECK (nonce ~ '^[0-9a-zA-Z]{8,128}$'),
  expires_at timestamptz NOT NULL
);
CREATE INDEX login_nonce_expires_at ON login_nonce (expires_at);

-- contract_chain_id: null when the wallet's key signed. A contract's word counts on its own chain only: on another one
-- somebody else may hold the same address.
CREATE TABLE wallet_session (
  id uuid PRIMARY KEY,
  wallet evm_address NOT NULL,
  contract_chain_id bigint,
  token_hash bytea NOT NULL UNIQUE,
  user_agent text CHECK (length(user_agent) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL,
  last_used_at timestamptz,
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  CHECK (expires_at > created_at)
);
CREATE INDEX wallet_session_holder ON wallet_session (wallet, expires_at);
CREATE INDEX wallet_session_expires_at ON wallet_session (expires_at);

-- Uses the nonce up and begins a session; of the holder's live ones only the newest p_most stay. Returns those that had
-- to give way, or null when the nonce was used before: then nothing is done.
CREATE FUNCTION sge_begin_session(
  p_nonce text, p_nonce_expires_at timestamptz, p_id uuid, p_wallet text, p_contract_chain_id bigint,
  p_token_hash bytea, p_user_agent text, p_at timestamptz, p_expires_at timestamptz, p_most integer
) RETURNS uuid[] LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gave_way uuid[];
BEGIN
  INSERT INTO login_nonce (nonce, expires_at) VALUES (p_nonce, p_nonce_expires_at) ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  -- One login of a wallet at a time, so that two at once count each other.
  PERFORM pg_advisory_xact_lock(hashtextextended(p_wallet, 4361));
  INSERT INTO wallet_session (id, wallet, contract_chain_id, token_hash, user_agent, created_at, expires_at)
  VALUES (p_id, p_wallet, p_contract_chain_id, p_token_hash, p_user_agent, p_at, p_expires_at);
  WITH surplus AS (
    SELECT s.id FROM wallet_session s
     WHERE s.wallet = p_wallet AND s.contract_chain_id IS NOT DISTINCT FROM p_contract_chain_id
       AND s.revoked_at IS NULL AND s.expires_at > p_at AND s.id <> p_id
     ORDER BY s.created_at DESC, s.id DESC OFFSET p_most - 1),
  revoked AS (
    UPDATE wallet_session s SET revoked_at = p_at FROM surplus WHERE s.id = surplus.id RETURNING s.id)
  SELECT coalesce(array_agg(r.id ORDER BY r.id), '{}') INTO gave_way FROM revoked r;
  RETURN gave_way;
END $$;

CREATE FUNCTION sge_authenticate_session(p_token_hash bytea)
RETURNS TABLE (session_id uuid, wallet text, contract_chain_id bigint, expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.id, s.wallet, s.contract_chain_id, s.expires_at, s.revoked_at
    FROM wallet_session s WHERE s.token_hash = p_token_hash
$$;

-- Sessions of one holder: those with the ids, or where none are named those that live at an instant.
CREATE FUNCTION sge_sessions_of(p_wallet text, p_contract_chain_id bigint, p_ids uuid[], p_at timestamptz)
RETURNS TABLE (id uuid, user_agent text, created_at timestamptz, last_used_at timestamptz, expires_at timestamptz,
               revoked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.id, s.user_agent, s.created_at, s.last_used_at, s.expires_at, s.revoked_at
    FROM wallet_session s
   WHERE s.wallet = p_wallet AND s.contract_chain_id IS NOT DISTINCT FROM p_contract_chain_id
     AND CASE WHEN p_ids IS NULL THEN s.revoked_at IS NULL AND s.expires_at > p_at ELSE s.id = ANY(p_ids) END
   ORDER BY s.created_at DESC, s.id DESC
$$;

-- Ends one of the holder's sessions: true when it had not been revoked, false when it had, null when there is none.
CREATE FUNCTION sge_revoke_session(p_wallet text, p_contract_chain_id bigint, p_id uuid, p_at timestamptz)
RETURNS boolean LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH mine AS (
    SELECT s.id, s.revoked_at FROM wallet_session s
     WHERE s.id = p_id AND s.wallet = p_wallet AND s.contract_chain_id IS NOT DISTINCT FROM p_contract_chain_id
       FOR UPDATE),
  done AS (
    UPDATE wallet_session s SET revoked_at = p_at FROM mine WHERE s.id = mine.id AND mine.revoked_at IS NULL)
  SELECT mine.revoked_at IS NULL FROM mine
$$;

CREATE FUNCTION sge_note_session_use(p_id uuid, p_at timestamptz) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE wallet_session SET last_used_at = greatest(last_used_at, p_at) WHERE id = p_id
$$;

-- Takes away up to 10 000 nonces, and as many sessions, that expired before an instant; returns how many.
CREATE FUNCTION sge_forget_login_nonces(p_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM login_nonce n
     WHERE n.nonce IN (SELECT o.nonce FROM login_nonce o WHERE o.expires_at < p_before LIMIT 10000) RETURNING 1)
  SELECT count(*) FROM gone
$$;
CREATE FUNCTION sge_forget_sessions(p_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM wallet_session s
     WHERE s.id IN (SELECT o.id FROM wallet_session o WHERE o.expires_at < p_before LIMIT 10000) RETURNING 1)
  SELECT count(*) FROM gone
$$;
