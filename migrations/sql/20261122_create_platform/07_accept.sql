-- An instant in seconds as the chain has it; far ones never come.
CREATE FUNCTION sge_instant(p_seconds numeric) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_seconds < 253402300800 THEN to_timestamp(p_seconds::double precision) ELSE 'infinity' END
$$;

-- What acceptance stands on (terms, the forest) stays as it is while intents are accepted: whoever changes it takes the
-- lock alone, before any other.
CREATE FUNCTION sge_share_rules(p_program bigint) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_advisory_xact_lock_shared(7234502, hashint8(p_program))
$$;
CREATE FUNCTION sge_lock_rules(p_program bigint) RETURNS void LANGUAGE sql
SET search_path = pg_catalog, pg_temp AS $$
  SELECT pg_advisory_xact_lock(7234502, hashint8(p_program))
$$;

-- What is known about many requests of one program, in their order. Requests are looked up one by one: a plan that was
-- made while the tables were small, or from old statistics, would read the tables whole.
CREATE FUNCTION sge_read_situations(p_program bigint, p_keys text[], p_wallets text[], p_codes text[], p_signatures bytea[])
RETURNS TABLE (
  intent_id uuid, request_hash bytea, amount numeric, currency text, status text, failure_retryable boolean,
  operation text, referrer_id bigint, referrer_wallet text, referrer_status text, referrer_path bytea,
  registering boolean, registered boolean, own_affiliate_id bigint, signature_known boolean
)
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_material = off
SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT i.id, i.request_hash, i.amount::numeric, i.currency, s.status, s.failure_retryable, k.operation,
         a.id, a.wallet::text, a.status, a.path,
         u.registration_intent_id IS NOT NULL, u.registered_at IS NOT NULL, own.id,
         EXISTS (SELECT FROM intent_authorization g
                  WHERE g.program_id = p_program AND g.intent_id = i.id AND g.signature = r.signature)
    FROM unnest(p_keys, p_wallets, p_codes, p_signatures) WITH ORDINALITY AS r (key, wallet, code, signature, n)
    LEFT JOIN intent i ON i.program_id = p_program AND i.idempotency_key = r.key
    LEFT JOIN intent_state s ON s.program_id = p_program AND s.intent_id = i.id
    LEFT JOIN operation_key k ON k.program_id = p_program AND k.idempotency_key = r.key
    LEFT JOIN affiliate a ON a.program_id = p_program AND a.referral_code = r.code
    LEFT JOIN program_user u ON u.program_id = p_program AND u.wallet = r.wallet
    LEFT JOIN affiliate own ON own.program_id = p_program AND own.wallet = r.wallet
   ORDER BY r.n;
END $$;

-- Accepts a batch of intents of one program: one call, rows sorted by key, nothing stored for a replay.
-- Runs with the caller's rights, under row-level security. READ COMMITTED: each statement sees what committed before it.
-- Refused as a whole, to be checked again one by one: SG020 a wallet's registration place is taken, SG021 other terms are
-- in force, SG022 a wallet would be referred from its own branch, SG023 a key is used by something else.
-- p_rows: an array of `accepting`, bytes as hex, no key twice; user_id is the uuid that a new user gets. p_actor: of rows
-- that name none.
-- Every row is looked up by itself (LATERAL with LIMIT, and the settings): a plan from old statistics would join with all
-- rows of the program instead.
-- Answers each row: the intent's id, whether it was made now, and the stored request hash to compare.
CREATE TYPE accepting AS (
  n integer, id uuid, kind text, key text, hash text, on_chain_id text, chain_id bigint, wallet text, user_id uuid,
  amount numeric, currency text, referral_code text, referrer bigint, payload jsonb, terms_version integer,
  valid_after numeric, valid_before numeric, nonce text, signature text, contract_wallet boolean,
  actor text, request_id text
);

CREATE FUNCTION sge_accept_intents(p_program bigint, p_rows jsonb, p_actor text, p_at timestamptz)
RETURNS TABLE (n integer, id uuid, created boolean, request_hash bytea)
LANGUAGE plpgsql SET search_path = public, pg_temp SET lock_timeout = '200ms'
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_material = off
SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE asked accepting[]; fresh accepting[]; placed uuid[]; made uuid[]; registrations uuid[];
  in_force integer;
BEGIN
  PERFORM sge_share_rules(p_program);
  SELECT array_agg(r ORDER BY r.key COLLATE "C") INTO asked FROM jsonb_populate_recordset(NULL::accepting, p_rows) r;
  SELECT array_agg(r ORDER BY r.key COLLATE "C") INTO fresh
    FROM unnest(asked) r
   WHERE NOT EXISTS (SELECT FROM intent i WHERE i.program_id = p_program AND i.idempotency_key = r.key);

  SELECT t.version INTO in_force FROM terms t JOIN program p ON p.id = t.program_id
   WHERE t.program_id = p_program AND t.effective_from <= p_at + p.clock_offset
   ORDER BY t.effective_from DESC, t.version DESC LIMIT 1;
  IF EXISTS (SELECT FROM unnest(fresh) r WHERE r.terms_version IS DISTINCT FROM in_force) THEN
    RAISE EXCEPTION 'other terms are in force' USING ERRCODE = 'SG021';
  END IF;
  IF EXISTS (SELECT FROM unnest(fresh) r
              CROSS JOIN LATERAL (SELECT own.id FROM affiliate own
                                   WHERE own.program_id = p_program AND own.wallet = r.wallet LIMIT 1) own
              CROSS JOIN LATERAL (SELECT a.path FROM affiliate a
                                   WHERE a.program_id = p_program AND a.id = r.referrer LIMIT 1) a
             WHERE own.id = ANY (sge_upline(a.path))) THEN
    RAISE EXCEPTION 'a wallet would be referred from its own branch' USING ERRCODE = 'SG022';
  END IF;
  IF EXISTS (SELECT FROM unnest(fresh) r
              CROSS JOIN LATERAL (SELECT FROM operation_key k
                                   WHERE k.program_id = p_program AND k.idempotency_key = r.key LIMIT 1) k) THEN
    RAISE EXCEPTION 'a key is used by something else' USING ERRCODE = 'SG023';
  END IF;

  -- One REGISTRATION of a wallet at a time: each takes the wallet's place, with its user where there is none yet.
  WITH placed AS (
    INSERT INTO program_user (program_id, public_id, wallet, registration_intent_id, created_at)
    SELECT p_program, (array_agg(r.user_id))[1], r.wallet, (array_agg(r.id))[1], p_at
      FROM unnest(fresh) r WHERE r.kind = 'REGISTRATION' GROUP BY r.wallet ORDER BY r.wallet
    ON CONFLICT (program_id, wallet) DO UPDATE SET registration_intent_id = excluded.registration_intent_id
      WHERE program_user.registration_intent_id IS NULL
    RETURNING registration_intent_id
  )
  SELECT array_agg(p.registration_intent_id ORDER BY p.registration_intent_id) INTO placed FROM placed p;

  -- Whoever pays through a provider need not be registered: a user without a referrer.
  INSERT INTO program_user (program_id, public_id, wallet, created_at)
  SELECT p_program, (array_agg(r.user_id))[1], r.wallet, p_at
    FROM unnest(fresh) r WHERE r.kind = 'COMMERCE_PAYMENT' GROUP BY r.wallet ORDER BY r.wallet
  ON CONFLICT (program_id, wallet) DO NOTHING;

  WITH stored AS (
    INSERT INTO intent (program_id, id, kind, idempotency_key, request_hash, on_chain_id, chain_id, wallet, user_id,
                        amount, currency, referral_code, referrer_id, payload, terms_version, upline, created_by, created_at)
    SELECT p_program, r.id, r.kind, r.key, decode(r.hash, 'hex'), decode(r.on_chain_id, 'hex'), r.chain_id, r.wallet,
           u.id, r.amount, r.currency, r.referral_code, CASE r.kind WHEN 'REGISTRATION' THEN r.referrer END, r.payload,
           r.terms_version, coalesce(sge_upline(a.path), '{}'), coalesce(r.actor, p_actor), p_at
      FROM unnest(fresh) r
      CROSS JOIN LATERAL (SELECT u.id, u.referrer_id, u.registered_at FROM program_user u
                           WHERE u.program_id = p_program AND u.wallet = r.wallet LIMIT 1) u
      LEFT JOIN LATERAL (
        SELECT a.path FROM affiliate a
         WHERE a.program_id = p_program
           AND a.id = CASE WHEN r.kind = 'REGISTRATION' THEN r.referrer
                           WHEN r.kind = 'COMMERCE_PAYMENT' AND u.registered_at IS NULL THEN r.referrer
                           ELSE u.referrer_id END LIMIT 1) a ON true
     ORDER BY r.key COLLATE "C"
    ON CONFLICT (program_id, idempotency_key) DO NOTHING
    RETURNING id, kind
  )
  SELECT coalesce(array_agg(s.id), '{}'), array_agg(s.id ORDER BY s.id) FILTER (WHERE s.kind = 'REGISTRATION')
    INTO made, registrations FROM stored s;
  -- Whoever has no place, or a place without an intent, takes the whole call down and is retried alone.
  IF registrations IS DISTINCT FROM placed THEN
    RAISE EXCEPTION 'a wallet has a registration already' USING ERRCODE = 'SG020';
  END IF;
  SELECT array_agg(r ORDER BY r.id) INTO fresh FROM unnest(fresh) r WHERE r.id = ANY (made);

  IF EXISTS (SELECT FROM unnest(fresh) r WHERE r.signature IS NOT NULL) THEN  -- a worker stores none, and may not
    INSERT INTO intent_authorization (program_id, intent_id, n, valid_after, valid_before, nonce, signature,
                                      contract_wallet, given_by, given_at)
    SELECT p_program, r.id, 1, r.valid_after, r.valid_before, decode(r.nonce, 'hex'), decode(r.signature, 'hex'),
           r.contract_wallet, coalesce(r.actor, p_actor), p_at
      FROM unnest(fresh) r WHERE r.signature IS NOT NULL;
  END IF;
  INSERT INTO intent_state (program_id, intent_id, status, stage, authorization_n, rerouted, updated_at)
  SELECT p_program, r.id, 'PENDING', 'QUEUED', CASE WHEN r.signature IS NOT NULL THEN 1 END,
         coalesce(r.contract_wallet, false), p_at
    FROM unnest(fresh) r;
  INSERT INTO intent_todo (program_id, intent_id, chain_id, rerouted, due_at, expires_at)
  SELECT p_program, r.id, r.chain_id, coalesce(r.contract_wallet, false), p_at, sge_instant(r.valid_before)
    FROM unnest(fresh) r WHERE r.kind <> 'COMMERCE_PAYMENT';  -- no chain settles it
  INSERT INTO intent_transition (program_id, intent_id, seq, from_status, to_status, stage, at, actor)
  SELECT p_program, r.id, 1, NULL, 'PENDING', 'QUEUED', p_at, coalesce(r.actor, p_actor) FROM unnest(fresh) r;
  -- The intent's own id is its audit row's too.
  INSERT INTO audit (program_id, id, at, actor, action, target_id, after, request_id)
  SELECT p_program, r.id, p_at, coalesce(r.actor, p_actor), 'intent.accepted', r.id::text,
         jsonb_build_object('kind', r.kind, 'wallet', r.wallet, 'amount', r.amount::text, 'currency', r.currency,
                            'idempotencyKey', split_part(r.key, E'\x1f', -1)), r.request_id
    FROM unnest(fresh) r;
  INSERT INTO event_outbox (program_id, type, name, entity_id, version, data, at)
  SELECT p_program, 'INTENT', 'intent.accepted', r.id::text, 1,
         jsonb_build_object('v', 1, 'from', NULL, 'status', 'PENDING', 'stage', 'QUEUED', 'kind', r.kind,
                            'wallet', r.wallet, 'amount', r.amount::text, 'currency', r.currency), p_at
    FROM unnest(fresh) r ORDER BY r.id;

  RETURN QUERY
  SELECT r.n, i.id, i.id = ANY (made), i.request_hash
    FROM unnest(asked) r
    CROSS JOIN LATERAL (SELECT i.id, i.request_hash FROM intent i
                         WHERE i.program_id = p_program AND i.idempotency_key = r.key LIMIT 1) i;
END $$;
