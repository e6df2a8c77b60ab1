-- Outgoing webhooks: where to, signed with what, what was sent, and what came of each try.

CREATE TABLE webhook_endpoint (
  program_id bigint NOT NULL REFERENCES program (id),
  id uuid NOT NULL,
  url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2000),
  -- WEBHOOK is not among them: a delivery that failed would make another one.
  events text[] NOT NULL CHECK (cardinality(events) > 0 AND events <@ ARRAY['INTENT', 'SETTLEMENT', 'COMMISSION', 'AFFILIATE',
    'PAYOUT_BATCH', 'LEDGER', 'RECONCILIATION', 'DISCREPANCY', 'PROGRAM']),
  enabled boolean NOT NULL DEFAULT true,
  starts_after bigint NOT NULL,      -- events after this position are its own: since it was made, or enabled again
  failing_since timestamptz,         -- its tries have failed since then, without one that arrived
  created_by text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  version bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (program_id, id),
  CHECK (deleted_at IS NULL OR NOT enabled)
);
CREATE INDEX webhook_endpoint_enabled ON webhook_endpoint (program_id) WHERE enabled;

-- Several are valid while receivers change over; all of them sign.
CREATE TABLE webhook_secret (
  program_id bigint NOT NULL,
  endpoint_id uuid NOT NULL,
  id uuid NOT NULL,
  sealed bytea NOT NULL,
  created_at timestamptz NOT NULL,
  valid_until timestamptz,
  PRIMARY KEY (program_id, id),
  FOREIGN KEY (program_id, endpoint_id) REFERENCES webhook_endpoint (program_id, id)
);
CREATE INDEX webhook_secret_endpoint ON webhook_secret (program_id, endpoint_id);

-- One event for one endpoint, with the very bytes that are signed. tries: begun in all; failures: since it was queued or
-- redelivered. lease_until, sending_since: somebody is sending it.
CREATE TABLE webhook_delivery (
  program_id bigint NOT NULL,
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  event_epoch integer NOT NULL,
  event_position bigint NOT NULL,
  event_name text NOT NULL,
  body text NOT NULL,
  status text NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'DELIVERED', 'FAILED', 'DISABLED')),
  tries integer NOT NULL DEFAULT 0 CHECK (tries >= 0),
  failures integer NOT NULL DEFAULT 0 CHECK (failures >= 0),
  next_attempt_at timestamptz,
  lease_until timestamptz,
  sending_since timestamptz,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (program_id, id),
  UNIQUE (program_id, endpoint_id, event_epoch, event_position),
  FOREIGN KEY (program_id, endpoint_id) REFERENCES webhook_endpoint (program_id, id),
  CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL)),
  CHECK ((lease_until IS NULL) = (sending_since IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX webhook_delivery_due ON webhook_delivery (program_id, endpoint_id, next_attempt_at, event_position)
  WHERE status = 'PENDING' AND lease_until IS NULL;
CREATE INDEX webhook_delivery_sending ON webhook_delivery (lease_until) WHERE lease_until IS NOT NULL;
CREATE INDEX webhook_delivery_listed ON webhook_delivery (program_id, endpoint_id, id);
CREATE INDEX webhook_delivery_ended ON webhook_delivery (created_at) WHERE status <> 'PENDING';
CREATE TRIGGER webhook_delivery_move BEFORE UPDATE OF status ON webhook_delivery
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sge_check_move('WEBHOOK_DELIVERY');
CREATE TRIGGER webhook_delivery_start BEFORE INSERT ON webhook_delivery
  FOR EACH ROW WHEN (NEW.status <> 'PENDING') EXECUTE FUNCTION sge_refuse_start('WEBHOOK_DELIVERY');

-- A try never changes; it goes with its delivery, when nobody needs that any more.
CREATE TABLE webhook_attempt (
  program_id bigint NOT NULL,
  delivery_id uuid NOT NULL,
  n integer NOT NULL CHECK (n > 0),
  at timestamptz NOT NULL,
  response_status integer,
  error text,
  duration_ms double precision NOT NULL,
  PRIMARY KEY (program_id, delivery_id, n),
  FOREIGN KEY (program_id, delivery_id) REFERENCES webhook_delivery (program_id, id) ON DELETE CASCADE
);
CREATE TRIGGER webhook_attempt_unchanged BEFORE UPDATE OR TRUNCATE ON webhook_attempt
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

INSERT INTO consumer_position (consumer) VALUES ('webhooks');

-- Takes up to 10 000 ended deliveries away that were made before an instant, their tries with them, and secrets that ended
-- before it; returns how many deliveries.
CREATE FUNCTION sge_forget_webhooks(p_before timestamptz) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  DELETE FROM webhook_secret s WHERE s.valid_until < p_before;
  WITH gone AS (
    DELETE FROM webhook_delivery d USING (
        SELECT o.program_id, o.id FROM webhook_delivery o
         WHERE o.created_at < p_before AND o.status <> 'PENDING' AND o.lease_until IS NULL LIMIT 10000) o
     WHERE d.program_id = o.program_id AND d.id = o.id RETURNING d.id)
  SELECT count(*) FROM gone
$$;
