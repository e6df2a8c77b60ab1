"""Why a contract reverted, in words. Source: Solidity's "Error handling" (Error, Panic, custom errors)."""

from app.chain.abi_words import WORD, UnexpectedAnswer, read_printable, selector
from app.chain.node_errors import ChainError, ExecutionReverted

_ERROR = selector("Error(string)")
_PANIC = selector("Panic(uint256)")
_MOST_CHARACTERS = 200

_PANICS = {
    0x01: "a failed assertion",
    0x11: "an overflow",
    0x12: "a division by zero",
    0x21: "an impossible enumeration value",
    0x31: "an empty list",
    0x32: "an index out of bounds",
    0x41: "too much memory",
    0x51: "a call of nothing",
}
# What tokens of OpenZeppelin 5 (ERC-6093) and Safes say without words.
_CUSTOM = {
    selector("ERC20InsufficientBalance(address,uint256,uint256)"): "the balance is too low",
    selector("ERC20InvalidReceiver(address)"): "the token does not take this receiver",
    selector("ERC20InvalidSender(address)"): "the token does not take this sender",
    selector("EnforcedPause()"): "the token is paused",
}

# The gateway's own (contracts/src/GatewayAccess.sol), with what an operator does about them.
_GATEWAY = {
    selector("NotARelayer(address)"): "the gateway does not allow this relayer; its owner runs "
    "`sge contracts allow-relayer`",
    selector("EnforcedPause()"): "the gateway is paused; its owner unpauses it",
}


def gateway_problem(problem: ChainError) -> str:
    """Why a whole call of the gateway failed, for an operator."""
    if not isinstance(problem, ExecutionReverted):
        return str(problem)
    data = problem.revert_data
    return _GATEWAY.get(data[:4]) or f"the gateway reverted: {revert_reason(data)}"


def revert_reason(data: bytes) -> str:
    """One printable line of at most 200 characters, whatever the data is."""
    if not data:
        return "no reason given"
    kind, rest = data[:4], data[4:]
    if kind == _ERROR:
        return _text(rest)
    if kind == _PANIC and len(rest) == WORD:
        code = int.from_bytes(rest)
        return f"a failure in the contract: {_PANICS.get(code, f'panic {code:#x}')}"[
            :_MOST_CHARACTERS
        ]
    return _CUSTOM.get(kind, f"the contract's error 0x{kind.hex()}")


def _text(encoded: bytes) -> str:
    try:
        return read_printable(encoded, _MOST_CHARACTERS) or "no reason given"
    except UnexpectedAnswer:
        return "an unreadable reason"
