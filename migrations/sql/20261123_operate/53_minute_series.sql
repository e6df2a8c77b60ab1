-- From when on a program's series has its minutes: older ones are taken away, and hours and days stay. Nobody relies on minutes
-- before it, whether or not they are gone already (docs/decisions/0306-minutes-are-kept-for-a-week.md).
CREATE TABLE minute_series (
  program_id bigint NOT NULL PRIMARY KEY,
  kept_from timestamptz NOT NULL              -- the beginning of a day, so that no hour and no day has minutes in part
);
SELECT pg_temp.guard_tenants('minute_series');
GRANT INSERT, UPDATE ON minute_series TO sge_worker;
-- It never moves back: of a day that is still to come all minutes would be removed, and nobody would have any again.
CREATE POLICY worker_keeps_what_comes ON minute_series AS RESTRICTIVE FOR ALL TO sge_worker
  USING (true) WITH CHECK (kept_from <= now());
