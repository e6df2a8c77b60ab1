-- Run once for each cluster by a superuser, before the first migration; safe to repeat. Needs psql 15 or newer.
--   SGE_OWNER_PASSWORD=… SGE_API_PASSWORD=… SGE_WORKER_PASSWORD=… SGE_FEED_PASSWORD=… \
--   SGE_READER_PASSWORD=… [SGE_BACKUP_PASSWORD=…] psql --file migrations/bootstrap.sql "postgresql://postgres@HOST/postgres"
-- Nobody bypasses row-level security; what each role may see is granted by the migrations.

-- Its exit code is 3 when something is wrong, and nothing after that is done.
\set ON_ERROR_STOP 1

\getenv owner_password SGE_OWNER_PASSWORD
\getenv api_password SGE_API_PASSWORD
\getenv worker_password SGE_WORKER_PASSWORD
\getenv feed_password SGE_FEED_PASSWORD
\getenv reader_password SGE_READER_PASSWORD
\getenv backup_password SGE_BACKUP_PASSWORD

\if :{?owner_password} \else \set owner_password '' \endif
\if :{?api_password} \else \set api_password '' \endif
\if :{?worker_password} \else \set worker_password '' \endif
\if :{?feed_password} \else \set feed_password '' \endif
\if :{?reader_password} \else \set reader_password '' \endif

SELECT format(
  'DO $do$ BEGIN RAISE EXCEPTION %L; END $do$',
  'set ' || string_agg(name, ', ') || ' in the environment (psql 15 or newer): each role gets its password from there'
)
FROM (VALUES
  ('SGE_OWNER_PASSWORD', :'owner_password'), ('SGE_API_PASSWORD', :'api_password'),
  ('SGE_WORKER_PASSWORD', :'worker_password'), ('SGE_FEED_PASSWORD', :'feed_password'),
  ('SGE_READER_PASSWORD', :'reader_password')
) AS given (name, password)
WHERE password = ''
HAVING count(*) > 0
\gexec

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY['sge_owner', 'sge_api', 'sge_worker', 'sge_feed', 'sge_reader']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec

ALTER ROLE sge_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'owner_password';
ALTER ROLE sge_api LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'api_password';
ALTER ROLE sge_worker LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'worker_password';
ALTER ROLE sge_feed LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'feed_password';
ALTER ROLE sge_reader LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'reader_password';

-- For `sge backup` alone: it copies the whole server, and reads no table.
\if :{?backup_password}
SELECT 'CREATE ROLE sge_backup' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sge_backup')
\gexec
ALTER ROLE sge_backup LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE REPLICATION
  PASSWORD :'backup_password';
\endif

SELECT 'CREATE DATABASE sge OWNER sge_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'sge')
\gexec

REVOKE ALL ON DATABASE sge FROM PUBLIC;
GRANT CONNECT ON DATABASE sge TO sge_api, sge_worker, sge_feed, sge_reader;

-- Nobody holds locks, or keeps dead rows alive, for longer than its work can take.
ALTER ROLE sge_api SET statement_timeout = '60s';
ALTER ROLE sge_feed SET statement_timeout = '60s';
ALTER ROLE sge_reader SET statement_timeout = '60s';
ALTER ROLE sge_api SET idle_in_transaction_session_timeout = '60s';
-- Who asks was looked up up to 2 s ago: what waits for others' locks for longer would be done by rights that may have ended.
ALTER ROLE sge_api SET lock_timeout = '3s';
ALTER ROLE sge_feed SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE sge_reader SET idle_in_transaction_session_timeout = '60s';
ALTER ROLE sge_worker SET idle_in_transaction_session_timeout = '5min';

-- Where a synchronous standby is named, what is accepted waits for it; of workers' commits those that sign and propose, which say so
-- themselves (docs/decisions/0282). Heartbeats, alerts and what can be read from the chain again do not.
ALTER ROLE sge_api SET synchronous_commit = on;
ALTER ROLE sge_worker SET synchronous_commit = local;
ALTER ROLE sge_feed SET synchronous_commit = local;
