-- Events: written to the outbox in the transaction of the change, moved once, read by position.

CREATE SEQUENCE event_outbox_id_seq AS bigint CACHE 1;
CREATE TABLE event_outbox (
  id bigint PRIMARY KEY DEFAULT nextval('event_outbox_id_seq'),
  program_id bigint NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  entity_id text,
  version bigint NOT NULL,
  data jsonb NOT NULL,
  at timestamptz NOT NULL
);

CREATE TABLE event (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  program_id bigint NOT NULL,
  type text NOT NULL,
  name text NOT NULL,
  entity_id text,
  version bigint NOT NULL,
  data jsonb NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX event_program ON event (program_id, position);
CREATE INDEX event_at ON event (at);

-- epoch: raised when positions may be issued again (a restore, a lost replica tail); cursors carry it.
CREATE TABLE event_feed (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  epoch integer NOT NULL DEFAULT 1,
  kept_from bigint NOT NULL DEFAULT 0,   -- positions at or below were removed by age
  low_water bigint NOT NULL DEFAULT 0,   -- outbox ids below are looked at once a minute only
  next_low_water bigint NOT NULL DEFAULT 0,
  scanned_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO event_feed DEFAULT VALUES;

-- Moves what is committed, up to 500 at a time, in id order; returns how many. The caller has taken the advisory lock
-- in a statement of its own (sge_lock_outbox), so that this statement's snapshot sees what the last mover committed.
CREATE FUNCTION sge_lock_outbox() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT pg_advisory_xact_lock(7234501)
$$;

CREATE FUNCTION sge_move_outbox(p_at timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE ids bigint[]; feed event_feed; whole boolean;
BEGIN
  SELECT * INTO feed FROM event_feed;
  -- Dead rows pile up at the low end of the index while an old snapshot is open, so the scan starts at a mark that
  -- trails by at least a minute (no transaction of ours may run that long), and everything is looked at once a minute.
  whole := feed.scanned_at < p_at - interval '1 minute';
  SELECT array_agg(o.id ORDER BY o.id) INTO ids
    FROM (SELECT id FROM event_outbox WHERE id >= CASE WHEN whole THEN 0 ELSE feed.low_water END
           ORDER BY id LIMIT 500) o;
  IF whole THEN
    UPDATE event_feed SET scanned_at = p_at, low_water = next_low_water,
      next_low_water = greatest(next_low_water, (SELECT coalesce(max(e.id), 0) FROM unnest(ids) AS e (id)));
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
