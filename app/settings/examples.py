"""What each setting may look like: shown with a mistake. A setting with a default that says something has none here."""

import json
from collections.abc import Mapping
from typing import Any

_RANDOM = "what `openssl rand -hex 32` prints"

EXAMPLES = {
    "database_owner_url": "postgresql://sge_owner:PASSWORD@127.0.0.1:5432/sge",
    "database_api_url": "postgresql://sge_api:PASSWORD@127.0.0.1:5432/sge",
    "database_worker_url": "postgresql://sge_worker:PASSWORD@127.0.0.1:5432/sge",
    "database_feed_url": "postgresql://sge_feed:PASSWORD@127.0.0.1:5432/sge",
    "database_read_url": "postgresql://sge_reader:PASSWORD@127.0.0.1:5433/sge",
    "database_backup_url": "postgresql://sge_backup:PASSWORD@127.0.0.1:5432/sge",
    "postgres_programs": "/usr/lib/postgresql/18/bin",
    "redis_url": "redis://:PASSWORD@127.0.0.1:6379/0",
    "chains": "the line that `sge contracts deploy` prints",
    "relayer_keys": _RANDOM,
    "relayer_keys_file": "/run/secrets/relayer_keys",
    "secret_key": _RANDOM,
    "encryption_key": _RANDOM,
    "login_origins": "https://app.example,https://admin.example",
    "operator_wallets": "0x036CbD53842c5426634e7929541eC2318f3dCF7e",
    "rate_limits": '{"address": "12000/60"}',
    "trusted_proxies": "10.0.0.0/8,fd00::/8",
    "allowed_hosts": "sge.example,sge.internal",
    "cors_origins": "https://app.example",
    "introspection": "false",
    "trusted_documents_file": "/etc/sge/documents.json",
    "metrics_port": "9100",
    "alert_webhook_url": "https://hooks.slack.com/services/T000/B000/SECRET",
    "otel_endpoint": "http://127.0.0.1:4318",
    "runbook_url": "https://wiki.example/runbook",
    "watched_folders": "/var/lib/postgresql/data",
}


def example_of(name: str, default: Any) -> str:
    """An example of the setting's value; a default is one."""
    if name in EXAMPLES:
        return EXAMPLES[name]
    if isinstance(default, bool | Mapping):
        return json.dumps(default)
    return "" if default is None else str(default)
