"""The settings that the demo's processes get: those that .env.example describes."""

import json
import os

from sge.demo.chain import CONFIRMATIONS, DECIMALS, TOKEN, DemoChain
from sge.demo.options import DemoOptions
from sge.demo.services import Services
from sge.demo.wallets import DemoKeys
from sge.embedded.anvil import CHAIN_ID


def process_environment(
    options: DemoOptions, services: Services, keys: DemoKeys, chain: DemoChain
) -> dict[str, str]:
    """The environment of the API, the workers, the scheduler and the migrations."""
    roles = ("owner", "api", "worker", "feed")
    databases = {
        f"SGE_DATABASE_{role.upper()}_URL": services.postgres.dsn(f"sge_{role}") for role in roles
    }
    # A developer's own SGE_ settings must not leak into the demo.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SGE_")}
    return {
        **inherited,
        **databases,
        "SGE_ENVIRONMENT": "development",
        "SGE_REDIS_URL": services.redis.url,
        "SGE_CHAINS": json.dumps([_chain_settings(services, chain)]),
        "SGE_RELAYER_KEYS": "\n".join(keys.relayers),
        "SGE_SECRET_KEY": keys.pepper,
        "SGE_API_PORT": str(options.port),
        "SGE_PUBLIC_URL": public_url(options),
        "SGE_SERVE_PAGE": str(options.page).lower(),
        "PYTHONUNBUFFERED": "1",
    }


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
