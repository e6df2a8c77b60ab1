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
