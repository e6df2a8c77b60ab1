"""What a process uses of the settings: the connections that it cannot do without, and those it has when they are given."""

from collections.abc import Sequence
from typing import Any

from app.settings import Settings
from app.settings.needs import NEEDS, Process

PROCESSES: tuple[Process, ...] = ("api", "worker", "scheduler", "migrate")
_WHERE_GIVEN: dict[Process, tuple[str, ...]] = {
    "api": ("database_read_url", "otel_endpoint"),
    "worker": ("database_read_url", "alert_webhook_url", "otel_endpoint"),
    "scheduler": ("database_read_url", "alert_webhook_url", "otel_endpoint"),
    "migrate": (),
}
_NOT_USED: dict[str, Any] = {
    "database_owner_url": None,
    "database_api_url": None,
    "database_worker_url": None,
    "database_feed_url": None,
    "database_read_url": None,
    "database_backup_url": None,
    "redis_url": None,
    "chains": (),
    "relayer_keys": None,
    "relayer_keys_file": None,
    "alert_webhook_url": None,
    "otel_endpoint": None,
}


def used_by(settings: Settings, processes: Sequence[Process]) -> Settings:
    """The settings without the connections that none of these processes makes."""
    used = {name for process in processes for name in (*NEEDS[process], *_WHERE_GIVEN[process])}
    if "relayer_keys" in used:
        used.add("relayer_keys_file")
    left_out = {name: empty for name, empty in _NOT_USED.items() if name not in used}
    return settings.model_copy(update=left_out)
