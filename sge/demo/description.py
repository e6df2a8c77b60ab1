""".sge/demo.json: all that somebody needs to point a client of their own at the demo."""

import json
from pathlib import Path
from typing import Any

from sge.demo.chain import DemoChain
from sge.demo.environment import public_url
from sge.demo.options import DemoOptions
from sge.demo.services import Services
from sge.demo.wallets import DemoKeys, described
from sge.embedded.anvil import CHAIN_ID
from sge.embedded.private_file import write_private

VERSION = 1


def description_path(options: DemoOptions) -> Path:
    """Where the description is."""
    return options.folder / "demo.json"


def described_demo(
    options: DemoOptions, services: Services, keys: DemoKeys, chain: DemoChain
) -> dict[str, Any]:
    """Addresses of this start; ports may differ from the last one's."""
    url = public_url(options)
    return {
        "version": VERSION,
        "graphql": f"{url}/graphql",
        "ws": f"{url.replace('http', 'ws', 1)}/graphql",
        "dashboard": f"{url}/",
        "metrics": f"{url}/metrics",
        "rpc": services.anvil.url,
        "chainId": CHAIN_ID,
        "tokenAddress": chain.deployment.token,
        "gatewayAddress": chain.deployment.gateway,
        "operator": described(keys.operator),
        "wallets": [described(key) for key in keys.wallets],
    }


def stored_description(options: DemoOptions) -> dict[str, Any]:
    """What the last start wrote; empty before the first."""
    path = description_path(options)
    return dict(json.loads(path.read_text())) if path.exists() else {}


def store_description(options: DemoOptions, description: dict[str, Any]) -> None:
    """Writes the file anew; only its owner can read it."""
    write_private(description_path(options), json.dumps(description, indent=2) + "\n")
