-- Money that left a treasury without a reason known here: whom it went to, and what of theirs it has paid.

-- reference: of the discrepancy, and of the WITHDRAWAL that put the amount into SUSPENSE.
CREATE TABLE unexplained_outflow (
  program_id bigint NOT NULL REFERENCES program (id),
  reference text NOT NULL,
  recipient evm_address NOT NULL,
  PRIMARY KEY (program_id, reference)
);
CREATE TRIGGER unexplained_outflow_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON unexplained_outflow
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

-- The release before wrote the recipient into the message only.
INSERT INTO unexplained_outflow (program_id, reference, recipient)
SELECT DISTINCT ON (d.program_id, d.reference) d.program_id, d.reference, lower(substring(d.message FROM ' went to (0x[0-9a-fA-F]{40})'))
  FROM discrepancy d
 WHERE d.kind = 'UNEXPLAINED_OUTFLOW' AND d.message ~ ' went to 0x[0-9a-fA-F]{40}';

-- What an explained outflow has paid: commissions and refunds, whole; or (charged) a negative commission, for what it paid of
-- one in part.
CREATE TABLE outflow_line (
  program_id bigint NOT NULL,
  line_id uuid NOT NULL,               -- of the commission or the refund
  discrepancy_id uuid NOT NULL,
  amount units NOT NULL CHECK (amount <> 0),
  charged boolean NOT NULL CHECK (NOT charged OR amount < 0),
  PRIMARY KEY (program_id, line_id, charged),
  FOREIGN KEY (program_id, discrepancy_id) REFERENCES discrepancy (program_id, id)
);
CREATE INDEX outflow_line_discrepancy ON outflow_line (program_id, discrepancy_id);
CREATE TRIGGER outflow_line_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outflow_line
  FOR EACH STATEMENT EXECUTE FUNCTION sge_refuse_change();

CREATE FUNCTION sge_check_outflow_line() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM discrepancy d WHERE d.program_id = NEW.program_id AND d.id = NEW.discrepancy_id
                    AND d.kind = 'UNEXPLAINED_OUTFLOW' AND (d.resolved_at IS NOT NULL) = (TG_WHEN = 'AFTER'))
     OR TG_WHEN = 'BEFORE' AND NOT EXISTS (
       SELECT FROM commission c WHERE c.program_id = NEW.program_id AND c.id = NEW.line_id AND c.amount = NEW.amount
       UNION ALL
       SELECT FROM refund r WHERE r.program_id = NEW.program_id AND r.id = NEW.line_id AND r.amount = NEW.amount) THEN
    RAISE EXCEPTION 'an outflow pays whole lines, with its explanation' USING ERRCODE = 'SG042';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER outflow_line_comes BEFORE INSERT ON outflow_line FOR EACH ROW EXECUTE FUNCTION sge_check_outflow_line();
CREATE CONSTRAINT TRIGGER outflow_line_explained AFTER INSERT ON outflow_line
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sge_check_outflow_line();

-- At the commit the lines that it has paid are what its posting took from their owners, each from its own, and no more than what
-- left. Its own posting takes what left out of SUSPENSE, all of it; an older one does not count. There is none where nothing
-- waits there: the chain took it back, a run found what was never posted, or an earlier discrepancy of this name explained it.
CREATE FUNCTION sge_check_outflow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE paid numeric; gone numeric; money text; taken numeric; waits boolean;
BEGIN
  SELECT coalesce(sum(CASE WHEN l.charged THEN -l.amount ELSE l.amount END), 0) INTO paid FROM outflow_line l
   WHERE l.program_id = NEW.program_id AND l.discrepancy_id = NEW.id;
  SELECT t.amount, t.currency INTO gone, money FROM journal j
    JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id
   WHERE j.program_id = NEW.program_id AND j.kind = 'WITHDRAWAL' AND j.reference = NEW.reference
     AND NOT EXISTS (SELECT FROM discrepancy d WHERE d.program_id = NEW.program_id AND d.kind = NEW.kind
                        AND d.reference = NEW.reference AND d.id <> NEW.id AND d.posting_journal_id IS NOT NULL);
  SELECT sum(CASE a.id WHEN t.credit_account_id THEN t.amount ELSE -t.amount END) INTO taken FROM journal j
    JOIN transfer t ON t.program_id = j.program_id AND t.journal_id = j.id AND t.currency = money
    JOIN account a ON a.program_id = t.program_id AND a.id IN (t.credit_account_id, t.debit_account_id) AND a.kind = 'SUSPENSE'
   WHERE j.program_id = NEW.program_id AND j.id = NEW.posting_journal_id AND j.kind = 'ADJUSTMENT'
     AND j.reference = NEW.id::text;
  -- Its block may still be posted.
  SELECT EXISTS (SELECT FROM treasury_alarm a
                   LEFT JOIN consumed_through c ON c.program_id = a.program_id AND c.chain_id = a.chain_id
                  WHERE a.program_id = NEW.program_id AND a.discrepancy_id = NEW.id AND a.ended IS DISTINCT FROM 'GONE'
                    AND (a.ended IS NULL OR c.block_number IS NULL OR c.block_number < a.block_number)) INTO waits;
  IF EXISTS (
       SELECT FROM (
         SELECT CASE WHEN c.id IS NULL THEN 'REFUND' ELSE 'AFFILIATE' END AS kind, coalesce(c.affiliate_id, r.user_id) AS owner_id,
                coalesce(c.currency, r.currency) AS currency, CASE WHEN l.charged THEN -l.amount ELSE l.amount END AS amount
           FROM outflow_line l
           LEFT JOIN commission c ON c.program_id = l.program_id AND c.id = l.line_id
           LEFT JOIN refund r ON r.program_id = l.program_id AND r.id = l.line_id
          WHERE l.program_id = NEW.program_id AND l.discrepancy_id = NEW.id
         UNION ALL
         SELECT a.kind, a.owner_id, t.currency, -t.amount FROM transfer t
           JOIN account a ON a.program_id = t.program_id AND a.id = t.debit_account_id AND a.kind IN ('AFFILIATE', 'REFUND')
          WHERE t.program_id = NEW.program_id AND t.journal_id = NEW.posting_journal_id) part
        GROUP BY kind, owner_id, currency HAVING sum(amount) <> 0)
     OR taken IS DISTINCT FROM gone OR (NEW.posting_journal_id IS NULL) <> (gone IS NULL)
     OR paid > coalesce(gone, 0) OR waits THEN
    RAISE EXCEPTION 'what outflow % has paid is not what is posted', NEW.id USING ERRCODE = 'SG042';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER discrepancy_outflow AFTER UPDATE OF resolved_at ON discrepancy
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.kind = 'UNEXPLAINED_OUTFLOW' AND NEW.resolved_at IS NOT NULL) EXECUTE FUNCTION sge_check_outflow();

-- The web process pays nobody, but says what was paid: within an open outflow, which the checks above compare at the commit.
CREATE FUNCTION sge_pay_by_outflow(
  p_program bigint, p_discrepancy uuid, p_purpose text, p_lines uuid[], p_charges uuid[],
  p_paid_at timestamptz, p_at timestamptz, p_actor text, p_reason text
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE place integer; steps text[];
BEGIN
  IF p_program IS DISTINCT FROM sge_current_program() THEN
    RAISE EXCEPTION 'this transaction may not write program %', p_program USING ERRCODE = 'SG014';
  END IF;
  IF p_purpose = 'COMMISSION' THEN
    steps := ARRAY['ACCRUED', 'PAYABLE', 'PENDING_APPROVAL', 'PAID'];
    FOR place IN 1 .. 3 LOOP
      WITH moved AS (
        UPDATE commission c SET status = steps[place + 1], paid_at = CASE WHEN place = 3 THEN p_paid_at END
         WHERE c.program_id = p_program AND c.id = ANY (p_lines) AND c.status = steps[place] RETURNING c.id)
      INSERT INTO commission_transition (program_id, commission_id, seq, from_status, to_status, at, actor, reason)
      SELECT p_program, m.id, 1 + coalesce((SELECT max(t.seq) FROM commission_transition t
                                             WHERE t.program_id = p_program AND t.commission_id = m.id), 0),
             steps[place], steps[place + 1], p_at, p_actor, p_reason
        FROM moved m;
    END LOOP;
  ELSE
    steps := ARRAY['OWED', 'PENDING_APPROVAL', 'PAID'];
    FOR place IN 1 .. 2 LOOP
      WITH moved AS (
        UPDATE refund r SET status = steps[place + 1], paid_at = CASE WHEN place = 2 THEN p_paid_at END
         WHERE r.program_id = p_program AND r.id = ANY (p_lines) AND r.status = steps[place] RETURNING r.id)
      INSERT INTO refund_transition (program_id, refund_id, seq, from_status, to_status, at, actor, reason)
      SELECT p_program, m.id, 1 + coalesce((SELECT max(t.seq) FROM refund_transition t
                                             WHERE t.program_id = p_program AND t.refund_id = m.id), 0),
             steps[place], steps[place + 1], p_at, p_actor, p_reason
        FROM moved m;
    END LOOP;
  END IF;
  INSERT INTO outflow_line (program_id, line_id, discrepancy_id, amount, charged)
  SELECT p_program, l.id, p_discrepancy, coalesce(c.amount, r.amount), l.id = ANY (p_charges)
    FROM unnest(p_lines || p_charges) AS l (id)
    LEFT JOIN commission c ON c.program_id = p_program AND c.id = l.id
    LEFT JOIN refund r ON r.program_id = p_program AND r.id = l.id;
END $$;

-- As before; and PAID is also what an explained outflow has paid.
CREATE OR REPLACE FUNCTION sge_check_listed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE state text; waits boolean; paid boolean;
BEGIN
  IF TG_TABLE_NAME = 'commission' THEN
    SELECT c.status INTO state FROM commission c WHERE c.program_id = NEW.program_id AND c.id = NEW.id;
  ELSE
    SELECT r.status INTO state FROM refund r WHERE r.program_id = NEW.program_id AND r.id = NEW.id;
  END IF;
  -- By two keys, line by line: a batch may have a hundred thousand.
  SELECT coalesce(bool_or(x.status NOT IN ('EXECUTED', 'DEAD')), false), coalesce(bool_or(x.status = 'EXECUTED'), false)
    INTO waits, paid
    FROM (SELECT (SELECT s.status FROM safe_transaction s
                   WHERE s.program_id = l.program_id AND s.id = l.safe_transaction_id) AS status
            FROM payout_line l WHERE l.program_id = NEW.program_id AND l.line_id = NEW.id) x;
  paid := paid OR EXISTS (SELECT FROM outflow_line o
                           WHERE o.program_id = NEW.program_id AND o.line_id = NEW.id AND NOT o.charged);
  IF (state = 'PENDING_APPROVAL') <> waits OR (state = 'PAID') <> paid THEN
    RAISE EXCEPTION '% % is %, which its Safe transactions are not', TG_TABLE_NAME, NEW.id, state USING ERRCODE = 'SG037';
  END IF;
  RETURN NULL;
END $$;

-- What was final on the chain when a person last started a stopped posting again. Below it money may have left that nobody
-- here knows of, as while it is stopped.
ALTER TABLE consumed_through ADD COLUMN unknown_through bigint;

-- While nobody has said what left the treasury, or not all is posted that did, nobody is paid: it may have paid just them.
CREATE FUNCTION sge_refuse_unexplained() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE program bigint := CASE TG_TABLE_NAME WHEN 'program' THEN (to_jsonb(NEW) ->> 'id')::bigint
                               ELSE (to_jsonb(NEW) ->> 'program_id')::bigint END;
BEGIN
  IF EXISTS (SELECT FROM discrepancy d WHERE d.program_id = program AND d.kind = 'UNEXPLAINED_OUTFLOW'
                AND d.resolved_at IS NULL) THEN
    RAISE EXCEPTION 'money left the treasury of program % that nobody has explained', program USING ERRCODE = 'SG043';
  END IF;
  IF EXISTS (SELECT FROM consumed_through c WHERE c.program_id = program
                AND (c.stopped IS NOT NULL OR c.block_number < c.unknown_through)) THEN
    RAISE EXCEPTION 'what the chain says of program % is not all posted', program USING ERRCODE = 'SG043';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER program_explained BEFORE UPDATE OF status ON program
  FOR EACH ROW WHEN (OLD.status = 'PAUSED' AND NEW.status = 'ACTIVE') EXECUTE FUNCTION sge_refuse_unexplained();
CREATE TRIGGER payout_batch_explained BEFORE INSERT ON payout_batch
  FOR EACH ROW WHEN (NEW.kind <> 'CLOSING') EXECUTE FUNCTION sge_refuse_unexplained();

SELECT pg_temp.guard_tenants(name) FROM unnest(ARRAY['unexplained_outflow', 'outflow_line']) name;
GRANT INSERT ON unexplained_outflow TO sge_worker;
REVOKE EXECUTE ON FUNCTION sge_check_outflow_line, sge_check_outflow, sge_pay_by_outflow, sge_refuse_unexplained FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sge_pay_by_outflow TO sge_api;
