"""Whatever a contract says, one printable line comes out."""

import pytest
from eth_abi.abi import encode
from hypothesis import given
from hypothesis import strategies as st

from app.chain.abi_words import selector
from app.chain.node_errors import ExecutionReverted, NoAnswer
from app.chain.revert_reason import gateway_problem, revert_reason

ERROR = selector("Error(string)")


def said(text: str) -> bytes:
    return ERROR + encode(["string"], [text])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no reason given"),
        (said("not on a Tuesday"), "not on a Tuesday"),
        (said(""), "no reason given"),
        (said("two\n\x00lines\u202e"), "two lines"),
        (said("x" * 500), "x" * 200),
        (ERROR + b"cut", "an unreadable reason"),
        (
            selector("Panic(uint256)") + (0x11).to_bytes(32),
            "a failure in the contract: an overflow",
        ),
        (selector("Panic(uint256)") + (0x99).to_bytes(32), "a failure in the contract: panic 0x99"),
        (selector("EnforcedPause()"), "the token is paused"),
        (
            selector("ERC20InvalidReceiver(address)") + bytes(32),
            "the token does not take this receiver",
        ),
        (b"\xde\xad\xbe\xef" + bytes(64), "the contract's error 0xdeadbeef"),
        (b"\xde", "the contract's error 0xde"),
    ],
)
def test_reasons_in_words(data: bytes, words: str) -> None:
    assert revert_reason(data) == words


@given(st.binary(max_size=300), st.sampled_from([b"", ERROR, ERROR + (32).to_bytes(32)]))
def test_any_data_is_one_short_printable_line(data: bytes, head: bytes) -> None:
    line = revert_reason(head + data)
    assert line.isprintable()
    assert 0 < len(line) <= 200


def test_a_gateways_refusal_says_what_an_operator_does() -> None:
    data = {"data": "0x" + selector("NotARelayer(address)").hex() + "0" * 64}
    assert "sge contracts allow-relayer" in gateway_problem(
        ExecutionReverted("execution reverted", data=data)
    )
    paused = "0x" + selector("EnforcedPause()").hex()
    assert "the gateway is paused" in gateway_problem(ExecutionReverted("reverted", data=paused))
    assert gateway_problem(NoAnswer("no node")) == "no node"
