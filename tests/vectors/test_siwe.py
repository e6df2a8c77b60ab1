"""EIP-4361: every vector of spruceid/siwe, its newer ones too; Safes sign in tests/processes/test_contract_sign_in.py."""

from typing import Any

import pytest
from graphql import GraphQLError

from app.chain.sign_in import personal_digest, read_sign_in_message
from app.chain.wallet_signature import signed_by_key, without_offset
from app.domain.siwe.instant import parse_instant
from app.domain.siwe.message import NotASignInMessage, SignInMessage
from app.domain.siwe.text import write_message
from schema.scalars import parse_hex
from tests.vectors.vector_files import load, unhex

VECTORS, EXTRA = load("siwe"), load("siwe_extra")
_NAMES = {
    "scheme": "scheme",
    "domain": "domain",
    "address": "address",
    "statement": "statement",
    "uri": "uri",
    "version": "version",
    "chainId": "chain_id",
    "nonce": "nonce",
    "issuedAt": "issued_at",
    "expirationTime": "expiration_time",
    "notBefore": "not_before",
    "requestId": "request_id",
    "resources": "resources",
}


def message_of(fields: dict[str, Any]) -> SignInMessage:
    """As an object with these fields; raises NotASignInMessage too when one is missing."""
    given = {_NAMES[name]: value for name, value in fields.items() if name in _NAMES}
    if "resources" in given:
        given["resources"] = tuple(given["resources"])
    try:
        message = SignInMessage(**given)
    except TypeError as missing:
        raise NotASignInMessage(str(missing)) from None
    return read_sign_in_message(write_message(message))


def verifies(fields: dict[str, Any]) -> bool:
    """Whether the vector's signature, time, domain and nonce are all right."""
    try:
        message, signature = message_of(fields), parse_hex(fields["signature"])
    except (NotASignInMessage, GraphQLError):
        return False
    at = parse_instant(fields.get("time", "2026-11-22T00:00:00Z"))
    assert at is not None
    digest = personal_digest(write_message(message).encode())
    return (
        signed_by_key(message.address, digest, without_offset(signature))
        and (message.expires is None or at < message.expires)
        and (message.begins is None or message.begins <= at)
        and fields.get("domainBinding", message.domain) == message.domain
        and fields.get("matchNonce", message.nonce) == message.nonce
    )


@pytest.mark.parametrize("name", VECTORS["parsing_positive"])
def test_messages_are_read_and_written_alike(name: str) -> None:
    vector = VECTORS["parsing_positive"][name]
    message = read_sign_in_message(vector["message"])
    expected = {_NAMES[key]: value for key, value in vector["fields"].items()}
    expected["resources"] = tuple(expected["resources"]) if "resources" in expected else None
    for field in _NAMES.values():
        assert getattr(message, field) == expected.get(field), field
    assert write_message(message) == vector["message"]


@pytest.mark.parametrize("name", VECTORS["parsing_negative"])
def test_what_is_no_message(name: str) -> None:
    with pytest.raises(NotASignInMessage):
        read_sign_in_message(VECTORS["parsing_negative"][name])


@pytest.mark.parametrize("name", VECTORS["parsing_negative_objects"])
def test_objects_that_are_no_message(name: str) -> None:
    with pytest.raises(NotASignInMessage):
        message_of(VECTORS["parsing_negative_objects"][name])


@pytest.mark.parametrize("uri", EXTRA["invalid_uri_messages"])
def test_what_is_no_uri(uri: str) -> None:
    with pytest.raises(NotASignInMessage) as refused:
        read_sign_in_message(EXTRA["invalid_uri_messages"][uri])
    assert refused.value.part == "URI"


@pytest.mark.parametrize("name", EXTRA["message_objects"])
def test_objects_and_what_is_wrong_with_them(name: str) -> None:
    vector = EXTRA["message_objects"][name]
    if vector["error"] == "none":
        assert message_of(vector["msg"]).address == vector["msg"]["address"]
        return
    with pytest.raises(NotASignInMessage) as refused:
        message_of(vector["msg"])
    words = {"EIP-55 address": "address", "resource URI": "resources"}
    error = vector["error"].removeprefix("invalid ")
    part = words.get(error) or error.partition(" date time")[0].replace(
        "expiration-", "expiration "
    )
    assert refused.value.part.split(",")[0].removesuffix(" time") == part.removesuffix(" time")


def test_every_character_that_a_statement_may_have() -> None:
    fields = EXTRA["message_objects"]["missing resources"]["msg"]
    valid = EXTRA["statement_chars"]["valid"]
    assert message_of({**fields, "statement": valid}).statement == valid


@pytest.mark.parametrize("character", EXTRA["statement_chars"]["invalid_each"])
def test_characters_that_a_statement_may_not_have(character: str) -> None:
    fields = EXTRA["message_objects"]["missing resources"]["msg"]
    with pytest.raises(NotASignInMessage):
        message_of({**fields, "statement": f"a {character} b"})


@pytest.mark.parametrize("name", VECTORS["verification_positive"])
def test_signatures_that_hold(name: str) -> None:
    assert verifies(VECTORS["verification_positive"][name])


@pytest.mark.parametrize("name", VECTORS["verification_negative"])
def test_signatures_that_do_not_hold(name: str) -> None:
    assert not verifies(VECTORS["verification_negative"][name])


@pytest.mark.parametrize("name", VECTORS["eip1271"])
def test_messages_that_contract_wallets_signed_are_read(name: str) -> None:
    """Their signatures need the chain's state of then; a Safe signs one in tests/processes/test_contract_sign_in.py."""
    vector = VECTORS["eip1271"][name]
    message = read_sign_in_message(vector["message"])
    digest = personal_digest(vector["message"].encode())
    assert write_message(message) == vector["message"]
    assert not signed_by_key(message.address, digest, without_offset(unhex(vector["signature"])))
