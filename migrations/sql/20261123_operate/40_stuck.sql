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
