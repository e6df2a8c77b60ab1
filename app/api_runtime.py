"""The API process: what it holds open, and what resolvers ask of it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

import structlog

from app.auth.api_keys import KeyHasher
from app.auth.authenticator import Authenticator
from app.auth.login_challenge import LoginChallenges
from app.auth.sealed_secrets import SecretBox
from app.bus.bell import listen_for_hub
from app.bus.bells import RedisBells
from app.bus.hub import EventHub
from app.bus.limits.limiter import Limiter
from app.checks.chains import open_nodes
from app.checks.components import components
from app.checks.findings import Finding
from app.checks.process import NODE_SECONDS, process_checks
from app.checks.readiness import Readiness
from app.domain.errors import Unavailable
from app.domain.exports import ExportOrder
from app.domain.permissions import Authority
from app.domain.positions import Reader, WritePosition
from app.domain.siwe.uri import origin_of
from app.processes.advance_clock import advance_clock
from app.processes.change_wallet import WalletChanges
from app.processes.create_program import create_program_from_chain
from app.processes.intake.accept_intent import Intake
from app.processes.note_credential_uses import note_credential_uses
from app.processes.payouts.parts import Payouts
from app.processes.reading.routing import ReadRouting
from app.processes.receive_provider_event import ProviderEvents
from app.processes.sign_in import SignIns
from app.processes.webhooks.changing import EndpointChanges
from app.processes.webhooks.resolving import SystemResolver
from app.read_routing import open_read_routing
from app.runtime import Runtime, chain_facts, open_runtime
from app.services.create_export import use_export
from app.services.execute import execute
from app.services.programs.create_program import ProgramResult
from app.services.programs.new_program import CreateProgram
from app.settings import Settings
from app.store.database import ReadSession, UnitOfWork
from app.store.database_errors import DatabaseError, passes
from app.store.feed import events

Result = TypeVar("Result")

_log = structlog.get_logger(__name__)
_NOTE_USES_SECONDS = 30.0


class ApiProcess:
    """`schema.context.ApiRuntime` on real parts. Start it inside the event loop that serves."""

    runtime: Runtime
    reads: ReadRouting
    authenticator: Authenticator
    feed: events.EventFeed
    hub: EventHub
    intake: Intake
    payouts: Payouts
    wallet_changes: WalletChanges
    sign_ins: SignIns
    webhooks: EndpointChanges
    secret_box: SecretBox
    provider_events: ProviderEvents
    readiness: Readiness

    def __init__(self, settings: Settings) -> None:
        secret, redis_url = settings.secret_key, settings.redis_url
        assert secret is not None
        assert redis_url is not None
        self._settings = settings
        self.key_hasher = KeyHasher(secret.get_secret_value())
        self.bells = RedisBells(redis_url.get_secret_value())
        self.limiter = Limiter(redis_url.get_secret_value())
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open everything; needs PostgreSQL, but neither Redis nor the chain."""
        await self.bells.open()
        self.limiter.start()
        self.runtime = await open_runtime(self._settings, "api", self.bells)
        self.reads = await open_read_routing(self.runtime)
        await self.reads.start()
        database, chains, clock = self.runtime.database, self.runtime.chains, self.runtime.clock
        facts = chain_facts(self._settings)
        self.authenticator = Authenticator(
            database, self.key_hasher, clock, self._settings.operators()
        )
        self.feed = events.EventFeed(self.runtime.databases["feed"], clock)
        self.hub = EventHub(self.feed)
        self.intake = Intake(database, self.bells, chains, facts, clock)
        self.wallet_changes = WalletChanges(database, self.bells, chains, facts, clock)
        self.payouts = Payouts(database, self.bells, chains, facts, clock)
        self.sign_ins = self._sign_ins()
        self.secret_box = self.runtime.secret_box
        self.webhooks = EndpointChanges(
            database,
            self.bells,
            clock,
            self.secret_box,
            SystemResolver(),
            allow_loopback=self._settings.webhooks_allow_loopback,
        )
        self.provider_events = ProviderEvents(database, self.bells, self.secret_box, clock)
        self._begin_readiness()
        await self.hub.start()
        self._tasks = [
            asyncio.create_task(listen_for_hub(self.bells.broadcast, self.hub)),
            asyncio.create_task(self._note_credential_uses()),
        ]

    async def stop(self) -> None:
        """Close everything, the newest first."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.stop()
        await self.reads.stop()
        await self.runtime.close()
        await self.limiter.stop()
        await self.bells.close()

    def _sign_ins(self) -> SignIns:
        settings = self._settings
        assert settings.secret_key is not None
        own = origin_of(settings.public_url.lower())
        origins = (*settings.login_origins, *([own] if own else []))
        return SignIns(
            self.runtime.database,
            self.bells,
            self.runtime.chains,
            challenges=LoginChallenges(settings.secret_key.get_secret_value(), origins),
            hasher=self.key_hasher,
            lifetime=timedelta(hours=settings.session_hours),
            clock=self.runtime.clock,
        )

    def _begin_readiness(self) -> None:
        nodes = open_nodes(self._settings.chains, NODE_SECONDS)
        self.runtime.on_close.extend(node.close for node in nodes.values())
        self.readiness = Readiness(process_checks(self.runtime, nodes))

    def now(self) -> datetime:
        """Real time."""
        return self.runtime.clock()

    def read_snapshot(
        self, program_key: int | None, reader: Reader | None = None
    ) -> AbstractAsyncContextManager[ReadSession]:
        """One snapshot of one program's rows."""
        return self.reads.read(program_key, reader)

    async def note_write(self, actor: str | None) -> WritePosition | None:
        """A mutation has committed what it did."""
        return await self.reads.note_write(actor)

    async def execute(
        self, program_key: int | None, use_case: Callable[[UnitOfWork], Awaitable[Result]]
    ) -> Result:
        """Run a use case as one transaction, then ring the bells. Unavailable when it waits for others for too long."""
        try:
            return await execute(self.runtime.database, self.bells, program_key, use_case)
        except DatabaseError as problem:
            if passes(problem):
                raise Unavailable("others are changing the same at this moment") from problem
            raise

    async def create_program(self, authority: Authority, command: CreateProgram) -> ProgramResult:
        """Read the treasury on its chain and create the program."""
        return await create_program_from_chain(
            self.runtime.database,
            self.bells,
            self.runtime.chains,
            chain_facts(self._settings),
            authority=authority,
            command=command,
            now=self.now(),
        )

    async def advance_clock(
        self, authority: Authority, program_key: int, to: datetime
    ) -> ProgramResult:
        """Move a test program's clock and mature what became due."""
        return await advance_clock(
            self.runtime.database,
            self.bells,
            self.runtime.clock,
            authority=authority,
            program_id=program_key,
            to=to,
        )

    def export_url(self, token: str) -> str:
        """Where an export is fetched.

        From the setting and not from the request: its Host header is whatever a client or a proxy says.
        """
        return f"{self._settings.public_url.rstrip('/')}/exports/{token}"

    async def use_export(self, token: str, admit: Callable[[int], None]) -> ExportOrder | None:
        """What an export's link stands for, once; see `app.services.create_export.use_export`."""
        now = self.now()
        return await self.execute(None, lambda unit: use_export(unit, token, admit, now))

    async def receive_provider_event(
        self, program: UUID | str, signature: bytes, body: bytes
    ) -> bool:
        """Keeps what a payment provider sent; False unless one of the program's secrets signed it."""
        return await self.provider_events.receive(program, signature, body)

    def explorer_url(self, chain_id: int) -> str | None:
        """Where people look at a chain's transactions; None without an explorer."""
        return self.runtime.chain_settings(chain_id).explorer_url

    async def probe(self) -> list[Finding]:
        """What this process depends on, as it was at most two seconds ago."""
        return await self.readiness.findings()

    def components(self) -> dict[str, Callable[[], Awaitable[str]]]:
        """Checks by name; each gives a detail in words or raises."""
        return components(self.runtime.database, self.bells, self.runtime.chains)

    async def _note_credential_uses(self) -> None:
        while True:
            await asyncio.sleep(_NOTE_USES_SECONDS)
            try:
                await note_credential_uses(
                    self.runtime.database, self.bells, self.authenticator.take_uses()
                )
            except Exception:  # noqa: BLE001  a note of last use is no reason to end the process
                _log.warning("credential_uses_not_noted", exc_info=True)
