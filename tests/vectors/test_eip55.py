"""Addresses: ERC-55's own examples and the accounts of ethers."""

from typing import Any

import pytest
from eth_account import Account

from app.chain.address import (
    ZERO_ADDRESS,
    MalformedAddressError,
    WrongChecksumError,
    ZeroAddressError,
    checksum_address,
    parse_address,
)
from tests.vectors.vector_files import load, unhex

VECTORS = load("eip55")


@pytest.mark.parametrize("address", VECTORS["valid"])
def test_the_official_addresses(address: str) -> None:
    assert parse_address(address) == address == checksum_address(unhex(address))
    assert parse_address(address.lower()) == address
    assert parse_address("0x" + address[2:].upper()) == address


@pytest.mark.parametrize("address", VECTORS["invalid_derived"])
def test_one_letter_in_the_wrong_case(address: str) -> None:
    with pytest.raises(WrongChecksumError, match="mistyped"):
        parse_address(address)


@pytest.mark.parametrize("account", VECTORS["ethers_accounts"], ids=lambda case: case["name"])
def test_the_addresses_of_keys(account: dict[str, Any]) -> None:
    assert Account.from_key(account["privateKey"]).address == account["address"]
    assert parse_address(account["address"]) == account["address"]
    assert checksum_address(unhex(account["address"])) == account["address"]
    with pytest.raises(MalformedAddressError):
        parse_address(account["icap"])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0x",
        VECTORS["valid"][0][2:],
        VECTORS["valid"][0][:-1],
        VECTORS["valid"][0] + "0",
        VECTORS["valid"][0] + "\n",
        " " + VECTORS["valid"][0],
        VECTORS["valid"][0].replace("0x", "0X"),
        "0x" + "g" * 40,
        "0x" + "\N{ARABIC-INDIC DIGIT ONE}" * 40,
        "vitalik.eth",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(MalformedAddressError):
        parse_address(text)


def test_the_zero_address() -> None:
    with pytest.raises(ZeroAddressError):
        parse_address(ZERO_ADDRESS)
