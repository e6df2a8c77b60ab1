#!/usr/bin/env bash
# The primary. The image's own entrypoint makes the cluster at the first start and runs make-roles.sh then.
set -euo pipefail
here=${SGE_CONFIGURATION:-/etc/sge}
secrets=${SGE_SECRETS:-/run/secrets}

# PostgreSQL refuses a key that others can read, and secrets are mounted as they are.
install -m 0600 "$secrets/postgres_key" /tmp/postgres.key
exec "${SGE_ENTRYPOINT:-docker-entrypoint.sh}" postgres \
  -c "config_file=$here/postgresql.conf" -c "hba_file=$here/pg_hba.conf"
