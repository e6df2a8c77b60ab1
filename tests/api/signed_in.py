"""Wallets that signed in through the API, as tests' callers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from eth_account.signers.local import LocalAccount

from tests.api.caller import Caller, Stage
from tests.processes.signing_in import new_wallet, signed

URI = "http://127.0.0.1:8000/"
REQUEST = """mutation ($wallet: Address!, $chain: BigInt!, $uri: String!) {
  requestLogin(input: {wallet: $wallet, chainId: $chain, uri: $uri}) { message nonce expiresAt } }"""
LOGIN = """mutation ($message: String!, $signature: Hex!) { login(message: $message, signature: $signature) {
  token expiresAt viewer { kind sessions { id userAgent current } } userErrors { code message field } } }"""


@dataclass
class SignedIn(Caller):
    """A wallet with a session."""

    wallet: LocalAccount
    payload: dict[str, Any]


async def asked(caller: Caller, wallet: str, **changed: Any) -> dict[str, Any]:
    given = {"wallet": wallet, "chain": "31337", "uri": URI} | changed
    challenge: dict[str, Any] = (await caller.ask(REQUEST, **given))["requestLogin"]
    return challenge


async def sign_in(stage: Stage, wallet: LocalAccount | None = None) -> SignedIn:
    nobody, account = Caller(stage.client, None), wallet or new_wallet()
    text = (await asked(nobody, account.address))["message"]
    signature = f"0x{signed(account, text).hex()}"
    payload = (await nobody.ask(LOGIN, message=text, signature=signature))["login"]
    assert payload["userErrors"] == []
    return SignedIn(stage.client, payload["token"], account, payload)


def later(stage: Stage, seconds: float) -> None:
    """Moves the clock on by which credentials are known, and forgotten."""
    at = stage.process.authenticator._clock() + timedelta(seconds=seconds)
    stage.process.authenticator._clock = lambda: at
