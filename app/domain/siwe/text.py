"""EIP-4361 messages as text: one text for one message, and back."""

import re
from collections.abc import Iterator

from app.domain.siwe.message import NotASignInMessage, SignInMessage

LONGEST_MESSAGE = 8192
"""Characters; wallets show the whole of it to a person."""

_ASKS = " wants you to sign in with your Ethereum account:"
# One spelling of a number, so that one message is one text.
_CHAIN_ID = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def parse_message(text: str) -> SignInMessage:
    """Reads a message. Raises NotASignInMessage for anything beside the grammar: another order, another line ending, a line
    more, a blank at an end.
    """
    if len(text) > LONGEST_MESSAGE:
        raise NotASignInMessage("length")
    lines = _Lines(text)
    scheme, domain = _origin(lines.take("domain"))
    address = lines.take("address")
    statement = _statement(lines)
    message = SignInMessage(
        scheme=scheme,
        domain=domain,
        address=address,
        statement=statement,
        uri=lines.tagged("URI"),
        version=lines.tagged("Version"),
        chain_id=_chain_id(lines.tagged("Chain ID")),
        nonce=lines.tagged("Nonce"),
        issued_at=lines.tagged("Issued At"),
        expiration_time=lines.tagged_or_none("Expiration Time"),
        not_before=lines.tagged_or_none("Not Before"),
        request_id=lines.tagged_or_none("Request ID"),
        resources=_resources(lines),
    )
    if lines.next is not None:
        raise NotASignInMessage("end, which has more than belongs there")
    return message


def write_message(message: SignInMessage) -> str:
    """The text that the wallet signs; parse_message gives the message back."""
    return "\n".join(_written(message))


class _Lines:
    """Lines in their order; LF ends each but the last."""

    def __init__(self, text: str) -> None:
        self._rest = iter(text.split("\n"))
        self.next: str | None = next(self._rest)

    def take(self, part: str) -> str:
        if self.next is None:
            raise NotASignInMessage(f"{part}, which is missing")
        line, self.next = self.next, next(self._rest, None)
        return line

    def tagged(self, tag: str) -> str:
        value = self.tagged_or_none(tag)
        if value is None:
            raise NotASignInMessage(f"{tag}, which is missing or out of place")
        return value

    def tagged_or_none(self, tag: str) -> str | None:
        if self.next is None or not self.next.startswith(f"{tag}: "):
            return None
        return self.take(tag)[len(tag) + 2 :]


def _origin(line: str) -> tuple[str | None, str]:
    if not line.endswith(_ASKS):
        raise NotASignInMessage("first line")
    asker = line.removesuffix(_ASKS)
    scheme, separator, domain = asker.partition("://")
    return (scheme, domain) if separator else (None, asker)


def _statement(lines: _Lines) -> str | None:
    blank, statement = lines.take("statement"), lines.take("statement")
    if blank or (statement and lines.take("statement")):
        raise NotASignInMessage("statement, which stands between two empty lines")
    return statement or None


def _chain_id(text: str) -> int:
    if _CHAIN_ID.fullmatch(text) is None:
        raise NotASignInMessage("chain id")
    return int(text)


def _resources(lines: _Lines) -> tuple[str, ...] | None:
    if lines.next != "Resources:":
        return None
    lines.take("resources")
    found: list[str] = []
    while (lines.next or "").startswith("- "):
        found.append(lines.take("resources")[2:])
    return tuple(found)


def _written(message: SignInMessage) -> Iterator[str]:
    scheme = "" if message.scheme is None else f"{message.scheme}://"
    yield f"{scheme}{message.domain}{_ASKS}"
    yield message.address
    yield ""
    if message.statement is not None:
        yield message.statement
    yield ""
    yield f"URI: {message.uri}"
    yield f"Version: {message.version}"
    yield f"Chain ID: {message.chain_id}"
    yield f"Nonce: {message.nonce}"
    yield f"Issued At: {message.issued_at}"
    for tag, value in (
        ("Expiration Time", message.expiration_time),
        ("Not Before", message.not_before),
        ("Request ID", message.request_id),
    ):
        if value is not None:
            yield f"{tag}: {value}"
    if message.resources is not None:
        yield "Resources:"
        yield from (f"- {resource}" for resource in message.resources)
