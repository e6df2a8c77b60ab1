-- One request id from HTTP to the webhook: rows carry that of the transaction that wrote them (its request, or the run of its
-- job), and events of an intent and its settlement that of the request which asked for the intent, which is in its audit
-- row (of the same id).

ALTER TABLE intent_transition ADD COLUMN request_id text DEFAULT nullif(current_setting('sge.request_id', true), '');
ALTER TABLE event_outbox ADD COLUMN request_id text DEFAULT nullif(current_setting('sge.request_id', true), '');
ALTER TABLE event ADD COLUMN request_id text;
ALTER TABLE webhook_delivery ADD COLUMN request_id text;
ALTER TABLE provider_event ADD COLUMN request_id text DEFAULT nullif(current_setting('sge.request_id', true), '');
-- The span (W3C trace context) that wrote it, in the same way; null where no traces are collected.
ALTER TABLE event_outbox ADD COLUMN traceparent text DEFAULT nullif(current_setting('sge.traceparent', true), '');
ALTER TABLE event ADD COLUMN traceparent text;
ALTER TABLE webhook_delivery ADD COLUMN traceparent text;
ALTER TABLE provider_event ADD COLUMN traceparent text DEFAULT nullif(current_setting('sge.traceparent', true), '');

-- An id of ours as uuid; null for whatever else stands there: one strange row must not hold up the feed of all.
CREATE FUNCTION sge_uuid_or_null(p_text text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE WHEN p_text ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN p_text::uuid END
$$;
REVOKE EXECUTE ON FUNCTION sge_uuid_or_null FROM PUBLIC;

-- As it was, but for the request id and the trace: of what follows from an intent, those of the intent.
CREATE OR REPLACE FUNCTION sge_move_outbox(p_at timestamptz) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
-- A plan made once, while a table is still empty, takes any index that begins with the program, and reads all of it later.
SET search_path = public, pg_temp SET enable_seqscan = off SET plan_cache_mode = force_custom_plan AS $$
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
  INSERT INTO event (program_id, type, name, entity_id, version, data, at, request_id, traceparent)
  SELECT o.program_id, o.type, o.name, o.entity_id, o.version, o.data, o.at,
         coalesce((SELECT a.request_id FROM audit a WHERE a.program_id = o.program_id AND a.id = f.intent), o.request_id),
         coalesce((SELECT t.traceparent FROM intent_trace t WHERE t.program_id = o.program_id AND t.intent_id = f.intent),
                  o.traceparent)
    FROM event_outbox o
   CROSS JOIN LATERAL (
         SELECT CASE
           WHEN o.type = 'INTENT' THEN sge_uuid_or_null(o.entity_id)
           WHEN o.type = 'SETTLEMENT' THEN sge_uuid_or_null(o.data ->> 'intent')
           WHEN o.name = 'commission.accrued' THEN (
             SELECT s.intent_id FROM settlement s
              WHERE s.program_id = o.program_id AND s.id = sge_uuid_or_null(o.data ->> 'settlement'))
         END AS intent OFFSET 0) f
   WHERE o.id = ANY (ids) ORDER BY o.id;
  DELETE FROM event_outbox WHERE id = ANY (ids);
  RETURN cardinality(ids);
END $$;
