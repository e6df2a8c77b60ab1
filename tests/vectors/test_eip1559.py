"""Signed transactions: those of eth-account and of ethers, byte for byte."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from eth_hash.auto import keccak
from hexbytes import HexBytes

from tests.vectors.vector_files import load, unhex

VECTORS = load("eip1559")
TYPED = [*VECTORS["eth_account"], *VECTORS["eth_account_other_types"]]


@pytest.mark.parametrize("vector", TYPED)
def test_typed_transactions_encode_to_the_published_bytes(vector: dict[str, Any]) -> None:
    raw = unhex(vector["expected_raw_transaction"])
    assert TypedTransaction.from_dict(vector["transaction"]).encode() == raw
    transaction = TypedTransaction.from_bytes(HexBytes(raw))
    assert type(transaction.transaction).__name__ == vector["expected_type"]
    assert transaction.encode() == raw
    assert transaction.hash() == unhex(vector["expected_hash"])


@pytest.mark.parametrize("vector", VECTORS["ethers"], ids=lambda case: case["name"])
def test_signing_gives_ethers_bytes(vector: dict[str, Any]) -> None:
    fields = vector["transaction"]
    signed = Account.from_key(vector["privateKey"]).sign_transaction(
        {
            "type": 2,
            "chainId": fields["chainId"],
            "nonce": fields["nonce"],
            "to": fields.get("to") or "",
            "value": fields["value"],
            "data": fields["data"],
            "gas": fields["gasLimit"],
            "maxFeePerGas": fields["maxFeePerGas"],
            "maxPriorityFeePerGas": fields["maxPriorityFeePerGas"],
            "accessList": fields["accessList"],
        }
    )
    raw = unhex(vector["signedLondon"])
    assert bytes(signed.raw_transaction) == raw
    assert bytes(signed.hash) == keccak(raw)
    signature = vector["signatureLondon"]
    assert (signed.r, signed.s, signed.v) == (
        int(signature["r"], 16),
        int(signature["s"], 16),
        int(signature["v"], 16),
    )
