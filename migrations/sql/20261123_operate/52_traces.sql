-- The trace (W3C trace context) of the request that asked for an intent, where traces are collected: the worker's spans go on
-- from there.
CREATE TABLE intent_trace (
  program_id bigint NOT NULL,
  intent_id uuid NOT NULL,
  traceparent text NOT NULL CHECK (length(traceparent) = 55),
  PRIMARY KEY (program_id, intent_id),
  FOREIGN KEY (program_id, intent_id) REFERENCES intent (program_id, id)
);
SELECT pg_temp.guard_tenants('intent_trace');
GRANT INSERT ON intent_trace TO sge_api, sge_worker;

-- Takes up to 10 000 traces away of intents that ended before an instant; returns how many. Ids hold the time at which intents
-- were made, so the younger ones, which are most of them, are not read.
CREATE FUNCTION sge_forget_traces(p_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH gone AS (
    DELETE FROM intent_trace t USING (
        SELECT e.program_id, e.intent_id FROM program p
         CROSS JOIN LATERAL (
           SELECT t.program_id, t.intent_id FROM intent_trace t
             JOIN intent_state s ON s.program_id = t.program_id AND s.intent_id = t.intent_id
            WHERE t.program_id = p.id
              AND t.intent_id < rpad(lpad(to_hex((extract(epoch FROM p_before) * 1000)::bigint), 12, '0'), 32, '0')::uuid
              AND s.status IN ('CONFIRMED', 'FAILED') AND s.completed_at < p_before
            ORDER BY t.intent_id LIMIT 10000) e
         LIMIT 10000) o
     WHERE t.program_id = o.program_id AND t.intent_id = o.intent_id RETURNING t.intent_id)
  SELECT count(*) FROM gone
$$;
REVOKE EXECUTE ON FUNCTION sge_forget_traces FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sge_forget_traces TO sge_worker;
