"""Signing, by ethers' published vectors."""

from typing import Any

import pytest
from eth_hash.auto import keccak

from app.chain.signer import Signer, UnsignedTransaction
from tests.vectors.vector_files import load, unhex


def _number(value: int | str | None) -> int:
    return int(value, 16) if isinstance(value, str) else value or 0


@pytest.mark.parametrize("vector", load("eip1559")["ethers"], ids=lambda case: case["name"])
def test_signed_bytes_are_those_of_ethers(vector: dict[str, Any]) -> None:
    fields = vector["transaction"]
    signed = Signer(vector["privateKey"]).sign(
        UnsignedTransaction(
            chain_id=_number(fields["chainId"]),
            nonce=_number(fields["nonce"]),
            max_priority_fee_per_gas=_number(fields["maxPriorityFeePerGas"]),
            max_fee_per_gas=_number(fields["maxFeePerGas"]),
            gas_limit=_number(fields["gasLimit"]),
            to=fields.get("to"),
            value=_number(fields["value"]),
            data=unhex(fields["data"]),
            access_list=[
                (one["address"], [unhex(key) for key in one["storageKeys"]])
                for one in fields["accessList"]
            ],
        )
    )
    assert signed.raw == unhex(vector["signedLondon"])
    assert signed.hash == keccak(signed.raw)


def test_a_key_never_shows() -> None:
    key = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
    assert key not in repr(Signer(key))
    with pytest.raises(ValueError, match="64 hexadecimal digits") as refused:
        Signer(key + "zz")
    assert key not in str(refused.value)
