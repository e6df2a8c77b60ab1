"""What a person may choose about the demo."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sge.embedded.project import STATE

LogLevel = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True)
class DemoOptions:
    """Ports of None are free ones, chosen at each start; `rate` is in intents a second."""

    folder: Path = STATE
    port: int = 8000
    rpc_port: int | None = None
    postgres_port: int | None = None
    redis_port: int | None = None
    workers: int = 2
    rate: float = 5.0
    traffic: bool = True
    page: bool = True
    fresh: bool = False
    log_level: LogLevel = "info"
