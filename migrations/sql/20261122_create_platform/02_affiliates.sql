-- The forest of affiliates, the users, and the asynchronous rollups over both.

CREATE TABLE affiliate (
  program_id bigint NOT NULL REFERENCES program (id),
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL,
  parent_id bigint,
  depth integer NOT NULL,
  path bytea NOT NULL,          -- ids from the root down to itself, 8 bytes each, big-endian: a branch is a btree range
  wallet evm_address NOT NULL,
  referral_code text NOT NULL CHECK (referral_code ~ '^[A-Z0-9_-]{3,32}$'),
  display_name text CHECK (length(display_name) BETWEEN 1 AND 100),
  status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'SUSPENDED', 'TERMINATED')),
  request_hash bytea NOT NULL,
  version bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, public_id),
  UNIQUE (program_id, wallet),
  UNIQUE (program_id, referral_code),
  UNIQUE (program_id, path),
  FOREIGN KEY (program_id, parent_id) REFERENCES affiliate (program_id, id),
  CHECK (length(path) = 8 * (depth + 1)),
  CHECK (parent_id IS DISTINCT FROM id)
);
CREATE INDEX affiliate_wallet ON affiliate (wallet);
CREATE INDEX affiliate_parent ON affiliate (program_id, parent_id, id);

-- From the given affiliate up to its root: what an intent keeps as its upline.
CREATE FUNCTION sge_upline(p_path bytea) RETURNS bigint[] LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(array_agg(('x' || encode(substring(p_path FROM n FOR 8), 'hex'))::bit(64)::bigint ORDER BY n DESC), '{}')
    FROM generate_series(1, length(p_path), 8) AS n
$$;

-- depth and path follow from the parent; nobody else writes them.
CREATE FUNCTION sge_place_affiliate() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
DECLARE parent affiliate;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.depth := 0;
    NEW.path := int8send(NEW.id);
    RETURN NEW;
  END IF;
  SELECT * INTO parent FROM affiliate a
    WHERE a.program_id = NEW.program_id AND a.id = NEW.parent_id FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'parent % is not in program %', NEW.parent_id, NEW.program_id USING ERRCODE = 'SG003';
  END IF;
  IF NEW.id = ANY (sge_upline(parent.path)) THEN
    RAISE EXCEPTION 'affiliate % would become its own ancestor', NEW.id USING ERRCODE = 'SG004';
  END IF;
  NEW.depth := parent.depth + 1;
  NEW.path := parent.path || int8send(NEW.id);
  RETURN NEW;
END $$;

CREATE TRIGGER affiliate_place BEFORE INSERT OR UPDATE OF parent_id ON affiliate
  FOR EACH ROW EXECUTE FUNCTION sge_place_affiliate();

-- A moved affiliate takes its branch along, in one statement. Whoever moves holds the forest's lock (app/store/affiliates.py),
-- so nobody joins the branch meanwhile.
CREATE FUNCTION sge_move_branch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE affiliate a
     SET path = NEW.path || substring(a.path FROM length(OLD.path) + 1), depth = a.depth + NEW.depth - OLD.depth
   WHERE a.program_id = NEW.program_id AND a.path > OLD.path
     AND a.path < substring(OLD.path FROM 1 FOR length(OLD.path) - 8) || int8send(OLD.id + 1);
  RETURN NULL;
END $$;
CREATE TRIGGER affiliate_branch AFTER UPDATE OF parent_id ON affiliate
  FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION sge_move_branch();

CREATE FUNCTION sge_guard_place() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  IF pg_trigger_depth() < 2 THEN
    RAISE EXCEPTION 'depth and path follow from the parent' USING ERRCODE = 'SG006';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER affiliate_place_guard BEFORE UPDATE OF depth, path ON affiliate
  FOR EACH STATEMENT EXECUTE FUNCTION sge_guard_place();
CREATE TRIGGER affiliate_move BEFORE UPDATE OF status ON affiliate
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('AFFILIATE');

CREATE TRIGGER affiliate_start BEFORE INSERT ON affiliate
  FOR EACH ROW WHEN (NEW.status <> 'ACTIVE') EXECUTE FUNCTION sge_refuse_start('AFFILIATE');

CREATE TABLE program_user (
  program_id bigint NOT NULL REFERENCES program (id),
  id bigint GENERATED ALWAYS AS IDENTITY,
  public_id uuid NOT NULL,
  wallet evm_address NOT NULL,
  referrer_id bigint,                 -- fixed when the registration is CONFIRMED
  registration_intent_id uuid,        -- the one REGISTRATION that is PENDING, PROCESSING or CONFIRMED
  identity_token_id units,
  registered_at timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, public_id),
  UNIQUE (program_id, wallet),
  FOREIGN KEY (program_id, referrer_id) REFERENCES affiliate (program_id, id),
  CHECK (registered_at IS NOT NULL OR referrer_id IS NULL)
);
CREATE INDEX program_user_wallet ON program_user (wallet);
CREATE INDEX program_user_referrer ON program_user (program_id, referrer_id, id) WHERE referrer_id IS NOT NULL;

-- The referrer is fixed when the registration is CONFIRMED.
CREATE FUNCTION sge_keep_referrer() RETURNS trigger LANGUAGE plpgsql
SET search_path = public, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'the referrer of user % is fixed', OLD.id USING ERRCODE = 'SG007';
END $$;
CREATE TRIGGER program_user_referrer_fixed BEFORE UPDATE OF referrer_id, registered_at, wallet ON program_user
  FOR EACH ROW WHEN (OLD.registered_at IS NOT NULL AND (OLD.referrer_id, OLD.registered_at, OLD.wallet)
                     IS DISTINCT FROM (NEW.referrer_id, NEW.registered_at, NEW.wallet))
  EXECUTE FUNCTION sge_keep_referrer();

-- Asynchronous: applied from events, in position order. level 0 is the affiliate itself (its directly referred
-- users are level 1); month '' is all time. members and users follow today's forest, volume and earned the stored uplines.
CREATE TABLE affiliate_rollup (
  program_id bigint NOT NULL,
  affiliate_id bigint NOT NULL,
  currency text NOT NULL,             -- '' for members and users
  level integer NOT NULL,
  month text NOT NULL,
  members bigint NOT NULL DEFAULT 0,
  users bigint NOT NULL DEFAULT 0,
  volume units NOT NULL DEFAULT 0,
  earned units NOT NULL DEFAULT 0,
  PRIMARY KEY (program_id, affiliate_id, currency, month, level)
) WITH (fillfactor = 70);

CREATE TABLE program_series (
  program_id bigint NOT NULL,
  bucket text NOT NULL CHECK (bucket IN ('MINUTE', 'HOUR', 'DAY')),
  at timestamptz NOT NULL,
  pending bigint NOT NULL DEFAULT 0,
  processing bigint NOT NULL DEFAULT 0,
  confirmed bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  -- settlement times: counts per power of sqrt(2) milliseconds, 64 classes
  latency bigint[] NOT NULL DEFAULT array_fill(0::bigint, ARRAY[64]),
  PRIMARY KEY (program_id, bucket, at)
) WITH (fillfactor = 70);

CREATE TABLE program_series_amount (
  program_id bigint NOT NULL,
  bucket text NOT NULL,
  at timestamptz NOT NULL,
  currency text NOT NULL,
  volume units NOT NULL DEFAULT 0,
  commissions units NOT NULL DEFAULT 0,
  PRIMARY KEY (program_id, bucket, at, currency)
) WITH (fillfactor = 70);

-- How many intents of a program are in each status now; kept by the same rollup.
CREATE TABLE program_counter (
  program_id bigint NOT NULL,
  name text NOT NULL,
  value bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (program_id, name)
) WITH (fillfactor = 50);

-- Up to which event position a consumer has applied; account_snapshots goes by journal id.
CREATE TABLE consumer_position (
  consumer text PRIMARY KEY,
  position bigint NOT NULL DEFAULT 0,
  lease_until timestamptz,
  leased_by text,
  fence bigint NOT NULL DEFAULT 0
);
INSERT INTO consumer_position (consumer) VALUES ('rollups'), ('seals'), ('account_snapshots');
