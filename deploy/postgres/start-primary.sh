#!/usr/bin/env bash
# The primary. The image's own entrypoint makes the cluster at the first start and runs make-roles.sh then.
set -euo pipefail
here=${SGE_CONFIGURATION:-/etc/sge}
secrets=${SGE_SECRETS:-/run/secrets}

# PostgreSQL refuses a key that others can read, and secrets are mounted as they are.
install -m 0600 "$secrets/postgres_key" /tmp/postgres.key
# Without it the log would be kept until it has filled the disk.
[[ -w /archive ]] || { echo "/archive cannot be written: make its folder as deploy/README.md says" >&2; exit 1; }
exec "${SGE_ENTRYPOINT:-docker-entrypoint.sh}" postgres \
  -c "config_file=$here/postgresql.conf" -c "hba_file=$here/pg_hba.conf"
