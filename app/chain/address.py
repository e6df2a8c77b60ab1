"""EVM addresses as text: the form that EIP-55 gives them."""

import re

from eth_hash.auto import keccak

ZERO_ADDRESS = "0x" + "0" * 40

_SHAPE = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)


class InvalidAddressError(ValueError):
    """The text is no address that anybody can use here."""


class MalformedAddressError(InvalidAddressError):
    """The text is not 0x and 40 hexadecimal digits."""


class WrongChecksumError(InvalidAddressError):
    """The letters' case is mixed and not the one EIP-55 asks for: a mistyped address."""


class ZeroAddressError(InvalidAddressError):
    """The zero address owns nothing and receives nothing."""


def parse_address(text: str) -> str:
    """Return the checksummed form of an address that a person typed.

    An address in one case carries no checksum and is accepted (EIP-55). Errors are
    InvalidAddressError's subclasses.
    """
    if not _SHAPE.fullmatch(text):
        raise MalformedAddressError("an address is 0x and 40 hexadecimal digits")
    digits = text[2:]
    checksummed = checksum_address(bytes.fromhex(digits))
    if text == checksummed or digits in (digits.lower(), digits.upper()):
        if checksummed == ZERO_ADDRESS:
            raise ZeroAddressError("the zero address cannot be used")
        return checksummed
    raise WrongChecksumError("the address's checksum is wrong: one of its digits is mistyped")


def checksum_address(address: bytes) -> str:
    """Return the EIP-55 text of 20 bytes."""
    digits = address.hex()
    nibbles = keccak(digits.encode()).hex()
    return "0x" + "".join(
        digit.upper() if nibble >= "8" else digit
        for digit, nibble in zip(digits, nibbles, strict=False)
    )


def address_bytes(address: str) -> bytes:
    """Return the 20 bytes of a well-formed address."""
    return bytes.fromhex(address.removeprefix("0x"))
