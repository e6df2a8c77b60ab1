"""Where operators are told: the receiver of alerts, and the collector of traces."""

import asyncio
from collections.abc import Sequence
from functools import partial
from urllib.parse import urlsplit

from app.checks.findings import Caution, Check
from app.settings import Settings
from app.settings.needs import Process

_ALERTS = "SGE_ALERT_WEBHOOK_URL"
_TRACES = "SGE_OTEL_ENDPOINT"
_PATIENCE_SECONDS = 5.0
_TELLING: frozenset[Process] = frozenset({"worker", "scheduler"})


def telling_checks(settings: Settings, processes: Sequence[Process]) -> list[Check]:
    """Those that are configured; in production also that there is somebody to tell, where one of the processes tells."""
    checks = []
    if settings.alert_webhook_url is not None:
        url = settings.alert_webhook_url.get_secret_value()
        checks.append(Check("receiver of alerts", _ALERTS, partial(_reached, _ALERTS, url)))
    elif settings.environment == "production" and _TELLING.intersection(processes):
        checks.append(Check("receiver of alerts", _ALERTS, _nobody))
    if settings.otel_endpoint is not None:
        look = partial(_reached, _TRACES, settings.otel_endpoint)
        checks.append(Check("collector of traces", _TRACES, look))
    return checks


async def _nobody() -> str:
    raise Caution(
        f"{_ALERTS}: is not set, so nobody is told when something is wrong; give it to workers and the scheduler"
    )


async def _reached(variable: str, url: str) -> str:
    """Connects, and posts nothing. Its path is a secret, and nothing of the address is shown."""
    parts = urlsplit(url)
    encrypted = parts.scheme == "https"
    port = parts.port or (443 if encrypted else 80)
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            _, writer = await asyncio.open_connection(parts.hostname, port, ssl=encrypted or None)
    except (OSError, TimeoutError) as problem:
        raise Caution(
            f"{variable}: cannot be reached from here ({type(problem).__name__}); what it is to get waits or is lost:"
            " is it running, and does the network let us out?"
        ) from None
    writer.close()
    return "can be reached"
