"""The demo's people: keys that are made once, kept in a private file, and own nothing of value."""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from eth_account import Account
from eth_account.signers.local import LocalAccount

from sge.embedded.private_file import write_private

OWNERS = 3
RELAYERS = 2
TEST_WALLETS = 20


def new_keys(count: int) -> list[str]:
    return [f"0x{secrets.token_hex(32)}" for _ in range(count)]


@dataclass(frozen=True)
class ProgramKeys:
    """Private keys of one program: its treasury's owners and its affiliates, in tree order."""

    owners: list[str]
    affiliates: list[str]


@dataclass(frozen=True)
class DemoKeys:
    """Every secret of the demo; all for a chain that exists on this machine only."""

    programs: list[ProgramKeys]
    deployer: str = field(default_factory=lambda: new_keys(1)[0])
    operator: str = field(default_factory=lambda: new_keys(1)[0])
    relayers: list[str] = field(default_factory=lambda: new_keys(RELAYERS))
    wallets: list[str] = field(default_factory=lambda: new_keys(TEST_WALLETS))
    pepper: str = field(default_factory=lambda: secrets.token_hex(32))
    encryption: str = field(default_factory=lambda: secrets.token_hex(32))
    traffic_seed: str = field(default_factory=lambda: secrets.token_hex(32))


def account(private_key: str) -> LocalAccount:
    """The wallet of a private key."""
    wallet: LocalAccount = Account.from_key(private_key)
    return wallet


def described(private_key: str) -> dict[str, str]:
    """A wallet as .sge/demo.json shows it."""
    return {"address": account(private_key).address, "privateKey": private_key}


def kept_keys(path: Path, affiliates: list[int]) -> DemoKeys:
    """The keys of an earlier run, else new ones, with this many affiliates to each program."""
    stored = json.loads(path.read_text()) if path.exists() else {}
    programs = (
        [ProgramKeys(**program) for program in stored["programs"]]
        if stored
        else [ProgramKeys(new_keys(OWNERS), new_keys(count)) for count in affiliates]
    )
    keys = DemoKeys(**(stored | {"programs": programs}))
    # Also when there is somebody new since that run.
    if asdict(keys) != stored:
        write_private(path, json.dumps(asdict(keys), indent=2))
    return keys


def customer_key(keys: DemoKeys, program: str, number: int) -> str:
    """The private key of a program's customer; number counts from 0 in the order in which they come."""
    seed = f"{keys.traffic_seed}/{program}/{number}"
    return f"0x{hashlib.sha256(seed.encode()).hexdigest()}"
