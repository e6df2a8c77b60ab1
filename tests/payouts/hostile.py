"""Treasuries whose owners gave them other code, as a Safe's owners can: by hand, byte for byte."""

from app.chain.abi_words import selector
from app.chain.address import checksum_address
from app.chain.logs import EXECUTION_SUCCESS_TOPIC
from tests.payouts.world import PayoutProgram, PayoutWorld

_AT = checksum_address(bytes.fromhex("f0" * 20))
STOP = "00"
# Hashes 64 KB over and over until 30 000 gas are left, then reverts with two words of zero.
BURN = "62010000600020506175305a1161ffff5760406000fd"


def forger(world: PayoutWorld) -> str:
    """Code that a Safe may run as its own: makes the token's transfer that it is given, and logs the success of the hash
    that follows it.
    """
    token = world.chain.deployment.token.removeprefix("0x")
    transfer = f"604460006000376000600060446000600073{token}5af150"
    return _plant(world, transfer + f"6044357f{EXECUTION_SUCCESS_TOPIC.hex()}60206080a200")


def change_function(
    world: PayoutWorld, program: PayoutProgram, signature: str, instead: str
) -> None:
    """One function of the Safe runs other code, all others what they ran; instead: ffff is where it begins."""
    node = world.chain.node
    real = node.call("eth_getStorageAt", program.treasury, "0x0", "latest")[-40:]
    head = (
        f"60003560e01c63{selector(signature).hex()}1461ffff573660006000376000600036600073{real}5af4"
    )
    tail = "3d600060003e61eeee573d6000fd5b3d6000f3"
    returns, begins = (len(head + tail) - len("5b3d6000f3")) // 2, len(head + tail) // 2
    code = f"{head}{tail}5b{instead}"
    code = code.replace("61eeee", f"61{returns:04x}").replace("61ffff", f"61{begins:04x}")
    at = _plant(world, code).removeprefix("0x").lower()
    node.call("anvil_setStorageAt", program.treasury, "0x0", f"0x{at.rjust(64, '0')}")


def _plant(world: PayoutWorld, code: str) -> str:
    world.chain.node.call("anvil_setCode", _AT, f"0x{code}")
    return _AT
