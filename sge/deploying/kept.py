"""Where Safe's contracts of a chain are: as a deployment has noted it, else where Safe itself has put them."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from app.chain.client import Chain
from app.chain.deploy import Deployment, SafeCode
from sge.embedded.project import STATE
from sge.failures import CannotStart


@dataclass(frozen=True)
class SafeAddresses:
    """Safe 1.4.1; the defaults are those of Safe's own deployments (safe-deployments, v1.4.1)."""

    safe_singleton: str = "0x41675C099F32341bf84BFc5382aF534df5C7461a"
    proxy_factory: str = "0x4e1DCf7AD4e460CfD30791CCC4F9c8a4f820ec67"
    fallback_handler: str = "0xfd0732Dc9E303f09fCEf3a7388Ad10A83459Ec99"


def default_note(chain_id: int) -> Path:
    """Where a deployment's addresses are noted when nobody says where."""
    return STATE / f"contracts-{chain_id}.json"


def note(file: Path, deployment: Deployment) -> None:
    """Writes all addresses down."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(deployment), indent=2) + "\n", encoding="utf-8")


async def safe_code(chain: Chain, file: Path | None) -> SafeCode:
    """Where the contracts are that a new Safe needs; raises CannotStart when they are not there."""
    given = file or default_note(chain.chain_id)
    found: SafeCode = SafeAddresses()
    if file is not None or given.exists():
        found = _read(given)
    addresses = (found.safe_singleton, found.proxy_factory, found.fallback_handler)
    if not all(await chain.codes(addresses)):
        raise CannotStart(
            f"--contracts: Safe's contracts are not on chain {chain.chain_id} at {', '.join(addresses)}; "
            "name the file that `sge contracts deploy` wrote for this chain"
        )
    return found


def _read(file: Path) -> Deployment:
    try:
        return Deployment(**json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise CannotStart(
            f"--contracts: {file} is not what `sge contracts deploy` writes"
        ) from None
