"""Signatures of outgoing webhooks: Standard Webhooks' own vectors, and its two reference libraries as receivers."""

import binascii
import json
import secrets
import subprocess
from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from app.domain.webhooks.signatures import new_secret, signed_headers
from tests.fixtures.javascript import NodeCommand
from tests.vectors.vector_files import load

VECTORS = load("standard_webhooks")
BODY = '{"type":"intent.confirmed","data":{"name":"Zoë ☂","amount":"1"}}'.encode()


@pytest.mark.parametrize("vector", VECTORS["sign"])
def test_the_official_signature(vector: dict[str, str]) -> None:
    at = datetime.fromtimestamp(int(vector["timestamp"]), UTC)
    headers = signed_headers([vector["secret"]], vector["id"], at, vector["body"].encode())
    assert headers == {
        "webhook-id": vector["id"],
        "webhook-timestamp": str(vector["timestamp"]),
        "webhook-signature": vector["signature"],
    }


def test_several_signatures_stand_in_one_header_and_wrong_ones_are_not_made() -> None:
    [vector] = VECTORS["sign"]
    at, body = datetime.fromtimestamp(vector["timestamp"], UTC), vector["body"].encode()
    others = [new_secret() for _ in range(3)]
    headers = signed_headers([others[0], vector["secret"], *others[1:]], vector["id"], at, body)
    made = headers["webhook-signature"].split(" ")
    assert len(made) == 4
    assert vector["signature"] == made[1]
    assert vector["signature"] in VECTORS["multi_signature_header"].split(" ")
    assert set(made).isdisjoint(VECTORS["wrong_signature_for_same_input"])
    example = VECTORS["spec_example_headers"]
    assert headers.keys() == {name for name in example if name.startswith("webhook-")}
    assert headers["webhook-timestamp"].isdigit()


@pytest.mark.parametrize("wrong", VECTORS["wrong_signature_for_same_input"])
def test_libraries_refuse_the_wrong_signatures(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the vector's own time, which the libraries' clock has to be at."""
    [vector] = VECTORS["sign"]
    at, body = datetime.fromtimestamp(vector["timestamp"], UTC), vector["body"].encode()
    headers = signed_headers([vector["secret"]], vector["id"], at, body)
    receiver = Webhook(vector["secret"])
    monkeypatch.setattr(receiver, "_Webhook__verify_timestamp", lambda _: at)
    several = VECTORS["multi_signature_header"]
    for right in (headers["webhook-signature"], several):
        receiver.verify(body, headers | {"webhook-signature": right})
    with pytest.raises((WebhookVerificationError, binascii.Error)):
        receiver.verify(body, headers | {"webhook-signature": wrong})


def test_secrets_are_as_the_specification_says() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    for secret in made:
        assert secret.startswith("whsec_")
        assert 24 <= len(b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64


@given(st.binary(), st.integers(1, 5))
def test_the_python_library_verifies_each_secret(body: bytes, count: int) -> None:
    try:
        body = json.dumps(body.decode()).encode()
    except UnicodeDecodeError:
        body = b"{}"
    keys = [new_secret() for _ in range(count)]
    headers = signed_headers(keys, "whd_1", datetime.now(UTC), body)
    for key in keys:
        Webhook(key).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(keys[0]).verify(body + b" ", headers)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_or_early_one_is_refused_by_receivers(minutes: int) -> None:
    key, at = new_secret(), datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(BODY, signed_headers([key], "whd_1", at, BODY))


def test_the_javascript_library_verifies(javascript: tuple[NodeCommand, dict[str, str]]) -> None:
    command, environment = javascript
    keys, name = [new_secret(), new_secret()], f"whd_{secrets.token_hex(8)}"
    headers = signed_headers(keys, name, datetime.now(UTC), BODY)
    cases = [
        {"secret": key, "headers": headers, "body": body.decode()}
        for key in (*keys, new_secret())
        for body in (BODY, BODY + b" ")
    ]
    done = subprocess.run(
        command("verify_webhooks.js"),
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == [True, False, True, False, False, False]
