-- Payment providers: the secrets that their webhooks are signed with, and every event that came with a good signature.

CREATE TABLE provider_secret (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  provider text NOT NULL CHECK (provider IN ('coinbase-commerce')),
  sealed bytea NOT NULL,               -- AES-256-GCM, for this row only (app/auth/sealed_secrets.py)
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  valid_until timestamptz,             -- null: until another one takes its place
  PRIMARY KEY (program_id, id)
);
CREATE UNIQUE INDEX provider_secret_in_use ON provider_secret (program_id, provider) WHERE valid_until IS NULL;
CREATE TRIGGER provider_secret_fixed BEFORE UPDATE OF program_id, id, provider, sealed, created_by, created_at
    OR DELETE OR TRUNCATE ON provider_secret
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- The web process writes down to received_at; a worker reads the body and says what came of it.
CREATE TABLE provider_event (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  provider text NOT NULL CHECK (provider IN ('coinbase-commerce')),
  event_id text COLLATE "C" NOT NULL,  -- the provider's; sha256:… of a body that names none
  body bytea NOT NULL,                 -- as it was signed, byte by byte
  received_at timestamptz NOT NULL,
  due_at timestamptz,                  -- null: nothing is left to do
  tries integer NOT NULL DEFAULT 0,    -- that broke off
  asked_again_at timestamptz,          -- a person wants what was paid late to be credited
  event_type text,
  step text CHECK (step IN ('CREATED', 'PENDING', 'FAILED', 'LATE', 'PAID')),
  charge text COLLATE "C",             -- the provider's name of it
  intent_id uuid,
  amount units CHECK (amount > 0),     -- what it says was paid, in the program's first currency
  currency text,
  outcome text CHECK (outcome IN ('APPLIED', 'STALE', 'SETTLED', 'IGNORED', 'UNATTRIBUTED', 'MALFORMED')),
  processed_at timestamptz,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, provider, event_id),
  FOREIGN KEY (program_id, intent_id) REFERENCES intent (program_id, id),
  CHECK ((amount IS NULL) = (currency IS NULL)),
  CHECK ((outcome IS NULL) = (processed_at IS NULL)),
  CHECK (due_at IS NOT NULL OR processed_at IS NOT NULL),
  CHECK (asked_again_at IS NULL OR step = 'LATE')
);
CREATE INDEX provider_event_due ON provider_event (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX provider_event_intent ON provider_event (program_id, intent_id) WHERE intent_id IS NOT NULL;
CREATE INDEX provider_event_charge ON provider_event (program_id, provider, charge) WHERE intent_id IS NOT NULL;
-- One charge is credited once, whatever its events say.
CREATE UNIQUE INDEX provider_event_settled ON provider_event (program_id, provider, charge) WHERE outcome = 'SETTLED';
CREATE TRIGGER provider_event_fixed BEFORE UPDATE OF program_id, id, provider, event_id, body, received_at
    OR DELETE OR TRUNCATE ON provider_event
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();
CREATE FUNCTION sge_keep_settled_event() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'an event that proves a settlement stays as it is' USING ERRCODE = 'SG002';
END $$;
CREATE TRIGGER provider_event_settled_stays BEFORE UPDATE ON provider_event
  FOR EACH ROW WHEN (OLD.outcome = 'SETTLED') EXECUTE FUNCTION sge_keep_settled_event();

-- A provider proves a settlement by one event that was processed, of that very intent and amount.
ALTER TABLE settlement ADD FOREIGN KEY (program_id, provider_event_id) REFERENCES provider_event (program_id, id);
CREATE FUNCTION sge_check_provider_proof() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM provider_event e JOIN intent i ON i.program_id = e.program_id AND i.id = e.intent_id
     WHERE e.program_id = NEW.program_id AND e.id = NEW.provider_event_id AND e.intent_id = NEW.intent_id
       AND i.kind = 'COMMERCE_PAYMENT' AND e.outcome = 'SETTLED'
       AND (e.step = 'PAID' OR (e.step = 'LATE' AND e.asked_again_at IS NOT NULL))
       AND (e.amount, e.currency) = (NEW.amount, NEW.currency)) THEN
    RAISE EXCEPTION 'no processed event of a provider proves this settlement' USING ERRCODE = 'SG050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_provider_proof BEFORE INSERT ON settlement
  FOR EACH ROW WHEN (NEW.provider_event_id IS NOT NULL) EXECUTE FUNCTION sge_check_provider_proof();

-- No block confirms such an intent: its settlement is there first.
CREATE FUNCTION sge_check_provider_confirmation() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM intent i WHERE i.program_id = NEW.program_id AND i.id = NEW.intent_id
                AND i.kind = 'COMMERCE_PAYMENT')
     AND NOT EXISTS (SELECT FROM settlement s WHERE s.program_id = NEW.program_id AND s.intent_id = NEW.intent_id
                        AND s.provider_event_id IS NOT NULL) THEN
    RAISE EXCEPTION 'no event of a provider proves this payment' USING ERRCODE = 'SG050';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER intent_state_provider_proof BEFORE UPDATE OF status ON intent_state
  FOR EACH ROW WHEN (NEW.status = 'CONFIRMED' AND OLD.status <> 'CONFIRMED' AND NEW.mined_block IS NULL)
  EXECUTE FUNCTION sge_check_provider_confirmation();

-- Whoever sends an event has no credential but its signature: what it is to be compared with, the newest first.
CREATE FUNCTION sge_provider_secrets(p_public_id uuid, p_slug text, p_provider text, p_at timestamptz, p_most integer)
RETURNS TABLE (program_id bigint, secret_id uuid, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.program_id, s.id, s.sealed
    FROM program p JOIN provider_secret s ON s.program_id = p.id
   WHERE (p.public_id = p_public_id OR p.slug = p_slug) AND s.provider = p_provider
     AND coalesce(s.valid_until > p_at, true)
   ORDER BY s.created_at DESC, s.id DESC LIMIT p_most
$$;
