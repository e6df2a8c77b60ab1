-- After a restore or a promotion these tables may lack what was committed last. What they say of themselves is compared with
-- the server that they are on: as long as both differ, nothing is signed, posted or proposed.

-- The server that these tables were last known on. A promotion and a restore to a point in time begin a new timeline; a dump
-- that is loaded elsewhere comes to another system.
CREATE TABLE instance (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  system_identifier bigint NOT NULL,
  timeline integer NOT NULL,
  noted_at timestamptz NOT NULL,
  foreign_note_at timestamptz          -- when Redis last held a note about the server that none of ours has written
);

-- Each return from an older state: begun by whoever noticed it first, finished when everything was read from the chains.
CREATE TABLE recovery (
  id uuid PRIMARY KEY,
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  begun_by text NOT NULL,
  begun_at timestamptz NOT NULL,
  state_of timestamptz,                -- when the newest event in the tables happened: later ones are lost
  feed_epoch integer NOT NULL,
  finished_by text,
  finished_at timestamptz,
  CHECK ((finished_at IS NULL) = (finished_by IS NULL))
);
CREATE UNIQUE INDEX recovery_open ON recovery ((finished_at IS NULL)) WHERE finished_at IS NULL;
CREATE TRIGGER recovery_ended_once BEFORE UPDATE ON recovery
  FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION sge_refuse_change();
CREATE TRIGGER recovery_kept BEFORE DELETE ON recovery
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_change();

-- Nonces below may have been used by transactions that were signed after the state these tables are of: ours, though nothing
-- here knows them.
ALTER TABLE lane ADD COLUMN lost_below bigint CHECK (lost_below <= next_nonce);

CREATE FUNCTION sge_timeline() RETURNS integer LANGUAGE plpgsql STABLE SET search_path = public, pg_temp AS $$
BEGIN
  IF pg_is_in_recovery() THEN
    RETURN (SELECT timeline_id FROM pg_control_checkpoint());
  END IF;
  -- The control file learns of a promotion only with its next checkpoint.
  RETURN ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::integer;
END $$;

-- Whether the server is the one that these tables were last known on.
CREATE FUNCTION sge_is_own_server() RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM instance
                  WHERE timeline = sge_timeline()
                    AND system_identifier = (SELECT system_identifier FROM pg_control_system()))
$$;

-- Whether these tables know everything that happened: nobody signs, posts or proposes otherwise.
CREATE FUNCTION sge_is_recovered() RETURNS boolean LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT sge_is_own_server() AND NOT EXISTS (SELECT FROM recovery WHERE finished_at IS NULL)
$$;

INSERT INTO instance (system_identifier, timeline, noted_at)
SELECT system_identifier, sge_timeline(), statement_timestamp() FROM pg_control_system();

-- Sessions that were ended since the backup are alive again, so all end.
CREATE FUNCTION sge_end_sessions(p_at timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH ended AS (
    UPDATE wallet_session SET revoked_at = p_at WHERE revoked_at IS NULL AND expires_at > p_at RETURNING 1)
  SELECT count(*) FROM ended
$$;

-- Nonces that were used since the backup are unknown again, so a message from before logs nobody in. A message is good for
-- five minutes: its nonce expires so long after it was asked for.
CREATE FUNCTION sge_refuse_older_login() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM recovery WHERE begun_at > NEW.expires_at - interval '5 minutes') THEN
    RETURN NULL;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER login_nonce_after_recovery BEFORE INSERT ON login_nonce
  FOR EACH ROW EXECUTE FUNCTION sge_refuse_older_login();

SELECT pg_temp.guard_platform(name) FROM unnest(ARRAY['instance', 'recovery']) name;
CREATE POLICY feed_reads ON instance FOR SELECT TO sge_feed USING (true);
CREATE POLICY feed_reads ON recovery FOR SELECT TO sge_feed USING (true);
GRANT SELECT ON instance, recovery TO sge_feed;
GRANT UPDATE (system_identifier, timeline, noted_at, foreign_note_at) ON instance TO sge_worker;
GRANT INSERT ON recovery TO sge_worker;
GRANT UPDATE (reason, begun_at, state_of, feed_epoch, finished_by, finished_at) ON recovery TO sge_worker;
GRANT UPDATE (epoch) ON event_feed TO sge_worker;

REVOKE EXECUTE ON FUNCTION sge_timeline, sge_is_own_server, sge_is_recovered, sge_end_sessions, sge_refuse_older_login FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sge_timeline, sge_is_own_server, sge_is_recovered TO sge_api, sge_worker, sge_feed, sge_reader;
GRANT EXECUTE ON FUNCTION sge_end_sessions TO sge_worker;
