"""Logs decoded by hand against the same logs encoded by a general ABI library."""

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from app.chain.chain_data import ChainLog
from app.chain.logs import LogPlace, Rejected, SafeExecuted, Settled, TokenTransfer, decode_watched
from app.chain.refusals import refusal_of
from app.chain.settlement_reason import PASSING_REASONS, SettlementReason
from app.domain.intent_failures import IntentFailureCode

PLACE = LogPlace(9, b"\x01" * 32, b"\x02" * 32, 4, 17)
ADDRESS = "0x" + "ab" * 20
OTHER = "0x" + "cd" * 20
WORD = b"\x77" * 32


def log(signature: str, indexed: list[bytes], data: bytes) -> ChainLog:
    topics = (keccak(signature.encode()), *indexed)
    return ChainLog(
        ADDRESS, topics, data, 9, PLACE.block_hash, PLACE.tx_hash, PLACE.tx_index, PLACE.log_index
    )


def padded(address: str) -> bytes:
    return encode(["address"], [address])


def test_settled() -> None:
    data = encode(
        ["address", "address", "uint256", "bytes32", "uint256"],
        [OTHER, ADDRESS, 10**30, WORD, 2**255 + 1],
    )
    signature = "Settled(bytes32,bytes32,address,address,address,uint256,bytes32,uint256)"
    decoded = decode_watched([log(signature, [WORD, b"\x55" * 32, padded(ADDRESS)], data)])
    assert decoded == [
        Settled(PLACE, WORD, b"\x55" * 32, OTHER, ADDRESS, ADDRESS, 10**30, 2**255 + 1)
    ]


def test_rejected() -> None:
    decoded = decode_watched([log("Rejected(bytes32,uint8)", [WORD], encode(["uint8"], [10]))])
    assert decoded == [Rejected(PLACE, WORD, 10)]


def test_transfer() -> None:
    signature = "Transfer(address,address,uint256)"
    amount = encode(["uint256"], [12])
    decoded = decode_watched([log(signature, [padded(OTHER), padded(ADDRESS)], amount)])
    assert decoded == [TokenTransfer(PLACE, ADDRESS, OTHER, ADDRESS, 12)]


def test_a_token_of_unique_things_is_no_movement_of_money() -> None:
    topics = [padded(OTHER), padded(ADDRESS), encode(["uint256"], [12])]
    assert decode_watched([log("Transfer(address,address,uint256)", topics, b"")]) == []


@pytest.mark.parametrize("indexed", [True, False])
def test_both_forms_of_a_safe_execution(*, indexed: bool) -> None:
    payment = encode(["uint256"], [0])
    topics, data = ([WORD], payment) if indexed else ([], WORD + payment)
    decoded = decode_watched([log("ExecutionSuccess(bytes32,uint256)", topics, data)])
    assert decoded == [SafeExecuted(PLACE, ADDRESS, WORD)]


def test_what_nobody_asked_for_is_left_out() -> None:
    assert decode_watched([log("Approval(address,address,uint256)", [], b"")]) == []


def test_every_reason_passes_or_is_a_failure() -> None:
    for reason in set(SettlementReason) - {SettlementReason.NONE}:
        assert (refusal_of(reason) is None) == (reason in PASSING_REASONS)


def test_a_reason_of_a_later_gateway_is_unknown() -> None:
    failure = refusal_of(200)
    assert failure is not None
    assert (failure.code, failure.retryable) == (IntentFailureCode.UNKNOWN, True)
