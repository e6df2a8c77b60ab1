"""Changes of endpoints that need the network first: an address is looked up before it is stored."""

from dataclasses import replace
from functools import partial

from app.auth.sealed_secrets import SecretBox
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode
from app.domain.permissions import Authority
from app.domain.webhooks.targets import UnsuitableTarget, parse_target
from app.processes.webhooks.resolving import Resolver, addresses_of
from app.services.execute import Bells, execute
from app.services.webhooks import change_endpoints as services
from app.services.webhooks.change_endpoints import CreateEndpoint, EndpointSecret, UpdateEndpoint
from app.services.webhooks.rotate_secret import RotateSecret, rotate_secret
from app.store.database import Database
from app.store.operation_keys import earlier_use


class EndpointChanges:
    """One for each process that answers requests."""

    def __init__(
        self,
        database: Database,
        bells: Bells,
        clock: Clock,
        box: SecretBox,
        resolver: Resolver,
        *,
        allow_loopback: bool,
    ) -> None:
        self._database = database
        self._bells = bells
        self._clock = clock
        self._box = box
        self._resolver = resolver
        self._allow_loopback = allow_loopback

    async def create(self, authority: Authority, command: CreateEndpoint) -> EndpointSecret:
        """Refuses INVALID_URL, and as the service does. A replay is answered whatever the name resolves to today."""
        program = authority.program_id
        async with self._database.read(program) as session:
            known = await earlier_use(session, command.idempotency_key)
        url = await self._checked(command.url, look_up=known is None)
        use_case = partial(
            services.create_endpoint,
            box=self._box,
            authority=authority,
            command=replace(command, url=url),
            now=self._clock(),
        )
        return await execute(self._database, self._bells, program, use_case)

    async def update(self, authority: Authority, command: UpdateEndpoint) -> None:
        """Refuses INVALID_URL, and as the service does."""
        if command.url is not None:
            command = replace(command, url=await self._checked(command.url, look_up=True))
        use_case = partial(
            services.update_endpoint, authority=authority, command=command, now=self._clock()
        )
        await execute(self._database, self._bells, authority.program_id, use_case)

    async def rotate(self, authority: Authority, command: RotateSecret) -> EndpointSecret:
        """As the service does."""
        use_case = partial(
            rotate_secret,
            box=self._box,
            authority=authority,
            command=command,
            now=self._clock(),
        )
        return await execute(self._database, self._bells, authority.program_id, use_case)

    async def _checked(self, url: str, *, look_up: bool) -> str:
        """The address in its one spelling."""
        try:
            target = parse_target(url, allow_loopback=self._allow_loopback)
            if look_up:
                await addresses_of(target, self._resolver)
        except UnsuitableTarget as problem:
            raise Refusal(RefusalCode.INVALID_URL, str(problem), "url") from None
        return target.url
