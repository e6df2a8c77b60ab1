#!/usr/bin/env bash
# Once, when the cluster is made: the roles that migrations/bootstrap.sql makes, among them the one for backups, and the replica's.
set -euo pipefail
secrets=${SGE_SECRETS:-/run/secrets}
bootstrap=${SGE_BOOTSTRAP:-/etc/sge-bootstrap/bootstrap.sql}

for role in owner api worker feed reader backup; do
  export "SGE_${role^^}_PASSWORD=$(cat "$secrets/${role}_password")"
done
psql --no-psqlrc --quiet --username postgres --dbname postgres --file "$bootstrap"

REPLICA_PASSWORD=$(cat "$secrets/replica_password") psql --no-psqlrc --quiet --username postgres --dbname postgres <<'END'
\set ON_ERROR_STOP 1
\getenv password REPLICA_PASSWORD
SELECT 'CREATE ROLE sge_replica' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sge_replica') \gexec
ALTER ROLE sge_replica LOGIN REPLICATION NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SELECT pg_create_physical_replication_slot('sge_replica')
WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'sge_replica');
END
