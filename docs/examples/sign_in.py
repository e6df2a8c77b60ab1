"""Signs a wallet in and prints its session's token: `python docs/examples/sign_in.py URL KEY_FILE [CHAIN_ID]`.

URL is the API's, as http://127.0.0.1:8000; KEY_FILE holds the wallet's private key.
"""

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
    address, key_file, *chain = sys.argv[1:]
    key = Path(key_file).read_text(encoding="utf-8").strip()
    print(sign_in(address.rstrip("/"), key, int(chain[0]) if chain else 31337))
