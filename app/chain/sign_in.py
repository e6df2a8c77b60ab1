"""EIP-4361 at the door of the chain: a message with a checksummed address, and the 32 bytes that a wallet signs."""

from eth_hash.auto import keccak

from app.chain.address import InvalidAddressError, parse_address
from app.domain.siwe.message import NotASignInMessage, SignInMessage
from app.domain.siwe.text import parse_message

_PERSONAL_PREFIX = b"\x19Ethereum Signed Message:\n"


def read_sign_in_message(text: str) -> SignInMessage:
    """Reads a message whose address has the one spelling of EIP-55. Raises NotASignInMessage."""
    message = parse_message(text)
    try:
        checksummed = parse_address(message.address)
    except InvalidAddressError:
        raise NotASignInMessage("address") from None
    if checksummed != message.address:
        raise NotASignInMessage("address, which has to be written as EIP-55 says")
    return message


def personal_digest(message: bytes) -> bytes:
    """What personal_sign signs (EIP-191, version 0x45)."""
    return keccak(_PERSONAL_PREFIX + str(len(message)).encode() + message)
