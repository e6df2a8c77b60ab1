"""Typed data: the EIP's own example and ethers' cases, by the encoder that our clients sign with."""

from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak

from app.chain.address import checksum_address
from app.chain.signature import Signature, recover_signer
from tests.vectors.vector_files import load, unhex

VECTORS = load("eip712")


def test_the_mail_of_the_eip_recovers_to_cow() -> None:
    mail = VECTORS["mail"]
    digest = keccak(b"\x19\x01" + unhex(mail["domain"]) + unhex(mail["message"]))
    assert digest == unhex(mail["digest"])
    signature = Signature(v=mail["v"], r=int(mail["r"], 16), s=int(mail["s"], 16))
    assert recover_signer(digest, signature) == checksum_address(unhex(mail["signer"]))
    assert (
        mail["typehash"]
        == "0x"
        + keccak(
            b"Mail(Person from,Person to,string contents)Person(string name,address wallet)"
        ).hex()
    )


@pytest.mark.parametrize("case", VECTORS["ethers_typed_data"], ids=lambda case: case["name"])
def test_ethers_typed_data(case: dict[str, Any]) -> None:
    message = encode_typed_data(case["domain"], case["types"], case["data"])
    digest = keccak(b"\x19" + message.version + message.header + message.body)
    assert digest == unhex(case["digest"])
