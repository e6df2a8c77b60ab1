-- Stretches of a thousand journals of a program: the earliest and the latest of their effective instants, and what each kind of
-- account moved in them. A balance at an old instant looks only into those for journals that were posted out of order
-- (docs/decisions/0329), and the trial balance of one adds them up (0337). Written by the snapshotter, once nothing can
-- appear among them any more; journals after the last stretch are looked at themselves.
CREATE TABLE journal_stretch (
  program_id bigint NOT NULL,
  through bigint NOT NULL,             -- its last journal
  after bigint NOT NULL,               -- the last of the stretch before, 0 for none
  earliest timestamptz NOT NULL,
  latest timestamptz NOT NULL,
  PRIMARY KEY (program_id, through),
  CHECK (after < through AND earliest <= latest)
);
-- Kept like the sums of 81_sums.sql: check ROLLUPS adds them up again, `sge program rebuild-rollups` mends them.
CREATE TABLE stretch_sum (
  program_id bigint NOT NULL,
  through bigint NOT NULL,             -- of its stretch
  currency text NOT NULL,
  kind text NOT NULL,
  debits units NOT NULL,
  credits units NOT NULL,
  accounts units NOT NULL,             -- how many moved for the first time, by the order of journals
  PRIMARY KEY (program_id, through, currency, kind),
  FOREIGN KEY (program_id, through) REFERENCES journal_stretch (program_id, through)
);

-- The stretches of so many journals that are whole up to a safe horizon, after the last one. Journals neither change nor go, and
-- up to the horizon none can appear: each is written once. What is left over is shorter than one.
-- Without sorts, what is asked for in order is found only along the index that has it so, and without nested loops joined only by
-- hash, also of a program that came since statistics were made (docs/decisions/0345).
CREATE FUNCTION sge_write_stretches(p_program bigint, p_through bigint, p_every bigint) RETURNS void LANGUAGE sql
SET search_path = public, pg_temp
SET enable_sort = off SET enable_nestloop = off SET jit = off AS $$
  WITH whole AS (
    INSERT INTO journal_stretch (program_id, after, through, earliest, latest)
    SELECT p_program, lag(f.through, 1, f.start) OVER (ORDER BY f.through), f.through, f.earliest, f.latest
      FROM (SELECT n.start, max(n.id) AS through, min(n.effective_at) AS earliest, max(n.effective_at) AS latest
              FROM (SELECT l.start, j.id, j.effective_at, j.place
                      FROM (SELECT coalesce(max(through), 0) AS start FROM journal_stretch WHERE program_id = p_program) l
                     CROSS JOIN LATERAL (
                           SELECT j.id, j.effective_at, (row_number() OVER (ORDER BY j.id) - 1) / p_every AS place FROM journal j
                            WHERE j.program_id = p_program AND j.id > l.start AND j.id <= p_through) j) n
             GROUP BY n.start, n.place HAVING count(*) = p_every) f
    RETURNING after, through
  ), moved AS NOT MATERIALIZED (
    SELECT w.through, t.currency, t.debit_account_id, t.credit_account_id, t.amount
      FROM whole w
     CROSS JOIN LATERAL (
           SELECT t.currency, t.debit_account_id, t.credit_account_id, t.amount FROM transfer t
            WHERE t.program_id = p_program AND t.journal_id > w.after AND t.journal_id <= w.through
            ORDER BY t.journal_id) t
  ), met AS (
    SELECT f.account_id, f.through, a.currency, a.kind
      FROM (SELECT s.account_id, min(m.through) AS through
              FROM moved m CROSS JOIN LATERAL (VALUES (m.debit_account_id), (m.credit_account_id)) AS s (account_id)
             GROUP BY 1) f
     CROSS JOIN LATERAL (
           SELECT a.currency, a.kind FROM account a
            WHERE a.program_id = p_program AND a.id >= f.account_id AND a.id <= f.account_id ORDER BY a.id) a
  ), pairs AS (
    SELECT m.through, m.currency, d.kind AS debited, c.kind AS credited, sum(m.amount) AS amount
      FROM moved m
      JOIN met d ON d.account_id = m.debit_account_id
      JOIN met c ON c.account_id = m.credit_account_id
     GROUP BY 1, 2, 3, 4
  )
  INSERT INTO stretch_sum (program_id, through, currency, kind, debits, credits, accounts)
  SELECT p_program, s.through, s.currency, s.kind, sum(s.debits), sum(s.credits), sum(s.accounts)
    FROM (SELECT p.through, p.currency, v.kind, v.debits, v.credits, 0 AS accounts
            FROM pairs p
           CROSS JOIN LATERAL (VALUES (p.debited, p.amount, 0), (p.credited, 0, p.amount)) AS v (kind, debits, credits)
          UNION ALL
          SELECT m.through, m.currency, m.kind, 0, 0, 1
            FROM met m
           CROSS JOIN (SELECT min(after) AS after FROM whole) w
           WHERE (SELECT true FROM transfer t WHERE t.program_id = p_program
                     AND (t.debit_account_id, t.journal_id) > (m.account_id, 0)
                     AND (t.debit_account_id, t.journal_id) <= (m.account_id, w.after)
                   ORDER BY t.debit_account_id, t.journal_id LIMIT 1) IS NULL
             AND (SELECT true FROM transfer t WHERE t.program_id = p_program
                     AND (t.credit_account_id, t.journal_id) > (m.account_id, 0)
                     AND (t.credit_account_id, t.journal_id) <= (m.account_id, w.after)
                   ORDER BY t.credit_account_id, t.journal_id LIMIT 1) IS NULL) s
   GROUP BY 2, 3, 4
$$;
-- Up to where the release before wrote its snapshots, below which nothing appears; and before any other file locks a table that
-- postings write, as this is the longest of them.
SELECT sge_write_stretches(p.id, c.position, 1000) FROM program p
 CROSS JOIN consumer_position c WHERE c.consumer = 'account_snapshots' ORDER BY p.id;
-- Not before: until the end of the migration nobody pauses a program.
ALTER TABLE journal_stretch ADD FOREIGN KEY (program_id) REFERENCES program (id);

SELECT pg_temp.guard_tenants(name) FROM unnest(ARRAY['journal_stretch', 'stretch_sum']) name;
GRANT INSERT ON journal_stretch, stretch_sum TO sge_worker;
-- Workers mend sums (app/store/rollups/kept_sums.py).
GRANT UPDATE ON stretch_sum TO sge_worker;
REVOKE EXECUTE ON FUNCTION sge_write_stretches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sge_write_stretches TO sge_worker;
