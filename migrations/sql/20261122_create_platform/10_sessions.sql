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

-- Uses nonces up and begins their sessions, many at once; of each holder's live ones the newest p_most stay. Gives the
-- ids of those that began (a nonce that was used before begins nothing, nor one's second use here), and those that ended.
-- Nonces, then wallets, are taken in order, so that calls at the same time wait for each other and never in a ring.
CREATE FUNCTION sge_begin_sessions(
  p_nonces text[], p_nonces_expire_at timestamptz[], p_ids uuid[], p_wallets text[], p_contract_chain_ids bigint[],
  p_token_hashes bytea[], p_user_agents text[], p_at timestamptz, p_expires_at timestamptz, p_most integer
) RETURNS TABLE (began uuid, ended uuid, wallet text) LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
#variable_conflict use_column
DECLARE won integer[];
BEGIN
  WITH asked AS (
    SELECT DISTINCT ON (u.nonce) u.nonce, u.expires_at, u.n
      FROM unnest(p_nonces, p_nonces_expire_at) WITH ORDINALITY u(nonce, expires_at, n) ORDER BY u.nonce, u.n),
  used AS (
    INSERT INTO login_nonce (nonce, expires_at) SELECT a.nonce, a.expires_at FROM asked a ORDER BY a.nonce COLLATE "C"
    ON CONFLICT DO NOTHING RETURNING login_nonce.nonce)
  SELECT coalesce(array_agg(a.n), '{}') INTO won FROM asked a JOIN used ON used.nonce = a.nonce;
  PERFORM pg_advisory_xact_lock(lock.key)
     FROM (SELECT DISTINCT hashtextextended(p_wallets[n], 4361) AS key FROM unnest(won) n ORDER BY 1) lock;
  INSERT INTO wallet_session (id, wallet, contract_chain_id, token_hash, user_agent, created_at, expires_at)
  SELECT p_ids[n], p_wallets[n], p_contract_chain_ids[n], p_token_hashes[n], p_user_agents[n], p_at, p_expires_at
    FROM unnest(won) n;
  RETURN QUERY SELECT p_ids[n], NULL::uuid, p_wallets[n] FROM unnest(won) n;
  RETURN QUERY
    WITH ranked AS (
      SELECT s.id, row_number() OVER (PARTITION BY s.wallet, s.contract_chain_id
                                      ORDER BY s.created_at DESC, s.id DESC) AS place
        FROM wallet_session s
       WHERE s.wallet IN (SELECT p_wallets[n] FROM unnest(won) n) AND s.revoked_at IS NULL AND s.expires_at > p_at)
    UPDATE wallet_session s SET revoked_at = p_at FROM ranked
     WHERE ranked.place > p_most AND s.id = ranked.id RETURNING NULL::uuid, s.id, s.wallet::text;
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
