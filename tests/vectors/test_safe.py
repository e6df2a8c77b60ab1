"""Safe transaction hashes and signatures, by safe-eth-py's vectors."""

from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from app.chain.safe_hash import (
    DOMAIN_TYPE_HASH,
    SAFE_TX_TYPE_HASH,
    SafeTransaction,
    safe_tx_hash,
)
from app.chain.safe_signature import SafeSignature, SafeSignatureKind
from app.chain.signature import InvalidSignatureError
from tests.vectors.safe_signatures import join_signatures, split_signatures
from tests.vectors.vector_files import load, unhex

VECTORS = load("safe")
EOA, APPROVED, TWO, PADDED = VECTORS["signatures"]


def test_type_hashes() -> None:
    constants = VECTORS["constants"]
    assert unhex(constants["SAFE_TX_TYPEHASH"]) == SAFE_TX_TYPE_HASH
    assert unhex(constants["DOMAIN_SEPARATOR_TYPEHASH(>=1.3.0)"]) == DOMAIN_TYPE_HASH


@pytest.mark.parametrize("vector", VECTORS["tx_hashes"])
def test_safe_tx_hash(vector: dict[str, Any]) -> None:
    transaction = SafeTransaction(
        to=vector["to"],
        value=vector["value"],
        data=unhex(vector["data"]),
        operation=vector["operation"],
        nonce=vector["nonce"],
        safe_tx_gas=vector["safeTxGas"],
        base_gas=vector["baseGas"],
        gas_price=vector["gasPrice"],
        gas_token=vector["gasToken"],
        refund_receiver=vector["refundReceiver"],
    )
    computed = safe_tx_hash(vector["safe"], vector["chain_id"], vector["safe_version"], transaction)
    assert computed == unhex(vector["safe_tx_hash"])


def test_a_safe_from_1_3_0_on_needs_its_chain() -> None:
    transaction = SafeTransaction(to=APPROVED["owner"], value=0, data=b"", operation=0, nonce=0)
    with pytest.raises(ValueError, match="binds its chain"):
        safe_tx_hash(APPROVED["owner"], None, "1.4.1", transaction)


def test_a_keys_signature_recovers_to_its_owner() -> None:
    [signature] = split_signatures(unhex(EOA["signature"]))
    assert signature.kind is SafeSignatureKind.EOA
    assert signature.owner(unhex(EOA["safe_tx_hash"])) == EOA["owner"]


def test_an_approved_hash_names_its_owner_behind_dirty_bytes() -> None:
    [signature] = split_signatures(unhex(APPROVED["signature"]))
    assert signature.kind is SafeSignatureKind.APPROVED_HASH
    assert signature.owner(bytes(32)) == APPROVED["owner"]


def test_two_signatures() -> None:
    both = split_signatures(unhex(TWO["signatures"]))
    assert [signature.kind.name for signature in both] == TWO["types"]
    owners = [signature.owner(unhex(TWO["safe_tx_hash"])) for signature in both]
    assert owners == TWO["owners"]
    raws = dict(zip(owners, (signature.raw for signature in both), strict=True))
    assert join_signatures(dict(reversed(raws.items()))) == unhex(TWO["signatures"])


def test_trailing_zeroes_are_padding() -> None:
    found = split_signatures(unhex(PADDED["signatures"]))
    assert [signature.kind.name for signature in found] == PADDED["types"]


def test_an_eth_sign_signature_recovers_from_the_prefixed_hash() -> None:
    account = Account.create()
    signed = account.sign_message(encode_defunct(unhex(EOA["safe_tx_hash"])))
    raw = bytes(signed.signature[:64]) + bytes([signed.v + 4])
    assert SafeSignature(raw).owner(unhex(EOA["safe_tx_hash"])) == account.address


def test_a_contracts_own_signature_lies_behind_the_others() -> None:
    owner = bytes(12) + unhex(APPROVED["owner"])
    head = owner + (65).to_bytes(32, "big") + b"\x00"
    tail = (3).to_bytes(32, "big") + b"\x01\x02\x03"
    [signature] = split_signatures(head + tail)
    assert signature.kind is SafeSignatureKind.CONTRACT
    assert signature.owner(bytes(32)) == APPROVED["owner"]


def test_a_cut_signature_is_refused() -> None:
    with pytest.raises(InvalidSignatureError):
        split_signatures(unhex(TWO["signatures"])[:-1])
