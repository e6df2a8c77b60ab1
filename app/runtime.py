"""What a running process holds: its databases, chains and bells, opened together and closed together.

The one place, with the command line and migrations, that reads settings.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from pydantic import SecretStr

from app.auth.sealed_secrets import SecretBox
from app.chain.address import parse_address
from app.chain.client import Chain
from app.domain.chains import ChainFacts
from app.domain.clock import Clock, real_clock
from app.domain.money import Currency
from app.processes.health.tell import Receiver
from app.services.execute import Bells
from app.settings import PREFIX, Settings, SettingsMistake
from app.settings.chains import ChainSettings, TokenSettings
from app.store.database import Database
from app.store.database_login import LoginFailed

# "command": what an operator does through the API's role, without its subscriptions.
RuntimeProcess = Literal["api", "worker", "scheduler", "command"]
Role = Literal["api", "worker", "feed", "read"]
LoginRole = Role | Literal["owner"]
# While the standby is away callers are told so, and leave connections to those who read. Workers wait: what they signed is not
# to be sent before the standby knows it.
_LONGEST_COMMIT_SECONDS = 5.0

# Which login roles a process may hold; no web process holds the worker's.
_ROLES: dict[RuntimeProcess, tuple[Role, ...]] = {
    "api": ("api", "feed"),
    "worker": ("worker",),
    "scheduler": ("worker",),
    "command": ("api",),
}


@dataclass
class Runtime:
    """Everything that a process needs to run use cases and processes."""

    settings: Settings
    bells: Bells
    clock: Clock = real_clock
    databases: dict[Role, Database] = field(default_factory=dict)
    chains: dict[int, Chain] = field(default_factory=dict)
    on_close: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def database(self) -> Database:
        """Where this process writes: as sge_worker in workers, as sge_api elsewhere."""
        return self.databases["worker"] if "worker" in self.databases else self.databases["api"]

    @property
    def secret_box(self) -> SecretBox:
        """What secrets of webhooks are sealed with, in web processes and workers; raises SettingsMistake elsewhere."""
        key = self.settings.encryption_key
        if key is None:
            raise SettingsMistake(f"{PREFIX}ENCRYPTION_KEY is missing")
        return SecretBox(key.get_secret_value())

    def chain_settings(self, chain_id: int) -> ChainSettings:
        """Raises KeyError for a chain that the settings do not name."""
        for chain in self.settings.chains:
            if chain.chain_id == chain_id:
                return chain
        raise KeyError(chain_id)

    async def close(self) -> None:
        """Closes what was opened, the newest first."""
        for close in reversed(self.on_close):
            await close()
        self.on_close.clear()


def alert_receiver(settings: Settings) -> Receiver | None:
    """Where alerts are posted; None: nowhere."""
    url = settings.alert_webhook_url
    return None if url is None else Receiver(url, settings.runbook_url)


def replica_connector(settings: Settings) -> Callable[[], Awaitable[Database]] | None:
    """Opens the replica for one look; None: there is none. Raises SettingsMistake when it cannot be had."""
    if settings.database_read_url is None:
        return None
    return partial(connect_as, settings, "read")


def chain_facts(settings: Settings) -> dict[int, ChainFacts]:
    """What the rules need to know of each chain whose gateway is deployed."""
    return {
        chain.chain_id: ChainFacts(
            chain_id=chain.chain_id,
            gateway=chain.gateway,
            currencies={token.code: _currency(chain.chain_id, token) for token in chain.tokens},
            confirmations=chain.confirmations,
            production=chain.production,
            multisend=None if chain.multisend is None else parse_address(chain.multisend),
        )
        for chain in settings.chains
        if chain.gateway is not None
    }


def gateways_of(settings: Settings) -> dict[int, str | None]:
    """Where each chain's settlement gateway is; None where none is deployed."""
    return {chain.chain_id: chain.gateway for chain in settings.chains}


def _currency(chain_id: int, token: TokenSettings) -> Currency:
    return Currency(
        code=token.code,
        decimals=token.decimals,
        token=parse_address(token.address),
        chain_id=chain_id,
        eip712_name=token.name,
        eip712_version=token.version,
    )


def open_chains(settings: Settings) -> dict[int, Chain]:
    """A client for each configured chain; nothing is asked before its first use."""
    return {
        chain.chain_id: Chain(chain.chain_id, [url.get_secret_value() for url in chain.rpc_urls])
        for chain in settings.chains
    }


async def open_runtime(settings: Settings, process: RuntimeProcess, bells: Bells) -> Runtime:
    """Opens the databases of the process's roles and a client per chain; raises SettingsMistake when a role's address
    is missing. The replica may be away: app/read_routing.py opens it.
    """
    runtime = Runtime(settings=settings, bells=bells)
    try:
        for role in _ROLES[process]:
            await _open_database(runtime, role)
    except BaseException:
        await runtime.close()
        raise
    runtime.chains = open_chains(settings)
    runtime.on_close.extend(chain.close for chain in runtime.chains.values())
    return runtime


async def _open_database(runtime: Runtime, role: Role) -> None:
    database = await connect_as(runtime.settings, role, maximum=runtime.settings.database_pool_size)
    if role == "api":
        database.longest_commit_seconds = _LONGEST_COMMIT_SECONDS
    runtime.databases[role] = database
    runtime.on_close.append(database.close)


async def connect_as(settings: Settings, role: LoginRole, *, maximum: int = 1) -> Database:
    """A pool of the role; raises SettingsMistake that names the variable when it cannot be had."""
    variable = f"{PREFIX}DATABASE_{role.upper()}_URL"
    url: SecretStr | None = getattr(settings, f"database_{role}_url")
    if url is None:
        raise SettingsMistake(f"{variable} is missing")
    try:
        return await Database.connect(
            url.get_secret_value(),
            maximum=maximum,
            statement_cache_size=settings.statement_cache_size,
        )
    except LoginFailed as problem:
        raise SettingsMistake(f"{variable}: {problem}") from None
