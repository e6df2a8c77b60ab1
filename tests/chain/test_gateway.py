"""Calldata of the gateway, compared with web3's encoding."""

from typing import Any

import pytest
from web3 import Web3

from app.chain.address import checksum_address
from app.chain.artifacts import load_artifact
from app.chain.authorization import key_hash
from app.chain.gateway import (
    GatewayItem,
    decode_reasons,
    encode_settle,
    encode_settle_contract_wallets,
)
from app.chain.node_errors import NodeError
from app.chain.settlement_reason import SettlementReason
from tests.contracts.items import ChainKind

PROGRAM = bytes(range(16)) + bytes(16)


def _item(n: int, *, amount: int = 5, signature: bytes | None = None) -> GatewayItem:
    if signature is None:
        signature = bytes(31) + bytes([n + 1]) + bytes(31) + b"\x07" + b"\x1b"
    return GatewayItem(
        program=PROGRAM,
        treasury=checksum_address(bytes([n + 1]) * 20),
        kind=ChainKind.PAYMENT,
        key_hash=key_hash(f"key {n}"),
        wallet=checksum_address(bytes([n + 100]) * 20),
        token=checksum_address(bytes([9]) * 20),
        amount=amount,
        valid_after=n,
        valid_before=2**40 + n,
        signature=signature,
    )


def _abi_item(one: GatewayItem) -> tuple[Any, ...]:
    return (
        one.program,
        one.treasury,
        int(one.kind),
        one.key_hash,
        one.wallet,
        one.token,
        one.amount,
        one.valid_after,
        one.valid_before,
    )


def _web3_calldata(function: str, arguments: list[Any]) -> str:
    contract = Web3().eth.contract(abi=load_artifact("SettlementGateway").abi)
    return str(contract.encode_abi(function, [arguments]))


def test_settle_is_encoded_as_web3_does() -> None:
    items = [_item(n) for n in range(5)]
    items.append(_item(5, amount=0, signature=b""))
    arguments = [
        (
            _abi_item(one),
            one.signature[64] if one.signature else 0,
            one.signature[:32] or bytes(32),
            one.signature[32:64] or bytes(32),
        )
        for one in items
    ]
    assert "0x" + encode_settle(items).hex() == _web3_calldata("settle", arguments)
    assert "0x" + encode_settle([]).hex() == _web3_calldata("settle", [])


def test_settle_contract_wallets_is_encoded_as_web3_does() -> None:
    items = [_item(n, signature=b"s" * length) for n, length in enumerate((0, 1, 32, 65, 400))]
    arguments = [(_abi_item(one), one.signature) for one in items]
    expected = _web3_calldata("settleContractWallets", arguments)
    assert "0x" + encode_settle_contract_wallets(items).hex() == expected


def test_reasons_are_decoded() -> None:
    words = [0x20, 3, 0, 10, 14]
    returned = b"".join(word.to_bytes(32) for word in words)
    assert decode_reasons(returned) == [
        SettlementReason.NONE,
        SettlementReason.INSUFFICIENT_FUNDS,
        SettlementReason.UNKNOWN,
    ]


def test_a_reason_that_only_a_later_gateway_has_is_unknown() -> None:
    returned = b"".join(word.to_bytes(32) for word in (0x20, 1, 200))
    assert decode_reasons(returned) == [SettlementReason.UNKNOWN]


@pytest.mark.parametrize("returned", [b"", bytes(31), b"".join(n.to_bytes(32) for n in (32, 2, 0))])
def test_an_answer_that_is_no_gateways_blames_no_item(returned: bytes) -> None:
    with pytest.raises(NodeError, match="not a list of reasons"):
        decode_reasons(returned)
