"""Sends what is due, many at a time: whoever answers is served, however many do not."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from structlog.contextvars import bound_contextvars

from app.auth.sealed_secrets import SealBroken, SecretBox
from app.domain.clock import Clock
from app.domain.webhooks.outcomes import Outcome
from app.domain.webhooks.signatures import signed_headers
from app.processes.handing_back import execute_when_back
from app.processes.webhooks.holding import Held, Holding, LeaseOver
from app.processes.webhooks.sending import Message, Sender
from app.services.execute import Bells, execute
from app.services.webhooks.finish_try import TryEnd, finish_try
from app.services.webhooks.give_up_lost import give_up_lost
from app.services.webhooks.secrets import sealed_for
from app.store.database import Database, UnitOfWork
from app.store.webhooks.claims import LEASE, Claimed, claim_due
from app.tracing import span

_LOG = structlog.get_logger()
_PLACES = 256
# How soon new work is seen while slow receivers are waited for.
_LOOK_SECONDS = 0.5
_TIDY_SECONDS = 5.0
_RENEW_SECONDS = 4.0
_CANNOT_SIGN = "Its secrets cannot be read with this installation's SGE_ENCRYPTION_KEY."


@dataclass(frozen=True)
class Delivery:
    """What sending needs. name_of: the message's id for receivers, the same at each try. lease: of each try, renewed each
    renew_seconds.
    """

    database: Database
    bells: Bells
    clock: Clock
    box: SecretBox
    sender: Sender
    name_of: Callable[[Claimed], str]
    places: int = _PLACES
    lease: timedelta = LEASE
    renew_seconds: float = _RENEW_SECONDS

    async def deliver_due(self, stopping: asyncio.Event) -> int:
        """Until nothing is due and nobody is waited for, or the process is to end; returns how many tries were made."""
        sending: set[asyncio.Task[None]] = set()
        tries, tidied_at = 0, float("-inf")
        holding = Holding(self.database, self.bells, self.clock, self.lease, self.renew_seconds)
        renewing = asyncio.create_task(holding.renew_all())
        try:
            while not stopping.is_set():
                if time.monotonic() - tidied_at >= _TIDY_SECONDS:
                    tidied_at = time.monotonic()
                    await self._tidy()
                begun = await self._begin(self.places - len(sending), holding)
                tries += len(begun)
                sending |= begun
                if not sending:
                    break
                _, sending = await asyncio.wait(
                    sending, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            # Each ends by itself, within the sender's patience.
            try:
                await asyncio.gather(*sending, return_exceptions=True)
            finally:
                renewing.cancel()
        return tries

    async def _begin(self, places: int, holding: Holding) -> set[asyncio.Task[None]]:
        if places <= 0:
            return set()
        asked_at = holding.instant()
        claim = partial(claim_due, places=places, now=self.clock(), lease=self.lease)
        claimed = await execute(self.database, self.bells, None, claim)
        held = [holding.take(one, asked_at) for one in claimed]
        return {asyncio.create_task(self._hold(one, holding)) for one in held}

    async def _tidy(self) -> None:
        await execute(self.database, self.bells, None, partial(give_up_lost, now=self.clock()))

    async def _hold(self, held: Held, holding: Holding) -> None:
        try:
            await self._try(held)
        finally:
            holding.let_go(held)

    async def _try(self, held: Held) -> None:
        claimed = held.claimed
        # From here on lines and rows are of the request that the event comes from.
        facts: dict[str, str | int] = {"delivery": str(claimed.id), "try": claimed.n}
        with (
            bound_contextvars(request_id=claimed.request_id),
            span("webhook: try", "CONSUMER", parents=[claimed.traceparent], attributes=facts),
        ):
            await self._try_once(held)

    async def _try_once(self, held: Held) -> None:
        claimed = held.claimed
        try:
            with span("webhook: post", "CLIENT", attributes={"delivery": str(claimed.id)}):
                async with held.while_ours():
                    outcome = await self._send(claimed)
            _LOG.info(
                "webhook sent",
                delivery=str(claimed.id),
                status=outcome.status,
                problem=outcome.error,
            )
            end = TryEnd(claimed, outcome, random.random())  # noqa: S311 - spreads load, protects nothing
            await self._write_down(end)
        except LeaseOver:
            _LOG.warning("webhook cut off: its lease was not renewed", delivery=str(claimed.id))
        except Exception:  # noqa: BLE001 - its lease ends, and it is sent again
            _LOG.exception("webhook try not finished", delivery=str(claimed.id))

    async def _write_down(self, end: TryEnd) -> None:
        """Again while the database is away: an answer that is forgotten holds one of its endpoint's few places until the
        lease ends, and what has arrived is sent a second time.
        """

        async def finish(unit: UnitOfWork) -> None:
            await finish_try(unit, end=end, now=self.clock())

        await execute_when_back(self.database, self.bells, end.claimed.program_id, finish)

    async def _send(self, claimed: Claimed) -> Outcome:
        body, at = claimed.body.encode(), self.clock()
        context = sealed_for(claimed.program_id, claimed.endpoint_id)
        try:
            secrets = [self.box.open(sealed, context) for sealed in claimed.secrets]
        except SealBroken:
            _LOG.error("webhook secret does not open", endpoint=str(claimed.endpoint_id))
            return Outcome(at, 0.0, error=_CANNOT_SIGN)
        headers = signed_headers(secrets, self.name_of(claimed), at, body)
        if claimed.request_id is not None:
            headers["x-request-id"] = claimed.request_id
        return await self.sender.send(Message(claimed.url, headers, body))
