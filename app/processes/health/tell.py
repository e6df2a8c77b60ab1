"""Posts what is to be told about alerts to the operators' webhook, in order, until the receiver took it."""

from dataclasses import dataclass
from functools import partial

import httpx
import structlog
from pydantic import SecretStr

from app.authorities import usual_authorities
from app.domain.clock import Clock
from app.domain.health.lifecycle import MessageKind
from app.domain.health.slack import slack_message
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.health import messages
from app.store.health.messages import DueMessage

_LOG = structlog.get_logger()
_PATIENCE_SECONDS = 10.0
_MOST_AT_ONCE = 50


@dataclass(frozen=True)
class Receiver:
    """url: whoever has it can write to the operators' channel, so it is a secret. runbook_url: without the last slash."""

    url: SecretStr
    runbook_url: str | None


@dataclass(frozen=True)
class Teller:
    """What telling needs."""

    database: Database
    bells: Bells
    clock: Clock
    receiver: Receiver

    async def tell_due(self) -> int:
        """Posts what is due; how much was taken. One that is not taken is due again later, and holds back only what
        follows it about the same alert.
        """
        told = 0
        async with httpx.AsyncClient(
            timeout=_PATIENCE_SECONDS,
            follow_redirects=False,
            verify=usual_authorities(trust_env=True),
        ) as client:
            for _ in range(_MOST_AT_ONCE):
                claim = partial(messages.claim, now=self.clock())
                message = await execute(self.database, self.bells, None, claim)
                if message is None:
                    break
                told += await self._post(client, message)
        return told

    async def _post(self, client: httpx.AsyncClient, message: DueMessage) -> bool:
        error = await self._problem(client, message)
        now = self.clock()
        if error is None:
            note = partial(messages.note_sent, message=message, now=now)
        else:
            _LOG.warning("alert not posted", alert=message.name, reason=error)
            note = partial(messages.note_failed, message=message, error=error, now=now)
        await execute(self.database, self.bells, None, note)
        return error is None

    async def _problem(self, client: httpx.AsyncClient, message: DueMessage) -> str | None:
        body = slack_message(
            MessageKind(message.kind),
            message.name,
            message.severity,
            message.summary,
            at=message.at,
            runbook_url=self.receiver.runbook_url,
        )
        try:
            response = await client.post(self.receiver.url.get_secret_value(), json=body)
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            # Its text may hold the address.
            return type(problem).__name__
        return None if response.is_success else f"HTTP {response.status_code}"
