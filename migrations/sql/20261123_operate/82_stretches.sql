-- The earliest and the latest effective instant of each thousand journals of a program: a balance at an old instant looks
-- only into those stretches for journals that were posted out of order (docs/decisions/0329). Written by the snapshotter,
-- once nothing can appear among them any more; journals after the last stretch are looked at themselves.
CREATE TABLE journal_stretch (
  program_id bigint NOT NULL REFERENCES program (id),
  through bigint NOT NULL,             -- its last journal
  after bigint NOT NULL,               -- the last of the stretch before, 0 for none
  earliest timestamptz NOT NULL,
  latest timestamptz NOT NULL,
  PRIMARY KEY (program_id, through),
  CHECK (after < through AND earliest <= latest)
);
SELECT pg_temp.guard_tenants('journal_stretch');
GRANT INSERT ON journal_stretch TO sge_worker;
