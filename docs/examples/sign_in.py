"""Signs a wallet in and prints its session's token: python docs/examples/sign_in.py URL KEY_FILE [CHAIN_ID]."""

import argparse
import sys
from pathlib import Path
from typing import Any

import httpx
from eth_account import Account
from eth_account.messages import encode_defunct

REQUEST_LOGIN = """
mutation ($wallet: Address!, $chain: BigInt!, $uri: String!) {
  requestLogin(input: {wallet: $wallet, chainId: $chain, uri: $uri}) { message expiresAt }
}
"""
LOGIN = """
mutation ($message: String!, $signature: Hex!) {
  login(message: $message, signature: $signature) { token expiresAt userErrors { code message } }
}
"""


def sign_in(url: str, private_key: str, chain_id: int) -> str:
    """The token of a new session."""
    wallet = Account.from_key(private_key)
    asked = _ask(url, REQUEST_LOGIN, wallet=wallet.address, chain=chain_id, uri=url)
    text = asked["requestLogin"]["message"]
    signature = bytes(wallet.sign_message(encode_defunct(text=text)).signature)
    login = _ask(url, LOGIN, message=text, signature=f"0x{signature.hex()}")["login"]
    if login["userErrors"]:
        raise SystemExit(login["userErrors"][0]["message"])
    token: str = login["token"]
    return token


def _ask(url: str, query: str, **variables: object) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    answer = httpx.post(f"{url}/graphql", json=body, trust_env=False).json()
    if answer.get("errors"):
        raise SystemExit(answer["errors"][0]["message"])
    data: dict[str, Any] = answer["data"]
    return data


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("url", help="the API's, such as http://127.0.0.1:8000, without /graphql")
    options.add_argument(
        "key_file", type=Path, help="holds the wallet's private key; - reads it from a pipe"
    )
    options.add_argument(
        "chain_id", type=int, nargs="?", default=31337, help="the demo's by default"
    )
    given = options.parse_args()
    source = sys.stdin if str(given.key_file) == "-" else given.key_file.open(encoding="utf-8")
    print(sign_in(given.url.rstrip("/"), source.read().strip(), given.chain_id))
