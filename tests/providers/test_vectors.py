"""The vectors of Coinbase's own client (coinbase-commerce-node, its source is in the file), every one of them."""

import json
from typing import Any
from uuid import uuid4

import pytest

from app.auth.provider_signature import SignatureJudge
from app.auth.sealed_secrets import SecretBox
from app.domain.providers.charges import ChargeStep, Unattributable, attribution_of
from app.domain.providers.coinbase_commerce import event_id_of, parse_event
from app.domain.strict_json import MalformedDocument
from tests.providers.shop import Shop
from tests.vectors.vector_files import load

VECTORS = load("coinbase_commerce")
FIXTURES = VECTORS["fixtures"]
BOX = SecretBox("a key of the tests, long enough for it")
CHARGES = [FIXTURES["charge"]["data"], *FIXTURES["chargeList"]["data"]]
EVENTS = [FIXTURES["event"]["data"], *FIXTURES["eventList"]["data"]]


def sealed(secret: str) -> list[tuple[bytes, str]]:
    return [(BOX.seal(secret, "row"), "row")]


@pytest.mark.parametrize("vector", VECTORS["signed"], ids=lambda one: f"ok={one['ok']}")
def test_signatures(vector: dict[str, Any]) -> None:
    body, signature = vector["body"].encode(), vector["signature"].encode()
    judge = SignatureJudge(BOX)
    assert judge.signed(body, signature, sealed(vector["secret"])) is vector["ok"]
    event = parse_event(body)
    assert (event.event_id, event.step) == (
        "24934862-d980-46cb-9402-43c81b0cdba6",
        ChargeStep.CREATED,
    )
    assert event.charge is not None
    assert (event.charge.key, event.charge.payments) == ("66BEOV2A", ())
    with pytest.raises(Unattributable):
        attribution_of(event.charge)


@pytest.mark.parametrize("vector", VECTORS["malformed_bodies"], ids=lambda one: one["body"][:8])
def test_malformed_bodies(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    with pytest.raises(MalformedDocument):
        parse_event(body)
    assert event_id_of(body).startswith("sha256:")


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: one["id"])
def test_events(event: dict[str, Any]) -> None:
    told = parse_event(json.dumps({"id": 1, "event": event}).encode())
    assert (told.event_id, told.type) == (event["id"], event["type"])
    assert told.charge is not None
    assert told.charge.key == event["data"]["code"]
    assert told.charge.metadata == event["data"]["metadata"]


@pytest.mark.parametrize("charge", CHARGES, ids=lambda one: one["code"])
@pytest.mark.parametrize("type_", [*VECTORS["docs"]["event_types"], "charge:delayed"])
def test_charges_in_each_event_of_the_documentation(charge: dict[str, Any], type_: str) -> None:
    event = {"id": str(uuid4()), "type": type_, "data": charge}
    told = parse_event(json.dumps({"event": event}).encode())
    assert told.step is not None
    assert told.charge is not None
    assert told.charge.key == charge["code"]


def test_the_documentations_example() -> None:
    """It is the head of a payload: the id and the type of its event are cut off."""
    head = VECTORS["docs"]["payload_example_head"]
    with pytest.raises(MalformedDocument, match=r"event\.id"):
        parse_event(json.dumps(head).encode())
    whole = head | {"event": head["event"] | {"id": "e", "type": "charge:confirmed"}}
    told = parse_event(json.dumps(whole).encode())
    assert told.charge is not None
    assert (told.charge.key, told.charge.metadata) == ("XA6G6ZFR", {})


async def test_all_of_them_are_kept_and_none_is_credited(shop: Shop) -> None:
    bodies = [one["body"].encode() for one in VECTORS["signed"] + VECTORS["malformed_bodies"]]
    bodies += [json.dumps({"event": event}).encode() for event in EVENTS]
    for body in bodies:
        await shop.receive(body)
    await shop.process()
    outcomes = await shop.outcomes()
    # The two signed vectors are one body, and the lists repeat the single event.
    assert sorted(outcomes) == ["MALFORMED"] * 2 + ["UNATTRIBUTED"] * 3
    assert await shop.balances() == {}
