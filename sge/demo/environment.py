"""The settings that the demo's processes get: those that .env.example describes."""

import json
import os
from pathlib import Path

from sge.demo.chain import CONFIRMATIONS, DECIMALS, TOKEN, DemoChain
from sge.demo.options import DemoOptions
from sge.demo.services import Services
from sge.demo.wallets import DemoKeys, account
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.private_file import write_private
from sge.embedded.project import PROJECT

# What only one kind of process may hold, as in production; the rest is everybody's.
_HELD_BY = {
    "SGE_DATABASE_OWNER_URL": (),
    "SGE_DATABASE_BACKUP_URL": (),
    "SGE_DATABASE_API_URL": ("api",),
    "SGE_DATABASE_FEED_URL": ("api",),
    "SGE_SECRET_KEY": ("api",),
    "SGE_ENCRYPTION_KEY": ("api", "worker"),
    "SGE_DATABASE_WORKER_URL": ("worker", "scheduler"),
    "SGE_RELAYER_KEYS": ("worker",),
}


def demo_settings(
    options: DemoOptions, services: Services, keys: DemoKeys, chain: DemoChain
) -> dict[str, str]:
    """All settings of the demo's API, workers, scheduler, migrations and backups."""
    roles = ("owner", "api", "worker", "feed", "backup")
    databases = {
        f"SGE_DATABASE_{role.upper()}_URL": services.postgres.dsn(f"sge_{role}") for role in roles
    }
    return {
        **databases,
        "SGE_ENVIRONMENT": "development",
        "SGE_WEBHOOKS_ALLOW_LOOPBACK": "true",
        "SGE_REDIS_URL": services.redis.url,
        "SGE_CHAINS": json.dumps([_chain_settings(services, chain)]),
        "SGE_RELAYER_KEYS": ",".join(keys.relayers),
        "SGE_SECRET_KEY": keys.pepper,
        "SGE_ENCRYPTION_KEY": keys.encryption,
        "SGE_OPERATOR_WALLETS": account(keys.operator).address,
        "SGE_API_PORT": str(options.port),
        "SGE_PUBLIC_URL": public_url(options),
        # People type localhost as well, and a wallet signs in at the address in the browser's bar.
        "SGE_LOGIN_ORIGINS": f"http://localhost:{options.port}",
        "SGE_SERVE_PAGE": str(options.page).lower(),
        "SGE_LOG_LEVEL": options.log_level,
    }


def process_environment(settings: dict[str, str], process: str | None = None) -> dict[str, str]:
    """The environment of one process: the machine's, and those of the settings that it may hold (all, when no process
    is named). It has to run elsewhere than in the checkout, whose .env is a developer's.
    """
    # A developer's own SGE_ settings must not leak into the demo.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SGE_")}
    own = {
        name: value
        for name, value in settings.items()
        if process is None or process in _HELD_BY.get(name, (process,))
    }
    return {**inherited, **own, "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(PROJECT)}


def store_settings(options: DemoOptions, settings: dict[str, str]) -> None:
    """Writes demo.env, for commands and processes that are run by hand; only its owner can read it.

    A shell reads it (`set -a; . .sge/demo.env; set +a`), and so does python-dotenv.
    """
    lines = "".join(f"{name}='{value}'\n" for name, value in settings.items())
    write_private(settings_path(options), lines)


def settings_path(options: DemoOptions) -> Path:
    """Where the settings are."""
    return options.folder / "demo.env"


def public_url(options: DemoOptions) -> str:
    """Where people and wallets find the API."""
    return f"http://127.0.0.1:{options.port}"


def _chain_settings(services: Services, chain: DemoChain) -> dict[str, object]:
    return {
        "chain_id": CHAIN_ID,
        "name": "anvil",
        "rpc_urls": [services.anvil.url],
        "confirmations": CONFIRMATIONS,
        "gateway": chain.deployment.gateway,
        "identity": chain.deployment.identity,
        "multisend": chain.deployment.multisend,
        "tokens": [
            {
                "code": TOKEN.symbol,
                "address": chain.deployment.token,
                "decimals": DECIMALS,
                "name": TOKEN.name,
                "version": TOKEN.version,
            }
        ],
    }
