"""Complete settings for a process on a test's own servers."""

import json

from sge.embedded.anvil import CHAIN_ID
from tests.fixtures.databases import Database

PEPPER = "only for tests, forty characters long ..."


def complete_environment(
    database: Database, redis_url: str, rpc: str = "http://127.0.0.1:1"
) -> dict[str, str]:
    """As .env.example describes them; the chain's contracts need not exist."""
    chain = {
        "chain_id": CHAIN_ID,
        "name": "anvil",
        "rpc_urls": [rpc],
        "confirmations": 2,
        "gateway": "0x" + "1" * 40,
        "identity": "0x" + "2" * 40,
        "multisend": "0x" + "4" * 40,
        "tokens": [
            {"code": "USD", "address": "0x" + "3" * 40, "decimals": 6, "name": "a", "version": "2"}
        ],
    }
    databases = {
        f"SGE_DATABASE_{role.upper()}_URL": database.dsn(f"sge_{role}")
        for role in ("owner", "api", "worker", "feed")
    }
    return databases | {
        "SGE_REDIS_URL": redis_url,
        "SGE_CHAINS": json.dumps([chain]),
        "SGE_RELAYER_KEYS": "0x" + "4" * 64,
        "SGE_SECRET_KEY": PEPPER,
        "SGE_ENCRYPTION_KEY": PEPPER[::-1],
    }
