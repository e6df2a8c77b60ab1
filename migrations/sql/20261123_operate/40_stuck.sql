-- What operators need to see that work stands still, and to set it going again without harm.

-- Since when an intent is where it is: PENDING and PROCESSING are one wait as long as nothing is signed, however often it
-- is put back. Null: since updated_at. Not in an index: stages change without touching any.
ALTER TABLE intent_state ADD COLUMN stage_since timestamptz;
CREATE OR REPLACE FUNCTION sge_guard_intent_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.version <= OLD.version AND (NEW.status, NEW.stage) IS DISTINCT FROM (OLD.status, OLD.stage) THEN
    RAISE EXCEPTION 'the version of an intent rises with every change' USING ERRCODE = 'SG005';
  END IF;
  IF NEW.stage <> OLD.stage OR (OLD.status = 'FAILED' AND NEW.status <> 'FAILED') THEN
    NEW.stage_since := NEW.updated_at;
  ELSE
    NEW.stage_since := coalesce(OLD.stage_since, OLD.updated_at);
  END IF;
  RETURN NEW;
END $$;

-- Nonces below it are ours, or a person has said what they were when the lane was un-halted. Null: from its first one on.
ALTER TABLE lane ADD COLUMN explained_through bigint;

-- What un-halting a lane compares with the chain, ten thousand nonces at a time: of those from p_from on that the chain has
-- used (it says p_used of them are), the ones that are not ours (FOREIGN); ours that no block is known for, with each
-- copy's hash (OPEN); the newest that has ended (ENDED); and the first that was not looked at (NEXT).
-- It tells nothing of what they carry: that is their tenants' business.
CREATE FUNCTION sge_lane_nonces(p_lane uuid, p_from bigint, p_used bigint)
RETURNS TABLE (nonce bigint, what text, hash bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH begun AS (
    SELECT greatest(p_from, coalesce(l.explained_through,
                    (SELECT min(t.nonce) FROM chain_transaction t WHERE t.lane_id = l.id), l.next_nonce)) AS nonce
      FROM lane l WHERE l.id = p_lane
  ), part AS (
    SELECT b.nonce, least(p_used, b.nonce + 10000) AS next FROM begun b
  ), used AS (
    SELECT n.nonce, t.id, t.status
      FROM part p CROSS JOIN LATERAL generate_series(p.nonce, p.next - 1) AS n (nonce)
      LEFT JOIN chain_transaction t ON t.lane_id = p_lane AND t.nonce = n.nonce
     WHERE t.id IS NULL OR t.status IN ('PREPARED', 'BROADCAST', 'DISPLACED')
  )
  SELECT u.nonce, 'FOREIGN', NULL::bytea FROM used u WHERE u.id IS NULL OR u.status = 'DISPLACED'
  UNION ALL
  SELECT u.nonce, 'OPEN', c.hash FROM used u JOIN signed_copy c ON c.chain_transaction_id = u.id
   WHERE u.status IN ('PREPARED', 'BROADCAST')
  UNION ALL
  SELECT max(t.nonce), 'ENDED', NULL FROM chain_transaction t
   WHERE t.lane_id = p_lane AND t.status IN ('CONFIRMED', 'REVERTED', 'DISPLACED') HAVING max(t.nonce) IS NOT NULL
  UNION ALL
  SELECT greatest(p.next, p.nonce), 'NEXT', NULL FROM part p
$$;
GRANT EXECUTE ON FUNCTION sge_lane_nonces TO sge_api, sge_worker;

-- A halted lane takes work again; every nonce below p_used is explained. For the platform's people, and never so far ahead
-- that the lane would wait for nonces that nobody has used.
CREATE FUNCTION sge_unhalt_lane(p_lane uuid, p_used bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF sge_current_program() IS DISTINCT FROM 0 THEN
    RAISE EXCEPTION 'a lane is the platform''s' USING ERRCODE = '42501';
  END IF;
  UPDATE lane SET status = 'ACTIVE', halt_reason = NULL, halted_at = NULL,
                  next_nonce = greatest(next_nonce, p_used), explained_through = greatest(explained_through, p_used)
   WHERE id = p_lane AND status = 'HALTED' AND p_used BETWEEN 0 AND next_nonce + 10000;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'lane % is not halted, or % nonces are too many', p_lane, p_used USING ERRCODE = '42501';
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION sge_unhalt_lane FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sge_unhalt_lane TO sge_api;

-- Tries whose process ended before it could write down the answer, in a row: some message may be what ends it.
ALTER TABLE webhook_delivery ADD COLUMN lost integer NOT NULL DEFAULT 0 CHECK (lost >= 0);
GRANT UPDATE (lost) ON webhook_delivery TO sge_api, sge_worker;
