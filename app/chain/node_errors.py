"""What a node says when it refuses, as types: recognised by the wordings of geth and anvil (and of Nethermind,
where they differ), in this one place and never by code alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class ChainError(Exception):
    """Something went wrong between us and a chain."""


class NoAnswer(ChainError):
    """Timeout, lost connection, 5xx or nonsense: whether the node acted is unknown, so the same may be sent again."""


class AnswerTooLarge(NoAnswer):
    """A node answers more than is read; to less it may have an answer that is."""


class UnreadableAnswer(NoAnswer):
    """A node answers in a shape that no node of an EVM chain has: it is broken, or no such node."""


class WrongChain(ChainError):
    """An endpoint answers for another chain than it was configured for."""


class NodeError(ChainError):
    """A node understood the request and refused it. code and data as the node gave them."""

    def __init__(self, message: str, code: int | None = None, data: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.data = data


class RateLimited(NodeError):
    """Too many requests; nothing was done. retry_after_seconds: as the node asked."""

    def __init__(self, message: str, retry_after_seconds: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class AlreadyKnown(NodeError):
    """The node has these very bytes: a success."""


class NonceTooLow(NodeError):
    """A transaction with this nonce is in a block: one of our copies, or somebody else's."""


class NonceTooHigh(NodeError):
    """The node holds no place for a nonce so far ahead."""


class ReplacementUnderpriced(NodeError):
    """The pool keeps another copy of this nonce: a replacement must offer at least a tenth more."""


class Underpriced(NodeError):
    """The offered fee is below what the node or the block asks for."""


class InsufficientFunds(NodeError):
    """The relayer cannot pay for the gas."""


class GasTooHigh(NodeError):
    """More gas than a block or a transaction (EIP-7825) may use."""


class GasTooLow(NodeError):
    """Less gas than the transaction needs before it even starts."""


class TooMuchData(NodeError):
    """The transaction is larger than nodes accept."""


class PoolFull(NodeError):
    """The node takes no more transactions now, or no more of this sender."""


class InvalidTransaction(NodeError):
    """The bytes themselves are wrong; no node will ever take them."""


class ExecutionReverted(NodeError):
    """A call was executed and reverted. revert_data: what the contract returned, else empty."""

    @property
    def revert_data(self) -> bytes:
        text = self.data.get("data") if isinstance(self.data, dict) else self.data
        if not isinstance(text, str) or not text.startswith("0x"):
            return b""
        return bytes.fromhex(text[2:])


class ExecutionHalted(NodeError):
    """A call was executed and ended without an answer: out of gas, or at an instruction that cannot be carried out."""


class RangeTooLarge(NodeError):
    """eth_getLogs over fewer blocks may be answered."""


class TooManyLogs(ChainError):
    """One block has more logs of somebody than a node gives, and its receipts do not come either.

    refused: whether the node said so; else no answer came, which may be different the next time.
    """

    def __init__(self, message: str, *, refused: bool) -> None:
        super().__init__(message)
        self.refused = refused


class UnrecognisedNodeError(NodeError):
    """A wording that nobody has met yet: whether the node acted is unknown."""


# In order: the first text found in the message decides, so what is more exact comes first.
_WORDINGS: tuple[tuple[str, Callable[[str, int | None, Any], NodeError]], ...] = (
    ("already known", AlreadyKnown),
    ("already imported", AlreadyKnown),  # anvil
    ("alreadyknown", AlreadyKnown),  # Nethermind
    ("replacement transaction underpriced", ReplacementUnderpriced),
    ("future transaction tries to replace pending", ReplacementUnderpriced),
    ("replacementnotallowed", ReplacementUnderpriced),  # Nethermind
    ("nonce too low", NonceTooLow),
    ("oldnonce", NonceTooLow),  # Nethermind
    ("nonce too high", NonceTooHigh),
    ("nonce too far in the future", NonceTooHigh),
    ("noncegap", NonceTooHigh),  # Nethermind
    ("insufficient funds", InsufficientFunds),
    ("insufficientfunds", InsufficientFunds),  # Nethermind
    ("exceeds block gas limit", GasTooHigh),
    ("transaction gas limit too high", GasTooHigh),
    ("intrinsic gas too high", GasTooHigh),  # anvil
    ("gas limit greater than", GasTooHigh),  # anvil, for EIP-7825
    ("gaslimitexceeded", GasTooHigh),  # Nethermind
    ("intrinsic gas too low", GasTooLow),
    ("floor data gas", GasTooLow),
    ("oversized data", TooMuchData),
    ("transaction size exceeds", TooMuchData),
    ("max fee per gas less than block base fee", Underpriced),
    ("below minimum", Underpriced),
    ("transaction underpriced", Underpriced),
    ("feetoolow", Underpriced),  # Nethermind
    ("account limit exceeded", PoolFull),
    ("pool is full", PoolFull),
    ("in-flight transaction limit", PoolFull),
    ("invalid sender", InvalidTransaction),
    ("invalid chain id", InvalidTransaction),
    ("transaction type not supported", InvalidTransaction),
    ("failed to decode", InvalidTransaction),  # anvil
    ("priority fee per gas higher than max fee", InvalidTransaction),
    ("rlp:", InvalidTransaction),
    ("execution reverted", ExecutionReverted),
    ("vm execution error", ExecutionReverted),
    ("evm error", ExecutionHalted),  # anvil
    ("out of gas", ExecutionHalted),
    ("outofgas", ExecutionHalted),  # Nethermind
    ("invalid opcode", ExecutionHalted),
    ("stack underflow", ExecutionHalted),
    ("stack limit reached", ExecutionHalted),
    ("invalid jump destination", ExecutionHalted),
    ("gas uint64 overflow", ExecutionHalted),
    ("write protection", ExecutionHalted),
    ("return data out of bounds", ExecutionHalted),
    ("query returned more than", RangeTooLarge),
    ("block range", RangeTooLarge),
    ("range is too large", RangeTooLarge),
    ("too many results", RangeTooLarge),
    ("response size", RangeTooLarge),
    ("exceeds max results", RangeTooLarge),  # reth
    ("exceeds limit of", RangeTooLarge),
    ("query timeout", RangeTooLarge),
)
_REVERTED = "execution reverted"
_RATE_WORDINGS = (
    "rate limit",
    "too many requests",
    "request limit",
    "compute units",
    "capacity exceeded",
)


@contextmanager
def decoding(what: str) -> Iterator[None]:
    """Around what takes a node's answer apart. Raises UnreadableAnswer for nonsense. what: the answer is about."""
    try:
        yield
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        OSError,
    ) as problem:
        raise UnreadableAnswer(
            f"what the node says about {what} cannot be read ({type(problem).__name__})"
        ) from problem


def node_error(answer: Any) -> NodeError:
    """The typed form of a JSON-RPC error object."""
    error: dict[str, Any] = answer if isinstance(answer, dict) else {"message": str(answer)}
    message, code, data = str(error.get("message", "")), error.get("code"), error.get("data")
    lowered = message.lower()
    if lowered.startswith(_REVERTED):
        # What follows are the contract's own words, which could be those of any other error.
        return ExecutionReverted(message, code, data)
    for wording, kind in _WORDINGS:
        if wording in lowered:
            return kind(message, code, data)
    if any(wording in lowered for wording in _RATE_WORDINGS):
        return RateLimited(message)
    return UnrecognisedNodeError(message, code, data)
