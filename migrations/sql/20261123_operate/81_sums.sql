-- Sums that pages ask for, kept in the transaction of what they sum: reading them reads no history. Check ROLLUPS adds all of
-- them up again, and `sge program rebuild-rollups` mends them (docs/decisions/0300).
-- Who holds one of these rows waits for nobody who waits for it: a posting comes before commissions are stored or moved, so
-- accounts are locked before sums; whoever moves commissions holds the treasury's lock; what both touch is taken last.

-- Balances (credits - debits) of all accounts of a kind; above_zero: of those that are.
CREATE TABLE account_sum (
  program_id bigint NOT NULL,
  currency text NOT NULL,
  kind text NOT NULL,
  balance units NOT NULL,
  above_zero units NOT NULL,
  PRIMARY KEY (program_id, currency, kind)
) WITH (fillfactor = 50);

-- Commissions that are PAYABLE (day -infinity), and the ACCRUED by the day on which they become so.
CREATE TABLE payable_sum (
  program_id bigint NOT NULL,
  currency text NOT NULL,
  day timestamptz NOT NULL,
  amount units NOT NULL,
  PRIMARY KEY (program_id, currency, day)
) WITH (fillfactor = 50);

-- An affiliate's commissions by what became of them. ACCRUED is not here: it is what its account holds beside these, and
-- a settlement would have to write a row for each who earns.
CREATE TABLE earned_sum (
  program_id bigint NOT NULL,
  affiliate_id bigint NOT NULL,
  currency text NOT NULL,
  payable units NOT NULL,
  pending_approval units NOT NULL,
  paid units NOT NULL,
  reversed units NOT NULL,             -- REVERSED, and what clawbacks took of what is not
  PRIMARY KEY (program_id, affiliate_id, currency)
) WITH (fillfactor = 70);

-- As before; and the sums of the kinds. Nobody posts while they are filled. transfer first, as a posting takes them: one that is
-- under way ends, and the next begins with the new function.
LOCK TABLE transfer, account, commission IN SHARE ROW EXCLUSIVE MODE;
CREATE OR REPLACE FUNCTION sge_apply_transfers() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE wanted bigint; done bigint;
BEGIN
  IF EXISTS (SELECT FROM (SELECT DISTINCT program_id, journal_id FROM inserted) t
              WHERE NOT EXISTS (SELECT FROM journal j WHERE j.program_id = t.program_id AND j.id = t.journal_id)) THEN
    RAISE EXCEPTION 'a transfer names a journal that does not exist' USING ERRCODE = 'SG010';
  END IF;
  -- Sorted, so that two postings never wait for each other in a circle.
  PERFORM FROM account a
    WHERE (a.program_id, a.id) IN (SELECT program_id, debit_account_id FROM inserted
                                   UNION SELECT program_id, credit_account_id FROM inserted)
    ORDER BY a.program_id, a.id FOR NO KEY UPDATE;
  WITH sums AS (
    SELECT s.program_id, s.currency, s.id, sum(s.debit) AS debits, sum(s.credit) AS credits
      FROM (SELECT program_id, currency, debit_account_id AS id, amount AS debit, 0::numeric AS credit FROM inserted
            UNION ALL
            SELECT program_id, currency, credit_account_id, 0, amount FROM inserted) s
     GROUP BY 1, 2, 3
  ), applied AS (
    UPDATE account a SET debits = a.debits + s.debits, credits = a.credits + s.credits, version = a.version + 1
      FROM sums s WHERE a.program_id = s.program_id AND a.id = s.id AND a.currency = s.currency
    RETURNING a.program_id, a.currency, a.kind, a.credits - a.debits AS balance, s.credits - s.debits AS change
  ), kept AS (
    INSERT INTO account_sum AS k (program_id, currency, kind, balance, above_zero)
    SELECT program_id, currency, kind, sum(change), sum(greatest(balance, 0) - greatest(balance - change, 0))
      FROM applied GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (program_id, currency, kind) DO UPDATE
       SET balance = k.balance + excluded.balance, above_zero = k.above_zero + excluded.above_zero
  )
  SELECT (SELECT count(*) FROM sums), (SELECT count(*) FROM applied) INTO wanted, done;
  IF wanted <> done THEN
    RAISE EXCEPTION 'a transfer names an account that is missing, of another program, or of another currency'
      USING ERRCODE = 'SG011';
  END IF;
  RETURN NULL;
END $$;
INSERT INTO account_sum (program_id, currency, kind, balance, above_zero)
SELECT program_id, currency, kind, sum(credits - debits), sum(greatest(credits - debits, 0)) FROM account GROUP BY 1, 2, 3;

-- What a commission adds to the sums. changed: rows of commissions with a sign, 1 for what they are now and -1 for what they
-- were. Where nothing changes nothing is locked: a settlement writes of payable_sum one row a day and currency.
CREATE FUNCTION pg_temp.keep_commissions(changed text) RETURNS text LANGUAGE sql AS $form$
  SELECT format($$
    INSERT INTO payable_sum AS k (program_id, currency, day, amount)
    SELECT program_id, currency, CASE status WHEN 'ACCRUED' THEN date_trunc('day', payable_at, 'UTC') ELSE '-infinity' END,
           sum(sign * amount)
      FROM (%1$s) c WHERE status IN ('ACCRUED', 'PAYABLE')
     GROUP BY 1, 2, 3 HAVING sum(sign * amount) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (program_id, currency, day) DO UPDATE SET amount = k.amount + excluded.amount;
    INSERT INTO earned_sum AS k (program_id, affiliate_id, currency, payable, pending_approval, paid, reversed)
    SELECT * FROM (
      SELECT program_id, affiliate_id, currency,
             coalesce(sum(sign * amount) FILTER (WHERE status = 'PAYABLE'), 0) AS payable,
             coalesce(sum(sign * amount) FILTER (WHERE status = 'PENDING_APPROVAL'), 0) AS pending_approval,
             coalesce(sum(sign * amount) FILTER (WHERE status = 'PAID'), 0) AS paid,
             coalesce(sum(sign * abs(amount)) FILTER (WHERE (status = 'REVERSED') = (amount > 0)), 0) AS reversed
        FROM (%1$s) c WHERE status <> 'ACCRUED' OR amount < 0 GROUP BY 1, 2, 3) s
     WHERE (payable, pending_approval, paid, reversed) <> (0, 0, 0, 0)
     ORDER BY 1, 2, 3
    ON CONFLICT (program_id, affiliate_id, currency) DO UPDATE
       SET payable = k.payable + excluded.payable, pending_approval = k.pending_approval + excluded.pending_approval,
           paid = k.paid + excluded.paid, reversed = k.reversed + excluded.reversed;
  $$, changed)
$form$;
DO $$
DECLARE trigger_form text := 'CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER'
  ' SET search_path = public, pg_temp AS $body$ BEGIN %s RETURN NULL; END $body$';
BEGIN
  EXECUTE format(trigger_form, 'sge_sum_new_commissions', pg_temp.keep_commissions('SELECT 1 AS sign, n.* FROM came n'));
  EXECUTE format(trigger_form, 'sge_sum_moved_commissions', pg_temp.keep_commissions(
    'SELECT -1 AS sign, o.* FROM went o UNION ALL SELECT 1, n.* FROM came n'));
  EXECUTE pg_temp.keep_commissions('SELECT 1 AS sign, c.* FROM commission c');
END $$;
CREATE TRIGGER commission_sum_new AFTER INSERT ON commission REFERENCING NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION sge_sum_new_commissions();
CREATE TRIGGER commission_sum_moved AFTER UPDATE ON commission REFERENCING OLD TABLE AS went NEW TABLE AS came
  FOR EACH STATEMENT EXECUTE FUNCTION sge_sum_moved_commissions();

-- What came into an affiliate's account beside commissions is little; statements take the rest from balances.
CREATE INDEX transfer_given_back ON transfer (program_id, credit_account_id, journal_id)
  WHERE purpose NOT IN ('payment', 'registration_fee', 'platform_fee', 'commission');

SELECT pg_temp.guard_tenants(name) FROM unnest(ARRAY['account_sum', 'payable_sum', 'earned_sum']) name;
-- Workers mend them (app/store/rollups/kept_sums.py).
GRANT INSERT, UPDATE ON account_sum, payable_sum, earned_sum TO sge_worker;
REVOKE EXECUTE ON FUNCTION sge_sum_new_commissions, sge_sum_moved_commissions FROM PUBLIC;
