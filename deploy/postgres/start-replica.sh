#!/usr/bin/env bash
# The replica: copied from the primary at its first start, then following it by streaming replication. Data that it cannot
# follow with any more (its slot was given up) is taken away by removing the volume.
set -euo pipefail
here=${SGE_CONFIGURATION:-/etc/sge}
secrets=${SGE_SECRETS:-/run/secrets}
primary="host=${SGE_PRIMARY_HOST:-postgres-primary} port=${SGE_PRIMARY_PORT:-5432} user=sge_replica \
sslmode=verify-full sslrootcert=$secrets/ca_certificate passfile=/tmp/replica.pass application_name=sge_replica"

install -m 0600 "$secrets/postgres_key" /tmp/postgres.key
# Without it the log would be kept until it has filled the disk.
[[ -w /archive ]] || { echo "/archive cannot be written: make its folder as deploy/README.md says" >&2; exit 1; }
(umask 077; printf '*:*:*:sge_replica:%s\n' "$(cat "$secrets/replica_password")" > /tmp/replica.pass)

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  # Into a folder beside it, so that a copy that broke off is not taken for one that is whole.
  rm -rf "$PGDATA.unfinished"
  pg_basebackup --pgdata "$PGDATA.unfinished" --dbname "$primary" --slot sge_replica --wal-method stream --checkpoint fast --progress
  touch "$PGDATA.unfinished/standby.signal"
  # Promoted, it has no standby of its own yet, and would wait for one: ALTER SYSTEM names it when it is there.
  sed -i '/^synchronous_standby_names/d' "$PGDATA.unfinished/postgresql.auto.conf"
  echo "synchronous_standby_names = ''" >> "$PGDATA.unfinished/postgresql.auto.conf"
  chmod 0700 "$PGDATA.unfinished"
  mkdir -p "$(dirname "$PGDATA")"
  mv "$PGDATA.unfinished" "$PGDATA"
fi
exec postgres -D "$PGDATA" \
  -c "config_file=$here/postgresql.conf" -c "hba_file=$here/pg_hba.conf" \
  -c "primary_conninfo=$primary" -c primary_slot_name=sge_replica
