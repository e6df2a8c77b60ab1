#!/usr/bin/env bash
# Whether Redis answers with a password, over TLS.
set -euo pipefail
secrets=${SGE_SECRETS:-/run/secrets}
REDISCLI_AUTH=$(cat "$secrets/redis_password")
export REDISCLI_AUTH
answer=$("${SGE_REDIS_CLI:-valkey-cli}" -h localhost -p "${SGE_REDIS_PORT:-6379}" --user sge --tls --cacert "$secrets/ca_certificate" ping)
[[ $answer == PONG ]]
