"""What was given on the command line, looked at before anything is sent; raises CannotStart that names the option."""

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

from app.chain.address import InvalidAddressError, parse_address
from app.chain.client import Chain
from app.chain.deployer import DeploymentError
from app.chain.endpoint import read_chain_id
from app.chain.node_errors import ChainError
from app.chain.signer import Signer
from app.settings.chains import is_http_address
from app.settings.forms import key_mistake
from sge.failures import CannotStart

Result = TypeVar("Result")
_WEI = 10**18


def on_chain(work: Coroutine[Any, Any, Result]) -> Result:
    """Runs it; a chain that does not answer or refuses is one line, not a trace."""
    try:
        return asyncio.run(work)
    except ChainError as problem:
        raise CannotStart(f"--rpc: {problem}") from None
    except DeploymentError as problem:
        raise CannotStart(
            f"{problem}; what is mined already stays, so look before you repeat"
        ) from None


def read_key(option: str, file: Path) -> str:
    """The private key in the file; never shown."""
    try:
        key = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise CannotStart(f"{option}: {file} cannot be read as text") from None
    mistake = key_mistake(key)
    if mistake:
        raise CannotStart(f"{option}: what is in {file} {mistake}")
    return key


def read_address(option: str, text: str) -> str:
    """Checksummed."""
    try:
        return parse_address(text)
    except InvalidAddressError as problem:
        raise CannotStart(f"{option}: {text}: {problem}") from None


def read_addresses(option: str, texts: Sequence[str] | None) -> list[str]:
    """Checksummed, each once, in their order."""
    return list(dict.fromkeys(read_address(option, text) for text in texts or ()))


async def open_chain(rpc: str) -> Chain:
    """A client of whichever chain the address is a node of."""
    if not is_http_address(rpc):
        raise CannotStart("--rpc: is not an http:// or https:// address")
    return Chain(await read_chain_id(rpc), [rpc])


async def require_gas(chain: Chain, key: str, gas: int) -> str:
    """The key's address, when it can pay for that much gas at twice today's price."""
    sender = Signer(key).address
    price = int(await chain.request("eth_gasPrice"), 16)
    has, needs = await chain.balance(sender), 2 * price * gas
    if has < needs:
        raise CannotStart(
            f"--key-file: {sender} owns {has / _WEI:g} of chain {chain.chain_id}'s coin; "
            f"send it {needs / _WEI:g} for gas first"
        )
    return sender
