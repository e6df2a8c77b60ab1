"""The few ABI encodings (Solidity ABI specification) that hot reads need, in 32-byte words."""

from eth_hash.auto import keccak

from app.chain.address import address_bytes, checksum_address

WORD = 32


class UnexpectedAnswer(ValueError):
    """A contract returned something else than its interface says: it is another contract, or none."""


def selector(signature: str) -> bytes:
    """The first four bytes of a call, from a canonical signature such as "balanceOf(address)"."""
    return keccak(signature.encode())[:4]


def address_word(address: str) -> bytes:
    return bytes(WORD - 20) + address_bytes(address)


def read_uint(answer: bytes) -> int:
    """One uint256."""
    if len(answer) != WORD:
        raise UnexpectedAnswer("not one word")
    return int.from_bytes(answer)


def read_addresses(answer: bytes) -> tuple[str, ...]:
    """One address[], checksummed."""
    body = _dynamic(answer)
    count = int.from_bytes(body[:WORD])
    words = [body[start : start + WORD] for start in range(WORD, len(body), WORD)]
    if count != len(words) or any(len(word) != WORD or any(word[:12]) for word in words):
        raise UnexpectedAnswer("not a list of addresses")
    return tuple(checksum_address(word[12:]) for word in words)


def read_text(answer: bytes) -> str:
    """One string of ASCII."""
    body = _dynamic(answer)
    length = int.from_bytes(body[:WORD])
    text = body[WORD : WORD + length]
    if len(text) != length or not text.isascii():
        raise UnexpectedAnswer("not a text")
    return text.decode()


def read_printable(answer: bytes, most: int) -> str:
    """One string of anything, as one line of at most so many characters, each one printable."""
    body = _dynamic(answer)
    text = body[WORD : WORD + int.from_bytes(body[:WORD])].decode(errors="replace")
    line = "".join(one if one.isprintable() else " " for one in text[:most])
    return " ".join(line.split())


def _dynamic(answer: bytes) -> bytes:
    if len(answer) < 2 * WORD or int.from_bytes(answer[:WORD]) != WORD:
        raise UnexpectedAnswer("not one dynamic value")
    return answer[WORD:]
