"""What an EIP-4361 message says, and the rules for each part; made by the parser or by the server that asks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.siwe.instant import parse_instant
from app.domain.siwe.uri import is_authority, is_pchars, is_scheme, is_uri

# ABNF of EIP-4361: statement = 1*( reserved / unreserved / " " ).
_STATEMENT = re.compile(r"[:/?#\[\]@!$&'()*+,;=A-Za-z0-9\-._~ ]+", re.ASCII)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}", re.ASCII)
_NONCE = re.compile(r"[A-Za-z0-9]{8,}", re.ASCII)
_VERSION = "1"
_LARGEST_CHAIN_ID = 2**63 - 1


class NotASignInMessage(ValueError):
    """The text is no EIP-4361 message. part: the part that is wrong, in words."""

    def __init__(self, part: str) -> None:
        super().__init__(f"This is no EIP-4361 message: see its {part}.")
        self.part = part


@dataclass(frozen=True, slots=True)
class SignInMessage:
    """Times are kept as they were written, since that is what is signed. Raises NotASignInMessage.

    The address is checked for its form only: whether its letters have the case that EIP-55 asks for is
    `app.chain.sign_in`'s to say. resources: None when the message has no such part.
    """

    domain: str
    address: str
    uri: str
    version: str
    chain_id: int
    nonce: str
    issued_at: str
    scheme: str | None = None
    statement: str | None = None
    expiration_time: str | None = None
    not_before: str | None = None
    request_id: str | None = None
    resources: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for part, right in _RULES.items():
            if not right(self):
                raise NotASignInMessage(part)

    @property
    def issued(self) -> datetime:
        return _known(self.issued_at)

    @property
    def expires(self) -> datetime | None:
        return None if self.expiration_time is None else _known(self.expiration_time)

    @property
    def begins(self) -> datetime | None:
        return None if self.not_before is None else _known(self.not_before)


def _known(text: str) -> datetime:
    instant = parse_instant(text)
    assert instant is not None
    return instant


def _matches(form: re.Pattern[str], text: str | None) -> bool:
    return text is None or form.fullmatch(text) is not None


def _is_time(text: str | None) -> bool:
    return text is None or parse_instant(text) is not None


def _is_chain_id(value: object) -> bool:
    return isinstance(value, int) and 0 <= value <= _LARGEST_CHAIN_ID


_RULES: dict[str, Callable[[SignInMessage], bool]] = {
    "scheme": lambda said: said.scheme is None or is_scheme(said.scheme),
    "domain": lambda said: is_authority(said.domain),
    "address": lambda said: _matches(_ADDRESS, said.address),
    "statement": lambda said: _matches(_STATEMENT, said.statement),
    "URI": lambda said: is_uri(said.uri),
    "version": lambda said: said.version == _VERSION,
    "chain id": lambda said: _is_chain_id(said.chain_id),
    "nonce": lambda said: _matches(_NONCE, said.nonce),
    "issued-at time": lambda said: _is_time(said.issued_at),
    "expiration time": lambda said: _is_time(said.expiration_time),
    "not-before time": lambda said: _is_time(said.not_before),
    "request id": lambda said: said.request_id is None or is_pchars(said.request_id),
    "resources": lambda said: all(is_uri(resource) for resource in said.resources or ()),
}
