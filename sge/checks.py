"""What `sge doctor` looks at: what each process needs, and every connection that is configured."""

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from app.bus.redis import connect_async
from app.chain.abi_words import selector
from app.chain.authorization import TokenDomain
from app.chain.client import Chain
from app.chain.multi_send_code import is_multi_send
from app.chain_settings import ChainSettings, TokenSettings
from app.settings import Process, Settings, SettingsMistake
from app.store.database import Database
from sge import migrations

PROCESSES: tuple[Process, ...] = ("api", "worker", "scheduler", "migrate")
_ROLES = ("owner", "api", "worker", "feed", "read")
_DOMAIN_SEPARATOR = selector("DOMAIN_SEPARATOR()")


class Problem(RuntimeError):
    """What is wrong, and what to do."""


@dataclass(frozen=True)
class Check:
    """One thing to look at; `look` returns a remark or raises."""

    name: str
    look: Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Finding:
    """What a check found."""

    name: str
    right: bool
    remark: str


async def examine(settings: Settings) -> list[Finding]:
    """Every check, all at once, in the order in which they are listed."""
    return list(await asyncio.gather(*(_run(check) for check in _checks(settings))))


async def _run(check: Check) -> Finding:
    try:
        return Finding(check.name, True, await check.look())
    except Exception as problem:  # noqa: BLE001 - whatever is wrong is what it is for
        return Finding(check.name, False, str(problem) or type(problem).__name__)


def _checks(settings: Settings) -> list[Check]:
    checks = [Check(f"settings of sge {p}", partial(_process, settings, p)) for p in PROCESSES]
    for role in _ROLES:
        secret = getattr(settings, f"database_{role}_url")
        if secret is not None:
            url = secret.get_secret_value()
            checks.append(Check(f"PostgreSQL as sge_{role}", partial(_database, url, role)))
    if settings.database_owner_url is not None:
        owner = settings.database_owner_url.get_secret_value()
        checks.append(Check("migrations", partial(_migrations, owner)))
    if settings.redis_url is not None:
        checks.append(Check("Redis", partial(_redis, settings.redis_url.get_secret_value())))
    checks += [
        Check(f"chain {chain.chain_id} at endpoint {number}", partial(_chain, chain, number - 1))
        for chain in settings.chains
        for number in range(1, len(chain.rpc_urls) + 1)
    ]
    return [*checks, Check("signing speed", _signing)]


async def _process(settings: Settings, process: Process) -> str:
    try:
        settings.require_for(process)
    except SettingsMistake as mistake:
        raise Problem(str(mistake).split("\n", 1)[1].replace("\n", "; ")) from None
    return "complete"


async def _database(url: str, role: str) -> str:
    expected = "sge_reader" if role == "read" else f"sge_{role}"
    if urlsplit(url).username != expected:
        raise Problem(f"the address names another role; it has to be {expected}")
    database = await Database.connect(url, maximum=1)
    await database.close()
    return "connects"


async def _migrations(owner_url: str) -> str:
    if not await asyncio.to_thread(migrations.is_newest, owner_url):
        raise Problem("not at the newest; run `sge migrate`")
    return "all have run"


async def _redis(url: str) -> str:
    client = connect_async(url)
    try:
        await client.ping()
    finally:
        await client.aclose()
    return "answers"


async def _chain(settings: ChainSettings, endpoint: int) -> str:
    url = settings.rpc_urls[endpoint].get_secret_value()
    async with Chain(settings.chain_id, [url]) as chain:
        head = await chain.block_number()
        for name, address in (("gateway", settings.gateway), ("identity", settings.identity)):
            if address and await chain.request("eth_getCode", address, "latest") == "0x":
                raise Problem(f"there is no {name} contract at {address}")
        if settings.multisend and not is_multi_send(await chain.code(settings.multisend)):
            raise Problem(f"{settings.multisend} is not Safe's MultiSendCallOnly 1.3.0 or 1.4.1")
        for token in settings.tokens:
            await _token(chain, token)
    return f"at block {head}"


async def _token(chain: Chain, token: TokenSettings) -> None:
    """The domain that wallets sign under differs by chain: a wrong name or version makes every signature invalid."""
    domain = TokenDomain(token.name, token.version, chain.chain_id, token.address)
    if await chain.call(token.address, _DOMAIN_SEPARATOR) != domain.separator():
        raise Problem(
            f"{token.code} at {token.address} has another EIP-712 domain than its name and version say"
        )


async def _signing() -> str:
    if importlib.util.find_spec("coincurve") is None:
        return "slow: coincurve is not installed (it has no wheel for CPython 3.14 yet)"
    return "fast (coincurve)"
