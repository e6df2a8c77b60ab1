"""The demo's API process: `sge api`, and a route that hands out the test wallets. Started by `sge demo` alone."""

import sys
from pathlib import Path

from app.settings import Settings, load_settings
from sge.commands.api import serve_api
from sge.demo.wallet_route import wallets_route
from sge.embedded.anvil import CHAIN_ID
from sge.failures import CannotStart

_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def require_test_chain(settings: Settings) -> None:
    """Raises CannotStart where keys would be worth something, or be seen: other chains, other addresses."""
    if [chain.chain_id for chain in settings.chains] != [CHAIN_ID]:
        raise CannotStart(f"the demo serves chain {CHAIN_ID} and no other: run `sge api`")
    if settings.api_host not in _LOOPBACK:
        raise CannotStart("the demo listens at 127.0.0.1 only: run `sge api`")


def main() -> None:
    """The argument is the file of the wallets."""
    settings = load_settings().require_for("api")
    require_test_chain(settings)
    serve_api(settings, [wallets_route(Path(sys.argv[1]))])


if __name__ == "__main__":
    main()
