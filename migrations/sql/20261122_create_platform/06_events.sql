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
  next_horizon bigint NOT NULL DEFAULT 0,   -- this transaction and all before it must have ended when next_low_water comes into force
  scanned_at timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO event_feed DEFAULT VALUES;

-- Moves what is committed, up to 500 at a time, in id order; returns how many. The caller has taken the advisory lock
-- in a statement of its own (sge_lock_outbox), so that this statement's snapshot sees what the last mover committed.
CREATE FUNCTION sge_lock_outbox() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT pg_advisory_xact_lock(7234501)
$$;

-- Dead rows pile up at the low end of the index while an old snapshot is open anywhere, so a scan starts at a mark.
-- The mark rises once a minute, to where the outbox ended a minute before, and only when every transaction that ran then
-- has ended: nobody can commit a row below it any more. Everything is looked at once a minute all the same.
CREATE FUNCTION sge_move_outbox(p_at timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET enable_seqscan = off AS $$
DECLARE feed event_feed; whole boolean; ids bigint[]; oldest bigint; own bigint; newest bigint;
BEGIN
  SELECT * INTO feed FROM event_feed;
  whole := feed.scanned_at < p_at - interval '1 minute';
  -- In this order, and before the rows are read: whoever took an id up to `newest` has a number below `own`, which is
  -- given out only now. (The xmax of a snapshot would not do: it is above the last that ended, not the last that began.)
  IF whole THEN
    oldest := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT last_value INTO newest FROM event_outbox_id_seq;
    own := pg_current_xact_id()::text::bigint;
  END IF;
  SELECT array_agg(o.id ORDER BY o.id) INTO ids
    FROM (SELECT id FROM event_outbox WHERE id >= CASE WHEN whole THEN 0 ELSE feed.low_water END
           ORDER BY id LIMIT 500) o;
  IF whole THEN
    UPDATE event_feed SET scanned_at = p_at,
      low_water = CASE WHEN oldest > next_horizon
                       -- What a full batch leaves behind is still to be read.
                       THEN least(next_low_water, CASE WHEN cardinality(ids) = 500 THEN ids[500] + 1 END)
                       ELSE low_water END,
      next_low_water = CASE WHEN oldest > next_horizon THEN newest ELSE next_low_water END,
      next_horizon = CASE WHEN oldest > next_horizon THEN own
                          ELSE next_horizon END;
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

-- Removes events that are older than the retention and says so in event_feed, so that a cursor before them is expired
-- rather than silently short. Looks at the 10 000 lowest positions: they go in order and times almost do, so all up to the
-- newest old one go, as far as they are rolled up, sealed and queued for webhooks; returns how many.
CREATE FUNCTION sge_forget_events(p_before timestamptz) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE last bigint; gone bigint;
BEGIN
  SELECT max(e.position) INTO last
    FROM (SELECT position, at FROM event ORDER BY position LIMIT 10000) e
   WHERE e.at < p_before
     AND e.position <= (SELECT min(c.position) FROM consumer_position c WHERE c.consumer IN ('rollups', 'seals', 'webhooks'));
  DELETE FROM event WHERE position <= last;
  GET DIAGNOSTICS gone = ROW_COUNT;
  UPDATE event_feed SET kept_from = last WHERE kept_from < last;
  RETURN gone;
END $$;
