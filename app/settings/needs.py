"""What each command cannot start without, and what a person does about it."""

from typing import Literal

Process = Literal["api", "worker", "scheduler", "migrate"]
Command = (
    Process
    | Literal[
        "worker --queue webhooks",
        "operator create",
        "program create",
        "program resume-posting",
        "program gas-budget",
        "program rebuild-rollups",
        "intent show",
        "intent retry",
        "ledger verify",
        "reconcile",
        "audit verify",
        "alerts",
        "recover",
        "backup",
        "bench seed",
    ]
)

NEEDS: dict[Command, tuple[str, ...]] = {
    "api": (
        "database_api_url",
        "database_feed_url",
        "redis_url",
        "chains",
        "secret_key",
        "encryption_key",
    ),
    "worker": ("database_worker_url", "redis_url", "chains", "relayer_keys", "encryption_key"),
    # Calls addresses that tenants chose: it need not hold what signs, nor reach a node.
    "worker --queue webhooks": ("database_worker_url", "redis_url", "encryption_key"),
    "scheduler": ("database_worker_url", "redis_url"),
    "migrate": ("database_owner_url",),
    "operator create": ("database_api_url", "redis_url", "secret_key"),
    "program create": ("database_api_url", "redis_url", "chains"),
    "program resume-posting": ("database_worker_url", "redis_url"),
    "program gas-budget": ("database_worker_url", "redis_url"),
    "program rebuild-rollups": ("database_worker_url", "redis_url"),
    "intent show": ("database_worker_url",),
    "intent retry": ("database_worker_url", "redis_url", "chains"),
    "reconcile": ("database_worker_url", "redis_url", "chains"),
    "ledger verify": ("database_worker_url",),
    "audit verify": ("database_worker_url",),
    "alerts": ("database_worker_url",),
    "backup": ("database_backup_url",),
    "recover": ("database_worker_url", "redis_url", "chains", "encryption_key"),
    "bench seed": ("database_owner_url",),
}

REMEDIES = {
    "database_owner_url": "PostgreSQL as role sge_owner",
    "database_api_url": "PostgreSQL as role sge_api",
    "database_worker_url": "PostgreSQL as role sge_worker",
    "database_feed_url": "PostgreSQL as role sge_feed",
    "database_read_url": "a replica as role sge_reader, or leave it out",
    "database_backup_url": "PostgreSQL as role sge_backup, directly",
    "redis_url": "Redis, for bells and the queue",
    "chains": "at least one chain with gateway and identity (`sge contracts deploy` makes them)",
    "relayer_keys": "one hexadecimal private key a line, here or in SGE_RELAYER_KEYS_FILE",
    "secret_key": "random text that API keys are hashed with",
    "encryption_key": "random text that webhooks' secrets are sealed with",
}
