"""Authorisations: Circle's type hashes and keys, x402's example, and signatures viem agrees with."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from app.chain.authorization import (
    RECEIVE_TYPE_HASH,
    Authorization,
    TokenDomain,
    authorization_digest,
)
from app.chain.signature import (
    InvalidSignatureError,
    parse_signature,
    recover_signer,
)
from tests.vectors.vector_files import load, unhex

VECTORS = load("eip3009")
SIGNED = load("eip3009_signed")["vectors"]
CIRCLE_KEY = VECTORS["test_accounts"][0]["key"]


def domain_of(fields: dict[str, Any]) -> TokenDomain:
    return TokenDomain(
        fields["name"], fields["version"], fields["chainId"], fields["verifyingContract"]
    )


def test_type_hashes() -> None:
    for name, fields in VECTORS["types"].items():
        constant = {
            "TransferWithAuthorization": "TRANSFER_WITH_AUTHORIZATION_TYPEHASH",
            "ReceiveWithAuthorization": "RECEIVE_WITH_AUTHORIZATION_TYPEHASH",
            "CancelAuthorization": "CANCEL_AUTHORIZATION_TYPEHASH",
            "Permit": "PERMIT_TYPEHASH",
        }[name]
        assert unhex(VECTORS["typehashes"][constant]) == keccak(f"{name}({fields})".encode())
    assert unhex(VECTORS["typehashes"]["RECEIVE_WITH_AUTHORIZATION_TYPEHASH"]) == RECEIVE_TYPE_HASH


@pytest.mark.parametrize("account", VECTORS["test_accounts"], ids=lambda case: case["address"])
def test_the_published_keys(account: dict[str, str]) -> None:
    assert Account.from_key(account["key"]).address == account["address"]


@pytest.mark.parametrize("case", VECTORS["ecrecover_must_refuse"], ids=lambda case: case["why"])
def test_what_must_not_recover(case: dict[str, Any]) -> None:
    good = unhex(SIGNED[0]["signature"])
    raw = good[:64] if "length" in case["why"] else good[:64] + b"\x00"
    if "r" in case:
        raw = unhex(case["r"]) + unhex(case["s"]) + bytes([case["v"]])
    with pytest.raises(InvalidSignatureError):
        parse_signature(raw)


@pytest.mark.parametrize(
    "text", ["", "0x", SIGNED[0]["signature"][2:], SIGNED[0]["signature"] + "00", "0x" + "zz" * 65]
)
def test_what_is_no_signature(text: str) -> None:
    with pytest.raises(InvalidSignatureError):
        parse_signature(text)


def test_the_x402_example_recovers_to_its_payer() -> None:
    example = VECTORS["x402_example"]
    types = {"TransferWithAuthorization": SIGNED[0]["types"]["TransferWithAuthorization"]}
    authorization = example["authorization"]
    message = encode_typed_data(example["domain"], types, authorization)
    digest = keccak(b"\x19\x01" + message.header + message.body)
    assert domain_of(example["domain"]).separator() == message.header
    assert recover_signer(digest, example["signature"]) == authorization["from"]


@pytest.mark.parametrize("fields", VECTORS["known_domains"], ids=lambda case: case["chainId"])
def test_the_known_domains(fields: dict[str, Any]) -> None:
    separators = {
        unhex(vector["domainSeparator"]) for vector in SIGNED if vector["domain"] == fields
    }
    assert separators == {domain_of(fields).separator()}


@pytest.mark.parametrize("vector", SIGNED)
def test_signed_messages(vector: dict[str, Any]) -> None:
    digest = unhex(vector["digest"])
    message = encode_typed_data(vector["domain"], vector["types"], vector["message"])
    assert keccak(b"\x19\x01" + message.header + message.body) == digest
    assert recover_signer(digest, vector["signature"]) == vector["signer"]
    parsed = parse_signature(vector["signature"])
    assert (parsed.v, parsed.r, parsed.s) == (
        vector["v"],
        int(vector["r"], 16),
        int(vector["s"], 16),
    )
    # RFC 6979: whoever signs this with this key makes this signature.
    signed = Account.from_key(CIRCLE_KEY).sign_typed_data(
        vector["domain"], vector["types"], vector["message"]
    )
    assert bytes(signed.signature) == parsed.to_bytes()


RECEIVED = [vector for vector in SIGNED if vector["primaryType"] == "ReceiveWithAuthorization"]


@pytest.mark.parametrize("vector", RECEIVED)
def test_the_digest_by_hand(vector: dict[str, Any]) -> None:
    message = vector["message"]
    authorization = Authorization(
        wallet=message["from"],
        gateway=message["to"],
        amount=int(message["value"]),
        valid_after=int(message["validAfter"]),
        valid_before=int(message["validBefore"]),
        nonce=unhex(message["nonce"]),
    )
    separator = domain_of(vector["domain"]).separator()
    assert separator == unhex(vector["domainSeparator"])
    assert authorization_digest(separator, authorization) == unhex(vector["digest"])


def test_recovery_without_coincurve_answers_the_same() -> None:
    """On CPython 3.14, coincurve has no wheel yet: eth-keys' own Python recovers there."""
    program = """
import json, sys
from app.chain import signature
assert "Native" in type(signature._BACKEND).__name__, signature._BACKEND
for digest, raw, signer in json.load(sys.stdin):
    assert signature.recover_signer(bytes.fromhex(digest[2:]), raw) == signer
"""
    cases = [[vector["digest"], vector["signature"], vector["signer"]] for vector in SIGNED]
    subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps(cases),
        env={**os.environ, "ECC_BACKEND_CLASS": "eth_keys.backends.NativeECCBackend"},
        text=True,
        check=True,
    )
